from __future__ import annotations

import datetime as dt
import io
import struct
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from ingenium_credentials.api import tables
from ingenium_credentials.api.tables import Unreadable, read_table

ROWS = (("name", "reason"), ("eleni", "Ελένη, Ιωάννα"), ("борис", "Зачёт; „да“"), ("ana", "Niño"))


def _csv(separator: str = ",", rows: Any = ROWS) -> str:
    def quoted(cell: str) -> str:
        return f'"{cell}"' if any(letter in cell for letter in ",;\t\n") else cell

    return "".join(separator.join(map(quoted, row)) + "\r\n" for row in rows)


def _xlsx(rows: Any) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings_and_separators_are_recognised(separator: str, encoding: str, named: str) -> None:
    data = _csv(separator).encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data

    table = read_table(data)

    assert table.rows == ROWS
    assert (table.encoding, table.separator) == (named, separator)
    assert table.numbers == (1, 2, 3, 4)


def test_what_is_not_utf_8_is_taken_for_windows_1252() -> None:
    table = read_table("name;reason\nana;Niño – 5 €\n".encode("cp1252"))

    assert table.rows[1] == ("ana", "Niño – 5 €")
    assert table.encoding == "cp1252"


def test_a_letter_in_no_known_encoding_is_named_by_row_and_column() -> None:
    with pytest.raises(Unreadable, match="CSV UTF-8") as refused:
        read_table(b"name;reason\nana;fine\nbo;\x81 x\n")

    assert (refused.value.row, refused.value.column, refused.value.kind) == (3, "B", "encoding")


def test_utf_16_without_its_mark_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="not clear"):
        read_table("name;reason".encode("utf-16-le"))


def test_marks_that_combine_are_joined() -> None:
    assert read_table("name\nAndre\u0301\n".encode()).rows[1] == ("André",)


def test_the_line_by_which_excel_names_its_separator_is_no_row() -> None:
    table = read_table(b"sep=;\r\nname;reason\r\nana;x\r\n")

    assert table.rows == (("name", "reason"), ("ana", "x"))
    assert table.numbers == (2, 3)


def test_empty_lines_are_left_out_and_rows_keep_their_numbers() -> None:
    assert read_table(b"name,reason\n\n,\nana,x\n").numbers == (1, 4)


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "=HYPERLINK(1)"])
@pytest.mark.parametrize("wrap", [lambda text: text, lambda text: f'"{text}"'])
def test_a_formula_is_refused_with_its_place(formula: str, wrap: Any) -> None:
    with pytest.raises(Unreadable, match="is a formula") as refused:
        read_table(f"name,reason\nana,{wrap(formula)}\n".encode())

    assert (refused.value.row, refused.value.column, refused.value.kind) == (2, "B", "formula")


