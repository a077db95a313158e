"""The awards of a course: a list to search and filter, and one award with what can be done about it.

A search by name is posted, so that no name gets into an address or a log; the other
filters stand in the address.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from uuid import UUID

from attrs import frozen
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ... import api, lms
from ...models import AuditEntry, Award, Letter, MassRevocation
from ..facts import Text, say
from ..requirements import Line, lines
from . import learners, options
from .history import who
from .mending import percent
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .standing import utc
from .telling import told

__all__ = ["award_page", "awards", "filter_of", "filtered"]

_PER_PAGE = 25
_MOST_ENTRIES = 50
_MOST_DAYS = 365
_LONGEST = 120
_TONES = {"issued": "good", "revoked": "bad", "pending": "open", "review": "open", "expired": "open"}
_DEEDS = {
    "awarded": pgettext_lazy("audit", "Awarded"),
    "issued": pgettext_lazy("audit", "Issued"),
    "revoked": pgettext_lazy("audit", "Revoked"),
    "retried": pgettext_lazy("audit", "Tried again"),
    "corrected": pgettext_lazy("audit", "Corrected"),
    "renewed": pgettext_lazy("audit", "Renewed"),
    "name-confirmed": pgettext_lazy("audit", "Name confirmed by the learner"),
    "name-stated": pgettext_lazy("audit", "Name written by the learner"),
    "exported": pgettext_lazy("audit", "Exported without a seal"),
    "review-opened": pgettext_lazy("audit", "Review opened"),
    "review-left": pgettext_lazy("audit", "Review left to a person"),
    "review-closed": pgettext_lazy("audit", "Review closed: it stands"),
    "held": pgettext_lazy("audit", "Held back for a review"),
    "released": pgettext_lazy("audit", "Released"),
    "superseded": pgettext_lazy("audit", "Replaced by a new one"),
    "expired": pgettext_lazy("audit", "Expired"),
    "shared": pgettext_lazy("audit", "Shared by the learner"),
    "unshared": pgettext_lazy("audit", "Made private by the learner"),
}


@frozen(kw_only=True)
class Filter:
    """Which awards are looked for."""

    words: str
    state: str
    definition: str

    @property
    def is_active(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.words or self.state or self.definition)


@frozen(kw_only=True)
class AwardRow:
    """One award in the list."""

    award: Award
    title: Text
    tone: str
    state: str
    day: str


@staff_only("GET", "HEAD", "POST")
def awards(request: HttpRequest, course: Course) -> HttpResponseBase:
    """The list, newest first."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted = filter_of(course, sent)
    found = filtered(course, wanted).select_related("achievement", "rule")
    found = found.defer("achievement__image_svg", "achievement__image_png")
    found_page: Page[Award] = Paginator(found, _PER_PAGE).get_page(sent.get("page"))
    context = {
        "tab": "awards",
        "wanted": wanted,
        "states": [(state.value, state.label) for state in Award.State if state != Award.State.ERASED],
        "definitions": [(row.slug, say(row.names).value) for row in course.definitions],
        "page": found_page,
        "rows": [_row(award) for award in found_page],
        "waiting": MassRevocation.objects.filter(course_id=course.id, decided_at=None).count(),
        "has_any": bool(found_page.paginator.count) or api.awards_of_course(course.id).exists(),
    }
    return show(request, course, "awards.html", context)


def filter_of(course: Course, sent: Mapping[str, str]) -> Filter:
    """What was asked for, as far as it makes sense."""
    state, definition = sent.get("state", ""), sent.get("definition", "")
    return Filter(
        words=" ".join(sent.get("q", "")[:_LONGEST].split()),
        state=state if state in Award.State.values else "",
        definition=definition if definition in {row.slug for row in course.definitions} else "",
    )


def filtered(course: Course, wanted: Filter) -> QuerySet[Award]:
    """The awards of the course that the filter lets through."""
    found = api.awards_of_course(course.id)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.definition:
        found = found.filter(definition=wanted.definition)
    for word in wanted.words.split():
        found = found.filter(_said(word))
    return found.order_by("-awarded_at", "-pk")


def _said(word: str) -> Q:
    account = learners.account_called(word)
    by_account = Q(learner_id=account.learner_id) if account else Q()
    named = Q(recipient_name__icontains=word) | Q(recipient_latin_name__icontains=word)
    # Not every database folds the case of Greek and Cyrillic letters.
    return named | Q(recipient_name__contains=word.capitalize()) | by_account


def _row(award: Award) -> AwardRow:
    return AwardRow(
        award=award,
        title=say(award.achievement.names),
        tone=_TONES.get(award.state, ""),
        state=str(award.get_state_display()),
        day=utc(award.awarded_at),
    )


