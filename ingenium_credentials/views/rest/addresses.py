"""The addresses of the API for course staff, below `ingenium/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import awards, life, results, revocations, rules, trials

_COURSE = "courses/<str:course_id>"
_ONE = f"{_COURSE}/awards/<uuid:uuid>"

urlpatterns: list[URLPattern] = [
    path(f"{_COURSE}/rules/", rules.RulesView.as_view(), name="api-rules"),
    path(f"{_COURSE}/rules/<uuid:uuid>/", rules.RuleView.as_view(), name="api-rule"),
    path(f"{_COURSE}/rules/<uuid:uuid>/explain/", rules.ExplainView.as_view(), name="api-explain"),
    path(f"{_COURSE}/rules/<uuid:uuid>/switch-on/", rules.SwitchOnView.as_view(), name="api-switch-on"),
    path(f"{_COURSE}/rules/<uuid:uuid>/pause/", rules.PauseView.as_view(), name="api-pause"),
    path(f"{_COURSE}/conditions/schema/", rules.SchemaOfConditionsView.as_view(), name="api-conditions"),
    path(f"{_COURSE}/simulations/", trials.SimulationsView.as_view(), name="api-simulations"),
    path(f"{_COURSE}/simulations/<uuid:uuid>/", trials.SimulationView.as_view(), name="api-simulation"),
    path(f"{_COURSE}/simulations/<uuid:uuid>/cancel/", trials.CancelView.as_view(), name="api-cancel"),
    path(f"{_COURSE}/awards/", awards.AwardsView.as_view(), name="api-awards"),
    path(f"{_COURSE}/awards/<uuid:uuid>/", awards.AwardView.as_view(), name="api-award"),
    path(f"{_COURSE}/awards/<uuid:uuid>/revoke/", awards.RevokeView.as_view(), name="api-revoke"),
    path(f"{_COURSE}/awards/<uuid:uuid>/retry/", awards.RetryView.as_view(), name="api-retry"),
    path(f"{_ONE}/correct-name/", life.CorrectNameView.as_view(), name="api-correct-name"),
    path(f"{_ONE}/correct-grade/", life.CorrectGradeView.as_view(), name="api-correct-grade"),
    path(f"{_ONE}/renew/", life.RenewView.as_view(), name="api-renew"),
    path(f"{_ONE}/review/", life.ReviewView.as_view(), name="api-review"),
    path(f"{_ONE}/close-review/", life.CloseReviewView.as_view(), name="api-close-review"),
    path(f"{_COURSE}/revocations/", revocations.RevocationsView.as_view(), name="api-revocations"),
    path(f"{_COURSE}/revocations/<uuid:uuid>/", revocations.RevocationView.as_view(), name="api-revocation"),
    path(f"{_COURSE}/revocations/<uuid:uuid>/decide/", revocations.DecideView.as_view(), name="api-decide"),
    path(f"{_COURSE}/results/", results.ResultsView.as_view(), name="api-results"),
    path(f"{_COURSE}/imports/", results.ImportsView.as_view(), name="api-imports"),
    path(f"{_COURSE}/imports/<uuid:uuid>/apply/", results.ApplyView.as_view(), name="api-apply"),
]
