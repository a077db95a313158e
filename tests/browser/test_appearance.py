"""What the pages look like, at the width of a phone and of a desk; kept as pictures."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Issuer

from .conftest import Judge, Open

LONG = "Introduction to the interdisciplinary governance of transboundary Mediterranean water resources"


def test_public_page(open_page: Open, judge: Judge, width: int, make_award: Any) -> None:
    award = make_award(shared=True)

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width), "public")


def test_public_page_in_french(open_page: Open, judge: Judge, width: int, make_award: Any) -> None:
    award = make_award(shared=True)

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width, language="fr"), "public-french")


def test_owners_page_before_and_after_sharing(
    open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any
) -> None:
    award = make_award()
    page = open_page(f"/ingenium/credentials/{award.uuid}", width=width, user=learner)
    judge(page, "owner-private")

    page.get_by_role("button", name="Share this page").click()

    page.get_by_text("If LinkedIn leaves fields empty").click()
    judge(page, "owner-shared")


def test_revoked(open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any) -> None:
    award = make_award(shared=True, revoked="Issued for the wrong course run")

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width, user=learner), "revoked-owner")
    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width), "revoked")


def test_long_title_of_a_demonstration(
    open_page: Open, judge: Judge, width: int, make_award: Any, definition: Achievement, settings: Any
) -> None:
    settings.INGENIUM_DEMONSTRATION = True
    definition.names = {"en": LONG}
    api.define(definition)
    award = make_award(shared=True)

    judge(open_page(f"/ingenium/credentials/{award.uuid}", width=width), "long-title")


def test_my_credentials(
    open_page: Open, judge: Judge, width: int, make_award: Any, learner: Any, achievement: Achievement
) -> None:
    make_award(of=achievement, revoked="Issued for the wrong course run")
    make_award(shared=True)

    judge(open_page("/ingenium/credentials/", width=width, user=learner), "my-credentials")


def test_my_credentials_while_there_are_none(
    open_page: Open, judge: Judge, width: int, rule: Any, learner: Any
) -> None:
    judge(open_page("/ingenium/credentials/", width=width, user=learner), "my-credentials-empty")


def test_verifier_valid_not_valid_and_not_checked(
    open_page: Open, judge: Judge, width: int, make_award: Any, settings: Any
) -> None:
    body = bytes(make_award().credentials.get(format="ob3").body)
    unknown = json.loads(body)
    unknown["proof"][0]["cryptosuite"] = "bbs-2023"
    cases = {
        "valid": body.decode(),
        "not-valid": body.decode().replace("Two graded", "Ten graded"),
        "not-checked": json.dumps(unknown, ensure_ascii=False),
    }
    judge(open_page("/ingenium/verify/", width=width), "verifier")

    for name, text in cases.items():
        page = open_page("/ingenium/verify/", width=width)
        page.get_by_label("A link, or the text of a credential").fill(text)
        page.get_by_role("button", name="Check it").click()
        page.wait_for_selector(".verdict")
        judge(page, f"verifier-{name}")


def test_verifier_says_what_is_wrong_with_a_file(open_page: Open, judge: Judge, width: int, db: None) -> None:
    page = open_page("/ingenium/verify/", width=width, language="fr")
    page.locator("button.large").click()
    page.wait_for_selector("[role=alert]")
    page.complaints.clear()  # the browser reports the 400 itself

    judge(page, "verifier-nothing")


def test_definition_issuer_and_missing_page(
    open_page: Open, judge: Judge, width: int, definition: Achievement, issuer: Issuer
) -> None:
    judge(open_page(f"/ingenium/achievements/{definition.uuid}/", width=width), "definition")
    judge(open_page(f"/ingenium/issuers/{issuer.slug}/", width=width), "issuer")
    missing = open_page(f"/ingenium/credentials/{definition.uuid}", width=width)
    missing.complaints.clear()  # the browser reports the 404 itself
    judge(missing, "missing")


def test_prints_on_paper_with_the_code_and_without_the_forms(
    open_page: Open, make_award: Any, picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(f"/ingenium/credentials/{make_award(shared=True).uuid}", width=800)
    page.emulate_media(media="print")

    assert page.locator(".scan img").is_visible()
    assert not page.locator("nav").is_visible()
    picture(page, "print")


def test_report_file_is_the_report(open_page: Open, make_award: Any) -> None:
    page = open_page("/ingenium/verify/")
    page.get_by_label("A link, or the text of a credential").fill(
        bytes(make_award().credentials.get(format="ob3").body).decode()
    )
    page.get_by_role("button", name="Check it").click()

    with page.expect_download() as download:
        page.get_by_text("Keep the report").click()

    href = page.get_by_text("Keep the report").get_attribute("href")
    assert download.value.suggested_filename == "report.json"
    assert json.loads(base64.b64decode(href.partition(",")[2]))["verdict"] == "valid"
