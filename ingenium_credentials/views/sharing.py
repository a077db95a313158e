"""Where a learner can take a credential: LinkedIn, its address, a code to scan."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

import segno
from attrs import frozen

from .. import api
from ..models import Award
from .facts import Facts

__all__ = ["ShareLinks", "share_links"]

_LINKEDIN = "https://www.linkedin.com/profile/add"


@frozen(kw_only=True)
class ShareLinks:
    """Addresses, and the fields of LinkedIn's form to copy where it does not fill them in."""

    address: str
    code: str
    """The address as a QR code, an SVG in a data URI."""
    linkedin: str
    title: str
    organisation: str
    issued: str
    """Year and month, `2026-11`."""
    expires: str
    identifier: str


def share_links(award: Award, facts: Facts) -> ShareLinks:
    """The links for an issued award."""
    # The university that awards it, not the platform that it was earned on.
    awarder = facts.awarding[0] if facts.awarding else facts.issuer
    organisation = awarder.name.value if awarder else ""
    address = api.credential_url(award)
    title = facts.title.value
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": title,
        "organizationName": organisation,
        "issueYear": award.awarded_at.year,
        "issueMonth": award.awarded_at.month,
        "certUrl": address,
        "certId": str(award.uuid),
    }
    if award.valid_until:
        fields |= {"expirationYear": award.valid_until.year, "expirationMonth": award.valid_until.month}
    return ShareLinks(
        address=address,
        code=_code(address),
        linkedin=f"{_LINKEDIN}?{urlencode(fields)}",
        title=title,
        organisation=organisation,
        issued=f"{award.awarded_at:%Y-%m}",
        expires=f"{award.valid_until:%Y-%m}" if award.valid_until else "",
        identifier=str(award.uuid),
    )


@lru_cache(maxsize=128)
def _code(address: str) -> str:
    # A sixth of the work for a page, and always the same.
    return segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")
