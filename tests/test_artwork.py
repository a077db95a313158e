from __future__ import annotations

import io

import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ingenium_credentials.artwork import BadgeData, badge_png, badge_svg, contrast
from ingenium_credentials.typesetting import capitals, initials, readable_on

SVG = "{http://www.w3.org/2000/svg}"


def badge(**changes: object) -> BadgeData:
    given = {"title": "Digital skills", "issuer": "University of Crete", "facts": "5 ECTS · EQF 6"} | changes
    return BadgeData(**given)  # type: ignore[arg-type]


def pixels(data: BadgeData, side: int = 300) -> Image.Image:
    return Image.open(io.BytesIO(badge_png(data, pixels=side))).convert("RGBA")


def glyphs(letter: str) -> bytes:
    """The outline of one letter of the title, as the SVG draws it."""
    root = ElementTree.fromstring(badge_svg(badge(title=letter, issuer="", facts="", monogram="·")))
    paths = [path.get("d", "") for symbol in root.iter(f"{SVG}symbol") for path in symbol.iter(f"{SVG}path")]
    return "\n".join(sorted(paths)).encode()


def test_the_png_is_a_square_of_the_size_asked_for_on_transparent_ground() -> None:
    image = pixels(badge(), 256)

    assert image.size == (256, 256)
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_the_png_is_small_and_its_edges_stay_soft() -> None:
    png = badge_png(
        badge(alliance="INGENIUM European University", kind="Micro-credential", demonstration=True)
    )

    assert len(png) < 120_000
    with Image.open(io.BytesIO(png)) as picture:
        alphas = {alpha for _count, alpha in picture.convert("RGBA").getchannel("A").getcolors() or []}
    assert len(alphas) > 8


@pytest.mark.parametrize("side", [0, 15, 4097, 10**9])
def test_a_size_that_would_exhaust_memory_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match="between 16 and 4096"):
        badge_png(badge(), pixels=side)


def test_the_svg_names_and_describes_itself_for_screen_readers() -> None:
    root = ElementTree.fromstring(badge_svg(badge(alliance="INGENIUM", demonstration=True)))

    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Digital skills"  # type: ignore[union-attr]
    assert (
        root.find(f"{SVG}desc").text  # type: ignore[union-attr]
        == "DEMONSTRATION · University of Crete · INGENIUM · 5 ECTS · EQF 6"
    )


def test_the_svg_carries_no_fonts_scripts_or_addresses() -> None:
    drawing = badge_svg(badge()).decode().lower()

    for unwanted in ("<script", "<text", "font-family", "url(http", 'href="http', "<image", "onload"):
        assert unwanted not in drawing


def test_the_same_data_give_the_same_bytes() -> None:
    assert badge_svg(badge()) == badge_svg(badge())
    assert badge_png(badge(), pixels=64) == badge_png(badge(), pixels=64)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Digital skill"},
        {"issuer": "University of Oviedo"},
        {"alliance": "INGENIUM"},
        {"kind": "Micro-credential"},
        {"facts": "6 ECTS"},
        {"monogram": "Q"},
        {"primary": "#222222"},
        {"accent": "#ff00ff"},
        {"ink": "#000000"},
        {"demonstration": True},
    ],
)
def test_everything_that_is_said_shows(change: dict[str, object]) -> None:
    assert pixels(badge()).tobytes() != pixels(badge(**change)).tobytes()


WORDS = ["ΨηφιακέςΔεξιότητες", "Кирилица", "ȘtefanȚăran", "OllscoilnaMumhán", "SkövdeÅÄÖ"]


@pytest.mark.parametrize("word", WORDS)
def test_each_letter_of_the_alliances_scripts_has_a_shape_of_its_own(word: str) -> None:
    drawings = {glyphs(letter) for letter in word}

    assert len(drawings) == len(set(word))
    assert glyphs("\u4e00") not in drawings


def test_words_are_never_read_as_typst_code() -> None:
    code = '#panic("read as code") #read("/etc/passwd") $x^2$ \\ "] #pagebreak() <a> @b // c'

    root = ElementTree.fromstring(badge_svg(badge(title=code, issuer=code, facts=code, monogram="#p")))

    assert root.find(f"{SVG}title").text == code  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "\x00\x07",
        "👩‍🎓🏅",
        "e\u0301\u0323" * 40,
        "W" * 300,
        "a b " * 100,
        "\u202eevil",
        "\ud800",
        "</svg><x>&",
    ],
)
def test_strange_titles_give_a_badge_all_the_same(title: str) -> None:
    ElementTree.fromstring(badge_svg(badge(title=title)))
    assert pixels(badge(title=title), 64).size == (64, 64)


def test_nothing_is_drawn_outside_the_seal_however_long_the_words() -> None:
    long = pixels(
        badge(title="W" * 300, issuer="M" * 300, kind="O" * 300, facts="9" * 300, alliance="Q" * 300)
    )
    usual = pixels(badge())

    assert long.getchannel("A").tobytes() == usual.getchannel("A").tobytes()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_text_gives_well_formed_svg(title: str, issuer: str, facts: str) -> None:
    ElementTree.fromstring(badge_svg(badge(title=title, issuer=issuer, facts=facts)))


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", 'url("x")', "#12345g", "#123456\n"])
def test_a_colour_is_six_hexadecimal_digits_and_nothing_else(colour: str) -> None:
    with pytest.raises(ValueError, match="primary"):
        badge(primary=colour)


def test_letters_on_the_rim_are_light_or_dark_as_the_colour_needs() -> None:
    for colour in ("#123c69", "#f2a900", "#ffffff", "#000000", "#808080"):
        assert contrast(readable_on(colour), colour) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_greek_capitals_carry_no_tonos() -> None:
    assert capitals("Πανεπιστήμιο Κρήτης") == "ΠΑΝΕΠΙΣΤΗΜΙΟ ΚΡΗΤΗΣ"
    assert capitals("Université") == "UNIVERSITÉ"


def test_the_monogram_is_made_of_the_issuers_great_letters() -> None:
    assert initials("University of Crete") == "UC"
    assert initials('"Gheorghe Asachi" Technical University') == "GAT"
    assert initials("") == "·"
