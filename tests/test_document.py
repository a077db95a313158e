from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from attrs import evolve
from PIL import Image, ImageChops, ImageStat

from ingenium_credentials.artwork import BadgeData, BadgeMark, badge_png
from ingenium_credentials.demo import marks
from ingenium_credentials.document import (
    Attachment,
    DocumentData,
    Mark,
    Party,
    Row,
    Words,
    document_pdf,
    document_png,
    fingerprint,
    rasterised,
)
from ingenium_credentials.typesetting import Undrawable, labels, languages
from tests.diplomas import ADDRESS, CREDENTIAL, LOGO, TITLES, diploma

GOLDENS = Path(__file__).parent / "goldens"
NAME = "王小明"
TOLERANCE = 0.5
"""Mean difference per pixel and channel, of 255: other hinting passes, another layout does not."""


def opened(data: DocumentData) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(document_pdf(data)))


def on_white(picture: Image.Image) -> Image.Image:
    """What is seen on a white page."""
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture.convert("RGBA"))
    return page.convert("RGB")


def difference(one: bytes, other: bytes) -> float:
    """The mean difference per pixel of the channel that differs most."""
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        assert first.size == second.size
        both = ImageChops.difference(on_white(first), on_white(second))
    return max(ImageStat.Stat(both).mean)


