"""Correcting and renewing on the course's page: looked at first, made by the second click."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, Letter, OfferedCourse

from .test_instructor import at, posted

OTHER = "course-v1:HIS+AI+2026"
NAME = {
    "name": "Ελένη Παπαδοπούλου",
    "latin_name": "",
    "source": "register",
    "reason": "The register says so",
}


def _seen(page: str) -> str:
    [token] = re.findall(r'name="seen" value="([^"]+)"', page)
    return str(token)


def _preview(staff: Client, course_id: str, award: Award) -> str:
    address = at("instructor-correct-name", course_id, award.uuid)
    return staff.post(address, {**NAME, "do": "preview"}).content.decode()


def test_a_name_is_shown_as_it_will_be_signed_and_nothing_is_made(
    staff: Client, award: Award, course_id: str
) -> None:
    page = _preview(staff, course_id, award)

    assert "Ελένη Παπαδοπούλου" in page
    assert "Eleni Papadopoulou" in page
    assert "the university’s register of students" in page
    assert "The 2 documents that were signed before stop being valid" in page
    assert Award.objects.get() == award
    assert not AuditEntry.objects.filter(action="corrected").exists()


def test_the_second_click_makes_it_with_who_why_and_by_what(
    staff: Client, award: Award, course_id: str, teacher: Any
) -> None:
    page = _preview(staff, course_id, award)
    address = at("instructor-correct-name", course_id, award.uuid)

    done = posted(staff, address, **NAME, do="make", seen=_seen(page))

    new = Award.objects.get(supersedes=award)
    assert (new.recipient_name, new.recipient_latin_name) == ("Ελένη Παπαδοπούλου", "Eleni Papadopoulou")
    assert new.name_source == "register"
    entry = AuditEntry.objects.get(action="corrected")
    assert (entry.actor_id, entry.reason) == (teacher.pk, "The register says so")
    assert "takes the place of the old one" in done
    assert "The learner is told by e-mail once it is signed." in done
    assert "Is to replace" in done
    api.issue([new.pk])
    assert "Replaced by" in staff.get(at("instructor-award", course_id, award.uuid)).content.decode()


def test_who_looked_at_something_else_is_told_and_looks_again(
    staff: Client, award: Award, course_id: str
) -> None:
    page = _preview(staff, course_id, award)
    api.correct_grade(award, Decimal("0.5"), reason="Marked again")

    address = at("instructor-correct-name", course_id, award.uuid)
    refused = posted(staff, address, **NAME, do="make", seen=_seen(page))

    assert "has changed since you looked at it" in refused
    assert Award.objects.get(supersedes=award).recipient_name == "Ελένη Παπαδάκη"
    posted(staff, address, **NAME, do="make", seen=_seen(refused))
    assert Award.objects.get(supersedes=award).recipient_name == "Ελένη Παπαδοπούλου"


def test_nothing_is_made_by_who_has_not_looked(staff: Client, award: Award, course_id: str) -> None:
    address = at("instructor-correct-name", course_id, award.uuid)

    assert "has changed since you looked at it" in posted(staff, address, **NAME, do="make")

    assert Award.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Ελένη", "latin_name": "Ελένη"}, "must be in Latin letters"),
        ({"reason": ""}, "This field is required"),
        ({"source": "hearsay"}, "Select a valid choice"),
        ({"name": "Ελένη Παπαδάκη"}, "The credential says so already"),
    ],
)
def test_what_cannot_be_signed_so_is_said_at_once(
    wrong: dict[str, str], said: str, staff: Client, award: Award, course_id: str
) -> None:
    address = at("instructor-correct-name", course_id, award.uuid)

    page = staff.post(address, {**NAME, **wrong, "do": "preview"}).content.decode()

    assert said in page
    assert 'value="make"' not in page


def test_a_grade_is_corrected_in_percent(staff: Client, award: Award, course_id: str) -> None:
    address = at("instructor-correct-grade", course_id, award.uuid)
    assert 'value="87.5"' in staff.get(address).content.decode()
    fields = {"percent": "92.25", "reason": "Added up anew"}
    page = staff.post(address, {**fields, "do": "preview"}).content.decode()
    assert "87.5 %" in page
    assert "92.25 %" in page

    posted(staff, address, **fields, do="make", seen=_seen(page))

    assert Award.objects.get(supersedes=award).grade == Decimal("0.9225")


def test_a_full_grade_is_shown_as_it_is_entered(staff: Client, award: Award, course_id: str) -> None:
    Award.objects.update(grade=1)

    shown = staff.get(at("instructor-award", course_id, award.uuid)).content.decode()
    form = staff.get(at("instructor-correct-grade", course_id, award.uuid)).content.decode()

    assert "<dd>100 %</dd>" in shown
    assert 'value="100"' in form


def test_one_learners_awards_lead_to_what_can_be_done(staff: Client, award: Award, course_id: str) -> None:
    page = posted(staff, at("instructor-why", course_id), learner="eleni")

    assert at("instructor-award", course_id, award.uuid) in page
    assert "correct, renew, review or revoke" in page


def test_a_definition_without_a_grade_offers_none(staff: Client, award: Award, course_id: str) -> None:
    Achievement.objects.update(shows_grade=False)

    page = staff.get(at("instructor-award", course_id, award.uuid)).content.decode()
    address = at("instructor-correct-grade", course_id, award.uuid)
    refused = staff.post(address, {"percent": "90", "reason": "r", "do": "preview"}).content.decode()

    assert "Correct the name" in page
    assert "Correct the grade" not in page
    assert "does not show a grade" in refused


def test_what_is_not_signed_yet_is_corrected_where_it_stands(
    staff: Client, award: Award, course_id: str
) -> None:
    Award.objects.filter(pk=award.pk).update(state="pending", issued_at=None)
    award.credentials.all().delete()
    page = _preview(staff, course_id, award)
    assert "no second one comes about" in page

    address = at("instructor-correct-name", course_id, award.uuid)
    done = posted(staff, address, **NAME, do="make", seen=_seen(page))

    assert Award.objects.get().recipient_name == "Ελένη Παπαδοπούλου"
    assert "Nothing was signed yet" in done


class TestRenewal:
    """An award that ends soon gets a new end."""

    @pytest.fixture
    def ending(self, award: Award) -> Award:
        Achievement.objects.update(validity_days=365)
        Award.objects.filter(pk=award.pk).update(valid_until=timezone.now() + dt.timedelta(days=3))
        return Award.objects.get()

    def test_it_shows_the_new_end_and_makes_it(self, staff: Client, ending: Award, course_id: str) -> None:
        assert "Renew" in staff.get(at("instructor-award", course_id, ending.uuid)).content.decode()
        address = at("instructor-renew", course_id, ending.uuid)
        page = staff.post(address, {"reason": "Still in use", "do": "preview"}).content.decode()
        year = (timezone.now() + dt.timedelta(days=365)).year
        assert str(year) in page
        assert Award.objects.count() == 1

        posted(staff, address, reason="Still in use", do="make", seen=_seen(page))

        new = Award.objects.get(supersedes=ending)
        assert new.valid_until is not None
        assert new.valid_until > timezone.now() + dt.timedelta(days=360)

    def test_what_is_not_near_its_end_is_not_renewed(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        page = staff.get(at("instructor-award", course_id, award.uuid)).content.decode()
        address = at("instructor-renew", course_id, award.uuid)
        refused = staff.post(address, {"reason": "Early", "do": "preview"}).content.decode()

        assert at("instructor-renew", course_id, award.uuid) not in page
        assert "Only an award that expires soon" in refused

    def test_a_new_version_in_between_is_told(
        self, staff: Client, ending: Award, course_id: str, definition: Achievement
    ) -> None:
        address = at("instructor-renew", course_id, ending.uuid)
        page = staff.post(address, {"reason": "Still in use", "do": "preview"}).content.decode()
        api.activate(api.new_version(definition))

        refused = posted(staff, address, reason="Still in use", do="make", seen=_seen(page))

        assert "definition has changed since you looked" in refused
        assert Award.objects.count() == 1


@pytest.mark.parametrize("deed", ["instructor-correct-name", "instructor-correct-grade", "instructor-renew"])
def test_staff_of_another_course_find_nothing_to_change(
    deed: str, staff: Client, other: Client, award: Award, course_id: str
) -> None:
    api.define_offered_course(OfferedCourse(course_id=OTHER, definitions=[award.definition]))

    assert staff.get(at(deed, OTHER, award.uuid)).status_code == 404
    assert staff.post(at(deed, OTHER, award.uuid), {**NAME, "do": "make"}).status_code == 404
    assert other.get(at(deed, course_id, award.uuid)).status_code == 404
    assert Award.objects.count() == 1


def test_what_waits_for_its_learner_is_not_tried_again(staff: Client, award: Award, course_id: str) -> None:
    in_a_week = timezone.now() + dt.timedelta(days=7)
    Award.objects.filter(pk=award.pk).update(state="pending", issued_at=None, confirmation_due_at=in_a_week)

    page = staff.get(at("instructor-award", course_id, award.uuid)).content.decode()

    assert "The learner may look at the name until" in page
    assert "Try again now" not in page
    assert "Correct the name" in page


class TestWhatIsSaidOfLetters:
    """The page says that the learner is told only where that is so."""

    def test_a_review_of_what_was_signed_is_told(self, staff: Client, award: Award, course_id: str) -> None:
        page = posted(staff, at("instructor-award", course_id, award.uuid), do="review", reason="Doubts")

        assert "The learner is told by e-mail." in page
        assert Letter.objects.filter(kind=Letter.Kind.REVIEW).exists()

    def test_what_was_never_signed_is_told_to_nobody(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        Award.objects.filter(pk=award.pk).update(state="pending", issued_at=None)

        page = posted(staff, at("instructor-award", course_id, award.uuid), do="review", reason="Doubts")

        assert "not told, because nothing was signed yet" in page

    def test_without_mail_nobody_is_told(
        self, staff: Client, award: Award, course_id: str, settings: Any
    ) -> None:
        settings.INGENIUM_MAIL = False

        page = posted(staff, at("instructor-award", course_id, award.uuid), do="revoke", reason="Copied")

        assert "The learner is not told: mail is switched off here" in page

    def test_the_end_of_a_review_that_nobody_was_told_of_is_told_to_nobody(
        self, staff: Client, award: Award, course_id: str
    ) -> None:
        address = at("instructor-award", course_id, award.uuid)
        posted(staff, address, do="review", reason="Doubts")

        page = posted(staff, address, do="stands", reason="They were wrong")

        assert "no letter about the review has gone out" in page


@pytest.mark.parametrize(
    ("days", "state"), [("7", "review"), ("0", "issued"), ("x", "issued"), ("", "review")]
)
def test_a_review_may_end_by_itself(
    days: str, state: str, staff: Client, award: Award, course_id: str
) -> None:
    address = at("instructor-award", course_id, award.uuid)

    page = posted(staff, address, do="review", reason="Doubts", days=days)

    award.refresh_from_db()
    assert award.state == state
    assert (award.review_due_at is not None) is (days == "7")
    assert ("from 1 to 365" in page.split("<form")[0]) is (state == "issued")