@staff_only("GET", "HEAD", "POST")
def award_page(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """One award: what it is, what happened to it, and the deeds that its state allows."""
    award = course.award(uuid)
    if request.method == "POST":
        _act(request, award)
        return goto("instructor-award", course, uuid)
    account = lms.account(award.learner_id) if award.learner_id else None
    following = Award.objects.filter(supersedes=award).first()
    context = {
        "tab": "awards",
        "row": _row(award),
        "award": award,
        "account": account,
        "entries": _entries(award),
        "explained": _explained(course, award),
        "issued_at": utc(award.issued_at) if award.issued_at else "",
        "grade": "" if award.grade is None else percent(award.grade),
        "valid_until": utc(award.valid_until) if award.valid_until else "",
        "last_problem": gettext(award.last_problem) if award.last_problem else "",
        "revocation_reason": gettext(award.revocation_reason) if award.revocation_reason else "",
        "review_reason": gettext(award.review_reason) if award.review_reason else "",
        "review_due_at": utc(award.review_due_at) if award.review_due_at else "",
        "asked_until": utc(award.confirmation_due_at)
        if award.confirmation_due_at and api.awaits_confirmation(award)
        else "",
        "can": _allowed(award, is_replaced=following is not None),
        "loses": api.preview_revocation(award.uuid),
        "supersedes": award.supersedes,
        "superseded_by": following,
    }
    return show(request, course, "award.html", context)


def _allowed(award: Award, *, is_replaced: bool) -> set[str]:
    """What the page offers; the verbs decide anew. A correction under way is corrected itself."""
    held = bool(award.review_reason)
    mending = {"name", "grade"} if award.achievement.shows_grade else {"name"}
    found = {
        Award.State.PENDING: mending | ({"decide"} if held else {"retry", "review", "revoke"}),
        Award.State.ISSUED: mending | {"review", "revoke"},
        Award.State.REVIEW: {"decide"},
        Award.State.EXPIRED: {"revoke"},
    }.get(Award.State(award.state), set())
    if api.awaits_confirmation(award):
        # Trying again would sign nothing: it waits for the learner.
        found = found - {"retry"}
    if api.is_renewable(award, timezone.now()):
        found = found | {"renew"}
    return found - {"name", "grade", "renew"} if is_replaced else found


def _act(request: HttpRequest, award: Award) -> None:
    deed, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    if deed not in _DONE:
        return
    done, kind = _DONE[deed]
    try:
        if deed == "review":
            changed = api.open_review(award, reason, request.user.pk, _due_at(request.POST.get("days", "")))
        else:
            changed = _DEED[deed](award, reason, request.user.pk)
    except Exception as error:
        leave_word(request, "bad", refusal(error))
        return
    leave_word(request, "good", f"{done} {told(changed, kind)}" if kind else str(done))


def _due_at(days: str) -> dt.datetime | None:
    """When the review ends by itself; raises `NotAllowed`."""
    days = days.strip()
    if not days:
        return None
    if not (days.isascii() and days.isdigit() and 1 <= int(days) <= _MOST_DAYS):
        raise api.NotAllowed(gettext("Write a number of days from 1 to 365, or nothing."))
    return timezone.now() + dt.timedelta(days=int(days))


_DEED: dict[str, Callable[[Award, str, int | None], Award]] = {
    "retry": lambda award, _reason, actor: api.retry(award, actor_id=actor),
    "stands": lambda award, reason, actor: api.close_review(award, True, reason, actor),
    "revoke-review": lambda award, reason, actor: api.close_review(award, False, reason, actor),
    "revoke": lambda award, reason, actor: api.revoke(award, reason=reason, actor_id=actor),
}
_DONE = {
    "retry": (gettext_lazy("It is tried again now."), ""),
    "review": (gettext_lazy("The award is under review."), Letter.Kind.REVIEW),
    "stands": (gettext_lazy("The award stands."), Letter.Kind.REINSTATED),
    "revoke-review": (gettext_lazy("The award is revoked."), Letter.Kind.REVOKED),
    "revoke": (gettext_lazy("The award is revoked."), Letter.Kind.REVOKED),
}


def _entries(award: Award) -> list[dict[str, str]]:
    found = AuditEntry.objects.filter(subject_kind="award", subject_id=str(award.uuid))
    return [
        {
            "at": utc(entry.at),
            "deed": str(_DEEDS.get(entry.action, entry.action)),
            "who": _hand(entry),
            "reason": gettext(entry.reason) if entry.reason else "",
        }
        for entry in found.order_by("at", "pk")[:_MOST_ENTRIES]
    ]


def _hand(entry: AuditEntry) -> str:
    """Who it was, and that it was on the command line."""
    if not entry.way:
        return who(entry.actor_id)
    named = [who(entry.actor_id)] if entry.actor_id is not None else []
    return " · ".join([*named, str(entry.get_way_display())])


def _explained(course: Course, award: Award) -> tuple[Line, ...]:
    """How the rule that gave it sees the learner now."""
    if award.rule is None or award.learner_id is None:
        return ()
    explanation = api.why_not(award.rule, award.learner_id)
    return lines(award.rule.condition, explanation, options.of(course, award.definition))
