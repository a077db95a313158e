"""Awards over the API: listed, given by hand, taken back, tried again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, CourseResult
from tests.conftest import COURSE
from tests.views.rest.conftest import Call


@pytest.fixture(autouse=True)
def _takes_the_course(learner: Any, offered: Any) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=COURSE)


@pytest.fixture
def other_learner(db: None) -> Any:
    return get_user_model().objects.create_user("nikos", "nikos@example.org", "secret", first_name="Νίκος")


def _given(call: Call, learner: Any, **more: Any) -> Any:
    body = {"learner_id": learner.pk, "definition": "ecosystems", "reason": "Exam on paper", **more}
    return call("post", "awards/", body)


def test_an_award_by_hand_is_issued_and_says_who_and_why(call: Call, learner: Any, teacher: Any) -> None:
    response = _given(call, learner, awarded_at="2026-01-15T10:30:00+02:00", grade="0.9")
    assert response.status_code == 201, response.content
    award = Award.objects.get(uuid=response.json()["uuid"])
    assert award.awarded_at == dt.datetime(2026, 1, 15, 8, 30, tzinfo=dt.UTC)
    assert award.courses == [COURSE]
    entry = AuditEntry.objects.get(action="awarded", subject_id=str(award.uuid))
    assert (entry.actor_id, entry.reason) == (teacher.pk, "Exam on paper")


def test_nobody_from_elsewhere_is_awarded_in_this_course(call: Call, other_learner: Any) -> None:
    response = _given(call, other_learner)
    assert response.status_code == 400
    assert "learner_id" in response.json()["errors"]


def test_the_same_award_twice_is_one(call: Call, learner: Any) -> None:
    first, second = (_given(call, learner).json()["uuid"] for _once in range(2))
    assert first == second


def test_an_award_without_a_reason_or_in_the_future_is_refused(call: Call, learner: Any) -> None:
    assert _given(call, learner, reason=" ").status_code == 400
    tomorrow = (timezone.now() + dt.timedelta(days=1)).isoformat()
    assert _given(call, learner, awarded_at=tomorrow).status_code == 409
    assert not Award.objects.exists()


def test_awards_are_listed_by_state_and_page(call: Call, learner: Any) -> None:
    uuid = _given(call, learner).json()["uuid"]
    page = call("get", "awards/").json()
    assert (page["count"], page["pages"], [one["uuid"] for one in page["awards"]]) == (1, 1, [uuid])
    assert call("get", "awards/", {"state": "revoked"}).json()["count"] == 0
    assert call("get", "awards/", {"learner_id": learner.pk}).json()["count"] == 1
    assert call("get", "awards/", {"page": 2}).status_code == 404
    assert call("get", "awards/", {"state": "lost"}).status_code == 400


def test_no_answer_names_the_learner(call: Call, learner: Any) -> None:
    uuid = _given(call, learner).json()["uuid"]
    for path in ("awards/", f"awards/{uuid}/"):
        text = call("get", path).content.decode()
        assert "Ελένη" not in text
        assert "eleni" not in text


def test_an_award_is_revoked_with_a_reason(call: Call, learner: Any) -> None:
    uuid = _given(call, learner).json()["uuid"]
    assert call("post", f"awards/{uuid}/revoke/", {}).status_code == 400
    response = call("post", f"awards/{uuid}/revoke/", {"reason": "Given to the wrong person"})
    assert (response.status_code, response.json()["state"]) == (200, "revoked")


def test_only_a_pending_award_is_tried_again(call: Call, learner: Any) -> None:
    uuid = _given(call, learner).json()["uuid"]
    api.issue(list(Award.objects.values_list("pk", flat=True)))
    assert call("post", f"awards/{uuid}/retry/").status_code == 409


def test_an_award_of_another_course_is_not_found(call: Call, learner: Any, achievement: Achievement) -> None:
    other = api.new_version(achievement)
    other.slug, other.version = "elsewhere", 1
    api.activate(api.define(other, awarding_bodies=list(achievement.awarding_bodies.all())))
    award = api.award(learner_id=learner.pk, achievement=other, awarded_at=timezone.now())
    assert call("get", f"awards/{award.uuid}/").status_code == 404
    assert call("post", f"awards/{award.uuid}/revoke/", {"reason": "Mine now"}).status_code == 404
