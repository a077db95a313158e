"""Is a credential that was signed still in force: its period, and its status.

Hides the status list: asking for it, having it verified like any credential, and reading
one bit. Whatever keeps the list from being read, the answer is never "not revoked".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from .conformance import Shape, members, types_of
from .errors import CannotCheck, CredentialError, StatusError
from .report import Check, Outcome, Report, failed, of_error, passed, worst
from .status_list import bit, decode, entry_of

__all__ = ["Establish", "check_period", "check_status"]

Establish = Callable[[str], Report]
"""Verifies the status list at an address, without following a status of its own."""

_MAX_ENTRIES = 4
_SET = {
    "revocation": "The issuer has revoked this credential.",
    "suspension": "The issuer has suspended this credential for the time being.",
}
_PERIOD = frozenset({"valid-from", "valid-until"})


def check_period(shape: Shape, now: dt.datetime) -> list[Check]:
    """Has it begun, and has it not ended."""
    begin, end = shape.valid_from, shape.valid_until
    if begin is None:
        first = passed("valid-from", "The credential names no day on which it begins to be valid.")
    elif begin <= now:
        first = passed("valid-from", f"The credential has been valid since {_day(begin)}.")
    else:
        first = failed("valid-from", f"The credential is not valid before {_day(begin)}.", begin.isoformat())
    if end is None:
        last = passed("valid-until", "The credential has no end date.")
    elif now <= end:
        last = passed("valid-until", f"The credential is valid until {_day(end)}.")
    else:
        last = failed("valid-until", f"The credential expired on {_day(end)}.", end.isoformat())
    return [first, last]


def check_status(document: Mapping[str, Any], issuer: str, *, establish: Establish) -> Check:
    """Neither revoked nor suspended, by each of its entries; the gravest finding counts."""
    entries = members(document, "credentialStatus")
    if not entries:
        return passed("status", "The credential has no status entry; its issuer cannot revoke it.")
    if len(entries) > _MAX_ENTRIES:
        return failed("status", "The credential has more status entries than any genuine one has.")
    checks = [_check_entry(entry, issuer, establish=establish) for entry in entries]
    gravest = worst(check.outcome for check in checks)
    return next(check for check in checks if check.outcome is gravest)


def _check_entry(entry: Mapping[str, Any], issuer: str, *, establish: Establish) -> Check:
    try:
        return _read_entry(entry, issuer, establish=establish)
    except CredentialError as error:
        return of_error("status", error)


def _read_entry(entry: Mapping[str, Any], issuer: str, *, establish: Establish) -> Check:
    if "BitstringStatusListEntry" not in types_of(entry):
        raise CannotCheck("The status of the credential is kept in a way that is not known here.")
    url, index, purpose = entry_of(entry)
    if entry.get("statusSize", 1) != 1 or purpose == "message":
        raise CannotCheck("The status of the credential is a message, which is not read here.")
    subject = _list_subject(establish(url), url, issuer)
    if purpose not in members(subject, "statusPurpose"):
        raise StatusError("The status list does not keep the kind of status that the credential names.")
    is_set = bit(decode(subject.get("encodedList", "")), index)
    if is_set and purpose in _SET:
        return failed("status", _SET[purpose], f"entry {index} of {url}")
    if is_set and purpose != "refresh":
        raise CannotCheck("A status is set whose meaning is not known here.")
    return passed("status", "The issuer's status list says nothing against it.", f"entry {index} of {url}")


def _list_subject(report: Report, url: str, issuer: str) -> Mapping[str, Any]:
    """What the list credential says, once it is shown to be the list of this issuer."""
    _demand_sound(report)
    document = report.document or {}
    named = document.get("issuer")
    if (named.get("id") if isinstance(named, dict) else named) != issuer:
        raise StatusError("The status list is signed by somebody else than the issuer of the credential.")
    if document.get("id") != url:
        raise StatusError("The status list is another one than the credential names.")
    subject = document.get("credentialSubject")
    if (
        "BitstringStatusListCredential" not in types_of(document)
        or not isinstance(subject, dict)
        or "BitstringStatusList" not in types_of(subject)
    ):
        raise StatusError("What stands at the address of the status list is not a status list.")
    return subject


def _demand_sound(report: Report) -> None:
    bad = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    if not report.checks or any(check.outcome is Outcome.FAILED and check.id not in _PERIOD for check in bad):
        raise StatusError(f"The status list is not valid. {bad[0].message if bad else ''}".rstrip())
    # A copy that is too old proves nothing about the credential, for it or against it.
    if any(check.id in _PERIOD for check in bad):
        raise CannotCheck("The copy of the status list that was found is out of date.")
    if bad:
        raise CannotCheck(f"The status list could not be checked. {bad[0].message}")


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()
