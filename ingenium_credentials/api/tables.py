"""Read a table that somebody made with a spreadsheet: CSV in its many dresses, or XLSX.

Whatever the bytes are, rows of plain text come out, or `Unreadable` with a place and a
remedy. Hides encodings, separators, and what a hostile workbook may hold: archives that
swell, entities, formulas.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen
from django.utils.translation import gettext as _

__all__ = ["MOST_BYTES", "MOST_ROWS", "Table", "Unreadable", "read_table"]

MOST_BYTES = 5_000_000
"""Of a file, however it is handed in."""
MOST_ROWS = 1000
"""So that all of them fit into one transaction that a person waits for."""
_MOST_COLUMNS = 30
_LONGEST_CELL = 2000
_MOST_TEXT = 2_000_000
_MOST_UNPACKED = 5_000_000
_MOST_TAGS = 200_000
"""Of all parts of a workbook: reading it costs about ten microseconds for each."""
_MOST_MEMBERS = 200
_SEPARATORS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What zipfile and the readers of XML raise for files that somebody has made up: passwords and
# packings that they do not know are RuntimeError and NotImplementedError.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError),
    *(ValueError, NotImplementedError, RuntimeError),
)
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


@frozen(kw_only=True)
class Table:
    """The rows of a file, the heading first; every cell as text in NFC, trimmed."""

    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    """Of each row, the number by which a spreadsheet shows it."""
    encoding: str
    """What the text was taken to be written in; empty for XLSX."""
    separator: str


class Unreadable(Exception):
    """The file is no table that can be read; says where and what to do about it."""

    def __init__(self, message: str, *, row: int = 0, column: str = "", kind: str = "file") -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.kind = kind


def read_table(data: bytes) -> Table:
    """The table in a file, recognised by what it holds; raises `Unreadable`."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Split it into several files."))
    if not data.strip():
        raise Unreadable(_("The file is empty. Begin with the sample file."))
    if data.startswith(_OLD_OFFICE):
        raise Unreadable(_("This is an old or a protected Excel file. Save it as .xlsx without a password."))
    table = _workbook(data) if data.startswith(b"PK\x03\x04") else _text_table(data)
    if len(table.rows) - 1 > MOST_ROWS:
        raise Unreadable(
            _("There are more than %(most)d rows. Split the file into several.") % {"most": MOST_ROWS}
        )
    return table


def _text_table(data: bytes) -> Table:
    if len(data) > _MOST_TEXT:
        raise Unreadable(_("The CSV file is larger than 2 MB. Split it into several files."))
    text, encoding = _decoded(data)
    text, separator = _separator(text)
    rows, numbers = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = tuple(_clean(cell) for cell in row)
            _demand_plain(cells, reader.line_num)
            if any(cells):
                rows.append(cells)
                numbers.append(reader.line_num)
            if len(rows) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise Unreadable(
            _("This row is not well formed. Look for a quotation mark that is not closed."),
            row=reader.line_num,
        ) from error
    return Table(rows=tuple(rows), numbers=tuple(numbers), encoding=encoding, separator=separator)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and the encoding that it was taken for: what says what it is, else UTF-8, else cp1252."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding), encoding
    if b"\0" in data:
        raise Unreadable(_("The encoding of the file is not clear. Save it as “CSV UTF-8”."), kind="encoding")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(data, "cp1252"), "cp1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        line = before[before.rfind("\n") + 1 :]
        cells = max(line.count(separator) for separator in _SEPARATORS)
        raise Unreadable(
            _("There is a letter here that is neither UTF-8 nor Windows-1252. Save the file as “CSV UTF-8”."),
            row=before.count("\n") + 1,
            column=_letter(cells),
            kind="encoding",
        ) from error


def _separator(text: str) -> tuple[str, str]:
    """The text without Excel's `sep=` line, and what separates its cells."""
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # An empty line in its place keeps the numbers of the rows.
        return "\n" + rest, first.strip()[4]
    return text, max(_SEPARATORS, key=lambda separator: first.count(separator))


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip(" \u00a0\ufeff")


