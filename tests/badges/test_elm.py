# long: one subject; every member of a document is asked about
from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from ingenium_credentials.badges import elm, elm_rules
from ingenium_credentials.badges.data import (
    AwardData,
    ConceptData,
    IssuerData,
    IssuerMode,
    OutcomeData,
    RecipientData,
)
from ingenium_credentials.badges.elm import Profile
from ingenium_credentials.badges.errors import UnknownCode, UnwritableRecord

from .elm_examples import (
    BY_MANDATE,
    INSTITUTIONAL,
    ISSUED,
    JPEG,
    MANDATE,
    OFFICE,
    PARTS,
    PLAIN,
    PNG,
    RICH,
    Holder,
    concept,
    document,
    with_achievement,
)
from .examples import ALLIANCE, CRETE, OVIEDO


def claim(award: AwardData = RICH, **options: Any) -> Any:
    return document(award, **options)["credentialSubject"]["hasClaim"][0]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(item)


def render(award: AwardData, *, images: dict[str, bytes] | None = None, **options: Any) -> dict[str, Any]:
    return elm.render(award, images=images or {"en": PNG}, issued=options.pop("issued", ISSUED), **options)


def test_members_of_the_credential_stand_in_the_order_of_reading() -> None:
    assert list(document()) == [
        "@context",
        "id",
        "type",
        "issuer",
        "issuanceDate",
        "issued",
        "validFrom",
        "validUntil",
        "expirationDate",
        "credentialProfiles",
        "credentialSchema",
        "credentialStatus",
        "identifier",
        "displayParameter",
        "credentialSubject",
    ]


def test_same_record_gives_the_same_document() -> None:
    assert document() == document()


def test_every_object_has_an_id_and_the_same_id_always_says_the_same() -> None:
    said: dict[str, Any] = {}
    for node in objects({name: value for name, value in document(BY_MANDATE).items() if name != "@context"}):
        if "type" in node:
            assert said.setdefault(node["id"], node) == node
    assert len(said) > 100


def test_moments_have_a_zone_and_durations_are_in_hours() -> None:
    text = json.dumps(document())
    moments = re.findall(r'"(?:\w*[dD]ate\w*|issued|validFrom|validUntil)": "([^"]+)"', text)
    durations = re.findall(r'"(?:volumeOfLearning|workload)": "([^"]+)"', text)

    assert len(moments) > 10
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment) for moment in moments)
    assert set(durations) == {"PT190H", "PT95H"}


def test_both_moments_of_issue_are_the_moment_of_sealing() -> None:
    rendered = document()

    assert rendered["issued"] == rendered["issuanceDate"] == "2026-01-15T10:30:00Z"
    assert rendered["validFrom"] == "2026-01-15T09:00:00Z"


def test_credential_has_an_id_of_its_own_and_names_the_badge() -> None:
    rendered = document()

    assert rendered["id"] == "urn:credential:0a6a8d52-1f0e-4c44-9f0b-6f3f9a1f9f10"
    assert rendered["identifier"][0]["notation"] == RICH.id


def test_address_without_a_uuid_still_gives_a_stable_id() -> None:
    award = evolve(PLAIN, id="https://credentials.example/credentials/9d1c")

    assert document(award)["id"] == document(award)["id"] != document(PLAIN)["id"]
    assert re.fullmatch(r"urn:credential:[0-9a-f-]{36}", document(award)["id"])


def test_status_is_the_bit_of_the_badge() -> None:
    status = document()["credentialStatus"]

    assert status == {
        "id": f"{status['statusListCredential']}#94567",
        "type": ["BitstringStatusListEntry", "CredentialStatus"],
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://credentials.example/status/7b6ddf2e",
    }


def test_all_universities_award_and_are_members_of_the_alliance() -> None:
    bodies = claim(BY_MANDATE)["awardedBy"]["awardingBody"]

    assert [body["legalName"]["en"] for body in bodies] == [
        "University of Oviedo",
        "University of Crete",
        "University of Rouen Normandy",
    ]
    assert {body["groupMemberOf"][0]["prefLabel"]["en"] for body in bodies} == {
        "INGENIUM European University"
    }


def test_issuer_awards_where_no_body_is_named() -> None:
    award = with_achievement(PLAIN, awarding_bodies=())

    assert claim(award)["awardedBy"]["awardingBody"] == [document(award)["issuer"]]


