"""Contexts that an operator adds from a folder, to verify credentials of others.

A file with one of the known hashes speaks for itself, whatever its name is. For any other
context an `index.json` beside it says which address it stands for: {"https://…": "file.json"}.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from . import KNOWN_HASHES, PINNED

__all__ = ["INDEX", "Further", "read_folder"]

INDEX = "index.json"
MAX_BYTES = 1_000_000
"""The largest context in use has some 30 kB."""

_URLS = {digest: url for url, digests in KNOWN_HASHES.items() for digest in digests}


class Further(NamedTuple):
    """What a folder brings: contexts by address, and a sentence for each file that is of no use."""

    contexts: dict[str, bytes]
    problems: list[str]


def read_folder(folder: Path) -> Further:
    """Read a folder; never raises, for one bad file must not take the others away."""
    found = Further({}, [])
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".jsonld"))
        index = _index(folder)
    except (OSError, ValueError) as error:
        found.problems.append(f"{folder} cannot be read: {error}")
        return found
    for path in paths:
        if path.name != INDEX:
            _add(found, path, index)
    missing = sorted(set(index.values()) - {path.name for path in paths})
    found.problems.extend(f"{INDEX} names {name}, which is not there." for name in missing)
    return found


def _index(folder: Path) -> dict[str, str]:
    try:
        index = json.loads((folder / INDEX).read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        raise ValueError(f"{INDEX} is not JSON") from None
    if not isinstance(index, dict) or not all(isinstance(name, str) for name in index.values()):
        raise ValueError(f"{INDEX} must be an object of addresses and file names")
    return index


def _add(found: Further, path: Path, index: dict[str, str]) -> None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is larger than any context")
        content = path.read_bytes()
        _demand_context(content)
        found.contexts.update(dict.fromkeys(_urls(path.name, content, index), content))
    except (OSError, ValueError) as error:
        found.problems.append(f"{path.name} is not used: {error}.")


def _demand_context(content: bytes) -> None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(document, dict) or "@context" not in document:
        raise ValueError("it is not a JSON-LD context")


def _urls(name: str, content: bytes, index: dict[str, str]) -> list[str]:
    digest = hashlib.sha256(content).hexdigest()
    if digest in _URLS:
        return [_URLS[digest]]
    urls = [url for url, file in index.items() if file == name]
    if not urls:
        raise ValueError(f"it is none of the known contexts, and {INDEX} does not say which one it is")
    for url in urls:
        if url in KNOWN_HASHES or url in PINNED:
            raise ValueError(f"its bytes are not those that are known for {url}")
    return urls
