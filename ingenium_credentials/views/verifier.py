"""The page on which anybody checks a credential: no account, nothing kept, nobody told."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .. import api
from ..badges.report import Report
from ..conf import conf
from . import markdown, reading, succession, wording
from .pages import Problem, guarded, page
from .submission import Submission, of_form
from .throttle import VerifyThrottle, demand_rate

__all__ = ["verifier"]


# Without a token against forgery: the answer depends on what is sent alone and nothing is
# kept, and looking for the token would read the whole body before its size is judged.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def verifier(request: HttpRequest) -> HttpResponse:
    """The form; and, for what was handed in, the answer."""
    if request.method != "POST":
        return page(request, "verifier.html", {"most": conf.VERIFY_MAX_BYTES // 1000})
    try:
        demand_rate(request, VerifyThrottle(), _("Too many checks in a short time"))
        submission = of_form(request)
    except Problem as problem:
        context = {"problem": problem, "most": conf.VERIFY_MAX_BYTES // 1000}
        response = page(request, "verifier.html", context, status=problem.status)
        if problem.retry_after is not None:
            response["Retry-After"] = str(problem.retry_after)
        return response
    return page(request, "report.html", _answer(request, submission))


def _answer(request: HttpRequest, submission: Submission) -> dict[str, object]:
    report = api.verify(submission.data)
    return {
        "verdict": wording.verdict(report),
        "documents": [_shown(part) for part in _credentials(report)],
        "is_proven": report.document is not None,
        "report_file": _file(report),
        "origin": submission.origin,
        "replacement": succession.replaced(request, report.document),
        "is_erased": any(_is_erased(found) for found in (report, *report.parts)),
    }


def _is_erased(report: Report) -> bool:
    """Whether it is ours, and was erased here at its holder's wish."""
    return any(check.id == api.RECORD for check in report.checks)


def _credentials(report: Report) -> list[Report]:
    """The credentials to show: the document itself, or those that a presentation holds."""
    return list(report.parts) if report.format.startswith("vp") else [report]


def _shown(report: Report) -> dict[str, object]:
    """A credential as a page shows it; its words only if they are shown to be signed."""
    if report.document is None:
        return {"facts": None, "verdict": wording.verdict(report)}
    found = reading.of_document(report.document)
    return {
        "facts": found,
        "narrative": markdown.render(found.narrative, top_level=3),
        "verdict": wording.verdict(report),
        "parts": list(_inside(report)),
    }


def _inside(report: Report) -> Iterator[dict[str, object]]:
    """What else was judged: endorsements, and of a file that holds credentials each of them."""
    for part in report.parts:
        if report.format != "pdf":
            yield {"kind": "", "verdict": wording.verdict(part)}
            continue
        kind = reading.of_document(part.document).kind if part.document else _("Credential")
        yield {"kind": kind, "verdict": wording.verdict(part)}
        yield from _inside(part)


def _file(report: Report) -> str:
    """The report as a file inside the page: nothing is kept, so nothing could be fetched later."""
    text = json.dumps(report.as_dict(), ensure_ascii=False, indent=2)
    return base64.b64encode(text.encode("utf-8", "replace")).decode()
