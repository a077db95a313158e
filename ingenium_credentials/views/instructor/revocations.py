"""Many awards are taken back by two people: one proposes, another member of the staff decides.

Awards are chosen in the list or named by a file. What would happen is shown first, and the
second person sees it as it is by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from attrs import frozen
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ... import api
from ...models import Award, MassRevocation
from ..facts import say
from .history import who
from .imports import demand_rate
from .staff import Course, goto, leave_word, nothing_here, refusal, show, staff_only
from .standing import utc

__all__ = ["revocation_page", "revocations"]

_MOST_SHOWN = 200
_MOST_PROPOSALS = 50


@frozen(kw_only=True)
class Figure:
    """One number of a preview."""

    label: str
    count: int


@frozen(kw_only=True)
class Proposal:
    """A proposal for people."""

    row: MassRevocation
    count: int
    tone: str
    state: str
    proposed: str
    decided: str
    """When it was decided and by whom; empty: not yet."""
    is_open: bool
    is_mine: bool
    """Whoever looks has proposed it, and so does not decide."""


@staff_only("GET", "HEAD", "POST")
def revocations(request: HttpRequest, course: Course) -> HttpResponseBase:
    """Choose by a file, look at what would happen, propose it; and what was proposed before."""
    context: dict[str, Any] = {"tab": "awards", "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        try:
            uuids = _chosen(request)
            if request.POST.get("do") == "propose":
                made = _propose(request, course, uuids)
                return goto("instructor-revocation", course, made.uuid)
            context |= _dry_run(request, course, uuids)
        except Exception as error:
            context["problem"] = refusal(error)
            context |= _again(request, course)
    found = MassRevocation.objects.filter(course_id=course.id)[:_MOST_PROPOSALS]
    context["proposals"] = [_proposal(request, row) for row in found]
    return show(request, course, "revocations.html", context)


def _chosen(request: HttpRequest) -> list[str]:
    """The ids that were ticked, handed in as a file, or shown before."""
    if (file := request.FILES.get("file")) is not None:
        demand_rate(request)
        # One more byte than is taken, so that the reader refuses what is larger.
        return api.awards_in(file.read(api.MOST_IMPORT_BYTES + 1))
    found = [*request.POST.getlist("award"), *request.POST.get("awards", "").split()]
    if not found:
        raise api.NotAllowed(_("Choose awards in the list, or a file that names them."))
    return found


def _dry_run(request: HttpRequest, course: Course, uuids: Sequence[str]) -> dict[str, Any]:
    proposal = api.propose_mass_revocation(uuids, "", request.user.pk, course_id=course.id, dry_run=True)
    return {"asked": proposal, **_preview(proposal)}


def _again(request: HttpRequest, course: Course) -> dict[str, Any]:
    """What was shown, once more, where only the reason was missing."""
    if request.POST.get("do") != "propose":
        return {}
    try:
        return _dry_run(request, course, _chosen(request))
    except api.NotAllowed:
        return {}


def _propose(request: HttpRequest, course: Course, uuids: Sequence[str]) -> MassRevocation:
    reason = request.POST.get("reason", "")
    made = api.propose_mass_revocation(uuids, reason, request.user.pk, course_id=course.id)
    leave_word(
        request,
        "good",
        _("Proposed. Nothing was revoked: another member of the staff of this course decides on this page."),
    )
    return made


@staff_only("GET", "HEAD", "POST")
def revocation_page(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """One proposal: what it would do now, and the decision of a second person."""
    row = MassRevocation.objects.filter(uuid=uuid, course_id=course.id).first()
    if row is None:
        raise nothing_here()
    if request.method == "POST":
        _decide(request, row)
        return goto("instructor-revocation", course, uuid)
    proposal = _proposal(request, row)
    context = {"tab": "awards", "proposal": proposal, "address": request.build_absolute_uri()}
    if proposal.is_open:
        context |= _preview(row)
    return show(request, course, "revocation.html", context)


def _decide(request: HttpRequest, row: MassRevocation) -> None:
    approve = request.POST.get("do") == "approve"
    if not approve and request.POST.get("do") != "reject":
        return
    # An empty look would be none at all: whoever approves has seen it.
    seen = request.POST.get("seen", "") or "nothing"
    try:
        api.decide_mass_revocation(row, approve, request.user.pk, seen=seen)
    except Exception as error:
        leave_word(request, "bad", refusal(error))
        return
    said = _("Approved. They are being revoked.") if approve else _("Rejected. Nothing is revoked.")
    leave_word(request, "good", said)


def _preview(proposal: MassRevocation) -> dict[str, Any]:
    found = api.preview_mass_revocation(proposal)
    rows = api.concerned_by(proposal).select_related("achievement")
    shown = rows.defer("achievement__image_svg", "achievement__image_png")[:_MOST_SHOWN]
    return {
        "found": found,
        "figures": [
            Figure(label=_("named"), count=found.total),
            Figure(label=_("would be revoked"), count=found.changes),
            Figure(label=_("signed documents that stop being valid"), count=sum(found.formats.values())),
            Figure(label=_("awards built on them that come under review"), count=found.wholes),
        ],
        "lines": [
            {
                "award": award,
                "title": say(award.achievement.names),
                "state": Award.State(award.state).label,
                "day": utc(award.awarded_at),
            }
            for award in shown
        ],
        "hidden": max(found.changes - _MOST_SHOWN, 0),
    }


def _proposal(request: HttpRequest, row: MassRevocation) -> Proposal:
    is_open = row.decided_at is None
    tone, state = _state(row)
    decided = "" if row.decided_at is None else f"{utc(row.decided_at)} · {who(row.decided_by)}"
    return Proposal(
        row=row,
        count=len(row.awards),
        tone=tone,
        state=state,
        proposed=f"{utc(row.proposed_at)} · {who(row.proposed_by)}",
        decided=decided,
        is_open=is_open,
        is_mine=row.proposed_by == request.user.pk,
    )


def _state(row: MassRevocation) -> tuple[str, str]:
    if row.decided_at is None:
        return "open", pgettext("proposal", "Waits for a second person")
    if row.state == MassRevocation.State.REJECTED:
        return "", pgettext("proposal", "Rejected")
    if row.state == MassRevocation.State.DONE:
        return "bad", pgettext("proposal", "Revoked")
    return "open", pgettext("proposal", "Being revoked")
