"""What goes in and out of the API for course staff, as serializers that are its description, too."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ... import api, rules
from ...models import Award, AwardRule, PartResult

_MOST_ID = 2**63 - 1


class _Strict(serializers.Serializer[Any]):
    """A body whose unknown members are refused: whoever misspells one must learn of it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({unknown[0]: [_("This member is not known.")]})
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """An aware moment, ISO 8601 with its zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=dt.UTC, **kwargs)


class LearnerId(serializers.IntegerField):
    """A learner, by the LMS's user id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=_MOST_ID, **kwargs)


class Share(serializers.DecimalField):
    """A share of the maximum, 0 to 1, four digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1), **kwargs)


class Condition(serializers.JSONField):
    """A condition as `rules` understands it; what it does not understand is refused."""

    def to_internal_value(self, data: Any) -> Any:
        """The condition as it came, once it is understood."""
        try:
            rules.courses_of(data)
        except rules.ConditionError as error:
            raise serializers.ValidationError(str(error)) from error
        return data


class RuleShape(_Strict):
    """A rule of the course."""

    uuid = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=127)
    definition = serializers.SlugField(max_length=127, help_text="Slug of the definition that it awards.")
    condition = Condition()
    enabled = serializers.BooleanField(read_only=True)
    starts_at = Moment(required=False, allow_null=True)
    ends_at = Moment(required=False, allow_null=True)
    on_loss = serializers.ChoiceField(choices=AwardRule.OnLoss.choices, required=False)
    review_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    confirm_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    revision = serializers.IntegerField(
        min_value=0, required=False, help_text="When changing: the revision that was read."
    )
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    reason = serializers.CharField(max_length=255, required=False, write_only=True)


class ReasonShape(_Strict):
    """Why something is done; kept in the audit log, without personal data."""

    reason = serializers.CharField(max_length=255)


class SwitchShape(ReasonShape):
    """Which version of a rule is to award, and why."""

    revision = serializers.IntegerField(min_value=0, help_text="The revision that was read and tried.")


class ConditionShape(_Strict):
    """A condition and the definition that it would award."""

    definition = serializers.SlugField(max_length=127)
    condition = Condition()
    rule = serializers.UUIDField(
        required=False, help_text="The rule that the condition is tried for: its approvals count."
    )


class ExplanationShape(serializers.Serializer[Any]):
    """Whether a learner meets a condition, part by part."""

    met = serializers.BooleanField(allow_null=True, help_text="null: what is known does not tell.")
    kind = serializers.CharField()
    message = serializers.CharField()
    have = serializers.CharField(allow_null=True)
    need = serializers.CharField(allow_null=True)
    earned_at = Moment(allow_null=True)
    children = serializers.ListField(child=serializers.DictField())


class SimulationShape(serializers.Serializer[Any]):
    """A trial of a condition on the results of the course."""

    uuid = serializers.UUIDField()
    state = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    outcome = serializers.DictField(help_text="Counts, and learners by user id, once it is done.")
    problem = serializers.CharField(source="last_problem")
    asked_at = Moment()


class AwardShape(serializers.Serializer[Any]):
    """An award. The learner appears by user id; the name is in the credential."""

    uuid = serializers.UUIDField()
    learner_id = serializers.IntegerField(allow_null=True)
    definition = serializers.CharField()
    version = serializers.IntegerField(source="achievement.version")
    state = serializers.ChoiceField(choices=Award.State.choices)
    awarded_at = Moment()
    issued_at = Moment(allow_null=True)
    valid_until = Moment(allow_null=True)
    revoked_at = Moment(allow_null=True)
    revocation_reason = serializers.CharField()
    review_due_at = Moment(allow_null=True)
    review_reason = serializers.CharField()
    problem = serializers.CharField(source="last_problem")
    url = serializers.SerializerMethodField()

    def get_url(self, award: Award) -> str:
        """The address of the credential."""
        return api.credential_url(award)


class AwardPage(serializers.Serializer[Any]):
    """Some of the awards, newest first."""

    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    awards = AwardShape(many=True)


class AskedShape(_Strict):
    """Which awards are asked for."""

    state = serializers.ChoiceField(choices=Award.State.choices, required=False)
    learner_id = LearnerId(required=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)


class ManualAwardShape(_Strict):
    """An award by hand."""

    learner_id = LearnerId()
    definition = serializers.SlugField(max_length=127)
    awarded_at = Moment(required=False, help_text="When it was earned; now if it is left out.")
    grade = Share(required=False, allow_null=True)
    reason = serializers.CharField(max_length=255)


class DryRunShape(ReasonShape):
    """A change that can be looked at first."""

    dry_run = serializers.BooleanField(
        default=False, help_text="Only say what would happen; nothing is made."
    )
    seen = serializers.CharField(
        required=False,
        max_length=127,
        help_text="The `seen` of a dry run: 409 if the award has changed since.",
    )


class NameCorrectionShape(DryRunShape):
    """The name as it should be, and whom you rely on."""

    name = serializers.CharField(max_length=255)
    latin_name = serializers.CharField(
        max_length=255, required=False, allow_blank=True, help_text="In Latin letters; else transcribed."
    )
    source = serializers.ChoiceField(choices=list(api.NAME_SOURCES))  # type: ignore[assignment]


class GradeCorrectionShape(DryRunShape):
    """The grade as it should be."""

    grade = Share(allow_null=True, help_text="A share of the maximum; null: the credential shows none.")


class MendedShape(serializers.Serializer[Any]):
    """What a correction or a renewal does, or would do."""

    dry_run = serializers.BooleanField()
    changes = serializers.BooleanField(help_text="Whether the credential does not say so already.")
    says = serializers.DictField(
        help_text="What the new credential says of what was asked for, as it is printed:"
        " `name` and `latin_name`, or `grade`, or `valid_until` and `version`."
    )
    formats = serializers.ListField(
        child=serializers.CharField(), help_text="Signed documents that are replaced; none: not signed yet."
    )
    wholes = serializers.IntegerField(help_text="Awards built on it that come under review.")
    seen = serializers.CharField(help_text="Send it along to do what was looked at, or nothing.")
    award = AwardShape(allow_null=True, help_text="What will say so, once it is signed; null: a dry run.")


class ReviewShape(ReasonShape):
    """Why an award is looked at again, which the learner may read."""

    due_at = Moment(
        required=False, allow_null=True, help_text="It is revoked then; without, a person ends the review."
    )

    def validate_due_at(self, moment: dt.datetime | None) -> dt.datetime | None:
        """Refuse the past: the review would end before it begins."""
        if moment is not None and moment <= timezone.now():
            raise serializers.ValidationError(_("This moment is over. Give one that is to come."))
        return moment


class VerdictShape(ReasonShape):
    """How a review ends."""

    stands = serializers.BooleanField(help_text="false: the award is revoked.")


class RevocationsShape(ReasonShape):
    """Awards that are to be revoked."""

    awards = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10_000)
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would happen.")


class DecisionShape(_Strict):
    """What a second person decides."""

    approve = serializers.BooleanField()
    seen = serializers.CharField(
        required=False, max_length=127, help_text="The `seen` of the proposal: 409 if it would do else now."
    )


class ProposalShape(serializers.Serializer[Any]):
    """A proposal to revoke many awards."""

    uuid = serializers.UUIDField(allow_null=True, help_text="null: a dry run.")
    state = serializers.ChoiceField(choices=["open", "approved", "done", "rejected"])
    reason = serializers.CharField()
    proposed_at = Moment()
    proposed_by = serializers.IntegerField(help_text="User id.")
    decided_at = Moment(allow_null=True)
    decided_by = serializers.IntegerField(allow_null=True, help_text="User id of the second person.")
    total = serializers.IntegerField(help_text="How many awards it names.")


class ForeseenShape(ProposalShape):
    """A proposal, and what it would do now."""

    changes = serializers.IntegerField(help_text="How many awards would be revoked.")
    by_state = serializers.DictField(child=serializers.IntegerField())
    by_definition = serializers.DictField(child=serializers.IntegerField())
    formats = serializers.DictField(child=serializers.IntegerField())
    wholes = serializers.IntegerField(help_text="Awards built on them that come under review.")
    seen = serializers.CharField(help_text="Send it along to approve this, or nothing.")


class PartShape(_Strict):
    """How far a learner has come in one part of the course."""

    kind = serializers.ChoiceField(choices=PartResult.Kind.choices)
    key = serializers.CharField(max_length=255)
    value = Share()


class ResultShape(_Strict):
    """What is reported of one learner."""

    learner_id = LearnerId()
    at = Moment(help_text="When it was so.")
    is_passing = serializers.BooleanField(required=False, allow_null=True, default=None)
    grade = Share(required=False, allow_null=True, default=None)
    parts = serializers.ListField(child=PartShape(), required=False, max_length=100)


class ResultsShape(_Strict):
    """Results of learners in the course."""

    source = serializers.CharField(  # type: ignore[assignment]  # a member of the body, not the argument
        max_length=255, help_text="Where they come from; for the audit log."
    )
    results = serializers.ListField(child=ResultShape(), min_length=1, max_length=api.MOST_RESULTS)


class WrittenShape(serializers.Serializer[Any]):
    """How many were written down."""

    results = serializers.IntegerField()


class ImportShape(serializers.Serializer[Any]):
    """A checked file of awards."""

    uuid = serializers.UUIDField()
    state = serializers.CharField()
    rows = serializers.IntegerField(help_text="How many learners are awarded when it is applied.")
