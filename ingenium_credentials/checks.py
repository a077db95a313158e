"""What `manage.py check` says when a setting, key, DID or context is wrong, and what to do.

Each id stands for one condition and is never used again for another. The checks of rows
and keys run when the database is asked for: `manage.py check --database default`.
Installed but not switched on (INGENIUM_ENABLED), only what is set wrongly is named.
"""

from __future__ import annotations

import datetime as dt
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Tags, register
from django.db import connections, router
from django.utils import timezone

from .artwork import contrast
from .badges import vocabularies
from .badges.certificates import open_sealer
from .badges.contexts import problems as context_problems
from .badges.contexts.further import read_folder
from .badges.did import did_web, did_web_url
from .badges.errors import CredentialError
from .badges.keys import open_signer
from .badges.public_keys import PublicKey
from .badges.status_list import MIN_LENGTH
from .badges.trust import read_trust
from .badges.vocabularies import further
from .conf import DEFAULTS, conf
from .models import Issuer, SealingCertificate, SigningKey
from .problems import PROBLEMS

__all__ = ["FORMATS", "PROBLEMS", "check_contexts", "check_issuers", "check_settings"]


FORMATS = (*DEFAULTS["INGENIUM_FORMATS"], "elm")
_COLOURS = ("INGENIUM_BRAND_PRIMARY", "INGENIUM_BRAND_ACCENT", "INGENIUM_BRAND_INK")
_POSITIVE = (
    "INGENIUM_ISSUE_BATCH",
    "INGENIUM_RESOLVE_TIMEOUT_SECONDS",
    "INGENIUM_RETENTION_DAYS",
    "INGENIUM_STATUS_LIST_TTL_SECONDS",
    "INGENIUM_STATUS_LIST_VALID_DAYS",
    "INGENIUM_SWEEP_SECONDS",
    "INGENIUM_VERIFY_MAX_BYTES",
)
_LOOPBACK = ("localhost", "127.0.0.1")
_FILTER = "org.openedx.learning.certificate.render.started.v1"
_FILTER_STEP = "ingenium_credentials.filters.AddCredentialToCertificate"
_READABLE = 4.5
_EXPIRES_SOON = dt.timedelta(days=60)


def _found(check_id: str, *, obj: object = None, **values: object) -> CheckMessage:
    problem = PROBLEMS[check_id]
    return problem.level(
        problem.message.format(**values), hint=problem.hint.format(**values), obj=obj, id=check_id
    )


@register("ingenium")
def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Name each setting that is wrong or, with the plugin on, missing."""
    found = [*_base_url(), *_formats(), *_numbers(), *_brand(), *_rate(), *_keys_dir(), *_seals()]
    if conf.ENABLED:
        found += _filters()
    return found


@register("ingenium")
def check_contexts(**_kwargs: Any) -> list[CheckMessage]:
    """Hash the JSON-LD contexts again, ours and those that the operator added; read further labels."""
    found = [_found("ingenium.E011", problem=problem) for problem in context_problems()]
    if conf.CONTEXTS_DIR is not None:
        found += [_found("ingenium.E012", problem=text) for text in read_folder(conf.CONTEXTS_DIR).problems]
    if conf.VOCABULARIES_DIR is not None:
        brought = further.read_folder(conf.VOCABULARIES_DIR, vocabularies.schemes_of_concepts())
        found += [_found("ingenium.E018", problem=text) for text in brought.problems]
    return found


@register("ingenium", Tags.database)
def check_issuers(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Open every key that signs, and hold every DID against the site."""
    if not _tables_are_there(databases or ()):
        return []
    found: list[CheckMessage] = []
    issuers = list(Issuer.objects.filter(active=True).order_by("slug"))
    if conf.ENABLED and not issuers:
        found.append(_found("ingenium.W020"))
    for issuer in issuers:
        found += [*_did(issuer), *_keys(issuer), *_certificates(issuer)]
    return found


