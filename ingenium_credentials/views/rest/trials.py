"""Trials of conditions over the API: who would earn it, who just misses, on real results."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from ... import api
from ...models import Achievement, AwardRule, CourseResult, Simulation
from .bases import CourseView, described
from .rules import offered, rule_of
from .shapes import ConditionShape, SimulationShape

__all__ = ["CancelView", "SimulationView", "SimulationsView"]


def shown(trial: Simulation) -> dict[str, Any]:
    """A trial as the API shows it: all are counted, and only learners of the course are named."""
    fields = dict(SimulationShape(trial).data)
    found = dict(trial.outcome or {})
    near, learners = found.get("near", []), found.get("learners", {})
    asked = {one["learner"] for one in near}.union(*learners.values())
    here = CourseResult.objects.filter(course_id=trial.course_id, learner_id__in=asked)
    known = set(here.values_list("learner_id", flat=True))
    fields["outcome"] = {
        "counts": found.get("counts", {}),
        "learners": {name: [one for one in ids if one in known] for name, ids in learners.items()},
        "near": [one for one in near if one["learner"] in known],
        "missing": found.get("missing", {}),
    }
    return fields


def simulation_of(course_id: str, uuid: Any) -> Simulation:
    """The trial if it is one of the course's; raises `Simulation.DoesNotExist`."""
    return Simulation.objects.get(course_id=course_id, uuid=uuid)


class SimulationsView(CourseView):
    """Trials of conditions."""

    @described(
        "simulations_create",
        "Try a condition on the results of the course",
        request=ConditionShape,
        responses={202: SimulationShape},
    )
    def post(self, request: Request, course_id: str) -> Response:
        """Begin a trial; ask for it again to see how far it is. It awards nothing."""
        shape = ConditionShape(data=request.data)
        shape.is_valid(raise_exception=True)
        given = shape.validated_data
        achievement = offered(self.course_id, given["definition"])
        rule = _rule_to_change(self.course_id, given.get("rule"), achievement)
        # What may not be written must not be tried: it would tell of other courses.
        api.demand_offered(AwardRule(achievement=achievement, condition=given["condition"]), self.course_id)
        begun = api.start_simulation(
            self.course_id,
            achievement,
            given["condition"],
            actor_id=self.actor_id,
            rule=rule,
        )
        return Response(shown(begun), status=202)


def _rule_to_change(course_id: str, uuid: Any, achievement: Achievement) -> AwardRule | None:
    if uuid is None:
        return None
    rule = rule_of(course_id, uuid)
    if rule.achievement.slug != achievement.slug:
        raise exceptions.ValidationError({"rule": [_("This rule awards another definition.")]})
    return rule


class SimulationView(CourseView):
    """One trial."""

    @described(
        "simulations_read",
        "How far a trial is, and what it has found",
        responses={200: SimulationShape},
    )
    def get(self, request: Request, course_id: str, uuid: Any) -> Response:
        """The trial as it is now; `outcome` is there once it is done."""
        return Response(shown(simulation_of(self.course_id, uuid)))


class CancelView(CourseView):
    """Stop a trial."""

    @described(
        "simulations_cancel",
        "Stop a trial",
        request=OpenApiTypes.NONE,
        responses={200: SimulationShape},
    )
    def post(self, request: Request, course_id: str, uuid: Any) -> Response:
        """Stop it; one that is over stays as it is."""
        found = api.cancel_simulation(simulation_of(self.course_id, uuid), actor_id=self.actor_id)
        return Response(shown(found))