def test_alliance_that_signs_is_an_organisation_and_no_member_of_itself() -> None:
    alliance = evolve(OFFICE, id=ALLIANCE.id)
    award = evolve(BY_MANDATE, issuer=evolve(BY_MANDATE.issuer, organisation=alliance, alliance=alliance))
    rendered = document(award, holder=Holder("INGENIUM EGTC", "VATFI-00000000", "FI"))

    assert "groupMemberOf" not in rendered["issuer"]
    assert claim(award, holder=Holder("INGENIUM EGTC", "VATFI-00000000", "FI"))["awardedBy"]["awardingBody"][
        0
    ]["groupMemberOf"] == [{"id": "urn:epass:group:1", "type": "Group", "prefLabel": dict(alliance.names)}]


def test_issuer_carries_what_the_certificate_of_its_seal_says() -> None:
    assert document()["issuer"]["eIDASIdentifier"]["notation"] == "VATES-Q3318001I"
    assert document()["issuer"]["eIDASIdentifier"]["spatial"]["id"].endswith("/ESP")


@pytest.mark.parametrize(
    "holder",
    [
        Holder(name="University of Crete"),
        Holder(name=""),
        Holder(identifier=""),
        Holder(country="GR"),
        Holder(country="XX"),
    ],
    ids=str,
)
def test_certificate_of_somebody_else_is_refused(holder: Holder) -> None:
    with pytest.raises(UnwritableRecord):
        document(holder=holder)


def test_mandate_says_by_which_agreement_and_shows_it() -> None:
    (evidence,) = document(BY_MANDATE)["evidence"]

    assert "agreement 2026/01" in evidence["evidenceStatement"]
    assert "INGENIUM EGTC" in evidence["evidenceStatement"]
    assert evidence["dcType"]["id"] == "http://data.europa.eu/snb/evidence-type/c_18016257"
    assert evidence["embeddedEvidence"][0]["contentType"]["id"].endswith("/PDF")


@pytest.mark.parametrize(
    "changes",
    [
        {"mandate": None},
        {"mandate": evolve(MANDATE, valid_until=dt.date(2026, 1, 14))},
        {"mandate": evolve(MANDATE, valid_from=dt.date(2026, 1, 16))},
        {"mandate": evolve(MANDATE, documents=(b"<html>",))},
        {"mandate": None, "mode": IssuerMode.OWN},
    ],
    ids=["none", "over", "not-yet", "no-pdf", "foreign-signer"],
)
def test_nobody_signs_for_the_awarding_bodies_without_a_valid_mandate(changes: dict[str, Any]) -> None:
    with pytest.raises(UnwritableRecord):
        document(evolve(BY_MANDATE, issuer=evolve(BY_MANDATE.issuer, **changes)))


def test_accredited_profile_shows_each_accreditation_once() -> None:
    evidence = document(RICH, profile=Profile.ACCREDITED)["evidence"]

    assert [entry["accreditation"]["identifier"][0]["notation"] for entry in evidence] == ["QA-2", "QA-1"]


@pytest.mark.parametrize(
    ("award", "profile"),
    [
        (PLAIN, Profile.MANDATED),
        (BY_MANDATE, Profile.ACCREDITED),
        (with_achievement(PLAIN, awarding_bodies=(CRETE, OVIEDO)), Profile.ACCREDITED),
    ],
)
def test_profile_that_the_record_does_not_bear_out_is_refused(award: AwardData, profile: Profile) -> None:
    with pytest.raises(UnwritableRecord, match="profile"):
        document(award, profile=profile)


def test_supervision_is_what_happened_to_this_learner() -> None:
    assert "Supervised with" in claim()["provenBy"][0]["idVerification"]["prefLabel"]["en"]


def test_what_was_planned_is_told_as_a_plan_and_never_as_what_happened() -> None:
    planned = claim(evolve(RICH, supervision=None))

    (note,) = (
        note
        for note in planned["specifiedBy"]["additionalNote"]
        if note["subject"]["prefLabel"]["en"].endswith("as planned")
    )
    assert note["noteLiteral"]["en"] == "Unsupervised without ID Verification"
    assert "idVerification" not in planned["provenBy"][0]


