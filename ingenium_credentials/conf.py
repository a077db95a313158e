"""Every setting: name, type and default; read when used, so that overrides work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings as django_settings

DEFAULTS: dict[str, Any] = {
    "INGENIUM_ENABLED": False,
    "INGENIUM_BASE_URL": "",
    "INGENIUM_KEYS_DIR": "",
    "INGENIUM_FORMATS": ["ob3", "ob3-jwt"],
    "INGENIUM_STATUS_LIST_LENGTH": 131_072,
    "INGENIUM_STATUS_LIST_TTL_SECONDS": 300,
    "INGENIUM_STATUS_LIST_VALID_DAYS": 7,
    "INGENIUM_SWEEP_SECONDS": 300,
    "INGENIUM_RECONCILE_HOUR": 3,
    "INGENIUM_RECORD_ALL_COURSES": False,
    "INGENIUM_ISSUE_BATCH": 500,
    "INGENIUM_RENEWAL_DAYS": 90,
    "INGENIUM_EXPIRY_NOTICE_DAYS": 30,
    "INGENIUM_RETENTION_DAYS": 30,
    "INGENIUM_DEMONSTRATION": False,
    "INGENIUM_BRAND_PRIMARY": "#123c69",
    "INGENIUM_BRAND_ACCENT": "#f2a900",
    "INGENIUM_BRAND_INK": "#14202e",
    "INGENIUM_VERIFY_MAX_BYTES": 5_000_000,
    "INGENIUM_VERIFY_RATE": "30/min",
    "INGENIUM_PUBLIC_RATE": "600/min",
    "INGENIUM_RESOLVE_REMOTE": False,
    "INGENIUM_RESOLVE_TIMEOUT_SECONDS": 5,
    "INGENIUM_CONTEXTS_DIR": "",
    "INGENIUM_VOCABULARIES_DIR": "",
    "INGENIUM_CONFORMANCE_DATA": "",
    "INGENIUM_CELERY_QUEUE": "",
    "INGENIUM_SEAL_ANCHORS_DIR": "",
    "INGENIUM_TSA_URL": "",
    "INGENIUM_API_RATE": "120/min",
    "INGENIUM_MAIL": True,
    "INGENIUM_MAIL_FROM": "",
}


class Settings:
    """The plugin's settings as attributes; an unset one has the default above."""

    def _value(self, name: str) -> Any:
        default = DEFAULTS[name]
        value = getattr(django_settings, name, default)
        return list(value) if isinstance(default, list) else value

    @property
    def ENABLED(self) -> bool:
        """Whether events lead to awards. Off: the plugin is installed and changes nothing."""
        return bool(self._value("INGENIUM_ENABLED"))

    @property
    def BASE_URL(self) -> str:
        """The public root of the site, without a final slash; part of every signed document."""
        return str(self._value("INGENIUM_BASE_URL")).rstrip("/")

    @property
    def KEYS_DIR(self) -> Path | None:
        """Where `ingenium_keys` writes new private keys; None when no folder is set."""
        value = str(self._value("INGENIUM_KEYS_DIR"))
        return Path(value) if value else None

    @property
    def FORMATS(self) -> list[str]:
        """The formats that each award is written in."""
        return [str(name) for name in self._value("INGENIUM_FORMATS")]

    @property
    def STATUS_LIST_LENGTH(self) -> int:
        """Entries of a new status list; at least 131,072, so that a check names nobody."""
        return int(self._value("INGENIUM_STATUS_LIST_LENGTH"))

    @property
    def STATUS_LIST_TTL_SECONDS(self) -> int:
        """How long verifiers may keep a status list: the longest a revocation stays unseen."""
        return int(self._value("INGENIUM_STATUS_LIST_TTL_SECONDS"))

    @property
    def STATUS_LIST_VALID_DAYS(self) -> int:
        """How long a published status list is valid; the sweep signs it anew in time."""
        return int(self._value("INGENIUM_STATUS_LIST_VALID_DAYS"))

    @property
    def SWEEP_SECONDS(self) -> int:
        """How often the sweep looks for work that a crash or a broker outage left behind."""
        return int(self._value("INGENIUM_SWEEP_SECONDS"))

    @property
    def RECONCILE_HOUR(self) -> int | None:
        """The hour, in Celery's time zone, of the nightly comparison with the LMS; None: there is none."""
        value = self._value("INGENIUM_RECONCILE_HOUR")
        return None if value is None else int(value)

    @property
    def RECORD_ALL_COURSES(self) -> bool:
        """Whether results of courses that concern nobody, being neither offered nor in a rule, are kept."""
        return bool(self._value("INGENIUM_RECORD_ALL_COURSES"))

    @property
    def ISSUE_BATCH(self) -> int:
        """How many awards one task issues; bounds its memory."""
        return int(self._value("INGENIUM_ISSUE_BATCH"))

    @property
    def RENEWAL_DAYS(self) -> int:
        """How many days before its end an award may be renewed."""
        return int(self._value("INGENIUM_RENEWAL_DAYS"))

    @property
    def EXPIRY_NOTICE_DAYS(self) -> int:
        """How many days before its end the learner is told that an award expires."""
        return int(self._value("INGENIUM_EXPIRY_NOTICE_DAYS"))

    @property
    def RETENTION_DAYS(self) -> int:
        """For how many days trials of rules and imports of awards are kept when they have ended."""
        return int(self._value("INGENIUM_RETENTION_DAYS"))

    @property
    def DEMONSTRATION(self) -> bool:
        """Marks every document and page as a demonstration."""
        return bool(self._value("INGENIUM_DEMONSTRATION"))

    @property
    def BRAND_PRIMARY(self) -> str:
        """Main colour of badge and pages, `#rrggbb`."""
        return str(self._value("INGENIUM_BRAND_PRIMARY"))

    @property
    def BRAND_ACCENT(self) -> str:
        """Second colour of badge and pages, `#rrggbb`."""
        return str(self._value("INGENIUM_BRAND_ACCENT"))

    @property
    def BRAND_INK(self) -> str:
        """Colour of text, `#rrggbb`."""
        return str(self._value("INGENIUM_BRAND_INK"))

    @property
    def VERIFY_MAX_BYTES(self) -> int:
        """The largest file that the verifier takes, in bytes."""
        return int(self._value("INGENIUM_VERIFY_MAX_BYTES"))

    @property
    def VERIFY_RATE(self) -> str:
        """How often one address may use the verifier, as `number/period`."""
        return str(self._value("INGENIUM_VERIFY_RATE"))

    @property
    def PUBLIC_RATE(self) -> str:
        """How often one address may ask for pages and files of credentials, as `number/period`."""
        return str(self._value("INGENIUM_PUBLIC_RATE"))

    @property
    def RESOLVE_REMOTE(self) -> bool:
        """Whether the verifier fetches other issuers' documents, through the guarded resolver."""
        return bool(self._value("INGENIUM_RESOLVE_REMOTE"))

    @property
    def RESOLVE_TIMEOUT_SECONDS(self) -> float:
        """The longest one remote document may take, in seconds."""
        return float(self._value("INGENIUM_RESOLVE_TIMEOUT_SECONDS"))

    @property
    def CONTEXTS_DIR(self) -> Path | None:
        """Folder with further JSON-LD contexts to verify older badges; None when not set."""
        value = str(self._value("INGENIUM_CONTEXTS_DIR"))
        return Path(value) if value else None

    @property
    def VOCABULARIES_DIR(self) -> Path | None:
        """Folder with labels of the European lists in further languages; None when not set."""
        value = str(self._value("INGENIUM_VOCABULARIES_DIR"))
        return Path(value) if value else None

    @property
    def CONFORMANCE_DATA(self) -> Path | None:
        """Folder with schemas and shapes for conformance tests; None when not set."""
        value = str(self._value("INGENIUM_CONFORMANCE_DATA"))
        return Path(value) if value else None

    @property
    def CELERY_QUEUE(self) -> str:
        """The Celery queue of our tasks; empty for the project's default queue."""
        return str(self._value("INGENIUM_CELERY_QUEUE"))

    @property
    def SEAL_ANCHORS_DIR(self) -> Path | None:
        """Folder with the certificates that seals and time-stamps must lead to; None: none is trusted."""
        value = str(self._value("INGENIUM_SEAL_ANCHORS_DIR"))
        return Path(value) if value else None

    @property
    def TSA_URL(self) -> str:
        """The https address of a time-stamp authority (RFC 3161); empty: seals stay at level B-B."""
        return str(self._value("INGENIUM_TSA_URL"))

    @property
    def API_RATE(self) -> str:
        """How often one user may use the API for course staff, as `number/period`."""
        return str(self._value("INGENIUM_API_RATE"))

    @property
    def MAIL(self) -> bool:
        """Whether learners are told by mail."""
        return bool(self._value("INGENIUM_MAIL"))

    @property
    def MAIL_FROM(self) -> str:
        """Who the letters are from, an address with or without a name; empty: the site's default."""
        return str(self._value("INGENIUM_MAIL_FROM"))


conf = Settings()
