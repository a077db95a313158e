"""Words for codes: kinds, levels, countries, checks and verdicts, in the reader's language.

Sentences of the library are English; what it says often has a translation here, by the
sentence itself with its dates left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from attrs import frozen
from django.utils.formats import date_format
from django.utils.translation import (
    get_language,
    get_language_info,
    gettext,
    gettext_lazy,
    ngettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _

from ..badges.report import Check, Outcome, Report
from .sentences import SENTENCES

__all__ = ["Finding", "Verdict", "country", "findings", "kind", "language", "level", "verdict"]

_KINDS = {
    "MicroCredential": gettext_lazy("Micro-credential"),
    "Badge": gettext_lazy("Badge"),
    "Certificate": gettext_lazy("Certificate"),
    "CertificateOfCompletion": gettext_lazy("Certificate of completion"),
    "Course": gettext_lazy("Course"),
    "Diploma": gettext_lazy("Diploma"),
    "License": gettext_lazy("Licence"),
    "Membership": gettext_lazy("Membership"),
}
_LEVELS = {
    5: gettext_lazy("short-cycle higher education"),
    6: gettext_lazy("as at the end of a bachelor’s degree"),
    7: gettext_lazy("as at the end of a master’s degree"),
    8: gettext_lazy("as at the end of a doctorate"),
}
_COUNTRIES = {
    "BG": gettext_lazy("Bulgaria"),
    "DE": gettext_lazy("Germany"),
    "ES": gettext_lazy("Spain"),
    "FI": gettext_lazy("Finland"),
    "FR": gettext_lazy("France"),
    "GR": gettext_lazy("Greece"),
    "IE": gettext_lazy("Ireland"),
    "IT": gettext_lazy("Italy"),
    "RO": gettext_lazy("Romania"),
    "SE": gettext_lazy("Sweden"),
}
_WORDS = {
    "valid": gettext_lazy("Valid"),
    "not valid": gettext_lazy("Not valid"),
    "could not be checked": gettext_lazy("Could not be checked"),
}
_TONES = {"valid": "good", "not valid": "bad", "could not be checked": "open"}
_OUTCOMES = {
    Outcome.PASSED: ("good", pgettext_lazy("check", "passed")),
    Outcome.FAILED: ("bad", pgettext_lazy("check", "failed")),
    Outcome.NOT_CHECKED: ("open", pgettext_lazy("check", "could not be checked")),
}
_GRAVITY = ("bad", "open", "good")
_QUESTIONS = {
    "size": (pgettext_lazy("check", "Size"), gettext_lazy("Is it small enough to be a credential?")),
    "carrier": (pgettext_lazy("check", "File"), gettext_lazy("Is it a file that can hold a credential?")),
    "syntax": (pgettext_lazy("check", "Text"), gettext_lazy("Can it be read in one way only?")),
    "conformance": (pgettext_lazy("check", "Form"), gettext_lazy("Is it built as the standards demand?")),
    "proof": (
        pgettext_lazy("check", "Signature"),
        gettext_lazy("Was every word signed, and nothing changed since?"),
    ),
    "signature": (
        gettext_lazy("Signature"),
        gettext_lazy("Was every word signed, and nothing changed since?"),
    ),
    "key": (
        pgettext_lazy("check", "Key"),
        gettext_lazy("Did the issuer publish the key, and is it in force?"),
    ),
    "issuer": (
        pgettext_lazy("check", "Issuer"),
        gettext_lazy("Does the key belong to the issuer that is named?"),
    ),
    "holder": (pgettext_lazy("check", "Holder"), gettext_lazy("Was it signed by the holder that is named?")),
    "challenge": (pgettext_lazy("check", "Challenge"), gettext_lazy("Was it made for this very request?")),
    "domain": (pgettext_lazy("check", "Domain"), gettext_lazy("Was it made for this site?")),
    "seal": (pgettext_lazy("check", "Seal"), gettext_lazy("Who sealed it, and who vouches for that?")),
    "valid-from": (pgettext_lazy("check", "Begin"), gettext_lazy("Has its time begun?")),
    "valid-until": (pgettext_lazy("check", "End"), gettext_lazy("Is its time not over?")),
    "status": (pgettext_lazy("check", "Revocation"), gettext_lazy("Has the issuer not revoked it?")),
    "credentials": (pgettext_lazy("check", "Contents"), gettext_lazy("Are the credentials inside valid?")),
    "endorsements": (
        gettext_lazy("Endorsements"),
        gettext_lazy("Are the statements of others inside valid?"),
    ),
    "mandate": (
        pgettext_lazy("check", "Mandate"),
        gettext_lazy("Have those that it names signed it themselves, or by which agreement has another?"),
    ),
    "endorses": (pgettext_lazy("check", "Endorsement"), gettext_lazy("Is it about this document?")),
    "record": (pgettext_lazy("check", "Record"), gettext_lazy("Does the issuer still keep a record of it?")),
    "internal": (pgettext_lazy("check", "Check"), gettext_lazy("Did this program do its work?")),
}
_SHARE = re.compile(r"\b(\d+) of (\d+)\b")
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_NUMBER = re.compile(r"\((\d+)\)")


@frozen(kw_only=True)
class Finding:
    """One check as a reader sees it."""

    tone: str
    """`good`, `bad` or `open`; the word says the same."""
    word: str
    title: str
    question: str
    sentence: str
    sentence_language: str
    """`en` where the sentence has no translation for the page; empty where it needs none."""
    detail: str
    detail_language: str
    """As of the sentence."""


@frozen(kw_only=True)
class Verdict:
    """The answer: one word, one sentence, then the checks."""

    tone: str
    word: str
    sentence: str
    sentence_language: str
    findings: tuple[Finding, ...]


def kind(code: str) -> str:
    """An Open Badges achievement type in words."""
    return str(_KINDS.get(code, code.removeprefix("ext:")))


def level(number: int) -> str:
    """What an EQF level means, roughly; empty below higher education."""
    return str(_LEVELS.get(number, ""))


def country(code: str) -> str:
    """The name of a member's country, else the code."""
    return str(_COUNTRIES.get(code, code))