def test_words_of_ours_stand_in_the_note_of_the_plan_and_never_in_a_label() -> None:
    plan = RICH.achievement.supervision
    assert plan is not None
    languages = {tag: f"Title ({tag})" for tag in ("en", "el")}
    achievement = evolve(
        RICH.achievement, names=languages, supervision=evolve(plan, names={"el": "Χωρίς επιτήρηση"})
    )
    images = dict.fromkeys(languages, PNG)
    document = render(evolve(RICH, achievement=achievement), images=images)

    notes = [node["noteLiteral"] for node in objects(document) if node.get("type") == "Note"]
    assert {"en": plan.labels["en"], "el": "Χωρίς επιτήρηση"} in notes
    labels = [node["prefLabel"] for node in objects(document) if "prefLabel" in node]
    assert [label for label in labels if "Χωρίς επιτήρηση" in label.values()] == []


def test_a_larger_credential_names_its_parts_by_their_addresses() -> None:
    whole = claim()

    assert [part["identifier"][0]["notation"] for part in whole["hasPart"]] == [entry.id for entry in PARTS]
    assert [part["specifiedBy"]["eqfLevel"]["id"][-1] for part in whole["hasPart"]] == ["7", "8"]
    assert whole["specifiedBy"]["hasPart"] == [part["specifiedBy"] for part in whole["hasPart"]]


def test_a_grade_without_a_scheme_is_per_cent_of_the_points() -> None:
    def scheme(**changes: Any) -> Any:
        award = evolve(with_achievement(RICH, grading_scheme={}), **changes)
        return claim(award)["provenBy"][0]["specifiedBy"].get("gradingScheme", {}).get("title")

    assert scheme()["en"] == "Per cent of the points that can be reached"
    assert scheme(grade=None) is None


def test_nothing_is_said_of_supervision_or_assessment_when_nobody_recorded_it() -> None:
    assert "provenBy" not in claim(PLAIN)
    assert "idVerification" not in claim(evolve(PLAIN, grade=Decimal("0.5")))["provenBy"][0]


def test_grade_that_is_not_shown_says_that_the_assessment_was_passed() -> None:
    grade = claim(evolve(RICH, grade=None))["provenBy"][0]["grade"]["noteLiteral"]

    assert grade == {"en": "Pass", "fr": "Réussi"}
    assert claim()["provenBy"][0]["grade"]["noteLiteral"] == {"en": "87.5 %", "fr": "87.5 %"}


def test_credit_points_are_a_text() -> None:
    assert claim()["creditReceived"][0]["point"] == "7.5"
    assert claim(with_achievement(PLAIN, ects=Decimal("10.00")))["creditReceived"][0]["point"] == "10"


def test_name_is_in_one_language_and_the_other_script_is_an_identifier() -> None:
    person = document()["credentialSubject"]

    assert person["fullName"] == {"el": "Ελένη Παπαδάκη"}
    assert (person["givenName"], person["familyName"]) == ({"el": "Ελένη"}, {"el": "Παπαδάκη"})
    assert person["identifier"][0]["notation"] == "Eleni Papadaki"


def test_no_address_of_the_learner_is_in_the_document() -> None:
    award = evolve(RICH, recipient=evolve(RICH.recipient, email_hash="sha256$00", email_salt="salt"))
    text = json.dumps(document(award))

    assert "sha256$" not in text
    assert "mailto" not in text


def test_texts_are_in_the_languages_of_the_pictures_with_the_preferred_first() -> None:
    rendered = document(languages=("fr", "en"))

    assert list(rendered["displayParameter"]["title"].items()) == [
        ("en", "DEMONSTRATION — Micro-credential"),
        ("fr", "DEMONSTRATION — Microcertification"),
    ]
    assert rendered["displayParameter"]["primaryLanguage"]["id"].endswith("/ENG")
    assert set(claim(languages=("fr",))["title"]) == {"fr"}


def test_text_that_exists_in_no_language_of_the_document_is_kept_as_it_is() -> None:
    assert claim(languages=("fr",))["specifiedBy"]["additionalNote"][3]["noteLiteral"] == {
        "en": "Counts towards the minor in digital society."
    }


def test_demonstration_is_marked_in_title_and_note() -> None:
    assert claim()["title"]["en"] == "DEMONSTRATION — Data ethics"
    assert "certifies nothing" in claim()["additionalNote"][0]["noteLiteral"]["en"]
    assert "DEMONSTRATION" not in json.dumps(document(PLAIN))


def test_pictures_may_be_png_or_jpeg() -> None:
    rendered = render(PLAIN, images={"en": JPEG})
    image = rendered["displayParameter"]["individualDisplay"][0]["displayDetail"][0]["image"]

    assert image["contentType"]["id"].endswith("/JPEG")


