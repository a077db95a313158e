from __future__ import annotations

import datetime as dt
import hashlib
import io
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ingenium_credentials.badges.data import IssuerMode
from ingenium_credentials.branding import (
    AssetData,
    appearance_faults,
    appearing,
    asset_faults,
    colour_faults,
    drawn_size,
    picture_size,
    svg_faults,
)
from ingenium_credentials.document import rasterised
from tests.diplomas import LOGO

TODAY = dt.date(2026, 11, 12)
OPEN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
)


def asset(**changes: Any) -> AssetData:
    content = changes.pop("content", LOGO)
    assert isinstance(content, bytes)
    made = AssetData(
        name="uoc / Logo",
        content=content,
        media_type="image/svg+xml",
        sha256=hashlib.sha256(content).hexdigest(),
        licence="Letter of the university, 3 March 2026",
        alt={"en": "University of Crete", "el": "Πανεπιστήμιο Κρήτης"},
        valid_from=TODAY - dt.timedelta(days=30),
        valid_until=TODAY,
        min_width_mm=20,
        clear_space=0.25,
    )
    return evolve(made, **changes)


def png(colour: tuple[int, int, int, int], size: tuple[int, int] = (300, 100)) -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", size, colour).save(written, "PNG")
    return written.getvalue()


def test_an_asset_that_keeps_every_rule_may_be_shown() -> None:
    raster = rasterised(LOGO, "image/svg+xml")

    assert asset_faults(asset(), today=TODAY, languages=["en", "el"], raster=raster) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": " "}, "licence"),
        ({"valid_until": TODAY - dt.timedelta(days=1)}, "ended"),
        ({"valid_from": TODAY + dt.timedelta(days=1)}, "begins"),
        ({"alt": {}}, "alternative text"),
        ({"alt": {"en": " ", "el": " "}}, "alternative text"),
        ({"alt": {"en": "Logo"}}, "in el"),
        ({"is_emblem": True}, "funding statement"),
        ({"is_emblem": True, "statement": {"en": "Co-funded by the European Union"}}, "in el"),
        ({"sha256": "0" * 64}, "hash"),
        ({"content": b"x" * 300_000}, "256 kB"),
        ({"content": b"GIF89a", "media_type": "image/gif"}, "neither SVG nor PNG"),
        ({"content": b"not a picture", "media_type": "image/png"}, "read as PNG"),
        ({"content": png((0, 0, 0, 255), (60, 20)), "media_type": "image/png"}, "too few"),
    ],
)
def test_each_broken_rule_is_named(changes: dict[str, object], said: str) -> None:
    faults = asset_faults(asset(**changes), today=TODAY, languages=["en", "el"])

    assert len(faults) == 1
    assert said in faults[0]
    assert "uoc" in faults[0]


@pytest.mark.parametrize(
    ("colour", "ground", "refused"),
    [
        ((0, 82, 46, 255), "#fffdf8", False),
        ((255, 255, 255, 255), "#fffdf8", True),
        ((255, 255, 255, 255), "#123c69", False),
        ((240, 200, 120, 255), "#fffdf8", True),
        ((0, 0, 0, 20), "#fffdf8", True),
    ],
)
def test_a_logo_has_to_stand_out_from_its_ground(
    colour: tuple[int, int, int, int], ground: str, refused: bool
) -> None:
    content = png(colour)
    given_asset = asset(content=content, media_type="image/png", ground=ground)

    faults = asset_faults(given_asset, today=TODAY, raster=content)

    assert bool(faults) is refused


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b'<rect onload="alert(1)" width="1" height="1"/>',
        b'<rect onClick="alert(1)" width="1" height="1"/>',
        b'<image href="https://example.org/x.png"/>',
        b'<image href="data:image/png;base64,AAAA"/>',
        b'<use href="https://example.org/x.svg#a"/>',
        b'<use xlink:href="other.svg#a"/>',
        b'<a href="javascript:alert(1)"><rect width="1" height="1"/></a>',
        b'<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        b'<g><p xmlns="http://www.w3.org/1999/xhtml">x</p></g>',
        b'<rect fill="url(https://example.org/x#a)" width="1" height="1"/>',
        b'<rect style="fill:URL( \'//example.org/x#a\')" width="1" height="1"/>',
        b"<style>@import 'https://example.org/x.css';</style>",
        b"<style>rect{fill:url(//example.org/x)}</style>",
        rb"<style>rect{fill:u\72l(https://example.org/x)}</style>",
        rb"<style>@\69mport 'https://example.org/x.css';</style>",
        b"<style>rect{fill:image-set('https://example.org/x')}</style>",
        b"<style>rect{fill:src('https://example.org/x')}</style>",
        b"<rect style=\"fill:image( 'https://example.org/x')\" width='1' height='1'/>",
        b'<m:math xmlns:m="http://www.w3.org/1998/Math/MathML" href="javascript:1"/>',
        b"<text>University</text>",
        b'<animate attributeName="href" to="x"/>',
        b'<set attributeName="x" to="1"/>',
    ],
)
def test_an_svg_that_runs_or_fetches_is_refused(inside: bytes) -> None:
    assert svg_faults(OPEN + inside + b"</svg>")


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + OPEN + b"&a;</svg>",
        b'<!DOCTYPE svg SYSTEM "https://example.org/x.dtd">' + OPEN + b"</svg>",
        b'<?xml-stylesheet href="https://example.org/x.css"?>' + OPEN + b"</svg>",
        b"<html></html>",
        b"<svg></svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        b"\xff\xfe not UTF-8",
        b"",
    ],
)
def test_a_file_that_is_no_plain_svg_is_refused(content: bytes) -> None:
    assert svg_faults(content)


