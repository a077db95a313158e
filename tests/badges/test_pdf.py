from __future__ import annotations

import zlib

import pytest
from attrs import evolve

from ingenium_credentials.badges import pdf
from ingenium_credentials.badges.errors import MalformedCredential, NotResolved, WorkLimitExceeded
from ingenium_credentials.badges.verifier import verify
from ingenium_credentials.document import Attachment, document_pdf
from tests.badges.authorities import NOW
from tests.diplomas import CREDENTIAL, diploma


def embedded(content: bytes, more: bytes = b"", *, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    head = b"<</Length %d/Type/EmbeddedFile%b>>" % (size, more)
    return b"%PDF-1.7\n1 0 obj\n" + head + b"\nstream\n" + content + b"\nendstream\nendobj\n"


def test_what_our_documents_hold_comes_out_to_the_byte() -> None:
    second = Attachment("credential.elm.jsonld", "application/jose+json", b'{"payload": "x"}', "The same")
    made = document_pdf(evolve(diploma(), attachments=(*diploma().attachments, second)))

    assert sorted(pdf.attached(made)) == sorted([CREDENTIAL, second.content])


def test_compressed_ones_are_unpacked() -> None:
    assert pdf.attached(embedded(zlib.compress(b'{"a": 1}'), b"/Filter/FlateDecode")) == [b'{"a": 1}']


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7 /Type/EmbeddedFile",
        embedded(b"no json"),
        embedded(b"{}", length=1),
        embedded(b"{}", length=9),
        embedded(b"{}", length=99_999_999),
        embedded(b"{}").replace(b"/Length 2", b"/Length 2 0 R"),
        embedded(b"{}", b"/Filter/LZWDecode"),
        embedded(b"{}", b"/Filter/FlateDecode"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        pdf.attached(data)


@pytest.mark.parametrize(
    "data",
    [
        embedded(zlib.compress(b"{" + b" " * 6_000_000), b"/Filter/FlateDecode"),
        b"%PDF-1.7\n" + embedded(b"{}") * 9,
        b"%PDF-1.7\n" + embedded(b"no") * 40,
    ],
    ids=["bomb", "credentials", "files"],
)
def test_more_than_any_diploma_holds_is_refused(data: bytes) -> None:
    with pytest.raises(WorkLimitExceeded):
        pdf.attached(data)


def test_each_credential_inside_is_judged() -> None:
    def nothing(_url: str) -> bytes:
        raise NotResolved("not here")

    report = verify(embedded(b'{"no": "credential"}'), resolve=nothing, now=NOW)

    assert (report.verdict, report.carrier, len(report.parts)) == ("not valid", "pdf", 1)
