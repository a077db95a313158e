from __future__ import annotations

import binascii
import zlib
from io import BytesIO

import pikepdf
import pytest
from attrs import evolve

from ingenium_credentials.badges import pdf
from ingenium_credentials.badges.errors import (
    MalformedCredential,
    NotResolved,
    UnsupportedProof,
    WorkLimitExceeded,
)
from ingenium_credentials.badges.verifier import verify
from ingenium_credentials.document import Attachment, document_pdf
from tests.badges.authorities import NOW
from tests.diplomas import CREDENTIAL, diploma

CATALOG = b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>/Names<</EmbeddedFiles<</Names[(a)2 0 R]>>>>>>"
SPEC = b"<</Type/Filespec/F(a)/EF<</F 3 0 R>>>>"
GOOD = b'{"a": 1}'


def stream(content: bytes, more: bytes = b"", *, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return b"<</Type/EmbeddedFile/Length %d%b>>stream\n%b\nendstream" % (size, more, content)


def document(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF with these objects, numbered from 1, and its table."""
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n\r\n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R%b>>\n" % (len(objects) + 1, trailer)
    return made + b"startxref\n%d\n%%%%EOF" % table


def embedded(content: bytes, more: bytes = b"", *, length: int | None = None) -> bytes:
    return document(CATALOG, SPEC, stream(content, more, length=length))


def readers_view(made: bytes) -> list[bytes]:
    """What a reader, which is not ours, shows as attachments."""
    with pikepdf.open(BytesIO(made)) as opened:
        return [bytes(spec.get_file().read_bytes()) for spec in opened.attachments.values()]


def test_what_our_documents_hold_comes_out_to_the_byte() -> None:
    second = Attachment("credential.elm.jsonld", "application/jose+json", b'{"payload": "x"}', "The same")
    made = document_pdf(evolve(diploma(), attachments=(*diploma().attachments, second)))

    assert sorted(pdf.attached(made)) == sorted([CREDENTIAL, second.content]) == sorted(readers_view(made))


def test_compressed_ones_are_unpacked() -> None:
    assert pdf.attached(embedded(zlib.compress(GOOD), b"/Filter/FlateDecode")) == [GOOD]


def test_a_token_is_a_credential_too() -> None:
    assert pdf.attached(embedded(b"eyJhbGciOiJub25lIn0.e30.")) == [b"eyJhbGciOiJub25lIn0.e30."]


def test_text_that_looks_like_syntax_is_text() -> None:
    title = b"<</Type/Catalog/Title(>>stream endobj (/EF<</F 1 0 R>>) \\) 4 0 obj)>>"

    assert pdf.attached(document(title, SPEC, stream(GOOD))) == [GOOD]


@pytest.mark.parametrize(
    "data",
    [
        document(CATALOG, b"<<>>"),
        embedded(b"no json"),
        embedded(b"\xef\xbb\xbf" + GOOD),
        embedded(b"{}", b"/Filter/FlateDecode"),
        embedded(zlib.compress(GOOD)[:-1], b"/Filter/FlateDecode"),
        embedded(zlib.compress(GOOD) + zlib.compress(b"{}"), b"/Filter/FlateDecode"),
    ],
    ids=["nothing", "no-json", "byte-order-mark", "not-packed", "cut-off", "packed-twice"],
)
def test_what_holds_no_credential_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        pdf.attached(data)


GENUINE = embedded(GOOD)
FORGED = b'{"a": 2}'
TWO = b"<</Type/Filespec/F(b)/EF<</F 5 0 R>>>>"


def two(spec: bytes, content: bytes) -> bytes:
    """The genuine file, and another attached beside it."""
    return document(CATALOG.replace(b"2 0 R]", b"2 0 R(b)4 0 R]"), SPEC, stream(GOOD), spec, content)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        GENUINE[:-10],
        GENUINE + b"\n%%EOF more",
        GENUINE.replace(b"startxref\n", b"startxref\n1"),
        GENUINE.replace(b"xref\n0 4", b"xref\n0 5"),
        GENUINE.replace(b"xref\n0 4", b"xref\n1 4"),
        GENUINE.replace(b"00000 n", b"00001 n"),
        GENUINE.replace(b"3 0 obj", b"9 0 obj"),
        embedded(GOOD, length=1),
        embedded(GOOD, length=12),
        embedded(GOOD, length=99_999_999),
        embedded(GOOD, b"/Length 8"),
        GENUINE.replace(b"/Length 8", b"/Length 8 0 R"),
        GENUINE.replace(b"/Length 8", b"/L#65ngth 8"),
        embedded(GOOD + b"\nendstream\nendobj\n7 0 obj\n(x)", length=8),
        document(CATALOG, SPEC, stream(GOOD), trailer=b"/Prev 9"),
        document(CATALOG, SPEC, stream(GOOD), trailer=b"/XRefStm 9"),
        document(CATALOG, SPEC, stream(GOOD), trailer=b"/Encrypt 9 0 R"),
        document(CATALOG, SPEC, stream(GOOD), stream(zlib.compress(b"5 0 (x)"), b"/Type/ObjStm/N 1")),
        document(CATALOG, SPEC, stream(GOOD), b"% a comment\n<<>>"),
        document(CATALOG, SPEC, stream(GOOD), b"(not closed"),
        document(CATALOG, SPEC.replace(b"/EF", b"/E#46"), stream(GOOD)),
        document(CATALOG, SPEC.replace(b"3 0 R", b"9 0 R"), stream(GOOD)),
        document(CATALOG, SPEC.replace(b"3 0 R", b"1 0 R"), stream(GOOD)),
        document(CATALOG, SPEC.replace(b"<</F 3 0 R>>", b" 3 0 R"), stream(GOOD)),
        document(CATALOG, SPEC.replace(b"/F 3 0 R>>", b"/X 3 0 R>>"), stream(GOOD)),
        document(CATALOG, SPEC.replace(b"3 0 R>>", b"3 0>>"), stream(GOOD)),
        two(TWO, stream(binascii.hexlify(FORGED) + b">", b"/Filter/ASCIIHexDecode")),
        two(TWO, stream(zlib.compress(FORGED), b"/Filter[/FlateDecode]")),
        two(TWO, stream(zlib.compress(FORGED), b"/Filter/Fl")),
        two(TWO, stream(zlib.compress(FORGED), b"/Fil#74er/FlateDecode")),
        two(TWO, stream(zlib.compress(FORGED), b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>")),
        two(TWO, stream(b"", b"/F(elsewhere)")),
    ],
)
def test_what_readers_might_take_otherwise_could_not_be_checked(data: bytes) -> None:
    with pytest.raises(UnsupportedProof, match="original"):
        pdf.attached(data)


@pytest.mark.parametrize("kind", [b"", b"/Type/Embedded#46ile", b"/Type/XObject/Subtype/Image"])
def test_every_file_that_is_attached_is_judged_whatever_it_calls_itself(kind: bytes) -> None:
    made = two(TWO, stream(FORGED).replace(b"/Type/EmbeddedFile", kind))
    if b"#" in kind:
        with pytest.raises(UnsupportedProof):
            pdf.attached(made)
    else:
        assert pdf.attached(made) == [GOOD, FORGED]


def test_what_nobody_is_shown_is_not_what_is_judged() -> None:
    made = document(CATALOG, SPEC, stream(FORGED), stream(GOOD))

    assert pdf.attached(made) == readers_view(made) == [FORGED]


@pytest.mark.parametrize(
    "data",
    [
        embedded(zlib.compress(b"{" + b" " * 6_000_000), b"/Filter/FlateDecode"),
        document(CATALOG, *[SPEC.replace(b"3 0 R", b"%d 0 R" % at) for at in range(20, 30)]),
        document(b"[" + b"0 " * 600_000 + b"]"),
    ],
    ids=["bomb", "files", "syntax"],
)
def test_more_than_any_diploma_holds_is_refused(data: bytes) -> None:
    with pytest.raises(WorkLimitExceeded):
        pdf.attached(data)


def test_each_credential_inside_is_judged() -> None:
    def nothing(_url: str) -> bytes:
        raise NotResolved("not here")

    report = verify(embedded(b'{"no": "credential"}'), resolve=nothing, now=NOW)

    assert (report.verdict, report.carrier, len(report.parts)) == ("not valid", "pdf", 1)
