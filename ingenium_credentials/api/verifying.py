"""Judge a document that anybody may have handed us, with this site's means.

Our own issuers' keys and status lists come from the database, so that our credentials are
judged without the network; what others published only if the operator allows it.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from ..badges import verifier
from ..badges.contexts.further import read_folder
from ..badges.jsonld import PINNED_CONTEXTS, Contexts
from ..badges.report import Report, failed
from ..conf import conf
from .resolving import resolver
from .sealing import anchors

__all__ = ["verify"]


def verify(
    data: bytes,
    *,
    now: dt.datetime | None = None,
    challenge: str | None = None,
    domain: str | None = None,
) -> Report:
    """What can be said of these bytes. Never raises, whatever they are.

    `challenge` and `domain` are those under which a presentation was asked for.
    """
    if len(data) > conf.VERIFY_MAX_BYTES:
        most = conf.VERIFY_MAX_BYTES // 1000
        return Report(checks=(failed("size", _("The file is larger than %(most)d kB.") % {"most": most}),))
    return verifier.verify(
        data,
        resolve=resolver(),
        now=now or timezone.now(),
        contexts=_contexts(),
        challenge=challenge,
        domain=domain,
        anchors=anchors(),
    )


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
