"""Judge a document that anybody may have handed us, with this site's means.

Our own issuers' keys and status lists come from the database, so that our credentials are
judged without the network; what others published only if the operator allows it.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import lru_cache
from pathlib import Path

from attrs import evolve
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges import verifier
from ..badges.contexts.further import read_folder
from ..badges.jsonld import PINNED_CONTEXTS, Contexts
from ..badges.means import Resolve
from ..badges.report import Report, failed, passed
from ..conf import conf
from .digesting import erased_award
from .resolving import resolver
from .sealing import anchors

__all__ = ["ERASED", "RECORD", "verify"]

logger = logging.getLogger(__name__)

RECORD = "record"
"""The id of the remark on a document whose record was erased here."""
ERASED = "It was issued by us; the record was erased at the holder's request."


def verify(
    data: bytes,
    *,
    now: dt.datetime | None = None,
    challenge: str | None = None,
    domain: str | None = None,
    resolve: Resolve | None = None,
) -> Report:
    """What can be said of these bytes. Never raises, whatever they are.

    `challenge` and `domain` are those under which a presentation was asked for; `resolve`
    is another way to the documents that they name.
    """
    if len(data) > conf.VERIFY_MAX_BYTES:
        most = conf.VERIFY_MAX_BYTES // 1000
        return Report(checks=(failed("size", _("The file is larger than %(most)d kB.") % {"most": most}),))
    report = verifier.verify(
        data,
        resolve=resolve or resolver(),
        now=now or timezone.now(),
        contexts=_contexts(),
        challenge=challenge,
        domain=domain,
        anchors=anchors(),
    )
    try:
        return _with_remark(report)
    except DatabaseError as error:
        # What the document itself shows does not depend on it.
        logger.error("Erased records could not be looked for (%s).", type(error).__name__)
        return report


def _with_remark(report: Report) -> Report:
    """The report with a remark on each document that we have issued and have had to forget.

    To erase is not to revoke: the verdict stays what the checks make it.
    """
    parts = tuple(_with_remark(part) for part in report.parts)
    checks = report.checks
    # Of a file that only carries others, its parts are remarked on.
    is_carried = any(part.document is report.document for part in report.parts)
    if report.document is not None and not is_carried and erased_award(report.document) is not None:
        checks = (*checks, passed(RECORD, ERASED))
    return evolve(report, checks=checks, parts=parts)


def _contexts() -> Contexts:
    folder = conf.CONTEXTS_DIR
    if folder is None:
        return PINNED_CONTEXTS
    try:
        stamps = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir()))
    except OSError:
        # `manage.py check` names the fault; without the folder, less can be checked.
        return PINNED_CONTEXTS
    return _kept_contexts(folder, stamps)


@lru_cache(maxsize=4)
def _kept_contexts(folder: Path, _stamps: tuple[tuple[str, int], ...]) -> Contexts:
    # Kept while the files are unchanged, with what the library remembers of processing them.
    return Contexts(read_folder(folder).contexts)
