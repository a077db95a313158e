from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingenium_credentials.models import Achievement

NOTE = (
    "  note: The identifier Erasmus: G KRITIS01 of UoC is not verified and will not be signed. "
    "Verify it in the organisation uoc, or remove it.\n"
)
pytestmark = pytest.mark.django_db


def lint(*arguments: str) -> tuple[int, str]:
    out, status = io.StringIO(), 0
    try:
        call_command("ingenium_lint", *arguments, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue()


def test_a_complete_definition_passes(achievement: Achievement) -> None:
    said = f"ecosystems v1: 100 %\n{NOTE}  en: 100 %\n  el: 100 %\n"

    assert lint() == (0, said)
    assert lint("--achievement", "ecosystems") == (0, said)


def test_what_a_language_lacks_is_printed_and_is_no_fault(achievement: Achievement) -> None:
    Achievement.objects.update(criteria={"en": "Pass the course."})

    status, printed = lint()

    assert status == 0
    assert "  el: 75 % (criteria)" in printed


def test_what_is_missing_is_printed_and_the_status_is_1(achievement: Achievement) -> None:
    Achievement.objects.update(eqf_level=None, quality_kind=None)

    status, printed = lint("--achievement", "ecosystems")

    assert status == 1
    assert "82 %" in printed
    assert "  8. Level" in printed
    assert "  11. Quality assurance" in printed


def test_what_issuing_also_needs_is_printed_and_the_status_is_1(
    achievement: Achievement, settings: Any
) -> None:
    settings.INGENIUM_FORMATS = ["ob3", "elm"]

    status, printed = lint()

    assert status == 1
    assert "  also needed to issue: The issuer uoc has no sealing certificate in force." in printed


def test_weak_colours_are_printed_too(achievement: Achievement, settings: object) -> None:
    settings.INGENIUM_BRAND_INK = "#aaaaaa"  # type: ignore[attr-defined]

    status, printed = lint()

    assert status == 1
    assert "Colours" in printed


def test_an_unknown_definition_is_an_error() -> None:
    with pytest.raises(CommandError, match="no definition nothing"):
        call_command("ingenium_lint", "--achievement", "nothing")