def elements(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements(node.get("/K"))


@pytest.mark.parametrize("language", languages())
def test_every_language_makes_a_tagged_document_with_title_and_language(language: str) -> None:
    data = diploma(language)

    with opened(data) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == language
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == data.title.text
        assert len(pdf.pages) == 2


def test_it_says_that_it_is_pdf_a_and_pdf_ua() -> None:
    with opened(diploma()) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata.pdfa_status == "3A"


def test_the_signed_credential_is_inside_byte_for_byte() -> None:
    with opened(diploma()) as pdf:
        found = pdf.attachments["credential.json"]
        assert found.get_file().read_bytes() == CREDENTIAL
        assert found.get_file().mime_type == "application/vc+ld+json"
        assert str(found.obj.AFRelationship) == "/Source"
        assert len(pdf.Root.AF) == 1


def test_two_formats_can_be_inside() -> None:
    both = (
        *diploma().attachments,
        Attachment("credential.elm.jsonld", "application/jose+json", b"{}", "EDC"),
    )

    with opened(diploma(attachments=both)) as pdf:
        assert sorted(pdf.attachments) == ["credential.elm.jsonld", "credential.json"]


def test_headings_pictures_and_facts_are_tagged_as_such() -> None:
    with opened(diploma()) as pdf:
        found = list(elements(pdf.Root.StructTreeRoot.K))
        kinds = [str(element.S) for element in found]
        described = [str(element.get("/Alt", "")) for element in found if str(element.S) == "/Figure"]

    assert kinds.count("/H1") == kinds.count("/H2") == 1
    assert kinds.index("/H1") < kinds.index("/H2") < kinds.index("/H3")
    assert "/LI" in kinds
    assert "/Lbl" in kinds
    assert all(described)
    assert any(ADDRESS in text for text in described)


def test_words_of_another_language_are_marked_as_such() -> None:
    with opened(diploma("sv")) as pdf:
        marked = {str(element.get("/Lang", "")) for element in elements(pdf.Root.StructTreeRoot.K)}

    assert "en" in marked


def test_the_same_data_give_the_same_bytes() -> None:
    assert document_pdf(diploma()) == document_pdf(diploma())
    assert document_png(diploma()) == document_png(diploma())
    assert fingerprint(diploma()) == fingerprint(diploma()) != fingerprint(diploma(holder="Eleni"))


def test_a_name_without_letters_here_is_refused_and_never_replaced() -> None:
    for changes in ({"holder": NAME}, {"holder_latin": NAME}):
        with pytest.raises(Undrawable):
            document_pdf(diploma("en", universities=1, **changes))


def test_other_words_without_letters_here_do_not_stop_the_document() -> None:
    hostile = Words('#panic("x") 漢字 😀 \x00 \u202e $x$ @here <b> \\u{1F600} ' + "x" * 5_000)
    data = diploma(title=hostile, rows=(Row("Field", hostile),), kind=hostile.text)

    with opened(data) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith('#panic("x")')


@pytest.mark.parametrize("universities", [0, 1, 2, 3, 4, 6, 7, 10])
def test_the_first_page_holds_all_universities(universities: int) -> None:
    with opened(diploma(universities=universities, demonstration=True, rows=(), sections=())) as pdf:
        assert len(pdf.pages) == 1


def test_many_facts_go_on_over_further_pages() -> None:
    many = tuple(Row(f"Fact {number}", Words("word " * 60)) for number in range(40))

    with opened(diploma(rows=many)) as pdf:
        assert len(pdf.pages) > 2


def test_logos_and_the_emblem_are_read_out_with_their_texts() -> None:
    logo = Mark(content=LOGO, media_type="image/svg+xml", alt="Logo of Crete", width_mm=30, height_mm=10)
    emblem = Mark(
        content=rasterised(LOGO, "image/svg+xml"),
        media_type="image/png",
        alt="Flag of Europe",
        width_mm=18,
        height_mm=6,
        statement=Words("Co-funded by the European Union"),
    )
    party = Party(name=Words("University of Crete"), initials="UC", mark=logo)

    with opened(diploma(awarding=(party,), alliance=party, emblem=emblem)) as pdf:
        described = [str(element.get("/Alt", "")) for element in elements(pdf.Root.StructTreeRoot.K)]

    assert described.count("Logo of Crete") == 2
    assert described.count("Flag of Europe") == 1


def test_a_picture_is_small_enough_for_eleven_of_them_in_one_document() -> None:
    for language in ("el", "de"):
        assert len(document_png(diploma(language, universities=10, holder="", holder_latin=""))) < 150_000


def test_a_logo_that_cannot_be_drawn_is_an_error_that_says_so() -> None:
    for content, media_type in ((b"<svg", "image/svg+xml"), (b"\x89PNG\r\n", "image/png")):
        with pytest.raises(ValueError, match=r".+"):
            rasterised(content, media_type)


def branded(language: str, **changes: Any) -> DocumentData:
    """With a mark of each university and the emblem, in that language."""
    slugs = ("uoc", "urn", "tuiasi")
    marks_of = [
        Mark(
            content=marks.mark_svg(
                figure=marks.FIGURES[slug][0], abbreviation=slug.upper(), colour=marks.FIGURES[slug][1]
            ),
            media_type="image/svg+xml",
            alt=slug,
            width_mm=32,
            height_mm=11.6,
            clear_mm=0.6,
        )
        for slug in slugs
    ]
    plain = diploma(language, **changes)
    emblem = Mark(
        content=marks.emblem_svg(),
        media_type="image/svg+xml",
        alt=marks.EMBLEM_ALT[language],
        width_mm=16,
        height_mm=10.7,
        clear_mm=0.5,
        statement=Words(marks.EMBLEM_STATEMENT[language]),
    )
    parties = tuple(evolve(party, mark=mark) for party, mark in zip(plain.awarding, marks_of, strict=True))
    return evolve(plain, awarding=parties, emblem=emblem)


def looks(name: str, drawn: bytes) -> None:
    """The picture is as the golden of that name; to accept a new look, delete it and run twice."""
    golden = GOLDENS / f"{name}.png"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(drawn)
        pytest.fail(f"{golden.name} was missing and has been written; look at it")

    assert difference(drawn, golden.read_bytes()) < TOLERANCE


@pytest.mark.parametrize("language", sorted(languages()))
def test_documents_look_as_they_did_in_each_language(language: str) -> None:
    looks(f"document-{language}", document_png(branded(language), width=700))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("document-en-demonstration", diploma(demonstration=True)),
        ("document-el-one", diploma("el", universities=1, signer=None)),
        ("document-bg-ten", diploma("bg", universities=10)),
        ("document-sv-no-holder", diploma("sv", holder="", holder_latin="", labels=labels("sv"))),
    ],
)
def test_documents_look_as_they_did(name: str, data: DocumentData) -> None:
    looks(name, document_png(data, width=700))


@pytest.mark.parametrize("language", sorted(languages()))
def test_badges_look_as_they_did_in_each_language(language: str) -> None:
    mark = branded(language).awarding[0].mark
    assert mark is not None
    badge = BadgeData(
        title=TITLES.get(language, TITLES["en"]),
        issuer="University of Crete",
        language=language,
        kind=labels(language)["kind"],
        facts="4 ECTS · EQF 6",
        alliance="INGENIUM European University",
        marks=(BadgeMark(content=mark.content, media_type=mark.media_type, width_mm=27, height_mm=9.8),),
        demonstration=language in ("en", "el"),
    )

    looks(f"badge-{language}", badge_png(badge, pixels=280))


def test_all_goldens_together_are_small() -> None:
    assert sum(path.stat().st_size for path in GOLDENS.glob("*.png")) < 1_500_000


def test_another_name_is_another_look() -> None:
    """What the tolerance lets pass is less than one word."""
    one, other = (document_png(diploma(holder=name), width=700) for name in ("Ελένη", "Ελένη Παπαδάκη"))

    assert difference(one, other) > TOLERANCE
