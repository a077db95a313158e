from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from openedx_events.learning.signals import BADGE_REVOKED

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, Letter, SigningKey
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db
State = Award.State


def _correct(award: Award, name: str = "Ελένη Παπαδοπούλου", **further: Any) -> Award:
    return api.correct_name(award, name, source="document", reason="Passport seen", actor_id=3, **further)


def _verdict(award: Award) -> str:
    return api.verify(bytes(award.credentials.get(format="ob3").body)).verdict


def test_a_corrected_name_is_a_new_credential_in_the_place_of_the_old_one(issued: Award) -> None:
    new = _correct(issued)
    api.issue([new.pk])

    issued.refresh_from_db()
    new.refresh_from_db()
    assert (new.state, issued.state) == (State.ISSUED, State.SUPERSEDED)
    assert (new.supersedes, issued.superseded_by) == (issued, new)
    assert (new.recipient_name, new.recipient_latin_name) == ("Ελένη Παπαδοπούλου", "Eleni Papadopoulou")
    assert new.name_source == "document"
    assert (_verdict(issued), _verdict(new)) == ("not valid", "valid")


def test_what_is_not_corrected_stays_and_is_placed_anew(issued: Award) -> None:
    new = _correct(issued)

    for field in ("learner_id", "achievement", "awarded_at", "email_hash", "recipient_uuid", "courses"):
        assert getattr(new, field) == getattr(issued, field)
    assert new.occasion == issued.occasion + 1
    assert new.status_index != issued.status_index
    assert new.uuid != issued.uuid


def test_the_old_one_stands_until_the_new_one_is_signed(issued: Award) -> None:
    SigningKey.objects.update(uri="file:/nowhere/key.pem")

    new = _correct(issued)
    assert api.issue([new.pk]) == []

    issued.refresh_from_db()
    new.refresh_from_db()
    assert (issued.state, issued.revoked_at, new.state) == (State.ISSUED, None, State.PENDING)
    assert new.last_problem
    award = api.award(learner_id=issued.learner_id or 0, achievement=issued.achievement, awarded_at=EARNED_AT)
    assert award == issued


def test_a_second_correction_before_the_signature_changes_the_first(issued: Award) -> None:
    first = _correct(issued)

    second = api.correct_grade(issued, Decimal("0.9"), reason="Marked again", actor_id=3)

    assert second == first
    assert (second.grade, second.recipient_name) == (Decimal("0.9"), "Ελένη Παπαδοπούλου")
    assert Award.objects.count() == 2


def test_corrections_of_corrections_go_on_from_the_newest(issued: Award) -> None:
    first = _correct(issued)
    api.issue([first.pk])

    second = api.correct_grade(issued, Decimal("0.9"), reason="Marked again", actor_id=3)
    api.issue([second.pk])

    second.refresh_from_db()
    assert second.supersedes == first
    assert list(Award.objects.filter(revoked_at=None)) == [second]


def test_a_pending_award_is_corrected_where_it_stands(award: Award) -> None:
    same = _correct(award)

    assert same.pk == award.pk
    assert same.recipient_name == "Ελένη Παπαδοπούλου"
    assert AuditEntry.objects.get(action="corrected").reason == "Passport seen"


def test_saying_what_it_says_changes_nothing(issued: Award) -> None:
    assert _correct(issued, issued.recipient_name) == issued
    assert Award.objects.count() == 1


def test_the_latin_name_may_follow_a_passport(issued: Award) -> None:
    new = _correct(issued, "Ελένη Παπαδάκη", latin_name="Helena Papadakis")

    assert new.recipient_latin_name == "Helena Papadakis"


@pytest.mark.parametrize(
    "faulty",
    [
        {"name": " \u202e "},
        {"name": "Ελένη", "latin_name": "Ελένη"},
        {"name": "Ελένη", "source": "hearsay"},
        {"name": "Ελένη", "reason": ""},
    ],
)
def test_a_name_without_letters_source_or_reason_is_refused(issued: Award, faulty: dict[str, str]) -> None:
    arguments: dict[str, Any] = {"source": "register", "reason": "Register seen", **faulty}

    with pytest.raises(api.NotAllowed):
        api.correct_name(issued, **arguments)
    assert Award.objects.count() == 1


@pytest.mark.parametrize("grade", [Decimal("1.01"), Decimal("-0.1")])
def test_a_grade_is_a_share(issued: Award, grade: Decimal) -> None:
    with pytest.raises(api.NotAllowed):
        api.correct_grade(issued, grade, reason="Marked again")


