"""The rules by which achievements are awarded: written, switched on, paused, scheduled, restored.

Every change is a version that can be read again, by whom and why. Whoever saves what
somebody else has changed meanwhile is told. Hides how two editors, and two rules that
need each other, are kept apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from .. import rules
from ..models import Achievement, AwardRule, AwardRuleCourse, AwardRulePart, RuleVersion
from . import auditing, fetching, queueing, recording
from .errors import Conflict, NotAllowed

__all__ = [
    "content_of",
    "define_rule",
    "demand_seen",
    "pause",
    "restore",
    "schedule",
    "switch_on",
    "wake_rules",
]

_PLAIN = ("name", "condition", "enabled", "on_loss", "review_days", "confirm_days", "supervision")
_MOMENTS = ("starts_at", "ends_at")
_NOT_RESTORED = frozenset({"enabled", "starts_at", "ends_at", "definition"})


def define_rule(
    rule: AwardRule, *, actor_id: int | None = None, reason: str = "", seen_revision: int | None = None
) -> AwardRule:
    """Save a new or changed rule as its next version; the same again changes nothing.

    `seen_revision` is the revision that the editor had before them, None for the one that
    `rule` was read at. Raises `Conflict` when somebody has changed it since, `NotAllowed`
    for a circle of credentials, a schedule that ends before it begins or a revocation without notice,
    `rules.ConditionError` for a condition that is not understood, and Django's
    `ValidationError` for a value that its field does not take.
    """
    return _save(rule, "rule-defined", actor_id=actor_id, reason=reason, seen_revision=seen_revision)


def switch_on(
    rule: AwardRule, *, actor_id: int | None = None, reason: str = "", seen_revision: int | None = None
) -> AwardRule:
    """Let the rule award; whoever has met it already is found. Twice changes nothing.

    Raises `Conflict` when it is not the rule at `seen_revision` any more: what was tried
    out is what is switched on.
    """
    return _change(rule, "rule-switched-on", {"enabled": True}, actor_id, reason, seen_revision)


def pause(rule: AwardRule, *, actor_id: int | None = None, reason: str = "") -> AwardRule:
    """Let the rule award nothing until it is switched on; what was awarded stands.

    Twice changes nothing. Never a conflict: a brake must work.
    """
    return _change(rule, "rule-paused", {"enabled": False}, actor_id, reason, None)


def schedule(
    rule: AwardRule,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    *,
    actor_id: int | None = None,
    reason: str = "",
    seen_revision: int | None = None,
) -> AwardRule:
    """Let the rule, while it is on, award from the one moment until the other; None: no limit."""
    moments = {"starts_at": starts_at, "ends_at": ends_at}
    return _change(rule, "rule-scheduled", moments, actor_id, reason, seen_revision)


def restore(
    rule: AwardRule,
    revision: int,
    *,
    actor_id: int | None = None,
    reason: str = "",
    seen_revision: int | None = None,
) -> AwardRule:
    """Make the rule again what it was at a revision, as a version of its own.

    Whether it is on, and its schedule, stay as they are: nobody switches a rule on by
    looking back. Raises `NotAllowed` for a revision that is not kept.
    """
    version = RuleVersion.objects.filter(rule=rule, revision=revision).first()
    if version is None:
        raise NotAllowed(_("Revision %(revision)d of this rule is not kept.") % {"revision": revision})
    kept = {name: value for name, value in version.content.items() if name not in _NOT_RESTORED}
    return _change(rule, "rule-restored", kept, actor_id, reason, seen_revision)


def wake_rules(now: dt.datetime) -> int:
    """Have the learners of rules that have begun evaluated; returns how many rules that were.

    For the sweep: nothing else happens at the moment in which a schedule begins.
    """
    woken = 0
    for rule_id in AwardRule.objects.filter(wakes_at__lte=now).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            if AwardRule.objects.filter(pk=rule_id, wakes_at__lte=now).update(wakes_at=None):
                rule = AwardRule.objects.get(pk=rule_id)
                fetching.ask(rule.courses.values_list("course_id", flat=True))
                _have_evaluated(rule)
                woken += 1
    return woken


def _have_evaluated(rule: AwardRule) -> None:
    """Have whoever has met the rule already found, and whoever meets it no more.

    By the sweep; whom no result leads to, by a task of their own.
    """
    if not rule.enabled:
        return
    recording.reconsider(rule.courses.values_list("course_id", flat=True))
    recording.reconsider_awards(rule.parts.values_list("definition", flat=True))
    queueing.queue(queueing.AWARD_OTHERS, rule.pk)


def content_of(rule: AwardRule) -> dict[str, Any]:
    """Everything that people decide about a rule, as JSON: what its versions keep."""
    return {
        "definition": rule.achievement.slug,
        **{name: getattr(rule, name) for name in _PLAIN},
        **{name: _written(getattr(rule, name)) for name in _MOMENTS},
    }


def _written(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat() if moment is not None else None


def demand_seen(rule: AwardRule, revision: int) -> None:
    """Refuse, with `Conflict`, unless this revision of the stored rule is the newest."""
    if rule.revision == revision:
        return
    version = rule.versions.order_by("-revision").first()
    raise Conflict(
        _(
            "The rule has been changed since you opened it: user %(actor)s saved revision %(revision)d at "
            "%(at)s. Compare it with yours, and save again on top of it."
        )
        % {
            "actor": version.actor_id if version and version.actor_id else "–",
            "revision": rule.revision,
            "at": version.at.strftime("%Y-%m-%d %H:%M UTC") if version else "–",
        },
        revision=rule.revision,
        content=content_of(rule),
        at=version.at if version else None,
        actor_id=version.actor_id if version else None,
    )


def _change(
    rule: AwardRule,
    action: str,
    changes: Mapping[str, Any],
    actor_id: int | None,
    reason: str,
    seen_revision: int | None,
) -> AwardRule:
    with transaction.atomic():
        stored = AwardRule.objects.select_for_update().get(pk=rule.pk)
        for name, value in changes.items():
            setattr(stored, name, value)
        _save(stored, action, actor_id=actor_id, reason=reason, seen_revision=seen_revision)
    rule.refresh_from_db()
    return rule


def _save(
    rule: AwardRule, action: str, *, actor_id: int | None, reason: str, seen_revision: int | None
) -> AwardRule:
    courses, definitions = rules.courses_of(rule.condition), rules.definitions_of(rule.condition)
    _demand_order(rule)
    _demand_time_to_object(rule)
    rule.clean_fields()
    with transaction.atomic():
        stored = AwardRule.objects.select_for_update().filter(pk=rule.pk).first()
        if stored is not None:
            demand_seen(stored, rule.revision if seen_revision is None else seen_revision)
            _follow(rule, stored)
            if content_of(rule) == content_of(stored):
                return rule
            _keep_what_was(stored)
        rule.revision = stored.revision + 1 if stored is not None else 1
        rule.wakes_at = _wakes_at(rule, timezone.now())
        _wait_in_turn({rule.achievement.slug, *definitions} if definitions else set())
        rule.save()
        new_courses = _note_names(rule, courses, definitions)
        begins = rule.enabled and (stored is None or _when(stored) != _when(rule))
        fetching.ask(courses if begins else new_courses)
        _demand_no_circle(rule)
        _keep(rule, timezone.now(), actor_id=actor_id, reason=reason)
        _have_evaluated(rule)
        auditing.note(action, rule, actor_id=actor_id, reason=reason)
    return rule


def _demand_order(rule: AwardRule) -> None:
    for name in _MOMENTS:
        if isinstance(value := getattr(rule, name), str):
            setattr(rule, name, parse_datetime(value))
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        raise NotAllowed(_("The rule would end before it begins. Choose an end that is later."))


def _demand_time_to_object(rule: AwardRule) -> None:
    if rule.on_loss == AwardRule.OnLoss.REVOKE and not rule.review_days:
        raise NotAllowed(
            _(
                "Nobody loses an award without notice: give at least one day of review. "
                "What has to go at once is revoked by a person."
            )
        )


def _follow(rule: AwardRule, stored: AwardRule) -> None:
    """A form that was opened before the definition's next version must not take the rule back."""
    before, after = stored.achievement, rule.achievement
    if before.slug == after.slug and before.state == Achievement.State.ACTIVE:
        rule.achievement = before


