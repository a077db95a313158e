from __future__ import annotations

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.views.negotiation import choose, wants_page

OFFERED = (
    "text/html",
    "application/vc+ld+json",
    "application/json",
    "text/plain",
    "image/svg+xml",
    "image/png",
)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/vc+ld+json;q=0.9, application/json", "application/json"),
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/svg+xml"),
        ("image/*", "image/svg+xml"),
        ("text/html;q=0, */*;q=0.1", "application/vc+ld+json"),
        ("APPLICATION/JSON ; Q=0.5", "application/json"),
        ("application/pdf", None),
        ("text/html;q=0", None),
        ("nonsense", "text/html"),
        ("text/html;q=nonsense", None),
    ],
)
def test_the_best_liked_offer_is_chosen(accept: str, chosen: str | None) -> None:
    assert choose(accept, OFFERED) == chosen


@given(st.text(alphabet="ab/*;,q=.01 \x00é", max_size=80))
def test_any_header_ends_in_an_offer_or_in_none(accept: str) -> None:
    assert choose(accept, OFFERED) in (*OFFERED, None)


def test_a_header_of_a_million_ranges_is_read_no_further_than_any_browser_writes() -> None:
    assert choose("a/b," * 1_000_000 + "text/html", OFFERED) is None


@pytest.mark.parametrize(
    ("accept", "page"),
    [("text/html,*/*;q=0.8", True), ("*/*", False), ("", False), ("application/json", False)],
)
def test_only_who_names_html_gets_error_pages(accept: str, page: bool) -> None:
    assert wants_page(RequestFactory().get("/", headers={"accept": accept})) is page
