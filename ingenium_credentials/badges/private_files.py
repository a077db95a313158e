"""Small files that only their owner may read: keys and PINs.

Hidden here: permissions, and the race between looking at a file and reading it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .errors import UnusableKey

__all__ = ["path_of", "read_private", "write_private"]

_MAX_BYTES = 65_536
"""More than any key or PIN has."""


def path_of(uri: str) -> Path:
    """The absolute path that a `file:` URI names; raises `UnusableKey`."""
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise UnusableKey("A file URI is not well formed.") from error
    path = Path(unquote(parts.path))
    if parts.scheme != "file" or parts.netloc or parts.query or parts.fragment or not path.is_absolute():
        raise UnusableKey("A private file must be written file:/absolute/path.")
    return path


def read_private(path: Path) -> bytes:
    """The content of a file that nobody but its owner may touch; raises `UnusableKey`."""
    try:
        # Not blocking: a pipe in place of the file must not hold a worker forever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            _demand_private(os.fstat(file.fileno()), path)
            data = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnusableKey(f"The private file cannot be read ({_reason(error)}): {path}") from error
    if len(data) > _MAX_BYTES:
        raise UnusableKey(f"The private file is larger than any key: {path}")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Make a new file of mode 0600 in a folder of mode 0700; raises `UnusableKey`.

    The folder is made if missing, and refused if others may enter it. An existing file is
    never overwritten.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(path.parent.stat().st_mode) & 0o077:
            raise UnusableKey(f"Others may enter the key folder; run: chmod 700 {path.parent}")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UnusableKey(
            f"A file of this name is there already and is not overwritten: {error.filename}"
        ) from error
    except (OSError, ValueError) as error:
        raise UnusableKey(f"The private file cannot be written ({_reason(error)}): {path}") from error


def _demand_private(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnusableKey(f"The private file is not a regular file: {path}")
    if status.st_mode & 0o077:
        raise UnusableKey(f"Others may read or change the private file; run: chmod 600 {path}")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or "impossible path"
