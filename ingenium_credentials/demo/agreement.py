"""The invented agreement by which universities let another sign for them: a small PDF of one page."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["agreement_pdf"]

_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s >>"
_FONT = (
    b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>"
)


def agreement_pdf(lines: Sequence[str]) -> bytes:
    """The lines as PDF, in Latin letters; the same lines give the same bytes."""
    shown = b"".join(b"(%s) '\n" % _escaped(line) for line in lines)
    text = b"BT /F 11 Tf 64 760 Td 17 TL\n" + shown + b"ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE % _FONT,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    return _file(objects)


def _escaped(line: str) -> bytes:
    # Typographic quotes are signs of their own in the encoding; what it lacks becomes a question mark.
    return (
        line.encode("cp1252", "replace")
        .translate(None, b"\r\n")
        .replace(b"\\", rb"\\")
        .replace(b"(", rb"\(")
        .replace(b")", rb"\)")
    )


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with the table of where each begins."""
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
