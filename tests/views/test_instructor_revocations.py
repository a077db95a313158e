"""Many awards are revoked on the course's page by two people, who see first what would happen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Award, MassRevocation, OfferedCourse

from .conftest import AWARDED
from .test_instructor import at, posted

OTHER = "course-v1:HIS+AI+2026"


@pytest.fixture
def colleague(db: None) -> Client:
    """Another member of the staff."""
    user = get_user_model().objects.create_user("zoi", "z@example.org", "secret", first_name="Zoi")
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    browser = Client(headers={"accept": "text/html"})
    browser.force_login(user)
    return browser


@pytest.fixture
def proposal(award: Award, course_id: str, teacher: Any) -> MassRevocation:
    return api.propose_mass_revocation([award.uuid], "Exam leaked", teacher.pk, course_id=course_id)


def _file(data: bytes, name: str = "awards.csv") -> dict[str, Any]:
    return {"do": "look", "file": SimpleUploadedFile(name, data)}


def test_chosen_in_the_list_they_are_shown_and_nothing_is_kept(
    staff: Client, award: Award, course_id: str
) -> None:
    listed = staff.get(at("instructor-awards", course_id)).content.decode()
    [value] = re.findall(r'name="award" value="([^"]+)"', listed)

    page = staff.post(at("instructor-revocations", course_id), {"award": value, "do": "look"})

    assert "Propose to revoke 1 award" in page.content.decode()
    assert "Ελένη Παπαδάκη" in page.content.decode()
    assert not MassRevocation.objects.exists()


def test_an_exported_list_names_them_and_so_does_a_list_of_ids(
    staff: Client, award: Award, course_id: str
) -> None:
    exported = staff.post(at("instructor-export", course_id), {"as": "csv"})
    table = b"".join(exported.streaming_content)  # type: ignore[attr-defined]
    workbook = staff.post(at("instructor-export", course_id), {"as": "xlsx"})
    sheet = b"".join(workbook.streaming_content)  # type: ignore[attr-defined]

    for data in (table, sheet, f"{award.uuid}\n".encode(), f"award\n{award.uuid}\n".encode("utf-16")):
        page = staff.post(at("instructor-revocations", course_id), _file(data)).content.decode()
        assert "Propose to revoke 1 award" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"name\nEleni\n", "names no award"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b"00000000-0000-4000-8000-000000000000\n", "do not exist, or not here"),
        (b"00000000-0000-4000-8000-000000000000\nnonsense\n", "Row 2 has no public id"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    data: bytes, said: str, staff: Client, award: Award, course_id: str
) -> None:
    page = staff.post(at("instructor-revocations", course_id), _file(data)).content.decode()

    assert said in page
    assert "Propose to revoke" not in page


def test_nothing_chosen_is_said(staff: Client, award: Award, course_id: str) -> None:
    assert "Choose awards in the list" in posted(staff, at("instructor-revocations", course_id), do="look")


def test_a_proposal_needs_a_reason_and_the_choice_stays(staff: Client, award: Award, course_id: str) -> None:
    sent = {"awards": str(award.uuid), "reason": " ", "do": "propose"}
    page = staff.post(at("instructor-revocations", course_id), sent).content.decode()

    assert "needs a reason" in page
    assert str(award.uuid) in page
    assert not MassRevocation.objects.exists()


def test_a_colleague_decides_and_not_whoever_proposed(
    staff: Client,
    colleague: Client,
    award: Award,
    course_id: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent = {"awards": str(award.uuid), "reason": "Exam leaked", "do": "propose"}
    own = posted(staff, at("instructor-revocations", course_id), **sent)
    assert (
        "1 proposal to revoke awards waits" in staff.get(at("instructor-awards", course_id)).content.decode()
    )
    assert "Nothing was revoked: another member of the staff" in own
    assert 'value="approve"' not in own
    row = MassRevocation.objects.get()
    address = at("instructor-revocation", course_id, row.uuid)
    theirs = colleague.get(address).content.decode()
    [seen] = re.findall(r'name="seen" value="([^"]+)"', theirs)
    assert "A second person must decide" in posted(staff, address, do="approve", seen=seen)

    with django_capture_on_commit_callbacks(execute=True):
        posted(colleague, address, do="approve", seen=seen)

    award.refresh_from_db()
    assert (award.state, award.revocation_reason) == ("revoked", "Exam leaked")
    page = colleague.get(address).content.decode()
    assert "Ana Ilić" in page
    assert "Zoi" in page
    assert 'value="approve"' not in page
    assert "Exam leaked" in staff.get(at("instructor-revocations", course_id)).content.decode()


def test_what_has_changed_since_it_was_looked_at_is_told(
    colleague: Client, award: Award, proposal: MassRevocation, course_id: str
) -> None:
    address = at("instructor-revocation", course_id, proposal.uuid)
    [seen] = re.findall(r'name="seen" value="([^"]+)"', colleague.get(address).content.decode())
    api.correct_name(award, "Ελένη", source="register", reason="Register seen")

    assert "other awards would be revoked than you have seen" in posted(
        colleague, address, do="approve", seen=seen
    )
    assert "other awards would be revoked" in posted(colleague, address, do="approve")
    assert "Rejected. Nothing is revoked." in posted(colleague, address, do="reject")


def test_another_course_sees_no_proposal_and_proposes_nothing(
    staff: Client, award: Award, proposal: MassRevocation, course_id: str
) -> None:
    api.define_offered_course(OfferedCourse(course_id=OTHER, definitions=[award.definition]))

    assert staff.get(at("instructor-revocation", OTHER, proposal.uuid)).status_code == 404
    assert staff.post(at("instructor-revocation", OTHER, proposal.uuid), {"do": "approve"}).status_code == 404
    assert "Exam leaked" not in staff.get(at("instructor-revocations", OTHER)).content.decode()
    sent = {"awards": str(award.uuid), "reason": "r", "do": "propose"}
    assert "not here" in posted(staff, at("instructor-revocations", OTHER), **sent)
    assert MassRevocation.objects.count() == 1


def test_what_is_revoked_already_leaves_nothing_to_propose(
    staff: Client, award: Award, course_id: str
) -> None:
    api.revoke(award, reason="Alone")

    page = posted(staff, at("instructor-revocations", course_id), award=str(award.uuid), do="look")

    assert "There is nothing to propose" in page


def test_more_than_are_shown_are_counted(
    staff: Client, award: Award, course_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = get_user_model().objects.create_user("second", first_name="Ana", last_name="Pop")
    second = api.award(
        learner_id=person.pk,
        achievement=award.achievement,
        awarded_at=AWARDED,
        circumstances=api.Circumstances(given_in=course_id),
    )
    # A list longer than the page shows would take hundreds of awards.
    monkeypatch.setattr("ingenium_credentials.views.instructor.revocations._MOST_SHOWN", 1)

    page = posted(
        staff, at("instructor-revocations", course_id), awards=f"{award.uuid} {second.uuid}", do="look"
    )

    assert "Propose to revoke 2 awards" in page
    assert "One more award is not shown." in page