def _demand_plain(cells: tuple[str, ...], row: int) -> None:
    if len(cells) > _MOST_COLUMNS:
        raise Unreadable(_("This row has too many columns. Begin with the sample file."), row=row)
    for place, cell in enumerate(cells):
        if cell.startswith(_FORMULA) and not _is_number(cell):
            raise Unreadable(
                _("This cell is a formula. Write its value instead."),
                row=row,
                column=_letter(place),
                kind="formula",
            )
        if len(cell) > _LONGEST_CELL or any(unicodedata.category(letter) == "Cc" for letter in cell):
            raise Unreadable(
                _("This cell is too long or has control characters. Write one line of text."),
                row=row,
                column=_letter(place),
                kind="text",
            )


def _is_number(cell: str) -> bool:
    return cell[1:].replace(",", ".", 1).replace(".", "", 1).rstrip(" %").isdecimal()


def _letter(place: int) -> str:
    """The name of a column as spreadsheets show it: A, B, …, Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _workbook(data: bytes) -> Table:
    rows, numbers = [], []
    for number, row in _sheet(_harmless(data)):
        cells = _without_end([_clean(_shown(cell, number, place)) for place, cell in enumerate(row)])
        _demand_plain(cells, number)
        if any(cells):
            rows.append(cells)
            numbers.append(number)
    return Table(rows=tuple(rows), numbers=tuple(numbers), encoding="", separator="")


def _without_end(cells: list[str]) -> tuple[str, ...]:
    """A sheet is a rectangle: what is empty on its right is no cell of this row."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _harmless(data: bytes) -> bytes:
    """The workbook with its parts as they were looked at, none of them packed.

    Refused is what swells when unpacked, and XML that has too many tags or defines entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _demand_small(archive.infolist())
            parts = {member.filename: _unpacked(archive, member) for member in archive.infolist()}
    except _DAMAGED as error:
        raise Unreadable(_("The workbook is damaged or protected. Save it anew, or as CSV.")) from error
    _demand_plain_xml(parts.values())
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as again:
        for name, part in parts.items():
            again.writestr(name, part)
    return written.getvalue()


def _demand_small(members: Sequence[zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise _too_large()
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise Unreadable(_("This is no Excel workbook. Save it as .xlsx or as CSV."))


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """As many bytes as the member says to have. A mere `read` unpacks first whatever there is."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("Spreadsheets pack in no other way, and these unpack without bound.")
    with archive.open(member) as part:
        return part.read(member.file_size)


def _demand_plain_xml(parts: Iterable[bytes]) -> None:
    tags = 0
    for part in parts:
        # Without NUL: XML may be UTF-16, too.
        text = part.replace(b"\0", b"")
        if b"<!DOCTYPE" in text:
            raise Unreadable(_("The workbook holds a document type. Save it anew from a spreadsheet."))
        tags += text.count(b"<")
    if tags > _MOST_TAGS:
        raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable(_("The workbook is too large. Save the rows alone, as CSV."))


def _sheet(data: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The cells of the first sheet, row by row with its number."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # It warns of styles and extensions that it leaves out; values are all that we take.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 2, max_col=_MOST_COLUMNS + 1)
            found = [(number, tuple(row)) for number, row in enumerate(rows, 1)]
            book.close()
    except Exception as error:  # openpyxl raises whatever a damaged part makes Python raise
        raise Unreadable(_("The workbook cannot be read. Save it anew, or as CSV.")) from error
    yield from found


def _shown(cell: Any, row: int, place: int) -> str:
    """The cell's value as text: days as ISO 8601, numbers without an exponent."""
    value = cell.value
    if cell.data_type == "f":
        message = _("This cell is a formula. Write its value instead.")
        raise Unreadable(message, row=row, column=_letter(place), kind="formula")
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{Decimal(str(value)):f}"
    return str(value)