@pytest.mark.parametrize("number", ["-0.5", "+1", "-85 %", "-0,5"])
def test_a_number_with_a_sign_is_no_formula(number: str) -> None:
    assert read_table(f"name;grade\nana;{number}\n".encode()).rows[1][1] == number


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"x" * (tables.MOST_BYTES + 1), "larger than 5 MB"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        (b'name\n"open\n', "quotation mark"),
        (b"name\n" + b"a\n" * (tables.MOST_ROWS + 1), "more than 1000 rows"),
        (b"name\na\x07b\n", "control characters"),
        (b"name\n" + b"," * 40, "too many columns"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x", "old or a protected"),
        (b"PK\x03\x04 but no archive", "damaged or protected"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_table(data)


class TestWorkbooks:
    def test_cells_come_out_as_text(self) -> None:
        rows = [("name", "day", "grade"), ("Ελένη", dt.date(2026, 6, 30), 0.85), ("Борис", None, 1)]

        assert read_table(_xlsx(rows)).rows == (
            ("name", "day", "grade"),
            ("Ελένη", "2026-06-30", "0.85"),
            ("Борис", "", "1"),
        )

    def test_a_formula_is_refused_with_its_place(self) -> None:
        with pytest.raises(Unreadable, match="is a formula") as refused:
            read_table(_xlsx([("name", "grade"), ("ana", "=1+1")]))

        assert (refused.value.row, refused.value.column) == (2, "B")

    def test_too_many_rows_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="more than 1000 rows"):
            read_table(_xlsx([("name",)] * (tables.MOST_ROWS + 2)))

    def _with(self, name: str, content: bytes) -> bytes:
        source, target = io.BytesIO(_xlsx([("name",), ("ana",)])), io.BytesIO()
        with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
            for member in before.infolist():
                after.writestr(member, content if member.filename == name else before.read(member))
            if name not in before.namelist():
                after.writestr(name, content)
        return target.getvalue()

    def test_an_archive_that_swells_is_refused_before_it_is_unpacked(self) -> None:
        bomb = self._with("xl/worksheets/sheet2.xml", b" " * 40_000_000)
        assert len(bomb) < 100_000

        with pytest.raises(Unreadable, match="too large"):
            read_table(bomb)

    @pytest.mark.parametrize("strings", [5_700_000, 250_000])
    def test_a_workbook_of_countless_strings_costs_next_to_nothing(self, strings: int) -> None:
        namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        bomb = self._with(
            "xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (namespace, b"<si/>" * strings)
        )
        assert len(bomb) < 100_000
        began = time.process_time()

        with pytest.raises(Unreadable, match="too large"):
            read_table(bomb)

        assert time.process_time() - began < 0.5

    def test_no_more_is_unpacked_than_a_part_says_to_have(self) -> None:
        part = b'<sst xmlns="x"/>'
        bomb = self._with("xl/sharedStrings.xml", part + b" " * 60_000_000)
        liar = self._saying("xl/sharedStrings.xml", bomb, part)

        tracemalloc.start()
        try:
            assert read_table(liar).rows == (("name",), ("ana",))
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()

    def _saying(self, name: str, data: bytes, part: bytes) -> bytes:
        """The archive, whose directory says of one member that it ends after `part`."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = archive.getinfo(name)
        # In the directory as in APPNOTE 4.3.12: CRC-32, size packed, size unpacked.
        true, said = (
            struct.pack("<III", crc, member.compress_size, size)
            for crc, size in ((member.CRC, member.file_size), (zlib.crc32(part), len(part)))
        )
        assert true in data
        return data.replace(true, said)

    @pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_what_no_spreadsheet_packs_with_is_refused(self, packing: int) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", packing) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")

        with pytest.raises(Unreadable, match="damaged or protected"):
            read_table(file.getvalue())

    def test_a_full_sheet_of_the_sample_is_not_too_large(self) -> None:
        row = ("learner", "learner@example.org", "2026-06-30", "85 %", "", "Examined orally")
        rows = [row, *(tuple(f"{cell}{number}" for cell in row) for number in range(tables.MOST_ROWS))]

        assert len(read_table(_xlsx(rows)).rows) == tables.MOST_ROWS + 1

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_entities_are_refused(self, encoding: str) -> None:
        laughs = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'

        with pytest.raises(Unreadable, match="document type"):
            read_table(self._with("xl/sharedStrings.xml", laughs.encode(encoding)))

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
    def test_a_damaged_part_is_refused(self, part: str) -> None:
        with pytest.raises(Unreadable, match="cannot be read"):
            read_table(self._with(part, b"<not xml"))

    def test_another_kind_of_archive_is_refused(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("content.xml", "<office/>")

        with pytest.raises(Unreadable, match="no Excel workbook"):
            read_table(file.getvalue())


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_it_reads_or_refuses(data: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", b"\xff\xfe", b"name;reason\n"):
        try:
            table = read_table(prefix + data)
        except Unreadable:
            continue
        assert len(table.rows) == len(table.numbers)


CELLS = st.text(st.characters(categories=("L", "N"), codec="utf-8"), min_size=1, max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_is_read(rows: list[tuple[str, str]], separator: str) -> None:
    expected = tuple(
        tuple(unicodedata.normalize("NFC", cell) for cell in row) for row in (("name", "reason"), *rows)
    )

    assert read_table(_csv(separator, (("name", "reason"), *rows)).encode()).rows == expected
