"""Awards corrected, renewed and reviewed over the API; many of them revoked by two people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, CourseResult, MassRevocation
from tests.conftest import COURSE
from tests.views.rest.conftest import Call

NAME = {"name": "Ελένη Παπαδοπούλου", "source": "document", "reason": "Passport seen"}
ELSEWHERE = "course-v1:URN+OTHER+2026"


@pytest.fixture
def award(offered: Any, learner: Any, achievement: Achievement) -> Award:
    """An issued award of the course, with a grade."""
    Achievement.objects.update(shows_grade=True)
    achievement.refresh_from_db()
    return _award(learner, achievement, COURSE)


def _award(owner: Any, achievement: Achievement, course: str) -> Award:
    made = api.award(
        learner_id=owner.pk,
        achievement=achievement,
        awarded_at=timezone.now(),
        circumstances=api.Circumstances(given_in=course),
    )
    api.issue([made.pk])
    return Award.objects.get(pk=made.pk)


@pytest.fixture
def colleague(db: None) -> Client:
    """A second member of the staff."""
    user = get_user_model().objects.create_user("colleague", "c@example.org", "secret")
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    browser = Client()
    browser.force_login(user)
    return browser


class TestCorrecting:
    """What an award says is corrected by a new one."""

    def test_a_dry_run_says_what_would_be_signed_and_makes_nothing(self, call: Call, award: Award) -> None:
        response = call("post", f"awards/{award.uuid}/correct-name/", {**NAME, "dry_run": True})

        assert response.status_code == 200, response.content
        said = response.json()
        assert said["says"] == {"name": "Ελένη Παπαδοπούλου", "latin_name": "Eleni Papadopoulou"}
        assert (said["dry_run"], said["changes"], said["award"]) == (True, True, None)
        assert said["formats"] == ["ob3", "ob3-jwt"]
        assert Award.objects.count() == 1

    def test_the_name_that_stands_is_in_no_answer(self, call: Call, award: Award) -> None:
        for path, body in (("correct-name", NAME), ("correct-grade", {"grade": "0.9", "reason": "r"})):
            text = call("post", f"awards/{award.uuid}/{path}/", {**body, "dry_run": True}).content.decode()
            assert "Παπαδάκη" not in text
            assert "Papadaki" not in text

    def test_what_was_looked_at_is_made(self, call: Call, award: Award, teacher: Any) -> None:
        path = f"awards/{award.uuid}/correct-name/"
        seen = call("post", path, {**NAME, "dry_run": True}).json()["seen"]

        made = call("post", path, {**NAME, "seen": seen}).json()

        new = Award.objects.get(supersedes=award)
        assert (made["award"]["uuid"], new.recipient_name) == (str(new.uuid), NAME["name"])
        entry = AuditEntry.objects.get(action="corrected")
        assert (entry.actor_id, entry.reason) == (teacher.pk, "Passport seen")
        again = call("post", path, {**NAME, "name": "Ελένη", "seen": seen})
        assert again.status_code == 409
        assert "changed since" in again.json()["detail"]

    def test_a_grade_is_a_share(self, call: Call, award: Award) -> None:
        path = f"awards/{award.uuid}/correct-grade/"
        made = call("post", path, {"grade": "0.925", "reason": "Added up anew"})

        assert made.json()["says"] == {"grade": "0.9250"}
        assert str(Award.objects.get(supersedes=award).grade) == "0.9250"
        assert call("post", path, {"grade": "92.5", "reason": "Percent"}).status_code == 400
        assert call("post", path, {"reason": "None given"}).status_code == 400

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"source": "hearsay"}, 400),
            ({"reason": ""}, 400),
            ({"latin_name": "Ελένη"}, 409),
            ({"nmae": "x"}, 400),
        ],
    )
    def test_what_cannot_be_signed_is_refused(
        self, wrong: dict[str, str], status: int, call: Call, award: Award
    ) -> None:
        assert call("post", f"awards/{award.uuid}/correct-name/", {**NAME, **wrong}).status_code == status
        assert Award.objects.count() == 1

    def test_what_is_under_review_is_not_corrected_not_even_on_trial(self, call: Call, award: Award) -> None:
        api.open_review(award, "Doubts")
        for dry_run in (True, False):
            refused = call("post", f"awards/{award.uuid}/correct-name/", {**NAME, "dry_run": dry_run})
            assert refused.status_code == 409


class TestRenewing:
    """A new end."""

    def test_what_ends_soon_is_renewed_after_a_look(self, call: Call, award: Award) -> None:
        Achievement.objects.update(validity_days=365)
        Award.objects.update(valid_until=timezone.now() + dt.timedelta(days=2))
        path = f"awards/{award.uuid}/renew/"
        looked = call("post", path, {"reason": "Still in use", "dry_run": True}).json()
        assert (looked["award"], Award.objects.count()) == (None, 1)

        made = call("post", path, {"reason": "Still in use", "seen": looked["seen"]}).json()

        new = Award.objects.get(supersedes=award)
        assert made["award"]["uuid"] == str(new.uuid)
        assert new.valid_until is not None
        assert made["says"] == {"valid_until": new.valid_until.isoformat(), "version": 1}

    def test_what_does_not_end_is_not_renewed(self, call: Call, award: Award) -> None:
        assert call("post", f"awards/{award.uuid}/renew/", {"reason": "Early"}).status_code == 409


class TestReviewing:
    """Looked at again, by a person or until a day."""

    def test_a_review_is_opened_and_closed_with_reasons(self, call: Call, award: Award, teacher: Any) -> None:
        due_at = (timezone.now() + dt.timedelta(days=7)).isoformat()
        opened = call("post", f"awards/{award.uuid}/review/", {"reason": "Doubts", "due_at": due_at})
        assert (opened.json()["state"], opened.json()["review_reason"]) == ("review", "Doubts")
        assert opened.json()["review_due_at"]

        closed = call("post", f"awards/{award.uuid}/close-review/", {"stands": True, "reason": "All well"})
        assert closed.json()["state"] == "issued"
        assert AuditEntry.objects.get(action="review-closed").actor_id == teacher.pk
        again = call("post", f"awards/{award.uuid}/close-review/", {"stands": False, "reason": "Or not"})
        assert again.status_code == 409

    def test_a_review_cannot_end_before_it_begins(self, call: Call, award: Award) -> None:
        body = {"reason": "Doubts", "due_at": "2026-01-01T00:00:00Z"}
        assert call("post", f"awards/{award.uuid}/review/", body).status_code == 400
        assert Award.objects.get().state == "issued"

    def test_a_review_can_end_with_a_revocation(self, call: Call, award: Award) -> None:
        call("post", f"awards/{award.uuid}/review/", {"reason": "Doubts"})
        closed = call("post", f"awards/{award.uuid}/close-review/", {"stands": False, "reason": "Copied"})
        assert (closed.json()["state"], closed.json()["revocation_reason"]) == ("revoked", "Copied")


DEEDS = {
    "correct-name": NAME,
    "correct-grade": {"grade": "0.9", "reason": "r"},
    "renew": {"reason": "r"},
    "review": {"reason": "r"},
    "close-review": {"stands": False, "reason": "r"},
    "revoke": {"reason": "r"},
    "retry": {},
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_earned_elsewhere_alone_cannot_be_changed_here(
    deed: str, call: Call, award: Award, learner: Any, achievement: Achievement
) -> None:
    stranger = get_user_model().objects.create_user("nikos", "n@example.org", first_name="Νίκος")
    CourseResult.objects.create(learner_id=stranger.pk, course_id=COURSE)
    theirs = _award(stranger, achievement, ELSEWHERE)

    assert call("post", f"awards/{theirs.uuid}/{deed}/", DEEDS[deed]).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "issued"


class TestRevokingMany:
    """One proposes, another one decides."""

    def _propose(self, call: Call, *awards: Award, **more: Any) -> Any:
        uuids = [str(award.uuid) for award in awards]
        return call("post", "revocations/", {"awards": uuids, "reason": "Exam leaked", **more})

    def test_a_dry_run_keeps_nothing(self, call: Call, award: Award) -> None:
        response = self._propose(call, award, dry_run=True)

        assert response.status_code == 200, response.content
        said = response.json()
        assert (said["uuid"], said["changes"], said["by_state"]) == (None, 1, {"issued": 1})
        assert not MassRevocation.objects.exists()

    def test_a_second_person_decides(
        self, call: Call, award: Award, colleague: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        proposed = self._propose(call, award)
        assert (proposed.status_code, proposed.json()["state"]) == (201, "open")
        path = f"revocations/{proposed.json()['uuid']}/"
        assert call("post", f"{path}decide/", {"approve": True}).status_code == 409
        seen = call("get", path, as_=colleague).json()["seen"]

        with django_capture_on_commit_callbacks(execute=True):
            decided = call("post", f"{path}decide/", {"approve": True, "seen": seen}, as_=colleague)

        assert decided.status_code == 200
        award.refresh_from_db()
        assert (award.state, award.revocation_reason) == ("revoked", "Exam leaked")
        assert [one["state"] for one in call("get", "revocations/").json()] == ["done"]

    def test_whoever_saw_other_awards_is_told(self, call: Call, award: Award, colleague: Client) -> None:
        path = f"revocations/{self._propose(call, award).json()['uuid']}/"
        seen = call("get", path, as_=colleague).json()["seen"]
        api.correct_name(award, "Ελένη", source="register", reason="Register seen")

        refused = call("post", f"{path}decide/", {"approve": True, "seen": seen}, as_=colleague)

        assert (refused.status_code, MassRevocation.objects.get().decided_at) == (409, None)

    def test_nobody_proposes_or_decides_about_another_course(
        self, call: Call, award: Award, learner: Any, colleague: Client
    ) -> None:
        stranger = get_user_model().objects.create_user("nikos", "n@example.org", first_name="Νίκος")
        theirs = _award(stranger, award.achievement, ELSEWHERE)
        assert self._propose(call, award, theirs).status_code == 409
        proposal = api.propose_mass_revocation([theirs.uuid], "r", 1, course_id="")

        assert call("get", f"revocations/{proposal.uuid}/", as_=colleague).status_code == 404
        decided = call("post", f"revocations/{proposal.uuid}/decide/", {"approve": True}, as_=colleague)
        assert decided.status_code == 404
        assert call("get", "revocations/").json() == []

    def test_what_left_the_course_in_between_is_not_revoked_by_its_staff(
        self, call: Call, award: Award, colleague: Client, offered: Any
    ) -> None:
        path = f"revocations/{self._propose(call, award).json()['uuid']}/decide/"
        offered.definitions = []
        offered.save()

        assert call("post", path, {"approve": True}, as_=colleague).status_code == 409
        assert call("post", path, {"approve": False}, as_=colleague).json()["state"] == "rejected"
