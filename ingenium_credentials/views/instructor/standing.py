"""What a rule does at the moment, in one word, and what stands in its way."""

from __future__ import annotations

import datetime as dt

from attrs import evolve, frozen
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ... import api
from ...models import Achievement, AwardRule

__all__ = ["Standing", "standing", "utc"]


@frozen(kw_only=True)
class Standing:
    """The state of a rule for people."""

    code: str
    """`on`, `paused`, `scheduled`, `ended` or `attention`."""
    tone: str
    """`good`, `open` or empty; the word says the same."""
    word: str
    sentence: str
    faults: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    """Later runs of its courses that it does not name: nothing is wrong, but somebody may want them."""

    @property
    def is_on(self) -> bool:
        """Whether it would award somebody now, but for its faults."""
        return self.code in ("on", "attention")


def standing(rule: AwardRule, now: dt.datetime) -> Standing:
    """What the rule does now."""
    return evolve(_standing(rule, now), runs=tuple(api.later_runs(rule.condition)))


def _standing(rule: AwardRule, now: dt.datetime) -> Standing:
    faults = tuple(api.condition_warnings(rule.condition, rule.achievement))
    if not rule.enabled:
        return Standing(
            code="paused",
            tone="",
            word=pgettext("rule", "Paused"),
            sentence=_("It awards nothing until you switch it on."),
            faults=faults,
        )
    if rule.ends_at is not None and rule.ends_at <= now:
        return Standing(
            code="ended",
            tone="",
            word=pgettext("rule", "Ended"),
            sentence=_("It awards nothing since %(day)s.") % {"day": utc(rule.ends_at)},
            faults=faults,
        )
    if rule.starts_at is not None and rule.starts_at > now:
        return Standing(
            code="scheduled",
            tone="open",
            word=pgettext("rule", "Scheduled"),
            sentence=_("It begins to award on %(day)s.") % {"day": utc(rule.starts_at)},
            faults=faults,
        )
    return _of_awarding(rule, faults)


def _of_awarding(rule: AwardRule, faults: tuple[str, ...]) -> Standing:
    if rule.achievement.state != Achievement.State.ACTIVE:
        faults = (_("Its definition is not active, so it awards nothing. Ask the registrar."), *faults)
    if faults:
        return Standing(
            code="attention",
            tone="bad",
            word=pgettext("rule", "Needs attention"),
            sentence=_("It is on, and something is wrong with it."),
            faults=faults,
        )
    until = (
        _("It awards by itself until %(day)s.") % {"day": utc(rule.ends_at)}
        if rule.ends_at
        else _("It awards by itself whoever meets it.")
    )
    return Standing(code="on", tone="good", word=pgettext("rule", "On"), sentence=until)


def utc(moment: dt.datetime) -> str:
    """The moment for people; everybody of an alliance of six time zones reads the same one."""
    there = moment.astimezone(dt.UTC)
    return f"{date_format(there, _('j F Y'))}, {there:%H:%M} UTC"
