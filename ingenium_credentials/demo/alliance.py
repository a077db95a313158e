"""The demonstration's rows: ten real universities, an invented offer, through the verbs.

Hides the two JSON files. What they mark as unverified stays unverified, so it is shown to
officers and never signed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from .. import api
from ..badges.certificates import Organisation as Subject
from ..models import (
    Achievement,
    AwardRule,
    Issuer,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    SealingCertificate,
    SigningKey,
)
from .authorities import Authority

__all__ = ["COURSES", "issuers", "load", "make_keys", "make_seals"]

_FOLDER = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return content


_OFFER = _read("offer.json")

COURSES: dict[str, str] = {course["key"]: course["name"] for course in _OFFER["courses"]}
"""Course key to name, in the order in which the demo learner passes them."""


def load() -> Achievement:
    """Enter the alliance and the offer; what is there already stays as it is."""
    facts = _read("alliance.json")
    with transaction.atomic():
        alliance = _organisation(facts["alliance"], Organisation.Kind.ALLIANCE)
        for university in facts["universities"]:
            _organisation(university, Organisation.Kind.UNIVERSITY)
        return _achievement(_issuer(_OFFER["issuer"], alliance))


def issuers(achievement: Achievement) -> list[Issuer]:
    """The universities that award, each as an issuer of its own; the issuer of the credential first."""
    bodies = [
        row.organisation for row in achievement.awarding.select_related("organisation").order_by("position")
    ]
    return [_issuer(body.slug, achievement.issuer.alliance) for body in bodies]


def make_keys(issuer: Issuer) -> list[SigningKey]:
    """Give the issuer the keys that it lacks; returns all that sign now."""
    api.provide_keys(issuer)
    return list(issuer.keys.filter(retired_at=None, compromised_at=None).select_related("issuer"))


def make_seals(issuer: Issuer, authority: Authority) -> SealingCertificate:
    """Give the issuer the certificate of a seal in its verified name."""
    organisation = issuer.organisation
    name = organisation.names.filter(verified=True).order_by("language").first()
    held = authority.certify(
        issuer.slug,
        Subject(
            name=name.value if name else "",
            identifier=f"NTR{organisation.country}-DEMONSTRATION-{issuer.slug.upper()}",
            country=organisation.country,
            common_name=f"Demonstration seal {issuer.slug}",
        ),
    )
    return api.define_certificate(issuer, uri=f"file:{held.path.absolute()}", chain=held.pem)


def _organisation(facts: dict[str, Any], kind: str) -> Organisation:
    there = Organisation.objects.filter(slug=facts["slug"]).first()
    return there or api.define_organisation(
        Organisation(
            slug=facts["slug"],
            kind=kind,
            abbreviation=facts["abbreviation"],
            country=facts["country"]["value"],
            homepage=facts["homepage"]["value"],
            homepage_verified=facts["homepage"]["verified"],
        ),
        names=[OrganisationName(**name) for name in facts["names"]],
        identifiers=[OrganisationIdentifier(**identifier) for identifier in facts["identifiers"]],
    )


def _issuer(slug: str, alliance: Organisation | None) -> Issuer:
    there = Issuer.objects.filter(slug=slug).first()
    return there or api.define_issuer(
        Issuer(slug=slug, organisation=Organisation.objects.get(slug=slug), alliance=alliance)
    )


def _achievement(issuer: Issuer) -> Achievement:
    fields = _OFFER["achievement"]
    there = Achievement.objects.filter(slug=fields["slug"]).order_by("-version").first()
    if there is not None:
        return there
    bodies = [Organisation.objects.get(slug=slug) for slug in _OFFER["awarding_bodies"]]
    achievement = api.define(Achievement(issuer=issuer, **fields), awarding_bodies=bodies)
    leaves = [{"kind": "course_passed", "course": key} for key in COURSES]
    api.define_rule(
        AwardRule(
            name="Both courses passed",
            achievement=achievement,
            condition={"version": 1, "all": leaves},
            supervision=fields["supervision"],
            enabled=True,
        )
    )
    return api.activate(achievement)
