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
    entry = AuditEntry.objects.get(action="awarded", subject_id=str(award.uuid))
    assert (entry.actor_id, entry.reason) == (teacher.pk, "Exam on paper")


def test_nobody_from_elsewhere_is_awarded_in_this_course(call: Call, other_learner: Any) -> None:
    response = _given(call, other_learner)
    assert response.status_code == 400
    assert "learner_id" in response.json()["errors"]


def test_the_same_award_twice_is_one_and_says_that_nothing_was_made(call: Call, learner: Any) -> None:
    said = {"awarded_at": "2026-01-15T10:30:00Z", "grade": "0.9"}
    first, second, third = _given(call, learner, **said), _given(call, learner, **said), _given(call, learner)
    assert [first.status_code, second.status_code, third.status_code] == [201, 200, 200]
    assert first.json()["uuid"] == second.json()["uuid"] == third.json()["uuid"]
    assert AuditEntry.objects.filter(action="awarded").count() == 1


@pytest.mark.parametrize("other", [{"awarded_at": "2026-01-16T10:30:00Z"}, {"grade": "0.8"}])
def test_who_asks_for_another_award_than_there_is_learns_of_it(
    call: Call, learner: Any, other: dict[str, str]
) -> None:
    said = {"awarded_at": "2026-01-15T10:30:00Z", "grade": "0.9"}
    uuid = _given(call, learner, **said).json()["uuid"]
    refused = _given(call, learner, **{**said, **other})
    assert refused.status_code == 409
    assert uuid in refused.json()["detail"]


def test_what_another_course_gave_is_neither_given_again_nor_shown(
    call: Call, learner: Any, achievement: Achievement
) -> None:
    elsewhere = api.Circumstances(given_in="course-v1:URN+OTHER+2026")
    award = api.award(
        learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now(), circumstances=elsewhere
    )
    refused = _given(call, learner)
    assert refused.status_code == 409
    assert str(award.uuid) not in refused.content.decode()


def test_what_was_revoked_is_not_given_again_for_the_same(call: Call, learner: Any) -> None:
    said = {"awarded_at": "2026-01-15T10:30:00Z"}
    uuid = _given(call, learner, **said).json()["uuid"]
    call("post", f"awards/{uuid}/revoke/", {"reason": "Given to the wrong person"})
    assert _given(call, learner, **said).status_code == 409
    assert _given(call, learner).status_code == 201


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
