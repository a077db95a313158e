from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, AuditEntry, Award, MassRevocation
from tests.api.conftest import EARNED_AT
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db
State = Award.State


@pytest.fixture
def three(achievement: Achievement) -> list[Award]:
    """Awards of three learners: two issued, one pending."""
    awards = []
    for number in range(3):
        person = get_user_model().objects.create_user(
            f"p{number}", first_name="Ana", last_name=f"Pop{number}"
        )
        awards.append(api.award(learner_id=person.pk, achievement=achievement, awarded_at=EARNED_AT))
    api.issue([award.pk for award in awards[:2]])
    return list(Award.objects.order_by("pk"))


def _propose(awards: list[Award]) -> MassRevocation:
    return api.propose_mass_revocation([str(award.uuid) for award in awards], "Exam was leaked", actor_id=1)


def _states() -> list[str]:
    return list(Award.objects.order_by("pk").values_list("state", flat=True))


def test_a_proposal_says_what_it_would_do_and_does_nothing(three: list[Award]) -> None:
    preview = api.preview_mass_revocation(_propose([*three, three[0]]))

    assert (preview.total, preview.changes) == (3, 3)
    assert preview.by_state == {State.ISSUED: 2, State.PENDING: 1}
    assert preview.by_definition == {"ecosystems": 3}
    assert preview.formats == {"ob3": 2, "ob3-jwt": 2}
    assert _states() == [State.ISSUED, State.ISSUED, State.PENDING]


def test_a_second_person_has_them_revoked(
    three: list[Award], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        api.decide_mass_revocation(_propose(three), approve=True, actor_id=2)

    assert _states() == [State.REVOKED] * 3
    assert MassRevocation.objects.get().state == MassRevocation.State.DONE
    entries = AuditEntry.objects.filter(action="revoked")
    assert set(entries.values_list("actor_id", "reason")) == {(2, "Exam was leaked")}
    assert AuditEntry.objects.get(action="mass-revocation-proposed").actor_id == 1


@pytest.mark.parametrize("actor_id", [1, None])
@pytest.mark.parametrize("approve", [True, False])
def test_whoever_proposes_does_not_decide(three: list[Award], actor_id: int | None, approve: bool) -> None:
    proposal = _propose(three)

    with pytest.raises(api.NotAllowed):
        api.decide_mass_revocation(proposal, approve=approve, actor_id=actor_id)

    assert State.REVOKED not in _states()
    assert api.carry_out(proposal.pk) == 0


def test_a_rejected_proposal_is_never_carried_out(three: list[Award]) -> None:
    proposal = api.decide_mass_revocation(_propose(three), approve=False, actor_id=2)

    assert proposal.state == MassRevocation.State.REJECTED
    assert api.carry_out(proposal.pk) == 0
    assert State.REVOKED not in _states()
    with pytest.raises(api.NotAllowed):
        api.decide_mass_revocation(proposal, approve=True, actor_id=3)


def test_what_was_cut_off_is_finished_by_the_sweep(
    three: list[Award], django_capture_on_commit_callbacks: Any
) -> None:
    proposal = api.decide_mass_revocation(_propose(three), approve=True, actor_id=2)
    api.revoke(three[0].uuid, reason="Exam was leaked", actor_id=2)
    MassRevocation.objects.update(decided_at=timezone.now() - dt.timedelta(minutes=1))

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep()["mass_revocations"] == 1

    assert _states() == [State.REVOKED] * 3
    assert api.carry_out(proposal.pk) == 0
    assert AuditEntry.objects.filter(action="revoked").count() == 3


@pytest.mark.parametrize("faulty", [[], ["nonsense"], [str(uuid4())]])
def test_nothing_and_what_does_not_exist_is_not_proposed(three: list[Award], faulty: list[str]) -> None:
    with pytest.raises(api.NotAllowed):
        api.propose_mass_revocation(faulty, "Exam was leaked", actor_id=1)
    with pytest.raises(api.NotAllowed):
        api.propose_mass_revocation([*faulty, str(three[0].uuid)] if faulty else [], "", actor_id=1)
    assert not MassRevocation.objects.exists()


def _corrected(award: Award) -> Award:
    new = api.correct_name(award, "Ana Nova", source="register", reason="Register seen", actor_id=3)
    api.issue([new.pk])
    new.refresh_from_db()
    assert new.state == State.ISSUED
    return new


def test_what_replaces_a_named_award_before_the_decision_is_revoked_too(
    three: list[Award], django_capture_on_commit_callbacks: Any
) -> None:
    proposal = _propose(three[:1])
    newest = _corrected(_corrected(three[0]))

    preview = api.preview_mass_revocation(proposal)
    with django_capture_on_commit_callbacks(execute=True):
        api.decide_mass_revocation(proposal, approve=True, actor_id=2)

    assert (preview.changes, preview.formats) == (1, {"ob3": 1, "ob3-jwt": 1})
    newest.refresh_from_db()
    assert (newest.state, newest.revocation_reason) == (State.REVOKED, "Exam was leaked")
    assert _states()[:3] == [State.SUPERSEDED, State.ISSUED, State.PENDING]
    assert MassRevocation.objects.get().state == MassRevocation.State.DONE


def test_a_correction_under_way_is_never_signed(
    three: list[Award], django_capture_on_commit_callbacks: Any
) -> None:
    proposal = _propose(three[:1])
    new = api.correct_name(three[0], "Ana Nova", source="register", reason="Register seen", actor_id=3)

    with django_capture_on_commit_callbacks(execute=True):
        api.decide_mass_revocation(proposal, approve=True, actor_id=2)

    assert api.issue([new.pk]) == []
    assert _states() == [State.REVOKED, State.ISSUED, State.PENDING, State.REVOKED]


def test_what_is_replaced_in_the_moment_of_revoking_is_not_spared(three: list[Award]) -> None:
    proposal = api.decide_mass_revocation(_propose(three[:1]), approve=True, actor_id=2)

    with just_before("SAVEPOINT ", lambda: _corrected(three[0])):
        assert api.carry_out(proposal.pk) == 0
    assert MassRevocation.objects.get().state == MassRevocation.State.PROPOSED
    assert api.carry_out(proposal.pk) == 1

    assert _states() == [State.SUPERSEDED, State.ISSUED, State.PENDING, State.REVOKED]
    assert MassRevocation.objects.get().state == MassRevocation.State.DONE
