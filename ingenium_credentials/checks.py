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
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router
from django.utils import timezone

from .artwork import contrast
from .badges.certificates import open_sealer
from .badges.contexts import problems as context_problems
from .badges.contexts.further import read_folder
from .badges.did import did_web, did_web_url
from .badges.errors import CredentialError
from .badges.keys import open_signer
from .badges.public_keys import PublicKey
from .badges.status_list import MIN_LENGTH
from .badges.trust import read_trust
from .conf import DEFAULTS, conf
from .models import Issuer, SealingCertificate, SigningKey


class Problem(NamedTuple):
    """What one id says: the condition, and the remedy."""

    level: type[Error] | type[Warning]
    message: str
    hint: str


PROBLEMS = {
    "ingenium.E001": Problem(
        Error,
        "INGENIUM_BASE_URL is not set.",
        "Set it to the public root of the site, such as https://learn.example.org; it is signed.",
    ),
    "ingenium.E002": Problem(
        Error,
        "INGENIUM_BASE_URL does not begin with https:// ({value}).",
        "Use https; plain http is possible for localhost only, to try things out.",
    ),
    "ingenium.E003": Problem(
        Error,
        "INGENIUM_BASE_URL is more or less than scheme, host and port ({value}).",
        "Leave out path, query and user name, and write the host in small ASCII letters.",
    ),
    "ingenium.E004": Problem(
        Error,
        "INGENIUM_FORMATS names a format that does not exist ({value}).",
        "Known formats: {known}.",
    ),
    "ingenium.E005": Problem(
        Error, "INGENIUM_FORMATS is empty: nothing would be issued.", "Known formats: {known}."
    ),
    "ingenium.E006": Problem(
        Error,
        "INGENIUM_STATUS_LIST_LENGTH is too small ({value}).",
        "Use 131072 or more: in a short list, whoever asks for it can be told whom they check.",
    ),
    "ingenium.E007": Problem(
        Error,
        "INGENIUM_STATUS_LIST_LENGTH is not a multiple of 8 ({value}).",
        "The list is made of whole bytes; use 131072, 262144 and so on.",
    ),
    "ingenium.E008": Problem(
        Error, "{setting} is not a colour ({value}).", "Write it as # and six hexadecimal digits: #123c69."
    ),
    "ingenium.E009": Problem(
        Error,
        "INGENIUM_VERIFY_RATE is not a rate ({value}).",
        "Write number/period, with period one of sec, min, hour, day: 30/min.",
    ),
    "ingenium.E010": Problem(Error, "{setting} is not a positive number ({value}).", "Default: {default}."),
    "ingenium.E011": Problem(
        Error,
        "{problem}",
        "Install the package again, from a wheel or with plain 'pip install .'; do not change its files.",
    ),
    "ingenium.E012": Problem(
        Error,
        "INGENIUM_CONTEXTS_DIR: {problem}",
        "Remove the file, replace it by the published one, or name its address in index.json.",
    ),
    "ingenium.E013": Problem(
        Error,
        "INGENIUM_KEYS_DIR is not set, so new keys have no place.",
        "Set it to a folder with mode 0700 of the user that runs the site, outside the repository.",
    ),
    "ingenium.E014": Problem(
        Error, "INGENIUM_KEYS_DIR may be entered by others ({value}).", "Run: chmod 700 {value}"
    ),
    "ingenium.E015": Problem(
        Error, "INGENIUM_KEYS_DIR is not an absolute path of a folder ({value}).", "Correct the path."
    ),
    "ingenium.W001": Problem(
        Warning,
        "INGENIUM_DEMONSTRATION is on, on a public site ({value}).",
        "Switch it off unless every document shall say that it is a demonstration.",
    ),
    "ingenium.W002": Problem(
        Warning,
        "INGENIUM_STATUS_LIST_TTL_SECONDS is longer than half of INGENIUM_STATUS_LIST_VALID_DAYS.",
        "Verifiers would keep lists until they run out; shorten the one or lengthen the other.",
    ),
    "ingenium.W003": Problem(
        Warning,
        "INGENIUM_BRAND_INK is hard to read on white (contrast {value}).",
        "Choose a darker colour: WCAG asks for 4.5.",
    ),
    "ingenium.W004": Problem(
        Warning,
        "OPEN_EDX_FILTERS_CONFIG lacks this plugin's step: certificate pages link no credential.",
        "Let the plugin's production settings run after yours, or add the step {step}.",
    ),
    "ingenium.E020": Problem(
        Error, "The private key {key} cannot be used: {problem}", "Restore it from the backup, or rotate."
    ),
    "ingenium.E021": Problem(
        Error, "The private key {key} may be read or changed by others.", "Run: chmod 600 {path}"
    ),
    "ingenium.E022": Problem(
        Error,
        "The private key {key} is not the one that the issuer publishes.",
        "Restore the right file from the backup, or rotate: manage.py ingenium_keys rotate {issuer}",
    ),
    "ingenium.E023": Problem(
        Error,
        "The DID of issuer {issuer} does not match this site ({did}).",
        "Set INGENIUM_BASE_URL back, or change the DID to {expected} if nothing was issued under it.",
    ),
    "ingenium.E024": Problem(
        Error,
        "The DID of issuer {issuer} is not a did:web name ({did}).",
        "Verifiers must find its keys: use {expected}.",
    ),
    "ingenium.E025": Problem(
        Error,
        "Issuer {issuer} has no valid key for {use}.",
        "Run: manage.py ingenium_keys create {issuer} --use {use}",
    ),
    "ingenium.E030": Problem(
        Error,
        "INGENIUM_TSA_URL is not an https address ({value}).",
        "Use the https address of a time-stamp authority (RFC 3161), or leave it empty.",
    ),
    "ingenium.E031": Problem(
        Error,
        "INGENIUM_SEAL_ANCHORS_DIR: {problem}",
        "Put PEM certificates or trust files of certificate authorities there, readable by the site.",
    ),
    "ingenium.E032": Problem(
        Error,
        "Issuer {issuer} has no sealing certificate in force, and INGENIUM_FORMATS names elm.",
        "Enter the certificate and the address of its key in the administration.",
    ),
    "ingenium.E033": Problem(
        Error,
        "The sealing certificate {certificate} cannot be used: {problem}",
        "Restore key and certificate from the backup, or enter the new ones.",
    ),
    "ingenium.W030": Problem(
        Warning,
        "The sealing certificate {certificate} expires on {day}.",
        "Order the next one now; seals of an expired one cannot be made.",
    ),
    "ingenium.W020": Problem(
        Warning,
        "INGENIUM_ENABLED is on, but no issuer is active: nothing can be awarded.",
        "Enter an issuer in the administration, then run: manage.py ingenium_keys create ISSUER",
    ),
    "ingenium.W021": Problem(
        Warning,
        "The DID of issuer {issuer} belongs to another site ({did}).",
        "Publish the document of /ingenium/issuers/{issuer}/did.json at {url} whenever keys change.",
    ),
}

FORMATS = (*DEFAULTS["INGENIUM_FORMATS"], "elm")
_COLOURS = ("INGENIUM_BRAND_PRIMARY", "INGENIUM_BRAND_ACCENT", "INGENIUM_BRAND_INK")
_POSITIVE = (
    "INGENIUM_ISSUE_BATCH",
    "INGENIUM_RESOLVE_TIMEOUT_SECONDS",
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
    """Hash the JSON-LD contexts again, ours and those that the operator added."""
    found = [_found("ingenium.E011", problem=problem) for problem in context_problems()]
    if conf.CONTEXTS_DIR is not None:
        found += [_found("ingenium.E012", problem=text) for text in read_folder(conf.CONTEXTS_DIR).problems]
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
    if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)", conf.VERIFY_RATE):
        yield _found("ingenium.E009", value=conf.VERIFY_RATE)


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
