"""The eleven languages of the pages, and sealed files in the verifier page; kept as pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from ingenium_credentials.typesetting import languages

from .conftest import AXE, RULES, Open

SAID = ("Check a credential", "Skip to the content", "My credentials")
"""Words that stand on every page."""


def judged(page: Any, axe: str, language: str) -> None:
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
    text = page.locator("body").inner_text() + page.title()
    with translation.override(language):
        said = [gettext(words) for words in SAID]
    assert [words for words in said if words not in text] == []
    if language != "en":
        assert [words for words in SAID if words in text] == []
    page.evaluate(axe)
    assert page.evaluate(AXE, RULES) == []
    assert page.complaints == []


@pytest.mark.parametrize("language", sorted(languages()))
def test_each_language_on_a_phone(
    open_page: Open, axe: str, picture: Callable[[Any, str], Path], make_award: Any, language: str
) -> None:
    award = make_award(shared=True)

    for name, path in (("public", f"/ingenium/credentials/{award.uuid}"), ("verifier", "/ingenium/verify/")):
        page = open_page(path, width=360, language=language)
        picture(page, f"{name}-{language}-phone")
        judged(page, axe, language)


def test_a_language_is_chosen_at_the_foot_of_the_page(open_page: Open, make_award: Any) -> None:
    page = open_page(f"/ingenium/credentials/{make_award(shared=True).uuid}", java_script_enabled=False)

    page.get_by_role("button", name="Ελληνικά").click()

    assert page.locator("html").get_attribute("lang") == "el"
    assert "/ingenium/credentials/" in page.url
