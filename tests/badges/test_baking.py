from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ingenium_credentials.badges.baking import bake_png, bake_svg, carrier, unbake_png, unbake_svg
from ingenium_credentials.badges.errors import CredentialError, MalformedCredential, WorkLimitExceeded

JSON = '{"name":"Ελένη ]]> <b>&amp;</b> \'\\"","n":1}'.encode()
JWT = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"
OTHER = b'{"name":"other"}'
CREDENTIALS = st.one_of(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufffe\uffff", min_codepoint=32)
    ).map(lambda text: f'{{"a":"{text}"}}'.encode()),
    st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), min_size=3, max_size=3).map(
        lambda parts: ".".join(parts).encode()
    ),
)

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
SVG = f'<svg {XMLNS} viewBox="0 0 9 9"><title>a &gt; b</title><path d="M0 0"/></svg>\n'.encode()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def text_chunk(text: bytes, *, keyword: bytes = b"openbadgecredential", head: bytes = bytes(4)) -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + head + text)


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGBA", (3, 2), (10, 20, 30, 40)).save(stream, "PNG")
    return stream.getvalue()


PNG = picture()
SIGNATURE, HEADER, BODY = PNG[:8], PNG[8:33], PNG[33:]


def with_chunks(*chunks: bytes) -> bytes:
    """The picture with further chunks behind its header."""
    return b"".join([SIGNATURE, HEADER, *chunks, BODY])


# PNG


@given(CREDENTIALS)
def test_a_png_gives_back_what_was_baked_into_it(credential: bytes) -> None:
    assert unbake_png(bake_png(PNG, credential)) == credential


def test_a_baked_png_is_the_same_picture() -> None:
    baked = bake_png(PNG, JSON)

    with Image.open(io.BytesIO(baked)) as image, Image.open(io.BytesIO(PNG)) as original:
        image.verify()
        assert image.size == original.size
    assert baked.startswith(SIGNATURE + HEADER)
    assert baked.endswith(BODY)
    with Image.open(io.BytesIO(baked)) as image:
        assert image.text["openbadgecredential"] == JSON.decode()  # type: ignore[attr-defined]
        assert image.getpixel((1, 1)) == (10, 20, 30, 40)


def test_the_chunk_is_written_as_prescribed() -> None:
    assert text_chunk(JSON) in bake_png(PNG, JSON)


def test_a_png_that_holds_a_credential_gets_the_new_one_instead() -> None:
    twice = with_chunks(text_chunk(OTHER), text_chunk(OTHER))

    assert bake_png(twice, JSON) == bake_png(PNG, JSON)
    assert bake_png(bake_png(PNG, OTHER), JSON) == bake_png(PNG, JSON)


def test_other_texts_of_a_png_stay() -> None:
    comment = chunk(b"tEXt", b"Comment\0made by hand")

    assert comment in bake_png(with_chunks(comment), JSON)


def test_a_credential_behind_the_image_is_found() -> None:
    end = chunk(b"IEND")

    assert unbake_png(PNG.removesuffix(end) + text_chunk(JSON) + end + b"what follows does not count") == JSON


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"\x89PNG",
        SVG,
        SIGNATURE,
        SIGNATURE + HEADER,
        SIGNATURE + BODY,
        SIGNATURE + HEADER + HEADER + BODY,
        SIGNATURE + HEADER + chunk(b"IEND"),
        with_chunks(text_chunk(JSON))[:-4],
        with_chunks(text_chunk(JSON))[:-20],
        with_chunks(b"\x7f\xff\xff\xff" + text_chunk(JSON)[4:]),
        with_chunks(b"\xff\xff\xff\xff" + text_chunk(JSON)[4:]),
        with_chunks(text_chunk(JSON)[:-1] + b"\0"),
        with_chunks(text_chunk(JSON), text_chunk(JSON)),
        with_chunks(text_chunk(JSON), text_chunk(OTHER)),
        with_chunks(text_chunk(zlib.compress(JSON), head=b"\1\0\0\0")),
        with_chunks(text_chunk(JSON, head=b"\0\1\0\0")),
        with_chunks(text_chunk(b"", head=b"\0\0")),
        with_chunks(chunk(b"iTXt", b"openbadgecredential")),
        with_chunks(chunk(b"tEXt", b"openbadgecredential\0" + JSON)),
        with_chunks(chunk(b"zTXt", b"openbadgecredential\0\0" + zlib.compress(JSON))),
    ],
)
def test_a_spoiled_png_is_refused(png: bytes) -> None:
    with pytest.raises(MalformedCredential):
        unbake_png(png)


