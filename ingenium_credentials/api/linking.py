"""Where the platform's own pages may point to."""

from __future__ import annotations

from ..conf import conf
from ..models import Award
from .record import credential_url

__all__ = ["credential_for_certificate"]


def credential_for_certificate(*, learner_id: int, course_id: str) -> dict[str, str] | None:
    """Addresses of the credential that the learner has earned with this course, or None.

    `url` shows it to the learner, and to others once it is shared; `verify_url` is the verifier.
    """
    issued = Award.objects.filter(
        learner_id=learner_id,
        rule__courses__course_id=course_id,
        state__in=(Award.State.ISSUED, Award.State.REVIEW),
    )
    award = issued.only("uuid").order_by("-awarded_at", "-pk").first()
    if award is None:
        return None
    return {"url": credential_url(award), "verify_url": f"{conf.BASE_URL}/ingenium/verify/"}