def _base_url() -> Iterator[CheckMessage]:
    value = conf.BASE_URL
    scheme, _mark, rest = value.partition("://")
    local = re.match(r"(localhost|127\.0\.0\.1)(?![^:/])", rest)
    if not value:
        if conf.ENABLED:
            yield _found("ingenium.E001")
    elif scheme != "https" and not (scheme == "http" and local):
        yield _found("ingenium.E002", value=value)
    elif not _is_root(value, rest):
        yield _found("ingenium.E003", value=value)
    elif conf.DEMONSTRATION and not local:
        yield _found("ingenium.W001", value=value)


def _is_root(value: str, host: str) -> bool:
    """Whether the address has a sound host, in the form that DIDs give back, and no more."""
    try:
        return did_web_url(did_web(value)) == f"https://{host}/.well-known/did.json"
    except CredentialError:
        return False


def _formats() -> Iterator[CheckMessage]:
    known = ", ".join(FORMATS)
    value = _value("INGENIUM_FORMATS")
    names = value if isinstance(value, list | tuple) else [value]
    for name in names:
        if name not in FORMATS:
            yield _found("ingenium.E004", value=name, known=known)
    if not names:
        yield _found("ingenium.E005", known=known)


def _numbers() -> Iterator[CheckMessage]:
    wrong = [name for name in _POSITIVE if not _is_positive(_value(name))]
    for name in wrong:
        yield _found("ingenium.E010", setting=name, value=_value(name), default=DEFAULTS[name])
    hour = _value("INGENIUM_RECONCILE_HOUR")
    if hour is not None and hour not in range(24):
        yield _found("ingenium.E016", value=hour)
    length = _value("INGENIUM_STATUS_LIST_LENGTH")
    if not isinstance(length, int) or length < MIN_LENGTH:
        yield _found("ingenium.E006", value=length)
    elif length % 8:
        yield _found("ingenium.E007", value=length)
    if not wrong and conf.STATUS_LIST_TTL_SECONDS * 2 > conf.STATUS_LIST_VALID_DAYS * 86_400:
        yield _found("ingenium.W002")


def _brand() -> Iterator[CheckMessage]:
    wrong = [name for name in _COLOURS if not re.fullmatch("#[0-9a-fA-F]{6}", str(_value(name)))]
    for name in wrong:
        yield _found("ingenium.E008", setting=name, value=_value(name))
    if "INGENIUM_BRAND_INK" not in wrong:
        ratio = contrast(conf.BRAND_INK, "#ffffff")
        if ratio < _READABLE:
            yield _found("ingenium.W003", value=f"{ratio:.1f}")


def _rate() -> Iterator[CheckMessage]:
    # Rest framework reads the first letter of the period only; we want whole words.
    for name in ("VERIFY_RATE", "PUBLIC_RATE"):
        rate = getattr(conf, name)
        if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)", rate):
            yield _found("ingenium.E009", setting=f"INGENIUM_{name}", value=rate)


def _keys_dir() -> Iterator[CheckMessage]:
    folder = conf.KEYS_DIR
    if folder is None:
        if conf.ENABLED:
            yield _found("ingenium.E013")
    elif not folder.is_absolute() or (folder.exists() and not folder.is_dir()):
        yield _found("ingenium.E015", value=folder)
    elif folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield _found("ingenium.E014", value=folder)


def _seals() -> Iterator[CheckMessage]:
    if conf.TSA_URL and not conf.TSA_URL.startswith("https://"):
        yield _found("ingenium.E030", value=conf.TSA_URL)
    folder = conf.SEAL_ANCHORS_DIR
    if folder is None:
        return
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in (".pem", ".json"))
    except OSError:
        yield _found("ingenium.E031", problem=f"{folder} cannot be read.")
        return
    for path in paths:
        try:
            read_trust(path.read_bytes())
        except (CredentialError, OSError) as error:
            yield _found("ingenium.E031", problem=f"{path.name}: {error}")


