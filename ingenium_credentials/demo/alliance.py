"""The demonstration's rows: ten real universities, an invented offer, through the verbs.

Hides the two JSON files. What they mark as unverified stays unverified, so it is shown to
officers and never signed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from .. import api
from ..badges.certificates import Organisation as Subject
from ..models import (
    Achievement,
    AwardRule,
    BrandAsset,
    Issuer,
    Mandate,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    SealingCertificate,
    SigningKey,
)
from . import marks
from .agreement import agreement_pdf
from .authorities import Authority

__all__ = ["COURSES", "PROJECT", "issuers", "load", "load_whole", "make_keys", "make_seals"]

_FOLDER = Path(__file__).parent
_DRAWN_ON, _SHOWN_UNTIL = dt.date(2026, 1, 1), dt.date(2099, 12, 31)


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    return content


_OFFER = _read("offer.json")

COURSES: dict[str, str] = {course["key"]: course["name"] for course in _OFFER["courses"]}
"""Course key to name, in the order in which the demo learner passes them."""
_WHOLE = _OFFER["whole"]
PROJECT: str = _WHOLE["course"]["key"]
"""The course that, together with the micro-credential, makes the larger one."""


def load() -> Achievement:
    """Enter the alliance and the offer; what is there already stays as it is."""
    facts = _read("alliance.json")
    with transaction.atomic():
        alliance = _organisation(facts["alliance"], Organisation.Kind.ALLIANCE)
        for university in facts["universities"]:
            _organisation(university, Organisation.Kind.UNIVERSITY)
        return _achievement(_issuer(_OFFER["issuer"], alliance))


def load_whole(part: Achievement) -> Achievement:
    """Enter what is built on `part` and issued by mandate; what is there already stays as it is."""
    fields = _WHOLE["achievement"]
    there = Achievement.objects.filter(slug=fields["slug"]).order_by("-version").first()
    if there is not None:
        return there
    bodies = [Organisation.objects.get(slug=slug) for slug in _WHOLE["awarding_bodies"]]
    with transaction.atomic():
        issuer = _entity(part.issuer.alliance)
        _mandates(issuer, bodies)
        achievement = api.define(Achievement(issuer=issuer, **fields), awarding_bodies=bodies)
        held = {"kind": "credential_held", "definition": part.slug}
        passed = {"kind": "course_passed", "course": PROJECT}
        api.define_rule(
            AwardRule(
                name="Both courses and the project",
                achievement=achievement,
                condition={"version": 1, "all": [held, passed]},
                supervision=fields["supervision"],
                enabled=True,
            )
        )
        return api.activate(achievement)


def _entity(alliance: Organisation | None) -> Issuer:
    """The invented legal entity of the alliance, as an issuer for others."""
    facts = _WHOLE["entity"]
    entity = api.define_organisation(
        Organisation(
            slug=facts["slug"],
            kind=Organisation.Kind.LEGAL_ENTITY,
            abbreviation=facts["abbreviation"],
            country=facts["country"],
        ),
        names=[OrganisationName(language="en", value=facts["name"], verified=True, source=facts["source"])],
    )
    return api.define_issuer(
        Issuer(slug=entity.slug, organisation=entity, alliance=alliance, mode=Issuer.Mode.MANDATE)
    )


def _mandates(issuer: Issuer, bodies: Sequence[Organisation]) -> None:
    """One agreement of all of them, as a file."""
    facts = _WHOLE["mandate"]
    agreement = agreement_pdf(
        [f"Agreement {facts['reference']}", "", facts["statement"], "", *map(_english, bodies)]
    )
    for body in bodies:
        api.define_mandate(
            Mandate(
                organisation=body,
                issuer=issuer,
                reference=facts["reference"],
                statements={"en": facts["statement"]},
                document=agreement,
                document_sha256=hashlib.sha256(agreement).hexdigest(),
                valid_from=dt.date.fromisoformat(facts["valid_from"]),
                valid_until=dt.date.fromisoformat(facts["valid_until"]),
            )
        )


def _english(organisation: Organisation) -> str:
    return organisation.names.get(language="en").value


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
    if there is not None:
        return there
    organisation = api.define_organisation(
        Organisation(
            slug=facts["slug"],
            kind=kind,
            abbreviation=facts["abbreviation"],
            country=facts["country"]["value"],
            homepage=facts["homepage"]["value"],
            homepage_verified=facts["homepage"]["verified"],
            logo_required=True,
            emblem_required=kind == Organisation.Kind.ALLIANCE,
        ),
        names=[OrganisationName(**name) for name in facts["names"]],
        identifiers=[OrganisationIdentifier(**identifier) for identifier in facts["identifiers"]],
    )
    for asset in _assets(organisation):
        api.define_asset(asset)
    return organisation


def _assets(organisation: Organisation) -> Iterator[BrandAsset]:
    """A mark that says that it is no logo; for the alliance, the emblem of who would co-fund it."""
    figure, colour = marks.FIGURES[organisation.slug]
    name = organisation.abbreviation
    yield BrandAsset(
        organisation=organisation,
        role=BrandAsset.Role.LOGO,
        content=marks.mark_svg(figure=figure, abbreviation=name, colour=colour),
        licence="Drawn for this demonstration; under the licence of this package.",
        alt={tag: text.format(name=name) for tag, text in marks.MARK_ALT.items()},
        valid_from=_DRAWN_ON,
        valid_until=_SHOWN_UNTIL,
        min_width_mm=12,
        clear_space="0.05",
        verified=True,
    )
    if organisation.emblem_required:
        yield BrandAsset(
            organisation=organisation,
            role=BrandAsset.Role.EMBLEM,
            content=marks.emblem_svg(),
            licence="Drawn from the published geometry; shown as a demonstration, where nothing is funded.",
            alt=marks.EMBLEM_ALT,
            statement=marks.EMBLEM_STATEMENT,
            valid_from=_DRAWN_ON,
            valid_until=_SHOWN_UNTIL,
            min_width_mm=15,
            clear_space="0.05",
            verified=True,
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
