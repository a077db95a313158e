"""Lists of awards to take away, as CSV or XLSX, written row by row for any number of them.

No cell can run as a formula in a spreadsheet. A list holds names: whoever takes it away is noted.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from .. import lms
from ..badges.data import preferred
from ..models import Award, OfferedCourse, Simulation
from . import auditing
from .record import credential_url

__all__ = ["csv_of", "export_csv", "export_rows", "export_xlsx", "note_export", "note_people_export"]

_CHUNK = 500
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_IN_MEMORY = 2_000_000


def export_rows(awards: QuerySet[Award]) -> Iterator[tuple[str, ...]]:
    """The heading, then a row for each award: with two queries for five hundred of them."""
    yield (
        *(_("award"), _("definition"), _("title"), _("username"), _("name"), _("name in Latin script")),
        *(_("state"), _("earned at"), _("issued at"), _("valid until"), _("revoked at"), _("grade")),
        *(_("reason"), _("address")),
    )
    rows = awards.select_related("achievement").defer("achievement__image_svg", "achievement__image_png")
    found = rows.order_by("-awarded_at", "-pk").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(found, _CHUNK)):
        usernames = lms.usernames_of({award.learner_id for award in chunk if award.learner_id})
        for award in chunk:
            yield _row(award, usernames.get(award.learner_id or 0, ""))


def export_csv(awards: QuerySet[Award]) -> Iterator[bytes]:
    """The same as CSV."""
    return csv_of(export_rows(awards))


def csv_of(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as CSV that spreadsheets open as it is: UTF-8 with its mark, semicolons; nothing runs."""
    yield "\ufeff".encode()
    for row in rows:
        written = io.StringIO()
        csv.writer(written, delimiter=";").writerow(_harmless(row))
        yield written.getvalue().encode()


def export_xlsx(awards: QuerySet[Award]) -> IO[bytes]:
    """The same as a workbook, in a file that is open for reading and goes when it is closed."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Awards")[:31])
    for row in export_rows(awards):
        sheet.append(_harmless(row))
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (the caller closes it)
    book.save(file)
    file.seek(0)
    return file


def note_export(course_id: str, *, actor_id: int | None) -> None:
    """Note that somebody has taken the list of a course away, in the audit log."""
    offered = OfferedCourse.objects.filter(course_id=course_id).first()
    auditing.note("awards-exported", offered or OfferedCourse(course_id=course_id), actor_id=actor_id)


def note_people_export(trial: Simulation, *, actor_id: int | None) -> None:
    """Note that somebody has taken away what would become of the learners of a course."""
    auditing.note("trial-exported", trial, actor_id=actor_id)


def _row(award: Award, username: str) -> tuple[str, ...]:
    moments = (award.awarded_at, award.issued_at, award.valid_until, award.revoked_at)
    return (
        *(str(award.uuid), award.definition, preferred(award.achievement.names)),
        *(username, award.recipient_name, award.recipient_latin_name, str(award.get_state_display())),
        *(f"{moment:%Y-%m-%d %H:%M:%SZ}" if moment else "" for moment in moments),
        "" if award.grade is None else f"{award.grade:f}",
        award.revocation_reason or award.review_reason,
        credential_url(award),
    )


def _harmless(row: Sequence[str]) -> list[str]:
    """Text that a workbook can hold; what it would run begins with an apostrophe, which makes it text."""
    cells = map(auditing.legible, row)
    return [f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells]