def _certificates(issuer: Issuer) -> Iterator[CheckMessage]:
    now = timezone.now()
    rows = list(issuer.sealing_certificates.filter(retired_at=None, valid_until__gt=now, valid_from__lte=now))
    if not rows and conf.ENABLED and "elm" in conf.FORMATS:
        yield _found("ingenium.E032", issuer=issuer.slug, obj=issuer)
    for row in rows:
        try:
            fingerprint = open_sealer(row.uri, chain=row.chain.encode()).certificate.fingerprint.hex()
        except CredentialError as error:
            yield _found("ingenium.E033", certificate=row, problem=error, obj=row)
            continue
        if fingerprint != row.fingerprint:
            yield _found("ingenium.E033", certificate=row, problem="it is another one now.", obj=row)
        if len(rows) == 1 and row.valid_until < now + _EXPIRES_SOON:
            yield _found("ingenium.W030", certificate=row, day=row.valid_until.date(), obj=row)


def _filters() -> Iterator[CheckMessage]:
    configured = getattr(django_settings, "OPEN_EDX_FILTERS_CONFIG", None) or {}
    # Dict, list or text: openedx-filters takes each, and each shows its steps as text.
    if _FILTER_STEP not in str(configured.get(_FILTER)):
        yield _found("ingenium.W004", step=_FILTER_STEP)


def _value(name: str) -> Any:
    return getattr(django_settings, name, DEFAULTS[name])


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _tables_are_there(databases: Sequence[str]) -> bool:
    # Before the first `migrate`, which asks for database checks too, there is nothing to check.
    alias = router.db_for_read(Issuer)
    if alias not in databases:
        return False
    tables = connections[alias].introspection.table_names()
    return {row._meta.db_table for row in (Issuer, SigningKey, SealingCertificate)} <= set(tables)


def _did(issuer: Issuer) -> Iterator[CheckMessage]:
    values = {"issuer": issuer.slug, "did": issuer.did, "obj": issuer}
    try:
        expected = did_web(f"{conf.BASE_URL}/ingenium/issuers/{issuer.slug}")
    except CredentialError:
        return  # the base URL is named by a check of its own
    try:
        url = did_web_url(issuer.did)
    except CredentialError:
        yield _found("ingenium.E024", expected=expected, **values)
        return
    same_host = urlsplit(url).netloc == urlsplit(did_web_url(expected)).netloc
    same_path = issuer.did.endswith(f":ingenium:issuers:{issuer.slug}")
    if issuer.did == expected:
        return
    if same_host or same_path:
        yield _found("ingenium.E023", expected=expected, **values)
    else:
        yield _found("ingenium.W021", url=url, **values)


def _keys(issuer: Issuer) -> Iterator[CheckMessage]:
    usable = list(issuer.keys.filter(retired_at=None, compromised_at=None).select_related("issuer"))
    needed = {SigningKey.Use.PROOF.value} | (
        {SigningKey.Use.JWT.value} if "ob3-jwt" in conf.FORMATS else set()
    )
    for use in sorted(needed - {key.use for key in usable}):
        if conf.ENABLED:
            yield _found("ingenium.E025", issuer=issuer.slug, use=use, obj=issuer)
    for key in usable:
        yield from _key(key)


def _key(key: SigningKey) -> Iterator[CheckMessage]:
    values = {"key": key.method_id, "issuer": key.issuer.slug, "obj": key}
    path = Path(unquote(key.uri.removeprefix("file:")))
    if key.uri.startswith("file:") and _others_may_use(path):
        yield _found("ingenium.E021", path=path, **values)
        return
    try:
        public_key = open_signer(key.uri).public_key
        published = PublicKey.from_jwk(key.public_jwk)
    except CredentialError as error:
        yield _found("ingenium.E020", problem=error, **values)
        return
    if public_key != published:
        yield _found("ingenium.E022", **values)


def _others_may_use(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
    except OSError:
        return False
