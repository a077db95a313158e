"""An instructor corrects what an award says, by keyboard alone; many are revoked by two people."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, Letter, OfferedCourse
from tests.conftest import COURSE

from .conftest import Judge, Open
from .test_instructor import PAGE, offered, teacher
from .test_instructor_flow import follow, tab_to

__all__ = ["offered", "teacher"]


@pytest.fixture
def award(offered: OfferedCourse, definition: Achievement, learner: Any) -> Award:
    """Issued in the course, shared, and soon at its end."""
    Achievement.objects.filter(pk=definition.pk).update(validity_days=365)
    made = api.award(
        learner_id=learner.pk,
        achievement=Achievement.objects.get(pk=definition.pk),
        awarded_at=timezone.now() - dt.timedelta(days=360),
        grade=Decimal("0.875"),
        circumstances=api.Circumstances(given_in=COURSE),
    )
    api.issue([made.pk])
    api.share(made, True, learner.pk)
    return Award.objects.get(pk=made.pk)


@pytest.fixture
def colleague(db: None) -> Any:
    """A second member of the staff."""
    user = get_user_model().objects.create_user("zoi", "z@example.org", "secret", first_name="Zoi")
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    return user


def test_by_keyboard_alone_a_name_is_corrected_and_the_old_credential_leads_to_the_new_one(
    open_page: Open, teacher: Any, learner: Any, award: Award
) -> None:
    page = open_page(f"{PAGE}awards/", user=teacher)
    follow(page, "Ελένη Παπαδάκη")
    follow(page, "Correct the name", exact=True)
    tab_to(page, "Name in the learner’s own script")
    page.keyboard.press("Control+A")
    page.keyboard.type("Ελένη Παπαδοπούλου")
    tab_to(page, "Name in Latin letters")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    tab_to(page, "According to")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Your reason")
    page.keyboard.type("The register says so")
    follow(page, "Show what it will say", exact=True)

    preview = page.locator(".preview").inner_text()
    assert "Eleni Papadopoulou" in preview
    assert "the university’s register of students" in preview
    assert Award.objects.count() == 1
    follow(page, "Make it so", exact=True)

    page.wait_for_selector("text=takes the place of the old one")
    new = Award.objects.get(supersedes=award)
    assert (new.recipient_name, new.name_source) == ("Ελένη Παπαδοπούλου", "register")
    if new.state == Award.State.PENDING:
        api.issue([new.pk])
    assert page.complaints == []

    old = open_page(f"/ingenium/credentials/{award.uuid}", user=learner)
    assert "replaced" in old.locator("main").inner_text().lower()
    old.locator(f"a[href*='{new.uuid}']").first.click()
    assert "Ελένη Παπαδοπούλου" in old.locator("h1, .hero, main").first.inner_text()
    old.locator(f"a[href*='{award.uuid}']").first.click()
    assert str(award.uuid) in old.url


def test_each_page_of_it_is_sound(
    open_page: Open, judge: Judge, width: int, teacher: Any, award: Award
) -> None:
    page = open_page(f"{PAGE}awards/{award.uuid}/", width=width, user=teacher)
    page.locator("summary", has_text="Open a review").click()
    judge(page, "award-deeds")
    page.get_by_role("link", name="Correct the name").click()
    judge(page, "correct-name")
    page.get_by_label("Name in the learner’s own script").fill("Ελένη Παπαδοπούλου-Αναγνωστοπούλου")
    page.get_by_label("Name in Latin letters").fill("")
    page.get_by_label("Your reason").fill("The register says so")
    page.get_by_role("button", name="Show what it will say").click()
    judge(page, "correct-name-preview")
    page.goto(f"{PAGE}awards/{award.uuid}/renew")
    page.get_by_label("Your reason").fill("Still in use")
    page.get_by_role("button", name="Show what it will say").click()
    judge(page, "renew-preview")


def test_many_are_revoked_by_two(
    open_page: Open, judge: Judge, width: int, teacher: Any, colleague: Any, award: Award
) -> None:
    page = open_page(f"{PAGE}awards/", width=width, user=teacher)
    page.get_by_label("Choose Ελένη Παπαδάκη").check()
    judge(page, "awards-chosen")
    page.get_by_role("button", name="Revoke those that are chosen").click()
    judge(page, "revocation-dry-run")
    page.get_by_label("Your reason").fill("The exam was leaked")
    page.get_by_role("button", name="Propose to revoke 1 award").click()
    judge(page, "revocation-own")

    second = open_page(f"{PAGE}revocations/", width=width, user=colleague)
    judge(second, "revocations")
    second.get_by_role("link", name="The exam was leaked").click()
    judge(second, "revocation-theirs")
    second.get_by_role("button", name="Revoke 1 award").click()

    assert "Approved." in second.locator("[role=status]").inner_text()
    award.refresh_from_db()
    assert award.state == Award.State.REVOKED


def test_a_review_that_nobody_could_be_told_of_says_that_a_person_decides(
    open_page: Open, judge: Judge, width: int, teacher: Any, award: Award
) -> None:
    api.open_review(award, api.LOST, due_at=timezone.now())
    Letter.objects.filter(kind=Letter.Kind.REVIEW).update(sent_at=None, given_up_at=timezone.now())
    api.lapse([award.pk])

    page = open_page(f"{PAGE}awards/{award.uuid}/", width=width, user=teacher)

    judge(page, "award-left-to-a-person")
    assert "It is revoked only if somebody decides so." in page.locator("#facts-title + dl").inner_text()
    assert "Review left to a person" in page.locator(".story").inner_text()
