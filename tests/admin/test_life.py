"""Deeds on awards in the administration: each asks first, and says who did it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, MassRevocation

pytestmark = pytest.mark.django_db
State = Award.State


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(
        learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now(), grade=Decimal("0.7")
    )
    api.issue([row.pk])
    row.refresh_from_db()
    return row


def _url(name: str) -> str:
    return reverse(f"admin:ingenium_credentials_{name}_changelist")


def _post(client: Client, action: str, *rows: Any, table: str = "award", **data: Any) -> str:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(_url(table), {**chosen, **data}, follow=True).content.decode()


def test_a_review_is_opened_and_ended_by_a_person(
    admin_client: Client, admin_user: Any, award: Award
) -> None:
    assert "Put under review" in _post(admin_client, "open_review", award)
    award.refresh_from_db()
    assert award.state == State.ISSUED

    _post(admin_client, "open_review", award, step="do", reason="Doubts", days="7")
    award.refresh_from_db()
    assert (award.state, award.review_reason) == (State.REVIEW, "Doubts")
    assert award.review_due_at is not None
    assert AuditEntry.objects.get(action="review-opened").actor_id == admin_user.pk

    assert "Under review (Doubts)" in _post(admin_client, "close_review", award)
    _post(admin_client, "close_review", award, step="do", stands="yes", reason="Unfounded")
    award.refresh_from_db()
    assert award.state == State.ISSUED


def test_a_review_needs_a_reason(admin_client: Client, award: Award) -> None:
    assert "errorlist" in _post(admin_client, "open_review", award, step="do", reason="")
    award.refresh_from_db()
    assert award.state == State.ISSUED


def test_a_correction_is_looked_at_before_it_is_made(admin_client: Client, award: Award) -> None:
    data = {"name": "Ελένη Νέα", "latin_name": "", "source": "document", "reason": "Passport seen"}

    page = _post(admin_client, "correct_name", award, step="look", **data)
    assert "Ελένη Παπαδάκη" in page
    assert "Eleni Nea" in page
    assert Award.objects.count() == 1

    _post(admin_client, "correct_name", award, step="do", **data)
    assert Award.objects.get(supersedes=award).recipient_name == "Ελένη Νέα"


def test_a_grade_is_corrected_in_per_cent(admin_client: Client, award: Award) -> None:
    page = _post(admin_client, "correct_grade", award, step="look", percent="92.5", reason="Marked again")
    assert "70.00%" in page
    assert "92.50%" in page

    _post(admin_client, "correct_grade", award, step="do", percent="92.5", reason="Marked again")
    assert Award.objects.get(supersedes=award).grade == Decimal("0.925")


def test_what_is_refused_is_said_in_words(admin_client: Client, award: Award) -> None:
    page = _post(admin_client, "renew", award, step="do", reason="Refresher course")

    assert "Only an award that expires soon" in page
    assert Award.objects.count() == 1


def test_only_those_who_may_revoke_have_these_actions(client: Client, award: Award) -> None:
    clerk = get_user_model().objects.create_user("clerk", password="secret", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_award"))
    client.force_login(clerk)

    _post(client, "open_review", award, step="do", reason="Doubts")

    award.refresh_from_db()
    assert award.state == State.ISSUED


def test_the_page_of_an_award_tells_who_did_what_when_and_why(
    admin_client: Client, admin_user: Any, award: Award
) -> None:
    api.open_review(award, "Doubts about the exam", actor_id=admin_user.pk)

    address = reverse("admin:ingenium_credentials_award_change", args=(award.pk,))
    page = admin_client.get(address).content.decode()

    assert f"review-opened · {admin_user.pk} · Doubts about the exam" in page
    assert page.index("review-opened") < page.index("· awarded ·")


def test_many_awards_are_proposed_and_a_second_person_decides(
    admin_client: Client, achievement: Achievement
) -> None:
    people = [get_user_model().objects.create_user(f"p{n}", first_name="Ana") for n in range(11)]
    for person in people:
        api.award(learner_id=person.pk, achievement=achievement, awarded_at=timezone.now())

    page = _post(admin_client, "revoke", *Award.objects.all(), confirmed="yes", reason="Exam was leaked")
    proposal = MassRevocation.objects.get()
    assert str(proposal.uuid) in page
    assert not Award.objects.filter(state=State.REVOKED).exists()

    page = _post(admin_client, "approve", proposal, table="massrevocation", step="do", sure="on")
    assert "A second person must decide" in page
    second = get_user_model().objects.create_superuser("second")
    browser = Client()
    browser.force_login(second)
    assert "11 of 11" in _post(browser, "approve", proposal, table="massrevocation")
    _post(browser, "approve", proposal, table="massrevocation", step="do", sure="on")
    proposal.refresh_from_db()
    assert proposal.decided_by == second.pk
    assert api.carry_out(proposal.pk) in (0, 11)
    assert Award.objects.filter(state=State.REVOKED).count() == 11