def test_a_grade_that_is_not_shown_is_not_corrected(issued: Award) -> None:
    Achievement.objects.update(shows_grade=False)

    with pytest.raises(api.NotAllowed):
        api.correct_grade(issued, Decimal("0.5"), reason="Marked again")


def test_what_is_under_review_or_revoked_is_not_corrected(issued: Award) -> None:
    api.open_review(issued, "Doubts")
    with pytest.raises(api.NotAllowed):
        _correct(issued)
    api.close_review(issued, stands=False, reason="Founded", actor_id=1)
    with pytest.raises(api.NotAllowed):
        _correct(issued)


def test_a_correction_waits_for_the_end_of_a_review(issued: Award) -> None:
    new = _correct(issued)
    api.open_review(issued, "Doubts")

    assert api.issue([new.pk]) == []
    api.close_review(issued, stands=True, reason="Unfounded", actor_id=1)
    Award.objects.update(next_attempt_at=None)

    assert api.issue([new.pk]) == [new.uuid]


def test_revoking_stops_a_correction_under_way(issued: Award) -> None:
    new = _correct(issued)

    api.revoke(issued.uuid, reason="By mistake")

    new.refresh_from_db()
    assert (new.state, new.supersedes) == (State.REVOKED, None)
    assert api.issue([new.pk]) == []


def test_a_correction_that_is_withdrawn_leaves_the_old_one_and_room_for_another(issued: Award) -> None:
    api.revoke(_correct(issued).uuid, reason="Wrong passport")

    issued.refresh_from_db()
    assert issued.state == State.ISSUED
    again = _correct(issued)
    assert (again.state, again.occasion) == (State.PENDING, 3)


def test_the_preview_says_what_would_change_and_changes_nothing(issued: Award) -> None:
    preview = api.preview_correction(issued, name="Ελένη Παπαδοπούλου")

    assert preview.changes
    assert preview.before[:2] == ("Ελένη Παπαδάκη", "Eleni Papadaki")
    assert preview.after[:2] == ("Ελένη Παπαδοπούλου", "Eleni Papadopoulou")
    assert preview.formats == ("ob3", "ob3-jwt")
    assert Award.objects.count() == 1
    assert not api.preview_correction(issued, name=issued.recipient_name).changes


def test_the_learner_and_the_platform_are_told(
    issued: Award, django_capture_on_commit_callbacks: Any
) -> None:
    events: list[Any] = []

    def hear(badge: Any, **_kwargs: Any) -> None:
        events.append(badge.uuid)

    BADGE_REVOKED.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            new = _correct(issued)
    finally:
        BADGE_REVOKED.disconnect(hear)

    assert events == [str(issued.uuid)]
    assert list(new.letters.values_list("kind", flat=True)) == [Letter.Kind.CORRECTED]
    assert not issued.letters.filter(kind=Letter.Kind.REVOKED).exists()


def test_a_corrected_credential_is_shared_as_the_old_one_was(issued: Award) -> None:
    api.share(issued, True, issued.learner_id)

    new = _correct(issued)
    assert new.shared_at is None
    api.issue([new.pk])

    new.refresh_from_db()
    assert new.shared_at is not None


def test_what_is_built_on_a_corrected_award_is_looked_at_by_a_person(
    issued: Award, achievement: Achievement, learner: Any
) -> None:
    larger = api.activate(api.new_version(achievement))
    Achievement.objects.filter(pk=larger.pk).update(slug="larger")
    larger.refresh_from_db()
    whole = api.award(
        learner_id=learner.pk,
        achievement=larger,
        awarded_at=EARNED_AT,
        circumstances=api.Circumstances(parts=[issued]),
    )
    api.issue([whole.pk])

    new = _correct(issued)
    api.issue([new.pk])

    whole.refresh_from_db()
    assert (whole.state, whole.review_due_at) == (State.REVIEW, None)
    assert set(whole.parts.all()) == {issued, new}
    assert _verdict(whole) == "valid"


def test_the_document_holds_the_corrected_name_and_nothing_of_the_old_one(issued: Award) -> None:
    new = _correct(issued)
    api.issue([new.pk])

    text = json.dumps(json.loads(bytes(new.credentials.get(format="ob3").body)), ensure_ascii=False)
    assert "Παπαδοπούλου" in text
    assert "Παπαδάκη" not in text
    assert str(issued.uuid) not in text
