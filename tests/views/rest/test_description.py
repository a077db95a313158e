"""The API keeps what its own description says, whatever is thrown at it.

Schemathesis makes requests from the description, sound and spoiled ones, as a member of the
course's staff whose programs are let in by a session.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, given, settings

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule, OfferedCourse
from ingenium_credentials.views.rest import addresses
from tests.conftest import COURSE

pytestmark = [pytest.mark.django_db, pytest.mark.conformance]

NOW = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
PREFIX = "/ingenium/api/v1/"
TOKEN = "a" * 32


def _operations() -> list[tuple[str, str]]:
    """Each endpoint as the description writes it, with each of its methods."""
    found = []
    for pattern in addresses.urlpatterns:
        path = PREFIX + str(pattern.pattern).replace("<str:course_id>", "{course_id}")
        path = path.replace("<uuid:uuid>", "{uuid}")
        view: Any = getattr(pattern.callback, "view_class")  # noqa: B009
        found += [(method, path) for method in ("get", "post", "put") if hasattr(view, method)]
    return found


@pytest.fixture
def session(teacher: Any) -> dict[str, Any]:
    """What a browser sends for somebody who is signed in."""
    browser = Client()
    browser.force_login(teacher)
    cookies = {"sessionid": browser.cookies["sessionid"].value, "csrftoken": TOKEN}
    return {"cookies": cookies, "headers": {"X-CSRFToken": TOKEN, "Referer": "http://localhost/"}}


@pytest.fixture
def there(offered: OfferedCourse, rule: AwardRule, learner: Any, teacher: Any) -> dict[str, Any]:
    """Something of each kind that the addresses can name."""
    here = api.Circumstances(given_in=COURSE)
    award = api.award_by_hand(
        rule.achievement, learner.pk, awarded_at=NOW, reason="x", actor_id=1, circumstances=here
    )
    assert award in api.awards_of_course(COURSE)
    trial = api.start_simulation(COURSE, rule.achievement, rule.condition, actor_id=teacher.pk)
    proposal = api.propose_mass_revocation([award.uuid], "x", learner.pk, course_id=COURSE)
    return {
        "rules": rule.uuid,
        "awards": award.uuid,
        "simulations": trial.uuid,
        "revocations": proposal.uuid,
    }


@pytest.fixture
def described(db: None, settings: Any) -> Any:
    """The description as the site serves it."""
    import schemathesis

    settings.INGENIUM_API_RATE = "1000000/min"
    return schemathesis.openapi.from_wsgi(f"{PREFIX}schema/?format=json", get_wsgi_application())


@pytest.mark.parametrize(("method", "path"), _operations())
def test_each_answer_is_one_that_the_description_names(
    method: str, path: str, described: Any, session: dict[str, Any], there: dict[str, Any]
) -> None:
    from schemathesis.checks import ignored_auth, positive_data_acceptance

    # The session is valid whatever else is sent (test_access.py tries those that are not), and
    # what has the right form may still be refused: a definition that is not offered, say.
    excluded = [ignored_auth, positive_data_acceptance]
    operation = described[path][method.upper()]

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def thrown(case: Any) -> None:
        # At what exists: else nearly all answers would be 'not found'.
        case.path_parameters["course_id"] = COURSE
        thing = path.split("/")[6]
        if "{uuid}" in path and thing in there:
            case.path_parameters["uuid"] = str(there[thing])
        case.call_and_validate(excluded_checks=excluded, **session)

    thrown()
