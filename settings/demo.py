"""The project behind `make demo`: SQLite and letters in demo-data/, tasks at once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from .common import *  # noqa: F403
from .common import DATABASES, ROOT, plug_in

DATA = Path(os.environ.get("INGENIUM_DEMO_DATA") or ROOT / "demo-data")
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret(path: Path) -> str:
    """The key of this demo's sessions, made once and readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret(DATA / "secret-key")
DATABASES["default"]["NAME"] = DATA / "demo.sqlite3"
# Letters are read in a mail program: each is a file that it opens.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(DATA / "letters")
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

INGENIUM_ENABLED = True
INGENIUM_DEMONSTRATION = True
INGENIUM_BASE_URL = "http://localhost:8000"
INGENIUM_KEYS_DIR = str(DATA / "keys")
INGENIUM_FORMATS = ["ob3", "ob3-jwt", "elm"]
INGENIUM_SEAL_ANCHORS_DIR = str(DATA / "anchors")
# The demonstration writes its own anchors into it; the check at start wants to read it before.
Path(INGENIUM_SEAL_ANCHORS_DIR).mkdir(mode=0o700, exist_ok=True)

plug_in(__name__, "common", "production")
