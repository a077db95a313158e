"""An award as a European Digital Credential (ELM 3.2, EDC-AP 1.2): the document, before it is sealed.

Hides how the elements of the Council Recommendation 2022/C 243/02, Annex I, lie in the
European Learning Model. Where several ways exist, this is the one taken:

- The claim is a LearningAchievement specified by a Qualification: of the two classes that
  could describe an offer, only that one has a level and quality assurance.
- All universities that award are awarding bodies; the alliance is a Group that they are
  members of. Who signs for them shows a mandate as evidence.
- Texts are in every language that the document is displayed in; a person's name is in one.
- Nothing unknown is filled in: what the record does not say, the document does not say.
- Revocation is the bit that the badge has too. No context of the EDC knows the members of
  that status entry; the seal covers them all the same.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any

from . import elm_rules, elm_terms
from .data import AchievementData, AwardData, IssuerMode, StatusData, preferred
from .elm_claim import Claim, marked
from .elm_nodes import Node, Nodes, present
from .elm_organisations import Organisations, SealHolder, accreditations, is_accredited, mandates
from .elm_terms import Profile
from .errors import UnwritableRecord
from .moments import format_moment

__all__ = ["Profile", "SealHolder", "profile_of", "render", "unsigned"]

_AT_THE_END = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def profile_of(award: AwardData) -> Profile:
    """The profile that says most of what the record proves: by mandate, accredited, else generic."""
    if award.issuer.mode is IssuerMode.MANDATE:
        return Profile.MANDATED
    return Profile.ACCREDITED if is_accredited(award) else Profile.GENERIC


def render(
    award: AwardData,
    *,
    images: Mapping[str, bytes],
    issued: dt.datetime,
    profile: Profile = Profile.GENERIC,
    seal_holder: SealHolder | None = None,
) -> dict[str, Any]:
    """The unsealed `EuropeanDigitalCredential` that states `award`.

    `images` holds the certificate as a PNG or JPEG by language; these are the document's
    languages. `issued` is the moment of sealing, aware. `seal_holder` is what the sealing
    certificate says; without it the document lacks `eIDASIdentifier` and cannot be sealed.
    Raises `UnwritableRecord` for a record that lacks what the model demands, `UnknownCode`
    for a code that is in no published list. Source: EDC-AP 1.2.0.
    """
    if issued.utcoffset() is None:
        raise UnwritableRecord("The moment of issue needs a time and a zone.")
    nodes = Nodes(_languages(award.achievement, images))
    organisations = Organisations(award, nodes, seal_holder)
    moment = format_moment(issued)
    until = format_moment(award.valid_until) if award.valid_until else None
    document = present(
        {
            "@context": list(elm_terms.CONTEXTS),
            "id": _credential_id(award.id),
            "type": list(elm_terms.TYPES),
            "issuer": organisations.write(award.issuer.organisation),
            "issuanceDate": moment,
            "issued": moment,
            "validFrom": format_moment(award.valid_from),
            "validUntil": until,
            "expirationDate": until,
            "credentialProfiles": [nodes.concept("credential", profile.code)],
            "credentialSchema": [{"id": profile.shapes, "type": elm_terms.SCHEMA_TYPE}],
            "credentialStatus": _status(award.status),
            "identifier": [nodes.node("Identifier", {"notation": award.id, "schemeName": "Credential"})],
            "displayParameter": _display(award, nodes, images),
            "credentialSubject": Claim(award, nodes, organisations).subject(),
            "evidence": _evidence(award, nodes, organisations, profile),
        }
    )
    elm_rules.check(document, draft=seal_holder is None)
    return document


def unsigned(
    award: AwardData,
    *,
    images: Mapping[str, bytes],
    profile: Profile = Profile.GENERIC,
) -> dict[str, Any]:
    """`award` for upload to the Commission's issuer, which adds who seals it, and when.

    As `render`, without `issued`, `issuanceDate` and the issuer's `eIDASIdentifier`.
    """
    document = render(award, images=images, issued=award.awarded_at, profile=profile)
    return {name: value for name, value in document.items() if name not in ("issued", "issuanceDate")}


def _display(award: AwardData, nodes: Nodes, images: Mapping[str, bytes]) -> Node:
    """How the credential looks, as one picture for each language."""
    is_micro = award.achievement.kind == elm_terms.MICRO_CREDENTIAL
    title = nodes.words("micro-credential") if is_micro else nodes.texts(award.achievement.names)
    languages = {tag: nodes.concept("language", tag.split("-")[0]) for tag in nodes.languages}
    return nodes.node(
        "DisplayParameter",
        {
            "title": marked(title, demonstration=award.demonstration),
            "description": nodes.texts(award.achievement.descriptions),
            "primaryLanguage": languages[nodes.languages[0]],
            "language": list(languages.values()),
            "individualDisplay": [
                nodes.node(
                    "IndividualDisplay",
                    {"language": language, "displayDetail": [_page(nodes, images[tag])]},
                )
                for tag, language in languages.items()
            ],
        },
    )


def _page(nodes: Nodes, image: bytes) -> Node:
    picture = nodes.file(image, allowed=("PNG", "JPEG"), what="The picture of the credential")
    return nodes.node("DisplayDetail", {"image": picture, "page": 1})


def _evidence(award: AwardData, nodes: Nodes, organisations: Organisations, profile: Profile) -> list[Node]:
    """What each profile demands of evidence; raises `UnwritableRecord` where the record has none."""
    mandate = mandates(award, nodes)
    if profile is Profile.MANDATED and not mandate:
        raise UnwritableRecord("This profile is for credentials that somebody issues by a mandate.")
    if profile is not Profile.ACCREDITED:
        return mandate
    found = accreditations(award, nodes, organisations)
    if mandate or not found:
        raise UnwritableRecord(
            "The accredited profile needs an accreditation, and takes no mandate beside it."
        )
    return found


def _languages(achievement: AchievementData, images: Mapping[str, bytes]) -> tuple[str, ...]:
    """The languages of the document, the preferred first; raises `UnwritableRecord`."""
    untitled = [tag for tag in images if not achievement.names.get(tag)]
    if untitled or not images:
        raise UnwritableRecord(
            f"There is a picture in '{untitled[0]}' and no title in that language."
            if untitled
            else "A European Digital Credential needs a picture of itself in at least one language."
        )
    shown = {tag: text for tag, text in achievement.names.items() if tag in images}
    first = next(tag for tag, text in shown.items() if text == preferred(shown))
    return (first, *(tag for tag in shown if tag != first))


def _credential_id(address: str) -> str:
    """Another id than the badge's, always the same for the same award: wallets know files by it."""
    found = _AT_THE_END.search(address)
    return f"urn:credential:{found[0] if found else uuid.uuid5(uuid.NAMESPACE_URL, address)}"


def _status(status: StatusData | None) -> Node | None:
    """The place in the status list that all formats share."""
    if status is None:
        return None
    return {
        "id": f"{status.list_url}#{status.index}",
        "type": list(elm_terms.STATUS_TYPES),
        "statusPurpose": status.purpose,
        "statusListIndex": str(status.index),
        "statusListCredential": status.list_url,
    }
