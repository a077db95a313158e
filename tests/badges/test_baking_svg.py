from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.baking import bake_svg, unbake_svg
from ingenium_credentials.badges.errors import MalformedCredential, WorkLimitExceeded

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
BADGE = 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'


@given(CREDENTIALS)
def test_an_svg_gives_back_what_was_baked_into_it(credential: bytes) -> None:
    assert unbake_svg(bake_svg(SVG, credential)) == credential


@pytest.mark.parametrize("credential", [JSON, JWT])
def test_nothing_else_of_the_svg_changes(credential: bytes) -> None:
    baked = bake_svg(SVG, credential)

    start = SVG.index(b">")
    assert baked.startswith(SVG[:start] + f" {BADGE}><openbadges:credential".encode())
    assert baked.endswith(b"</openbadges:credential>" + SVG[start + 1 :])


def test_a_jwt_stands_in_an_attribute() -> None:
    assert b'<openbadges:credential verify="' + JWT + b'"></openbadges:credential>' in bake_svg(SVG, JWT)


@pytest.mark.parametrize(
    "svg",
    [
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' + SVG,
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        b'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">' + SVG,
        b"<!DOCTYPE svg [<!ATTLIST path fill CDATA 'red'>]>" + SVG,
        b"<!-- <svg> > --><?pi <svg ?>" + SVG,
        "<!-- Ελένη -->".encode() + SVG,
        f"<svg\n  {XMLNS}\n  desc='a > \"b\"'\n\t>text</svg>".encode(),
        f"<svg {XMLNS} {BADGE}>text</svg>".encode(),
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g xmlns:openbadges="urn:x"/></s:svg>',
    ],
)
def test_genuine_svgs_can_be_baked_and_baked_again(svg: bytes) -> None:
    baked = bake_svg(svg, JSON)

    assert unbake_svg(baked) == JSON
    assert unbake_svg(bake_svg(baked, JWT)) == JWT
    assert bake_svg(bake_svg(baked, JWT), JSON) == baked
    assert baked.count(b'xmlns:openbadges="https') == 1


def test_an_ascii_svg_takes_an_ascii_credential_only() -> None:
    svg = b"<?xml version='1.0' encoding='us-ascii'?>" + SVG

    assert unbake_svg(bake_svg(svg, OTHER)) == OTHER
    with pytest.raises(MalformedCredential):
        bake_svg(svg, JSON)


def test_several_credentials_in_an_svg_are_replaced_by_one() -> None:
    one = b"<openbadges:credential>1</openbadges:credential>"
    empty = b"<openbadges:credential verify='a>b' />"
    svg = f"<svg {XMLNS} {BADGE}>".encode() + one + b"<g>" + empty + b"</g>" + one + b" </svg>"

    baked = bake_svg(svg, JSON)

    assert unbake_svg(baked) == JSON
    assert baked.endswith(b"<g></g> </svg>")


def inside(text: str, declared: str = "") -> bytes:
    return f"{declared}<svg {XMLNS} {BADGE}>{text}</svg>".encode()


@pytest.mark.parametrize(
    "text",
    [
        "<openbadges:credential>{}</openbadges:credential>",
        "<g><openbadges:credential>\n  {}  \n</openbadges:credential></g>",
        "<openbadges:credential><!-- c --><![CDATA[{]]>&#125;</openbadges:credential>",
        '<x:credential xmlns:x="https://purl.imsglobal.org/ob/v3p0">{}</x:credential>',
    ],
)
def test_other_ways_of_writing_the_element_are_read(text: str) -> None:
    assert unbake_svg(inside(text)) == b"{}"


@pytest.mark.parametrize(
    "svg",
    [
        b"",
        b"<",
        b"<svg",
        SVG[:-8],
        SVG + b"<a/>",
        b"<svg/>",
        b"<html><svg/></html>",
        SVG.replace(b"2000/svg", b"2000/gvs"),
        b"\x89PNG\r\n\x1a\n",
        SVG.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + SVG.replace(b"a &gt;", b"\xe9"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + SVG.replace(b"a &gt;", "é".encode()),
        b'<?xml version="1.0" encoding="UTF-7"?>' + SVG.replace(b"a &gt;", "é".encode()),
        SVG.replace(b"a &gt;", b"\xff"),
        inside("<openbadges:credential>{}</openbadges:credential>" * 2),
        inside("<openbadges:credential><g>{}</g></openbadges:credential>"),
        inside("<openbadges:credential><openbadges:credential/></openbadges:credential>"),
        inside("<openbadges:credential/>"),
        inside("<openbadges:credential> \n </openbadges:credential>"),
        inside('<openbadges:credential verify=""/>'),
        inside('<openbadges:credential verify="a.b.c">{}</openbadges:credential>'),
        inside("<openbadges:credential>&undefined;</openbadges:credential>"),
        inside("<other:credential>{}</other:credential>"),
    ],
    ids=lambda svg: repr(svg[-30:]),
)
def test_a_spoiled_svg_is_refused(svg: bytes) -> None:
    with pytest.raises(MalformedCredential):
        unbake_svg(svg)


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE svg [<!ENTITY a "{}">]>',
        f'<!DOCTYPE svg [<!ENTITY a0 "ha">{BOMB}<!ENTITY a "&a12;">]>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY a PUBLIC "x" "http://127.0.0.1:9/">]>',
        '<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;]>',
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/">',
        '<!DOCTYPE svg [<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "x" NDATA n>]>',
    ],
)
def test_entities_and_external_references_are_refused(declared: str) -> None:
    svg = inside("<openbadges:credential>&a;</openbadges:credential>", declared)
    begun = time.process_time()

    with pytest.raises(MalformedCredential):
        unbake_svg(svg)
    with pytest.raises(MalformedCredential):
        bake_svg(svg, JSON)

    assert time.process_time() - begun < 0.1


def test_more_elements_than_any_badge_has_are_refused() -> None:
    begun = time.process_time()

    with pytest.raises(WorkLimitExceeded):
        unbake_svg(inside("<a>" * 600_000))

    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("uri", ["http://openbadges.org", "urn:other"])
def test_an_svg_whose_prefix_means_something_else_is_not_baked(uri: str) -> None:
    svg = f'<svg {XMLNS} xmlns:openbadges="{uri}"><g/></svg>'.encode()

    with pytest.raises(MalformedCredential):
        bake_svg(svg, JSON)


def test_an_open_badges_2_svg_is_named_as_such() -> None:
    svg = f'<svg {XMLNS} xmlns:o="http://openbadges.org"><o:assertion verify="https://a.example"/></svg>'

    with pytest.raises(MalformedCredential, match="Open Badges 2"):
        unbake_svg(svg.encode())


def test_an_empty_svg_is_not_baked() -> None:
    with pytest.raises(MalformedCredential, match="empty"):
        bake_svg(f"<svg {XMLNS} />".encode(), JSON)
