"""Letters as a mail program shows them, and the pages of a learner's own data; kept as pictures."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail

from ingenium_credentials import api, lms
from ingenium_credentials.models import Award, AwardRule, Letter
from tests.conftest import COURSE

from .conftest import AXE, RULES, Judge

NAMES = {"en": "Aoife Ní Bhriain", "el": "Ελένη Παπαδάκη", "bg": "Елена Димитрова"}
MY_DATA = "/ingenium/credentials/my-data/"


def sent_letter(award: Award, language: str, monkeypatch: Any) -> str:
    """The HTML of the letter that tells of the award, in that language."""
    monkeypatch.setattr(lms, "_languages", lambda users: {user.pk: language for user in users})
    Award.objects.filter(pk=award.pk).update(recipient_name=NAMES[language])
    Letter.objects.update(sent_at=None)
    assert api.send_letters(list(Letter.objects.filter(award=award).values_list("pk", flat=True))) == 1
    sent = mail.outbox[-1]
    assert isinstance(sent, mail.EmailMultiAlternatives)
    return str(sent.alternatives[0][0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", NAMES)
def test_a_letter_in_three_scripts(
    open_page: Any,
    axe: str,
    picture: Any,
    size: tuple[str, int],
    make_award: Any,
    monkeypatch: Any,
    language: str,
    scheme: str,
) -> None:
    html = sent_letter(make_award(), language, monkeypatch)
    page = open_page("/ingenium/verify/", width=size[1])
    page.emulate_media(color_scheme=scheme)
    page.goto("about:blank")
    page.set_content(html)

    picture(page, f"letter-{language}-{scheme}-{size[0]}")
    assert page.get_by_text(NAMES[language]).is_visible()
    assert page.get_by_role("link").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
    page.evaluate(axe)
    # A letter is part of a mail program's page: landmarks are not its own.
    assert page.evaluate(AXE, [rule for rule in RULES if rule != "best-practice"]) == []
    # Nothing is fetched by reading it.
    assert not re.search(r"<(img|link|script|iframe)\b|url\(|@import", html)


def test_my_data_and_an_erasure(
    open_page: Any, judge: Judge, width: int, make_award: Any, learner: Any
) -> None:
    award = make_award(shared=True)
    page = open_page(MY_DATA, width=width, user=learner)
    judge(page, "my-data")

    page.get_by_role("link", name="Erase “").click()
    judge(page, "erase-one")
    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("It was erased.").wait_for()
    judge(page, "my-data-erased")
    award.refresh_from_db()
    assert award.state == Award.State.ERASED


def test_the_address_of_an_erased_record(
    open_page: Any, judge: Judge, width: int, make_award: Any, learner: Any
) -> None:
    award = make_award(shared=True)
    page = open_page(f"/ingenium/credentials/{award.uuid}", width=width)
    api.erase_award(award.uuid)
    page.reload()
    page.complaints.clear()  # the browser's own note of the 410

    assert page.get_by_text("This record was erased").is_visible()
    judge(page, "erased")


def test_what_a_learner_lacks(
    open_page: Any, judge: Judge, width: int, rule: AwardRule, learner: Any
) -> None:
    page = open_page("/ingenium/credentials/", width=width, user=learner)
    page.get_by_role("link", name="See what is still missing").click()
    judge(page, "progress-empty")

    leaf = {"kind": "course_passed", "course": COURSE, "min_grade": 0.8}
    rule.condition = {"version": 1, "all": [leaf, {"kind": "manual_approval"}]}
    api.define_rule(rule)
    at = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    told: dict[str, Any] = {"learner_id": learner.pk, "course_id": COURSE, "at": at, "event_id": "e1"}
    api.record_grade(**told, grade="0.62")
    api.record_passing(**told, is_passing=True)
    page.reload()

    assert page.get_by_text("0 of 2 requirements are met").is_visible()
    assert page.get_by_text("62").first.is_visible()
    judge(page, "progress")