def test_a_compressed_bomb_is_never_inflated() -> None:
    bomb = with_chunks(text_chunk(zlib.compress(bytes(2**26)), head=b"\1\0\0\0"))
    begun = time.process_time()

    with pytest.raises(MalformedCredential, match="compressed"):
        unbake_png(bomb)

    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("length", range(0, len(bake_png(PNG, OTHER)), 7))
def test_a_truncated_png_is_refused(length: int) -> None:
    with pytest.raises(MalformedCredential):
        unbake_png(bake_png(PNG, OTHER)[:length])


def test_an_image_without_a_credential_says_what_to_do() -> None:
    with pytest.raises(MalformedCredential, match="ask for the original"):
        unbake_png(PNG)
    with pytest.raises(MalformedCredential, match="ask for the original"):
        unbake_svg(SVG)


@pytest.mark.parametrize("kind", [b"iTXt", b"tEXt"])
def test_an_open_badges_2_png_is_named_as_such(kind: bytes) -> None:
    data = b"openbadges\0" + (bytes(4) if kind == b"iTXt" else b"") + b"https://badges.example/1"

    with pytest.raises(MalformedCredential, match="Open Badges 2"):
        unbake_png(with_chunks(chunk(kind, data)))


def test_more_chunks_than_any_badge_has_are_refused() -> None:
    begun = time.process_time()

    with pytest.raises(WorkLimitExceeded):
        unbake_png(with_chunks(chunk(b"tEXt") * 500_000))

    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("read", [unbake_png, unbake_svg])
def test_a_huge_file_is_refused_at_once(read: Callable[[bytes], bytes]) -> None:
    with pytest.raises(WorkLimitExceeded):
        read(PNG + bytes(17 * 2**20))


# Both


@pytest.mark.parametrize("credential", [b"", b"text", b"<svg/>", PNG, b'{"a":"\xff"}', b"a.b"])
def test_what_is_no_credential_is_not_baked(credential: bytes) -> None:
    for bake, image in ((bake_png, PNG), (bake_svg, SVG)):
        with pytest.raises(MalformedCredential):
            bake(image, credential)


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\r", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_not_baked_into_an_svg(letter: str) -> None:
    with pytest.raises(MalformedCredential):
        bake_svg(SVG, f'{{"a":"{letter}"}}'.encode())


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "png"),
        (SVG, "svg"),
        (b"\xef\xbb\xbf \n" + SVG, "svg"),
        (JSON, "json"),
        (b" \n[]", "json"),
        (JWT, "jwt"),
        (JWT + b"\n", "jwt"),
        (b"e30.e30.", "jwt"),
        (b"", None),
        (b" ", None),
        (b"hello", None),
        (b"a.b.c.d", None),
        (b"\xff\xd8\xff", None),
        (b"%PDF-1.7", None),
    ],
)
def test_a_carrier_is_known_by_its_first_bytes(data: bytes, kind: str | None) -> None:
    assert carrier(data) == kind


@settings(max_examples=60)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", SIGNATURE, SIGNATURE + HEADER, b"<svg " + XMLNS.encode() + b">"]),
)
def test_any_bytes_end_in_an_error_of_ours(data: bytes, start: bytes) -> None:
    for read in (unbake_png, unbake_svg):
        with pytest.raises(CredentialError):
            read(start + data)


@settings(max_examples=60)
@given(st.integers(0, len(bake_png(PNG, OTHER)) * 8 - 1))
def test_a_damaged_png_is_refused_or_holds_the_same(position: int) -> None:
    damaged = bytearray(bake_png(PNG, OTHER))
    damaged[position // 8] ^= 1 << position % 8

    with suppress(CredentialError):
        assert unbake_png(bytes(damaged)) == OTHER
