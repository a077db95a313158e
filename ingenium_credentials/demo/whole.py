"""The larger micro-credential of the demonstration: built on the first, issued by mandate.

Its steps come after those of the first. A second learner's part is revoked, so that the
first learner's files stay what was shown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from .. import api
from ..models import Award, Mandate
from . import alliance
from .earning import latest_award, send_passing, stamp
from .handing_over import TRUST, DemonstrationFailed, check, command, published, write

if TYPE_CHECKING:
    from .steps import Demonstration

__all__ = ["FOLDER", "earn", "end", "review", "verify"]

FOLDER = "whole"
"""Within the output."""
_FILES = ("credential.json", "credential.elm.jsonld")
_SECOND = {
    "username": "demo2",
    "first_name": "Séamus",
    "last_name": "Byrne",
    "email": "seamus@learner.example",
}


def earn(demonstration: Demonstration) -> str:
    """Send the last event: with the first credential it makes the larger one."""
    demonstration.whole = _earned(demonstration, demonstration.learner)
    stamp(demonstration.authority, demonstration.whole)
    whole = demonstration.whole.achievement
    issuer, bodies = whole.issuer.organisation, whole.awarding.count()
    return f"the project passed: a larger credential, issued by {issuer} by mandate of {bodies} universities"


def verify(demonstration: Demonstration) -> str:
    """Check both forms of it with the employer's command; each names its part and who has signed."""
    award, folder = demonstration.whole, demonstration.output / FOLDER
    issuers = [award.issuer]
    bodies = {credential.format: bytes(credential.body) for credential in award.credentials.all()}
    agreement = Mandate.objects.filter(issuer=award.issuer).first()
    files = {
        **dict(zip(_FILES, (bodies["ob3"], bodies["elm"]), strict=True)),
        "mandate.pdf": bytes(agreement.document) if agreement else b"",
        **published(award, issuers),
    }
    for name, content in files.items():
        write(folder / name, content)
    typed = command(award, issuers, folder, demonstration.output / TRUST)
    reports = check(typed, [folder / name for name in _FILES])
    said = {_of_mandate(report) for report in reports}
    part = api.credential_url(demonstration.award)
    if len(said) != 1 or not all(part in json.dumps(report["document"]) for report in reports):
        raise DemonstrationFailed(
            "The larger credential does not say what it is built on, or who has signed."
        )
    return f"valid as badge and sealed EDC in {folder}/, both name their part; {said.pop()}"


def review(demonstration: Demonstration) -> str:
    """Revoke a part: what is built on it is looked at by a person, and not taken away with it."""
    learner, _is_new = get_user_model().objects.get_or_create(username=_SECOND["username"], defaults=_SECOND)
    part = latest_award(learner, demonstration.achievement)
    if part is None:
        for course in alliance.COURSES:
            send_passing(learner, course, is_passing=True)
        _earned(demonstration, learner)
        part = latest_award(learner, demonstration.achievement)
    if part is not None and part.state == Award.State.ISSUED:
        api.revoke(part, reason="To show what becomes of what is built on it")
    whole = latest_award(learner, _definition(demonstration))
    if whole is None or whole.state != Award.State.REVIEW:
        raise DemonstrationFailed("Its part was revoked, and the larger credential is not under review.")
    shown = f"the larger one is under review: “{whole.review_reason}”"
    return f"the first credential of {learner.get_full_name()} is revoked, and {shown}"


def end(demonstration: Demonstration) -> None:
    """What was built on a revoked award ends with it, so that both can be earned anew."""
    whole = latest_award(demonstration.learner, _definition(demonstration))
    if whole is not None and whole.state != Award.State.REVOKED:
        api.revoke(whole, reason="What it was built on was revoked")
    send_passing(demonstration.learner, alliance.PROJECT, is_passing=False)


def _earned(demonstration: Demonstration, learner: Any) -> Award:
    send_passing(learner, alliance.PROJECT, is_passing=True)
    whole = latest_award(learner, _definition(demonstration))
    if whole is None or whole.state != Award.State.ISSUED:
        reason = (whole.last_problem if whole else "") or "its rule was not met"
        raise DemonstrationFailed(f"No larger credential was issued: {reason}")
    return whole


def _definition(demonstration: Demonstration) -> Any:
    return alliance.load_whole(demonstration.achievement)


def _of_mandate(report: dict[str, Any]) -> str:
    return next((check["message"] for check in report["checks"] if check["id"] == "mandate"), "")
