"""What a rule has been: its versions, what each changed, and two that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from attrs import frozen
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import api, lms
from ...models import AwardRule
from . import options, phrases, supervision
from .shown import Options
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .standing import standing, utc
from .tree import of_condition

__all__ = ["conflict_of", "restore_rule", "rule_history", "word_of_saving"]

_FIELDS = {
    "name": gettext_lazy("Name of the rule"),
    "condition": gettext_lazy("Condition"),
    "enabled": gettext_lazy("Switched on"),
    "starts_at": gettext_lazy("Awards from"),
    "ends_at": gettext_lazy("Awards until"),
    "on_loss": gettext_lazy("When somebody does not meet it any more"),
    "review_days": gettext_lazy("Days of review"),
    "confirm_days": gettext_lazy("Days to confirm the name"),
    "supervision": gettext_lazy("Supervision and identity check"),
    "definition": gettext_lazy("Credential"),
}


@frozen(kw_only=True)
class Difference:
    """One field in two versions, in words."""

    field: str
    before: str
    after: str


@frozen(kw_only=True)
class Version:
    """One version of a rule in the list."""

    revision: int
    at: str
    who: str
    reason: str
    differences: tuple[Difference, ...]
    sentence: str
    is_newest: bool


@staff_only("GET", "HEAD")
def rule_history(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """All versions of a rule, the newest first, each with what it changed."""
    rule = course.rule(uuid)
    named = options.of(course, rule.achievement.slug)
    changes = api.history(rule)
    former: list[Mapping[str, Any] | None] = [*(change.version.content for change in changes[1:]), None]
    versions = [
        Version(
            revision=change.version.revision,
            at=utc(change.version.at),
            who=who(change.version.actor_id),
            reason=change.version.reason,
            differences=differences(before, change.version.content, named) if before else (),
            sentence=_sentence(change.version.content.get("condition"), named),
            is_newest=change.version.revision == rule.revision,
        )
        for change, before in zip(changes, former, strict=True)
    ]
    context = {"tab": "rules", "rule": rule, "versions": versions}
    return show(request, course, "history.html", context)


@staff_only("POST")
def restore_rule(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """Make the rule again what it was; a new version, so that nothing is lost."""
    rule = course.rule(uuid)
    revision, seen = request.POST.get("revision", ""), request.POST.get("seen_revision", "")
    try:
        _demand_offered(course, rule, _number(revision))
        api.restore(
            rule,
            _number(revision),
            actor_id=request.user.pk,
            reason=_("Restored revision %(revision)s") % {"revision": revision[:9]},
            seen_revision=_number(seen),
        )
    except Exception as error:
        leave_word(request, "bad", refusal(error))
        return goto("instructor-history", course, uuid)
    leave_word(request, "good", _("Revision %(revision)s is in force again.") % {"revision": revision})
    return goto("instructor-rule", course, uuid)


def _demand_offered(course: Course, rule: AwardRule, revision: int) -> None:
    version = rule.versions.filter(revision=revision).first()
    if version is not None:
        former = AwardRule(achievement=rule.achievement, condition=version.content["condition"])
        api.demand_offered(former, course.id)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], named: Options
) -> tuple[Difference, ...]:
    """What differs between two contents of a rule, field by field, in words."""
    return tuple(
        Difference(
            field=str(_FIELDS.get(name, name)),
            before=_worded(name, before.get(name), named),
            after=_worded(name, after.get(name), named),
        )
        for name in _FIELDS
        if before.get(name) != after.get(name)
    )


def _worded(name: str, value: Any, named: Options) -> str:
    if name == "condition":
        return _sentence(value, named)
    if name == "supervision":
        return supervision.label(value)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "on_loss":
        return str(dict(AwardRule.OnLoss.choices).get(value, value))
    if name in ("starts_at", "ends_at"):
        moment = parse_datetime(str(value))
        return utc(moment) if moment else str(value)
    return str(value)


def _sentence(condition: object, named: Options) -> str:
    return phrases.sentence(of_condition(condition), named) if condition else "–"


def who(actor_id: int | None) -> str:
    """The name of a colleague, looked up now; the program itself has none."""
    if actor_id is None:
        return _("the program")
    account = lms.account(actor_id)
    return (account.name or account.username) if account else _("a former account")


def conflict_of(mine: AwardRule, conflict: api.Conflict, named: Options) -> dict[str, Any]:
    """Both versions side by side, for whoever was second to save."""
    found: Sequence[Difference] = differences(conflict.content, api.content_of(mine), named)
    return {
        "who": who(conflict.actor_id),
        "at": utc(conflict.at) if conflict.at else "",
        "revision": conflict.revision,
        "differences": found,
    }


def word_of_saving(rule: AwardRule) -> str:
    """What saving has brought about."""
    if standing(rule, timezone.now()).is_on:
        return _("Saved. The rule is on: it awards by what it says now.")
    return _("Saved. The rule awards nothing until it is on: try it out first.")
