"""The project behind the tests: SQLite in memory, tasks at once.

Tests that start processes of their own (a worker, a server) say by environment variables
where those find the database and the broker:

INGENIUM_TEST_SQLITE    file of the SQLite database
INGENIUM_TEST_BROKER    address of a Redis: tasks are queued there, not run at once
"""

from __future__ import annotations

import os

from .common import *  # noqa: F403
from .common import DATABASES, ROOT, plug_in

SECRET_KEY = "for tests only"  # noqa: S105  (nothing real is ever kept in a test project)
ALLOWED_HOSTS = ["*"]
DATABASES["default"]["NAME"] = os.environ.get("INGENIUM_TEST_SQLITE") or ":memory:"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

BROKER_URL = os.environ.get("INGENIUM_TEST_BROKER", "")
CELERY_ALWAYS_EAGER = not BROKER_URL
CELERY_EAGER_PROPAGATES = True

KEYS = ROOT / "test-output" / "keys"
KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)

INGENIUM_ENABLED = True
INGENIUM_BASE_URL = "https://ingenium.example"
INGENIUM_KEYS_DIR = str(KEYS)


def _conformance_data() -> str:
    """Schemas and shapes to test against: where the environment says, else beside the clone."""
    beside = ROOT.parent / "shared" / "data"
    return os.environ.get("INGENIUM_CONFORMANCE_DATA") or (str(beside) if beside.is_dir() else "")


INGENIUM_CONFORMANCE_DATA = _conformance_data()

# Tokens as the LMS gives them to programs; the public key is the tests'.
JWT_AUTH = {
    "JWT_AUTH_HEADER_PREFIX": "JWT",
    "JWT_DECODE_HANDLER": "edx_rest_framework_extensions.auth.jwt.decoder.jwt_decode_handler",
    "JWT_ISSUER": "https://ingenium.example/oauth2",
    "JWT_AUDIENCE": "ingenium",
    "JWT_SECRET_KEY": "a secret of at least thirty-two bytes",
    "JWT_VERIFY_AUDIENCE": True,
    "JWT_ISSUERS": [
        {
            "ISSUER": "https://ingenium.example/oauth2",
            "SECRET_KEY": "a secret of at least thirty-two bytes",
            "AUDIENCE": "ingenium",
        }
    ],
}

plug_in(__name__, "common", "test")
