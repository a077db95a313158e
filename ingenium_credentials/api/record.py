"""From rows to the record that every format is written from.

Nothing unverified is signed: names, identifiers, home pages and logos enter only if an
officer has marked them verified, and an awarding body without a verified name stops the
award from being issued.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any, TypeVar

from attrs import evolve, frozen
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from .. import concepts
from ..badges import vocabularies
from ..badges.data import (
    AchievementData,
    ActivityData,
    AwardData,
    ConceptData,
    EntitlementData,
    EvidenceData,
    IdentifierData,
    ImageData,
    IssuerData,
    IssuerMode,
    LanguageMap,
    OrganisationData,
    OutcomeData,
    PartData,
    QualityAssuranceData,
    RecipientData,
    StatusData,
    preferred,
)
from ..conf import conf
from ..models import Accreditation, Achievement, Award, Issuer, Organisation
from . import status
from .branding import signed_logo
from .errors import NotReady
from .languages import told_languages

__all__ = [
    *("Common", "achievement_data", "award_data", "awarding_bodies", "common", "credential_url"),
    *("issuer_data", "organisation_data", "own_issuer", "own_issuers"),
]

_Value = TypeVar("_Value")


def credential_url(award: Award) -> str:
    """The address of the credential, which is also its id in every format."""
    return f"{conf.BASE_URL}/ingenium/credentials/{award.uuid}"


@frozen(kw_only=True)
class Common:
    """What all awards of one version by one issuer have in common: the rows, and what they say."""

    achievement: Achievement
    """Without its pictures; bodies and organisations with what documents say of them."""
    issuer: Issuer
    achievement_data: AchievementData
    issuer_data: IssuerData


def common(achievement_id: int, issuer_id: int) -> Common:
    """Read it, with one statement for each table however many organisations there are; raises `NotReady`."""
    rows = Achievement.objects.select_related("issuer__organisation", "issuer__alliance")
    achievement = rows.defer("image_svg", "image_png").get(pk=achievement_id)
    issuer = achievement.issuer
    if issuer.pk != issuer_id:
        issuer = Issuer.objects.select_related("organisation", "alliance").get(pk=issuer_id)
    bodies = awarding_bodies(achievement)
    setattr(achievement, _READ_BODIES, bodies)
    parties = [one for one in (*bodies, issuer.organisation, issuer.alliance) if one is not None]
    prefetch_related_objects(parties, "names", "identifiers", "accreditations", "issuers")
    return Common(
        achievement=achievement,
        issuer=issuer,
        achievement_data=achievement_data(achievement, issuer=issuer),
        issuer_data=issuer_data(issuer),
    )


_READ_BODIES = "_read_bodies"


def awarding_bodies(achievement: Achievement) -> list[Organisation]:
    """The universities that award, in the order of the document."""
    read: list[Organisation] | None = getattr(achievement, _READ_BODIES, None)
    if read is not None:
        return read
    rows = achievement.awarding.select_related("organisation").order_by("position", "pk")
    return [row.organisation for row in rows]


def award_data(award: Award, shared: Common | None = None) -> AwardData:
    """Everything that the award's credentials say; raises `NotReady` naming what is missing.

    `shared` is `common` of its version and issuer, where it was read before.
    """
    if not conf.BASE_URL.startswith(("https://", "http://")):
        raise NotReady(_("The setting INGENIUM_BASE_URL is missing."))
    shared = shared or common(award.achievement_id, award.issuer_id)
    achievement = shared.achievement_data
    return AwardData(
        id=credential_url(award),
        achievement=achievement,
        issuer=shared.issuer_data,
        recipient=RecipientData(
            id=f"urn:uuid:{award.recipient_uuid}",
            name=award.recipient_name,
            latin_name=award.recipient_latin_name,
            email_hash=award.email_hash,
            email_salt=award.email_salt,
        ),
        awarded_at=award.awarded_at,
        # Not the moment of signing: attempts that are repeated must state the same.
        valid_from=award.awarded_at,
        valid_until=award.valid_until,
        grade=award.grade,
        status=StatusData(
            list_url=status.url_of(award.status_list),
            index=award.status_index,
            purpose=award.status_list.purpose,
        ),
        demonstration=conf.DEMONSTRATION,
        supervision=_named(award.supervision, achievement.names),
        evidence=tuple(_evidence(entry) for entry in award.evidence or ()),
        parts=tuple(map(_part, _parts(award))),
    )


def _parts(award: Award) -> QuerySet[Award]:
    """Without the pictures, which a record does not hold."""
    rows = award.parts.select_related("achievement").order_by("awarded_at", "pk")
    return rows.defer("achievement__image_svg", "achievement__image_png")


def _evidence(entry: Mapping[str, Any]) -> EvidenceData:
    return EvidenceData(
        url=str(entry["url"]),
        titles=_all_texts(entry.get("titles") or {}),
        descriptions=_all_texts(entry.get("descriptions") or {}),
    )


def _part(part: Award) -> PartData:
    """Of a smaller credential what others may know: where it is, not what it says of the learner."""
    return PartData(
        id=credential_url(part), achievement=achievement_data(part.achievement), awarded_at=part.awarded_at
    )


def achievement_data(achievement: Achievement, *, issuer: Issuer | None = None) -> AchievementData:
    """One version of a definition as it is signed, in its complete languages; raises `NotReady`.

    The awarding body that signs for itself, as `issuer`, is named by the DID that it signs with.
    """
    told = told_languages(achievement)
    url = f"{conf.BASE_URL}/ingenium/achievements/{achievement.uuid}/"
    bodies = awarding_bodies(achievement)
    try:
        return AchievementData(
            id=url,
            url=url,
            version=str(achievement.version),
            kind=achievement.kind,
            names=_texts(achievement.names, told),
            descriptions=_texts(achievement.descriptions, told),
            criteria=_texts(achievement.criteria, told),
            image=ImageData(id=f"{url}image.png", caption=preferred(_texts(achievement.names, told))),
            awarding_bodies=tuple(
                organisation_data(body, identity=_own_did(body, issuer)) for body in bodies
            ),
            outcomes=tuple(_outcome(entry, told) for entry in achievement.outcomes or ()),
            languages=tuple(achievement.languages or ()),
            ects=achievement.ects,
            hours=achievement.hours,
            eqf_level=achievement.eqf_level,
            isced_f=_named(achievement.isced_f, told),
            mode=_named(achievement.mode, told),
            assessment=_named(achievement.assessment, told),
            supervision=_named(achievement.supervision, told),
            prerequisites=_texts(achievement.prerequisites or {}, told),
            stackability=_texts(achievement.stackability or {}, told),
            further_information=_texts(achievement.further_information or {}, told),
            quality_assurance=_quality_assurance(achievement, told),
            tags=tuple(achievement.tags or ()),
            cycle=achievement.cycle,
            opportunity=_optional(_concept, achievement.opportunity),
            setting=_optional(_concept, achievement.setting),
            is_partial=achievement.is_partial,
            grading_scheme=_texts(achievement.grading_scheme or {}, told),
            activities=tuple(_activity(entry, told) for entry in achievement.activities or ()),
            entitlements=tuple(_entitlement(entry, told) for entry in achievement.entitlements or ()),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotReady(
            _("The definition %(definition)s is not complete or not well formed.")
            % {"definition": str(achievement)}
        ) from error


def _texts(value: Mapping[str, Any], languages: Collection[str]) -> LanguageMap:
    return {tag: text for tag, text in _all_texts(value).items() if tag in languages}


def _all_texts(value: Mapping[str, Any]) -> LanguageMap:
    return {str(language): str(text) for language, text in value.items() if text}


def _optional(read: Callable[[Any], _Value], value: Any) -> _Value | None:
    return read(value) if value else None


def _concept(value: Mapping[str, Any]) -> ConceptData:
    return ConceptData(iri=str(value["iri"]), labels=_all_texts(value["labels"]))


def _named(value: Mapping[str, Any] | None, told: Collection[str]) -> ConceptData | None:
    """A concept that sentences in these languages speak of."""
    found = _optional(_concept, value)
    return evolve(found, names=concepts.names(found, told)) if found else None


def _outcome(entry: Mapping[str, Any], told: Collection[str]) -> OutcomeData:
    return OutcomeData(
        texts=_texts(entry["texts"], told),
        esco=entry.get("esco", ""),
        esco_labels=_all_texts(entry.get("esco_labels") or {}),
        kind=_optional(_concept, entry.get("kind")),
        reuse=_optional(_concept, entry.get("reuse")),
    )


def _activity(entry: Mapping[str, Any], told: Collection[str]) -> ActivityData:
    return ActivityData(
        titles=_texts(entry["titles"], told),
        kind=_optional(_concept, entry.get("kind")),
        mode=_optional(_concept, entry.get("mode")),
        languages=tuple(entry.get("languages") or ()),
        hours=entry.get("hours"),
        started=_optional(dt.date.fromisoformat, entry.get("started")),
        ended=_optional(dt.date.fromisoformat, entry.get("ended")),
        directed_by=tuple(_directing(slug) for slug in entry.get("directed_by") or ()),
    )


def _directing(slug: str) -> OrganisationData:
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise NotReady(_("No organisation has the short name %(organisation)s.") % {"organisation": slug})
    return organisation_data(found)


def _entitlement(entry: Mapping[str, Any], told: Collection[str]) -> EntitlementData:
    return EntitlementData(
        titles=_texts(entry["titles"], told), kind=_concept(entry["kind"]), status=_concept(entry["status"])
    )


def _quality_assurance(achievement: Achievement, told: Collection[str]) -> QualityAssuranceData | None:
    found = QualityAssuranceData(
        kind=_named(achievement.quality_kind, told),
        agency=achievement.quality_agency,
        agency_country=achievement.quality_agency_country,
        agency_url=achievement.quality_agency_url,
        reference=achievement.quality_reference,
        report_url=achievement.quality_report,
        valid_until=achievement.quality_until,
        decision=_optional(_concept, achievement.quality_decision),
        decided_on=achievement.quality_decided_on,
    )
    return found if found != QualityAssuranceData() else None


def issuer_data(issuer: Issuer) -> IssuerData:
    """Who signs; raises `NotReady`."""
    alliance = issuer.alliance
    return IssuerData(
        organisation=organisation_data(issuer.organisation, identity=issuer.did, with_logo=True),
        mode=IssuerMode(issuer.mode),
        alliance=organisation_data(alliance) if alliance is not None else None,
    )


def organisation_data(
    organisation: Organisation, *, identity: str = "", with_logo: bool = False
) -> OrganisationData:
    """The verified facts of an organisation; raises `NotReady` without a verified name."""
    names = {name.language: name.value for name in _verified(organisation.names, "language")}
    if not names:
        raise NotReady(
            _("No name of the organisation %(organisation)s is verified.")
            % {"organisation": organisation.slug}
        )
    homepage = organisation.homepage if organisation.homepage_verified else ""
    return OrganisationData(
        id=identity or _identity(organisation, homepage),
        names=names,
        country=organisation.country,
        url=homepage,
        image=_logo(organisation) if with_logo else None,
        identifiers=tuple(
            IdentifierData(scheme=entry.scheme, value=entry.value)
            for entry in _verified(organisation.identifiers, "scheme", "value")
        ),
        quality_assurance=tuple(
            _accreditation(entry) for entry in _verified(organisation.accreditations, "pk")
        ),
    )


def _verified(rows: Any, *order: str) -> list[Any]:
    # Chosen and sorted here, so that rows that were read ahead are not asked for again.
    return sorted((row for row in rows.all() if row.verified), key=attrgetter(*order))


def _accreditation(row: Accreditation) -> QualityAssuranceData:
    return QualityAssuranceData(
        kind=_concept(row.kind),
        agency=row.agency,
        agency_country=row.agency_country,
        agency_url=row.agency_url,
        reference=row.reference,
        report_url=row.report_url,
        decision=_optional(_concept, row.decision),
        decided_on=row.decided_on,
        valid_until=row.valid_until,
        fields=tuple(vocabularies.find("isced-f", code) for code in row.limit_fields or ()),
        levels=tuple(row.limit_levels or ()),
    )


def _own_did(organisation: Organisation, issuer: Issuer | None) -> str:
    is_own = issuer is not None and issuer.organisation_id == organisation.pk
    return issuer.did if issuer is not None and is_own and issuer.mode == Issuer.Mode.OWN else ""


def _identity(organisation: Organisation, homepage: str) -> str:
    """An absolute id: the DID that it signs with, its verified address, or a name of ours."""
    own = own_issuer(organisation)
    return (own.did if own else "") or homepage or f"urn:uuid:{organisation.uuid}"


def own_issuer(organisation: Organisation) -> Issuer | None:
    """The issuer by which the organisation signs in its own name, if there is one."""
    return next(iter(own_issuers(organisation)), None)


def own_issuers(organisation: Organisation) -> list[Issuer]:
    """All of them, the oldest first."""
    own = (row for row in organisation.issuers.all() if row.active and row.mode == Issuer.Mode.OWN)
    return sorted(own, key=attrgetter("pk"))


def _logo(organisation: Organisation) -> ImageData | None:
    """The logo in force inside the document, so that it cannot change or give readers away."""
    logo = signed_logo(organisation)
    if logo is None:
        return None
    encoded = base64.b64encode(bytes(logo.content)).decode()
    return ImageData(id=f"data:{logo.media_type};base64,{encoded}", caption=preferred(logo.alt))
