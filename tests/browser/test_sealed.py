"""A sealed credential and a diploma, handed to the verifier page as files; kept as pictures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    Award,
    Issuer,
    Mandate,
    Organisation,
    SealingCertificate,
)
from tests.badges.authorities import Authority, name
from tests.seals import CRETE, enter_certificate

from .conftest import Judge, Open

ROUEN, ROUEN_ID = "University of Rouen Normandy", "VATFR-19761904100017"


@pytest.fixture
def partner(issuer: Issuer, seal_authority: Authority, tmp_path: Path) -> Organisation:
    """A second university, with a certificate of its own and a mandate for the badge."""
    row = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
    row.names.create(language="en", value=ROUEN, verified=True)
    own = Issuer.objects.create(
        slug="urn", organisation=row, did="did:web:ingenium.example:ingenium:issuers:urn"
    )
    enter_certificate(own, seal_authority.issue(name(ROUEN, ROUEN_ID, "FR")), tmp_path)
    api.define_mandate(
        Mandate(
            organisation=row,
            issuer=issuer,
            reference="Agreement 2026/01",
            document_sha256="cd" * 32,
            valid_from=dt.date(2026, 1, 1),
        )
    )
    return row


@pytest.fixture
def award(
    definition: Achievement,
    sealing_certificate: SealingCertificate,
    university: Organisation,
    partner: Organisation,
    make_award: Any,
) -> Award:
    """Awarded by two universities, each of which has sealed it, and shared."""
    definition.quality_agency_country = "GR"
    definition.endorsement_form = Achievement.EndorsementForm.NONE
    api.define(definition, awarding_bodies=[university, partner])
    made: Award = make_award(shared=True)
    return made


def _checked(open_page: Open, path: Path, width: int, language: str = "en") -> Any:
    page = open_page("/ingenium/verify/", width=width, language=language)
    page.locator("input[type=file]").set_input_files(path)
    page.locator("button.large").click()
    page.wait_for_selector(".verdict")
    return page


def _fetched(open_page: Open, award: Award, suffix: str, folder: Path) -> Path:
    """The file as the public page gives it to anybody."""
    page = open_page(f"/ingenium/credentials/{award.uuid}")
    answer = page.request.get(f"/ingenium/credentials/{award.uuid}.{suffix}")
    assert answer.ok
    path = folder / f"credential.{suffix}"
    path.write_bytes(answer.body())
    return path


def test_each_seal_is_told_with_the_organisation_of_its_certificate(
    open_page: Open, judge: Judge, width: int, award: Award, tmp_path: Path
) -> None:
    page = _checked(open_page, _fetched(open_page, award, "elm.jsonld", tmp_path), width)
    page.get_by_text("What was checked").click()

    said = page.locator("main").inner_text()
    assert page.locator("h1").inner_text() == "Valid"
    assert [who for who in (CRETE, ROUEN) if f"Sealed by {who}" not in said] == []
    judge(page, "verifier-sealed")


def test_a_seal_that_was_broken_is_not_valid(
    open_page: Open, judge: Judge, width: int, award: Award, tmp_path: Path
) -> None:
    path = _fetched(open_page, award, "elm.jsonld", tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sustainable cities", "profitable cities"), encoding="utf-8")

    page = _checked(open_page, path, width)

    assert "Sealed by" not in page.locator("main").inner_text()
    assert page.locator("h1").inner_text() == "Not valid"
    judge(page, "verifier-sealed-broken")


def test_the_diploma_is_checked_by_what_is_attached_to_it(
    open_page: Open, judge: Judge, width: int, award: Award, tmp_path: Path
) -> None:
    page = _checked(open_page, _fetched(open_page, award, "pdf", tmp_path), width)
    for summary in page.get_by_text("What was checked").all():
        summary.click()

    assert page.locator("h1").inner_text() == "Valid"
    assert "Digital skills for sustainable cities" in page.locator("main").inner_text()
    assert page.locator(".part h2").all_inner_texts() == ["Micro-credential", "European Digital Credential"]
    judge(page, "verifier-diploma")