def test_a_plain_drawing_is_accepted() -> None:
    inside = (
        b'<title>Logo</title><defs><linearGradient id="a"><stop offset="0"/></linearGradient>'
        b'<path id="b" d="M0 0h9v9z"/></defs><style>.c{fill:url(#a)}</style>'
        b'<g class="c" clip-path="url(#d)"><use href="#b"/><use xlink:href="#b" fill="url(\'#a\')"/></g>'
        b'<metadata><rdf xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>'
    )

    assert svg_faults(OPEN + inside + b"</svg>") == []


@given(st.binary(max_size=200))
def test_no_bytes_break_the_judgement(content: bytes) -> None:
    assert svg_faults(content)
    assert picture_size(content, "image/png") is None


def test_size_comes_from_the_view_box_or_from_width_and_height() -> None:
    plain = b'<svg xmlns="http://www.w3.org/2000/svg" width="30mm" height="1.5in"></svg>'

    assert picture_size(LOGO, "image/svg+xml") == (60.0, 20.0)
    assert picture_size(plain, "image/svg+xml") == (30.0, 1.5)
    assert picture_size(png((0, 0, 0, 255)), "image/png") == (300.0, 100.0)


@given(width=st.floats(1, 200), height=st.floats(1, 200), clear=st.floats(0, 1), least=st.floats(0, 50))
def test_what_is_drawn_fits_with_its_clear_space_and_is_never_too_small(
    width: float, height: float, clear: float, least: float
) -> None:
    found = drawn_size(asset(clear_space=clear, min_width_mm=least), width_mm=width, height_mm=height)

    if found is None:
        assert least > 0
        return
    drawn, tall, around = found
    assert drawn + 2 * around <= width + 0.05
    assert tall + 2 * around <= height + 0.05
    assert drawn >= least - 0.02
    assert tall == pytest.approx(drawn / 3, abs=0.02)


def test_the_default_colours_keep_the_rules() -> None:
    assert colour_faults(primary="#123c69", accent="#f2a900", ink="#14202e") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ink": "#999999"}, "text on the ground"),
        ({"primary": "#f2a900"}, "main colour on the ground"),
        ({"accent": "#1a4f86"}, "second colour on the main one"),
    ],
)
def test_a_pair_of_colours_that_is_too_weak_is_named(changes: dict[str, str], said: str) -> None:
    colours = {"primary": "#123c69", "accent": "#f2a900", "ink": "#14202e"} | changes

    assert any(said in fault for fault in colour_faults(**colours))


def test_in_its_own_name_the_member_that_signs_stands_first() -> None:
    assert appearing(IssuerMode.OWN, issuer="urn", awarding=["uoc", "urn", "mus"]) == ("urn", "uoc", "mus")
    assert appearing(IssuerMode.OWN, issuer="uoc", awarding=[]) == ("uoc",)


def test_by_mandate_all_awarding_members_stand_in_their_order_and_never_the_office() -> None:
    assert appearing(IssuerMode.MANDATE, issuer="egtc", awarding=["uoc", "urn"]) == ("uoc", "urn")
    assert appearing(IssuerMode.MANDATE, issuer="egtc", awarding=["egtc", "uoc", "uoc"]) == ("uoc",)


@pytest.mark.parametrize(
    ("mode", "issuer", "awarding", "wrong"),
    [
        (IssuerMode.OWN, "uoc", ["uoc", "urn"], False),
        (IssuerMode.OWN, "uoc", [], False),
        (IssuerMode.OWN, "his", ["uoc", "urn"], True),
        (IssuerMode.MANDATE, "egtc", ["uoc"], False),
        (IssuerMode.MANDATE, "egtc", [], True),
        (IssuerMode.MANDATE, "egtc", ["egtc"], True),
    ],
)
def test_who_signs_has_to_fit_who_awards(
    mode: IssuerMode, issuer: str, awarding: list[str], wrong: bool
) -> None:
    assert bool(appearance_faults(mode, issuer=issuer, awarding=awarding)) is wrong
