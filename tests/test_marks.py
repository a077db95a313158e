"""What the demonstration shows in place of logos."""

from __future__ import annotations

import io
import math

import pytest
from defusedxml import ElementTree
from PIL import Image

from ingenium_credentials.api.branding import LARGEST_SIGNED
from ingenium_credentials.branding import picture_size, svg_faults
from ingenium_credentials.demo import marks
from ingenium_credentials.document import rasterised
from ingenium_credentials.typesetting import languages

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("slug", marks.FIGURES)
def test_each_mark_keeps_the_rules_and_is_like_no_other(slug: str) -> None:
    figure, colour = marks.FIGURES[slug]
    drawing = marks.mark_svg(figure=figure, abbreviation="ABC", colour=colour)
    others = {
        marks.mark_svg(figure=marks.FIGURES[other][0], abbreviation="ABC", colour=colour)
        for other in marks.FIGURES
        if other != slug
    }

    assert svg_faults(drawing) == []
    assert len(drawing) <= LARGEST_SIGNED
    assert drawing not in others


def test_the_emblem_has_the_published_geometry() -> None:
    """A rectangle of 3 to 2, and twelve stars on a circle of a third of its height."""
    root = ElementTree.fromstring(marks.emblem_svg())
    stars = [path.get("d", "") for path in root.iter(f"{SVG}path")]
    tops = [tuple(map(float, star[1:].split("L")[0].split())) for star in stars]

    assert picture_size(marks.emblem_svg(), "image/svg+xml") == (810, 540)
    assert len(stars) == 12
    # The top of each star is its radius, 540 / 18, above its centre: all of them stand upright.
    assert {round(math.dist((x, y + 30), (405, 270))) for x, y in tops} == {180}
    assert min(tops, key=lambda top: top[1]) == (405, 60)
    with Image.open(io.BytesIO(rasterised(marks.emblem_svg(), "image/svg+xml"))) as picture:
        colours = {colour for _count, colour in picture.convert("RGB").getcolors(100_000) or []}
    assert {(0, 51, 153), (255, 204, 0)} <= colours


def test_every_text_is_there_in_every_language_of_the_alliance() -> None:
    for texts in (marks.MARK_ALT, marks.EMBLEM_ALT, marks.EMBLEM_STATEMENT):
        assert set(texts) == set(languages())
        assert len(set(texts.values())) == len(texts)