def language(tag: str) -> str:
    """The name of a language in the reader's language, else its tag."""
    try:
        return str(get_language_info(tag)["name_translated"])
    except KeyError:
        return tag


def verdict(report: Report) -> Verdict:
    """The report for a person."""
    tone = _TONES[report.verdict]
    found = findings(report)
    sentence, sentence_language = _summary(report, found)
    return Verdict(
        tone=tone,
        word=str(_WORDS[report.verdict]),
        sentence=sentence,
        sentence_language=sentence_language,
        findings=found,
    )


def findings(report: Report) -> tuple[Finding, ...]:
    """The checks for a person: what failed comes first, else in the order in which they were made."""
    return tuple(sorted(map(_finding, report.checks), key=lambda found: _GRAVITY.index(found.tone)))


def _finding(check: Check) -> Finding:
    tone, word = _OUTCOMES[check.outcome]
    title, question = _QUESTIONS.get(check.id, (check.id, ""))
    sentence, sentence_language = _translated(check.message)
    detail, detail_language = _translated(check.detail)
    return Finding(
        tone=tone,
        word=str(word),
        title=str(title),
        question=str(question),
        sentence=sentence,
        sentence_language=sentence_language,
        detail=detail,
        detail_language=detail_language,
    )


def _summary(report: Report, found: tuple[Finding, ...]) -> tuple[str, str]:
    if report.verdict == "valid":
        count = len(found)
        passed = ngettext("The one check passed.", "All %(count)d checks passed.", count) % {"count": count}
        signed = _("The issuer named below signed it, and nothing was changed since.")
        # Who has not signed is part of the answer, not of its details.
        mandates = (_translated(check.message)[0] for check in report.checks if check.id == "mandate")
        return " ".join((passed, signed, *mandates)), ""
    if report.verdict == "not valid":
        first = next((finding for finding in found if finding.tone == "bad"), None)
        return (first.sentence, first.sentence_language) if first else (_("There was nothing to check."), "")
    missing = Counter(finding.tone for finding in found)["open"]
    parts = (
        _("Nothing speaks against it, but something that is needed to check it is missing here."),
        ngettext("One check could not be made.", "%(count)d checks could not be made.", missing),
        _("This is not a yes."),
    )
    return " ".join(parts) % {"count": missing}, ""


def _translated(message: str) -> tuple[str, str]:
    """A sentence of the library, translated where a translation of its pattern is known."""
    days, counts = _DAY.findall(message), _NUMBER.findall(message)
    shares = _SHARE.search(message)
    pattern = _NUMBER.sub("(%(count)s)", _DAY.sub("%(day)s", message))
    pattern = _SHARE.sub("%(some)s of %(all)s", pattern)
    active = get_language() or "en"
    found = gettext(pattern) if pattern in SENTENCES else pattern
    if pattern not in SENTENCES or (found == pattern and not active.startswith("en")):
        return message, "" if active.startswith("en") else "en"
    values = {"day": _day(days[0]) if days else "", "count": counts[0] if counts else ""}
    values |= {"some": shares[1], "all": shares[2]} if shares else {}
    return (found % values if pattern != message else found), ""


def _day(day: str) -> str:
    try:
        return date_format(dt.date.fromisoformat(day), _("j F Y"))
    except ValueError:
        return day
