"""What a letter says: words by kind, in the learner's language, as text and as HTML.

Nothing is fetched when it is read: no picture, no tracking, one link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit

from attrs import frozen
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .. import lms
from ..badges.data import preferred
from ..conf import conf
from ..models import Award, Letter, Organisation
from .palette import palette

__all__ = ["compose"]

_LONGEST_SUBJECT = 150


@frozen(kw_only=True)
class _Words:
    """One letter's words; each paragraph is plain text."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str
    """It leads to the page of the credential, which shows or asks what the letter is about."""


def compose(letter: Letter, account: lms.Account) -> lms.Message:
    """The letter as it is sent to this account now."""
    language = _language(account.language)
    with translation.override(language):
        award = letter.award
        words = _WORDS[letter.kind](award, _title(award, language))
        context = _context(award, words, language)
        return lms.Message(
            to=account,
            language=language,
            subject=_one_line(words.subject),
            text=_rendered("letter.txt", context).strip() + "\n",
            head_html=_rendered("head.html", context).strip(),
            body_html=_rendered("body.html", context).strip(),
            sender=conf.MAIL_FROM,
            headers=_headers(letter),
        )


def _rendered(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"ingenium_credentials/mail/{name}", context)


def _language(chosen: str) -> str:
    """The account's language if the site speaks it, or its parent; else the site's own."""
    try:
        return translation.get_supported_language_variant(chosen or settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE


def _context(award: Award, words: _Words, language: str) -> dict[str, object]:
    alliance = award.issuer.alliance
    return {
        "words": words,
        "name": award.recipient_name,
        "brand": _name(alliance, language) if alliance else "INGENIUM",
        "address": f"{conf.BASE_URL}/ingenium/credentials/?open={award.uuid}",
        "host": urlsplit(conf.BASE_URL).hostname or "",
        "colours": {role.replace("-", "_"): colour for role, colour in palette().items()},
        "language": language,
        "is_rtl": translation.get_language_bidi(),
        "is_demonstration": conf.DEMONSTRATION,
    }


def _headers(letter: Letter) -> dict[str, str]:
    host = urlsplit(conf.BASE_URL).hostname or "localhost"
    return {
        # The same for a second copy, by which mail programs know it.
        "Message-ID": f"<{letter.award.uuid}.{letter.kind}.{letter.occasion}@{host}>",
        # No out-of-office replies, please.
        "Auto-Submitted": "auto-generated",
    }


def _one_line(text: str) -> str:
    """Fit for a header: no line ends or other controls, whatever a definition is called."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def _title(award: Award, language: str) -> str:
    return preferred(award.achievement.names, language, language.partition("-")[0])


def _name(organisation: Organisation, language: str) -> str:
    names = {name.language: name.value for name in organisation.names.filter(verified=True)}
    return preferred(names, language, language.partition("-")[0]) or str(organisation)


def _universities(award: Award) -> str:
    language = translation.get_language() or "en"
    bodies = award.achievement.awarding.select_related("organisation").order_by("position", "pk")
    return ", ".join(_name(body.organisation, language) for body in bodies) or _name(
        award.issuer.organisation, language
    )


def _day(moment: dt.datetime) -> str:
    return date_format(moment.astimezone(dt.UTC), _("j F Y"))


def _awarded(award: Award, title: str) -> _Words:
    return _Words(
        subject=_("Your credential is ready: %(title)s") % {"title": title},
        heading=_("You have earned it"),
        paragraphs=(
            _("You have earned “%(title)s”, awarded by %(universities)s.")
            % {"title": title, "universities": _universities(award)},
            _(
                "Your credential is signed and ready to download. Nobody but you sees it until you share"
                " it; whoever you give the file to can check it."
            ),
        ),
        button=_("See your credential"),
    )


def _confirm(award: Award, title: str) -> _Words:
    due = award.confirmation_due_at
    until = (
        _("Without an answer it is signed as it stands, on %(day)s.") % {"day": _day(due)}
        if due is not None
        else _("Without an answer it is signed as it stands.")
    )
    return _Words(
        subject=_("Please check your name: %(title)s") % {"title": title},
        heading=_("Is your name right?"),
        paragraphs=(
            _("You have earned “%(title)s”. Before it is signed, look at how your name is written in it.")
            % {"title": title},
            _("What is signed is never edited afterwards.") + " " + until,
        ),
        button=_("Check your name"),
    )


def _corrected(_award: Award, title: str) -> _Words:
    return _Words(
        subject=_("Corrected: %(title)s") % {"title": title},
        heading=_("Your credential was corrected"),
        paragraphs=(
            _("“%(title)s” was signed anew with the correction. The new one takes the place of the old.")
            % {"title": title},
            _("Files of the old one do not count any more. Download the new ones, and share them instead."),
        ),
        button=_("See the corrected credential"),
    )


def _review(award: Award, title: str) -> _Words:
    due = award.review_due_at
    return _Words(
        subject=_("Under review: %(title)s") % {"title": title},
        heading=_("Your credential is under review"),
        paragraphs=(
            _("Whether you have earned “%(title)s” is looked at again.") % {"title": title},
            *_reason(award.review_reason),
            _("Unless it is decided otherwise, the credential is revoked on %(day)s.") % {"day": _day(due)}
            if due is not None
            else _("A person decides, and you are told how it ends."),
            _(
                "Until then it goes on to count. If you think that this is wrong, write to the course team"
                " now."
            ),
        ),
        button=_("See your credential"),
    )


def _reinstated(_award: Award, title: str) -> _Words:
    return _Words(
        subject=_("The review is over: %(title)s") % {"title": title},
        heading=_("Your credential stands"),
        paragraphs=(
            _("The review of “%(title)s” has ended well. Your credential counts as before.")
            % {"title": title},
        ),
        button=_("See your credential"),
    )


def _revoked(award: Award, title: str) -> _Words:
    return _Words(
        subject=_("Revoked: %(title)s") % {"title": title},
        heading=_("Your credential was revoked"),
        paragraphs=(
            _("“%(title)s” was revoked by %(universities)s. It counts no longer, in any of its forms.")
            % {"title": title, "universities": _universities(award)},
            *_reason(award.revocation_reason),
            _(
                "If you think that this is wrong, write to the university that awarded it and give the"
                " address of the credential."
            ),
        ),
        button=_("See what happened"),
    )


def _expiring(award: Award, title: str) -> _Words:
    return _Words(
        subject=_("Expires soon: %(title)s") % {"title": title},
        heading=_("Your credential expires soon"),
        paragraphs=(
            _("“%(title)s” is valid until %(day)s.") % {"title": title, "day": _day(award.valid_until)}
            if award.valid_until is not None
            else _("“%(title)s” is valid for a limited time.") % {"title": title},
            _("If you want to go on using it, ask the university that awarded it how to renew it."),
        ),
        button=_("See your credential"),
    )


def _reason(text: str) -> tuple[str, ...]:
    # Our own reasons are sentences that have a translation; a person's stands as it was written.
    return (_("The reason given: %(reason)s") % {"reason": _(text)},) if text else ()


_WORDS: dict[str, Callable[[Award, str], _Words]] = {
    Letter.Kind.AWARDED: _awarded,
    Letter.Kind.CONFIRM: _confirm,
    Letter.Kind.CORRECTED: _corrected,
    Letter.Kind.REVIEW: _review,
    Letter.Kind.REINSTATED: _reinstated,
    Letter.Kind.REVOKED: _revoked,
    Letter.Kind.EXPIRING: _expiring,
}
