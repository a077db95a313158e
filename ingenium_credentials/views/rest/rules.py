"""Rules over the API: read, written, tried on one learner, switched on and paused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from ... import api, rules
from ...models import Achievement, AwardRule
from .bases import CourseView, described
from .shapes import ExplanationShape, LearnerId, ReasonShape, RuleShape, SwitchShape

__all__ = ["ExplainView", "PauseView", "RuleView", "RulesView", "SchemaOfConditionsView", "SwitchOnView"]

_SETTINGS = ("name", "condition", "starts_at", "ends_at", "on_loss", "review_days", "confirm_days")


def offered(course_id: str, definition: str) -> Achievement:
    """The active version of what may be awarded in the course; raises `ValidationError`."""
    found = [one for one in api.offered_definitions(course_id) if one.slug == definition]
    if not found:
        raise exceptions.ValidationError(
            {"definition": [_("This definition is not offered in this course.")]}
        )
    return found[0]


def rule_of(course_id: str, uuid: Any) -> AwardRule:
    """The rule if the course's staff keep it; raises `AwardRule.DoesNotExist`."""
    found = api.rules_of_course(course_id).filter(uuid=uuid)
    return found.select_related("achievement").defer("achievement__image_svg", "achievement__image_png").get()


def shown(rule: AwardRule) -> dict[str, Any]:
    """A rule as the API shows it."""
    fields = {name: getattr(rule, name) for name in (*_SETTINGS, "uuid", "enabled", "revision")}
    extra = {
        "definition": rule.achievement.slug,
        "warnings": api.condition_warnings(rule.condition, rule.achievement),
    }
    return dict(RuleShape(fields | extra).data)


def _save(view: CourseView, rule: AwardRule, given: dict[str, Any], seen: int | None) -> AwardRule:
    for name in _SETTINGS:
        if name in given:
            setattr(rule, name, given[name])
    api.demand_offered(rule, view.course_id)
    reason = given.get("reason", "")
    return api.define_rule(rule, actor_id=view.actor_id, reason=reason, seen_revision=seen)


class RulesView(CourseView):
    """The rules that the staff of this course keep."""

    @described(
        "rules_list",
        "The rules of the course",
        responses={200: RuleShape(many=True)},
    )
    def get(self, request: Request, course_id: str) -> Response:
        """All rules for what is offered in the course that name it, by name."""
        found = api.rules_of_course(self.course_id).select_related("achievement")
        return Response([shown(rule) for rule in found.order_by("name", "pk")])

    @described(
        "rules_create",
        "Write a new rule, switched off",
        request=RuleShape,
        responses={201: RuleShape},
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Write a rule. It awards nothing before it is switched on."""
        shape = RuleShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        achievement = offered(self.course_id, given["definition"])
        rule = _save(self, AwardRule(achievement=achievement), given, None)
        return Response(shown(rule), status=201)


class RuleView(CourseView):
    """One rule of the course."""

    @described("rules_read", "One rule", responses={200: RuleShape})
    def get(self, request: Request, course_id: str, uuid: Any) -> Response:
        """The rule as it is now."""
        return Response(shown(rule_of(self.course_id, uuid)))

    @described(
        "rules_change",
        "Change a rule",
        request=RuleShape,
        responses={200: RuleShape},
    )
    def put(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Change the rule; 409 if somebody has changed it since `revision`."""
        rule = rule_of(self.course_id, uuid)
        shape = RuleShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        if "revision" not in given:
            raise exceptions.ValidationError({"revision": [_("Say which revision you have read.")]})
        if given["definition"] != rule.achievement.slug:
            raise exceptions.ValidationError(
                {"definition": [_("A rule keeps its definition; write another.")]}
            )
        return Response(shown(_save(self, rule, given, given["revision"])))


class SwitchOnView(CourseView):
    """Let a rule award."""

    @described(
        "rules_switch_on",
        "Switch a rule on",
        request=SwitchShape,
        responses={200: RuleShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """From now on it awards; whoever has met it already is found. Twice changes nothing."""
        rule = rule_of(self.course_id, uuid)
        shape = SwitchShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        api.demand_offered(rule, self.course_id)
        switched = api.switch_on(
            rule, actor_id=self.actor_id, reason=given["reason"], seen_revision=given["revision"]
        )
        return Response(shown(switched))


class PauseView(CourseView):
    """Let a rule rest."""

    @described(
        "rules_pause",
        "Pause a rule",
        request=ReasonShape,
        responses={200: RuleShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """It awards nothing until it is switched on; what was awarded stands."""
        rule = rule_of(self.course_id, uuid)
        return Response(shown(api.pause(rule, actor_id=self.actor_id, reason=_reason(request))))


class ExplainView(CourseView):
    """What a learner has, and what is missing."""

    @described(
        "rules_explain",
        "Why a learner does or does not meet a rule",
        parameters=[OpenApiParameter("learner_id", int, required=True, description="The LMS's user id.")],
        responses={200: ExplanationShape},
    )
    def get(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Each requirement with its figures: what awarding itself asks."""
        rule = rule_of(self.course_id, uuid)
        learner_id = LearnerId().run_validation(request.query_params.get("learner_id"))
        if not api.is_learner_of(learner_id, self.course_id):
            raise exceptions.NotFound(_("There is no such learner in this course."))
        return Response(explained(api.why_not(rule, learner_id)))


def explained(found: rules.Explanation) -> dict[str, Any]:
    """An explanation as JSON, children within."""
    return {
        "met": found.met,
        "kind": found.kind,
        "message": found.message,
        "have": None if found.have is None else str(found.have),
        "need": None if found.need is None else str(found.need),
        "earned_at": found.earned_at,
        "children": [explained(child) for child in found.children],
    }


class SchemaOfConditionsView(CourseView):
    """The language of conditions."""

    @described(
        "conditions_schema",
        "The JSON Schema of conditions",
        responses={200: dict},
    )
    def get(self, request: Request, course_id: str) -> Response:
        """What a condition may be, as JSON Schema 2020-12."""
        return Response(rules.schema())


def _reason(request: Request) -> str:
    shape = ReasonShape(data=request.data)
    shape.is_valid(raise_exception=True)
    return str(shape.validated_data["reason"])