def _wakes_at(rule: AwardRule, now: dt.datetime) -> dt.datetime | None:
    return rule.starts_at if rule.enabled and rule.starts_at and rule.starts_at > now else None


def _when(rule: AwardRule) -> tuple[object, ...]:
    return rule.enabled, rule.starts_at, rule.ends_at


def _note_names(rule: AwardRule, courses: Iterable[str], definitions: Iterable[str]) -> set[str]:
    """Write down whom news concern: what the condition names; returns the courses that it did not before."""
    courses, definitions = set(courses), set(definitions)
    rule.courses.exclude(course_id__in=courses).delete()
    rule.parts.exclude(definition__in=definitions).delete()
    new_courses = courses - set(rule.courses.values_list("course_id", flat=True))
    new_parts = definitions - set(rule.parts.values_list("definition", flat=True))
    AwardRuleCourse.objects.bulk_create(
        AwardRuleCourse(rule=rule, course_id=course_id) for course_id in sorted(new_courses)
    )
    AwardRulePart.objects.bulk_create(
        AwardRulePart(rule=rule, definition=definition) for definition in sorted(new_parts)
    )
    return new_courses


def _wait_in_turn(slugs: set[str]) -> None:
    """Wait for whoever writes a rule about one of these credentials in this moment.

    Without, two that close a circle would meet only after both have written, as a deadlock.
    """
    if slugs:
        rows = Achievement.objects.select_for_update().filter(slug__in=slugs).order_by("pk")
        list(rows.values_list("pk", flat=True))


