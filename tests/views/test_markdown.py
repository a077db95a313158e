from __future__ import annotations

import time

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.views.markdown import render


def test_headings_lists_bold_and_paragraphs() -> None:
    html = render("## Title\nOne\nline.\n\n- a **b**\n- c\n\n**Head**")

    assert html == (
        "<h3>Title</h3>\n<p>One<br>line.</p>\n"
        "<ul><li>a <strong>b</strong></li><li>c</li></ul>\n<p><strong>Head</strong></p>"
    )


def test_words_of_a_stranger_stay_words() -> None:
    html = render("<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://tracker.example/z.png)")

    assert "<script" not in html
    assert "<a" not in html
    assert "<img" not in html


@given(st.text(alphabet="*# -\n<>&\"'ab\x00", max_size=300))
def test_any_text_gives_well_formed_html(text: str) -> None:
    html = render(text.replace("\x00", ""))

    ElementTree.fromstring(f"<div>{html.replace('<br>', '<br/>')}</div>")


def test_a_text_without_end_is_cut() -> None:
    assert len(render("a" * 1_000_000)) < 60_000


@pytest.mark.parametrize(
    "piece", ["**a ", "**a", "** ", "**", "*", "\n", "\n ", " \n- ", "# ", "\r\n", "&", "- **a "]
)
def test_the_work_grows_no_faster_than_the_text(piece: str) -> None:
    seconds = time.process_time()
    render(piece * (50_000 // len(piece)))

    assert time.process_time() - seconds < 0.25


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a **b c** d **e**", "<p>a <strong>b c</strong> d <strong>e</strong></p>"),
        ("**a ** b**", "<p><strong>a ** b</strong></p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("**a b", "<p>**a b</p>"),
        ("**a ** b", "<p>**a ** b</p>"),
        ("****", "<p>****</p>"),
        ("**<b>**", "<p><strong>&lt;b&gt;</strong></p>"),
    ],
)
def test_bold_is_what_stands_between_two_pairs_of_asterisks(text: str, html: str) -> None:
    assert render(text) == html