@pytest.mark.parametrize(
    "images",
    [{}, {"de": PNG}, {"en": b"<svg/>"}, {"en": b""}, {"en": b"%PDF-1.7"}],
    ids=["none", "untitled-language", "svg", "empty", "pdf"],
)
def test_document_without_a_right_picture_is_refused(images: dict[str, bytes]) -> None:
    with pytest.raises(UnwritableRecord):
        elm.render(PLAIN, images=images, issued=ISSUED)


def test_document_above_the_limit_of_the_european_services_is_refused() -> None:
    with pytest.raises(UnwritableRecord, match="5,000,000"):
        render(PLAIN, images={"en": PNG + bytes(3_700_000)})


def test_limit_counts_the_sealed_file_and_not_the_bare_text() -> None:
    picture = PNG + bytes(3_600_000)
    rendered = render(PLAIN, images={"en": picture})
    payload = json.dumps(rendered, ensure_ascii=False)

    assert len(json.dumps(payload, ensure_ascii=False)) < elm_rules.MAX_BYTES


def test_moment_of_issue_needs_a_zone() -> None:
    with pytest.raises(UnwritableRecord, match="zone"):
        render(PLAIN, issued=dt.datetime(2026, 1, 15))


WRONG = ConceptData(iri="http://data.europa.eu/snb/assessment/0000000000", labels={"en": "Exam"})


@pytest.mark.parametrize(
    "changes",
    [
        {"assessment": WRONG},
        {"mode": concept("assessment", "quiz")},
        {"isced_f": ConceptData(iri="http://data.europa.eu/snb/isced-f/0699", labels={})},
        {"eqf_level": 9},
        {"languages": ("english",)},
        {"languages": ("iw",)},
        {"opportunity": ConceptData(iri="https://example.org/micro-credential", labels={})},
        {"outcomes": (OutcomeData(texts={"en": "A"}, kind=WRONG),)},
        {"quality_assurance": evolve(INSTITUTIONAL, kind=WRONG)},
        {"awarding_bodies": (evolve(CRETE, country="YU"), OVIEDO)},
    ],
    ids=str,
)
def test_code_that_no_published_list_holds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownCode):
        document(with_achievement(PLAIN, **changes))


def test_refusal_names_the_nearest_right_field() -> None:
    with pytest.raises(UnknownCode, match=r"Nearest: .*061"):
        document(
            with_achievement(
                PLAIN, isced_f=ConceptData(iri="http://data.europa.eu/snb/isced-f/0617", labels={})
            )
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes": (OutcomeData(texts={"en": "A"}, esco="https://example.org/skill"),)},
        {"outcomes": (OutcomeData(texts={}),)},
        {"quality_assurance": evolve(INSTITUTIONAL, agency_country="")},
        {"quality_assurance": evolve(INSTITUTIONAL, agency="")},
        {"quality_assurance": evolve(INSTITUTIONAL, kind=None)},
        {"awarding_bodies": (evolve(CRETE, country=""), OVIEDO)},
        {"awarding_bodies": (evolve(CRETE, names={}), OVIEDO)},
        {"awarding_bodies": (evolve(OVIEDO, names={"en": "Oviedo University"}),)},
        {"url": "no address"},
        {"hours": -1},
    ],
    ids=str,
)
def test_record_that_lacks_what_the_model_demands_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnwritableRecord):
        document(with_achievement(PLAIN, **changes))


def test_learner_without_a_name_is_refused() -> None:
    with pytest.raises(UnwritableRecord, match="learner"):
        document(evolve(PLAIN, recipient=RecipientData(id=PLAIN.recipient.id, name="")))


def test_unsigned_document_leaves_open_who_seals_it_and_when() -> None:
    draft = elm.unsigned(RICH, images={"en": PNG})

    assert {"issued", "issuanceDate"}.isdisjoint(draft)
    assert "eIDASIdentifier" not in draft["issuer"]
    assert draft["credentialStatus"]["statusListIndex"] == "94567"
    elm_rules.check(draft, draft=True)
    with pytest.raises(UnwritableRecord):
        elm_rules.check(draft)


def test_record_of_the_first_kind_still_renders() -> None:
    issuer = IssuerData(organisation=OVIEDO)

    assert claim(evolve(PLAIN, issuer=issuer))["title"] == {"en": "Data ethics", "fr": "Éthique des données"}
