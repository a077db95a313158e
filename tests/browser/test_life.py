"""What an award in each state of its life looks like, to its owner and to strangers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, AwardRule

from .conftest import Judge, Open


def test_under_review(open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any) -> None:
    award = make_award(shared=True)
    api.open_review(award, api.LOST, due_at=timezone.now() + dt.timedelta(days=14))

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width, user=learner), "review-owner")
    judge(open_page("/ingenium/credentials/", width=width, user=learner), "review-list")


def test_replaced(open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any) -> None:
    old = make_award(shared=True)
    new = api.correct_name(old, "Ελένη Παπαδοπούλου", source="register", reason="Register seen", actor_id=1)
    api.issue([new.pk])

    judge(open_page(f"/ingenium/credentials/{old.uuid}", width=width), "replaced")
    judge(open_page(f"/ingenium/credentials/{new.uuid}", width=width, user=learner), "replacing-owner")


def test_expired(open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any) -> None:
    award = make_award(shared=True, expired=True)
    api.lapse([award.pk])

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width, user=learner), "expired-owner")


def test_the_name_is_asked_for_and_another_one_held(
    open_page: Open, judge: Judge, width: int, definition: Achievement, learner: Any
) -> None:
    condition = {"version": 1, "kind": "course_passed", "course": "course-v1:a+b+c"}
    rule = AwardRule.objects.create(name="r", achievement=definition, condition=condition, confirm_days=7)
    award = api.award(learner_id=learner.pk, achievement=definition, awarded_at=timezone.now(), rule=rule)

    page = open_page(f"/ingenium/credentials/{award.uuid}", width=width, user=learner)
    judge(page, "confirm")
    page.get_by_label("Name in your own script").fill("Κώστας Γεωργίου")
    page.get_by_role("button", name="Show me how that looks").click()
    judge(page, "confirm-other")
    page.get_by_role("button", name="Hand in this name").click()

    judge(page, "held")
    assert Award.objects.get().recipient_latin_name == "Kostas Georgiou"