def _demand_no_circle(rule: AwardRule) -> None:
    """Refuse a definition that is, in the end, a part of itself.

    Looked at after writing, and locked: of two rules that would close a circle in the same
    moment, the second waits here for the first.
    """
    if not rule.parts.exists():
        return
    named = list(
        AwardRulePart.objects.select_for_update().order_by("pk").values_list("rule_id", "definition")
    )
    wholes = dict(
        AwardRule.objects.filter(pk__in={rule_id for rule_id, _part in named}).values_list(
            "pk", "achievement__slug"
        )
    )
    parts: dict[str, set[str]] = {}
    for rule_id, part in named:
        parts.setdefault(wholes[rule_id], set()).add(part)
    if circle := _circle(rule.achievement.slug, parts):
        raise NotAllowed(
            _("These credentials would each need the next, so that nobody could ever earn one: %(circle)s.")
            % {"circle": " → ".join(circle)}
        )


def _circle(start: str, parts: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from `start` back to itself, both ends named; empty when there is none."""
    ways, known = [[start]], set()
    while ways:
        longer = [[*way, part] for way in ways for part in sorted(parts.get(way[-1], ()))]
        for way in longer:
            if way[-1] == start:
                return way
        ways = [way for way in longer if way[-1] not in known]
        known |= {way[-1] for way in ways}
    return []


def _keep_what_was(stored: AwardRule) -> None:
    """A rule from before versions were kept gets its first one, so that it can be restored."""
    if not stored.versions.exists():
        _keep(stored, timezone.now(), actor_id=None, reason="")


def _keep(rule: AwardRule, at: dt.datetime, *, actor_id: int | None, reason: str) -> None:
    RuleVersion.objects.create(
        rule=rule,
        revision=rule.revision,
        content=content_of(rule),
        at=at,
        actor_id=actor_id,
        reason=reason[:255],
    )
