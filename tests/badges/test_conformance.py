from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingenium_credentials.badges.conformance import V1, V2, examine
from ingenium_credentials.badges.errors import MalformedCredential
from tests.vectors import build

URL = "https://example.org/1"
PLAIN = build.plain()
OLDER = {
    **{name: value for name, value in PLAIN.items() if name != "validFrom"},
    "@context": [V1],
    "issuanceDate": "2026-01-15T09:00:00Z",
}
BADGE = build.badge()
SUBJECT, ACHIEVEMENT = BADGE["credentialSubject"], BADGE["credentialSubject"]["achievement"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": "urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d11"},
        {"type": ["VerifiableCredential", "ExampleCredential"]},
        {"type": "VerifiableCredential"},
        {"issuer": {"id": URL, "name": "A"}},
        {"name": {"@value": "Nom", "@language": "fr"}},
        {"name": [{"@value": "Nom", "@language": "fr"}, {"@value": "Name", "@language": "en"}]},
        {"credentialSubject": [{"id": URL}, {"name": "A"}]},
        {"validUntil": "2027-01-15T09:00:00.123+02:00"},
        {"credentialStatus": [{"type": "A", "id": URL}, {"type": "B"}]},
        {"credentialSchema": {"id": URL, "type": "JsonSchema"}},
        {"evidence": [{"type": ["Evidence"]}], "termsOfUse": {"type": "A"}},
        {"relatedResource": [{"id": URL, "digestMultibase": "uEiB"}]},
        {"@context": [V2, {"grade": "https://example.org/grade"}]},
    ],
    ids=str,
)
def test_what_the_data_model_allows_conforms(changes: dict[str, Any]) -> None:
    shape = examine({**PLAIN, **changes})

    assert (shape.format, shape.version) == ("vc", 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": V2},
        {"@context": [URL, V2]},
        {"@context": [V2, None]},
        {"@context": []},
        {"id": ["urn:a:1", "urn:a:2"]},
        {"id": "no address"},
        {"id": None},
        {"type": []},
        {"type": ["ExampleCredential"]},
        {"type": [1]},
        {"issuer": "someone"},
        {"issuer": {"name": "A"}},
        {"issuer": [URL]},
        {"name": 1},
        {"name": {"@value": "Nom", "lang": "fr"}},
        {"description": [1]},
        {"credentialSubject": {}},
        {"credentialSubject": []},
        {"credentialSubject": "did:example:1"},
        {"credentialSubject": {"id": "someone"}},
        {"validFrom": "2026-01-15"},
        {"validFrom": 1_768_467_600},
        {"validUntil": "2026-02-30T09:00:00Z"},
        {"issuanceDate": "2026-01-15T09:00:00Z"},
        {"credentialStatus": {"id": URL}},
        {"credentialStatus": "revoked"},
        {"credentialSchema": {"type": "JsonSchema"}},
        {"credentialSchema": {"id": URL}},
        {"refreshService": {"id": URL}},
        {"termsOfUse": [{}]},
        {"evidence": {"id": URL}},
        {"relatedResource": [{"id": URL}]},
        {"relatedResource": [{"id": URL, "digestSRI": "sha256-a"}] * 2},
    ],
    ids=str,
)
def test_what_the_data_model_forbids_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential):
        examine({**PLAIN, **changes})


@pytest.mark.parametrize(
    "document",
    [
        {**BADGE, "credentialSubject": [SUBJECT]},
        {**BADGE, "credentialSubject": {**SUBJECT, "type": ["Person"]}},
        {**BADGE, "credentialSubject": {**SUBJECT, "identifier": [{"type": "IdentityObject"}]}},
        {**BADGE, "credentialSubject": {**SUBJECT, "achievement": {**ACHIEVEMENT, "type": ["Course"]}}},
        {**BADGE, "credentialSubject": {**SUBJECT, "achievement": {**ACHIEVEMENT, "name": None}}},
        {**BADGE, "credentialSubject": {**SUBJECT, "achievement": {**ACHIEVEMENT, "id": "course 1"}}},
        {**BADGE, "issuer": {"id": URL, "type": ["Organization"]}},
        {**BADGE, "awardedDate": "yesterday"},
        {name: value for name, value in BADGE.items() if name != "validFrom"},
    ],
)
def test_badge_must_keep_the_rules_of_open_badges_too(document: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential):
        examine(document)


@pytest.mark.parametrize("name", ["OpenBadgeCredential", "AchievementCredential"])
def test_badge_is_recognised_by_either_of_its_types(name: str) -> None:
    assert examine({**BADGE, "type": ["VerifiableCredential", name]}).format == "ob3"


def test_rules_of_open_badges_are_for_badges_only() -> None:
    assert examine({**PLAIN, "credentialSubject": {"achievement": "a prize"}}).format == "vc"


def test_older_data_model_has_its_own_dates() -> None:
    shape = examine({**OLDER, "expirationDate": "2027-01-15T09:00:00Z"})

    assert shape.version == 1
    assert shape.valid_from == dt.datetime(2026, 1, 15, 9, tzinfo=dt.UTC)
    assert shape.valid_until == dt.datetime(2027, 1, 15, 9, tzinfo=dt.UTC)


def test_older_data_model_demands_a_date_of_issue() -> None:
    with pytest.raises(MalformedCredential, match="issuanceDate"):
        examine({name: value for name, value in OLDER.items() if name != "issuanceDate"})


def test_the_narrower_period_counts_where_two_are_written() -> None:
    shape = examine({**OLDER, "validFrom": "2026-02-01T00:00:00Z"})

    assert shape.valid_from == dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "changes", [{"holder": "me"}, {"verifiableCredential": ["eyJ"]}, {"id": 1}, {"termsOfUse": {}}], ids=str
)
def test_malformed_presentation_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential):
        examine({**build.presentation(PLAIN), **changes})


def test_optional_services_are_told_and_not_followed() -> None:
    shape = examine({**PLAIN, "credentialSchema": {"id": URL, "type": "JsonSchema"}})

    assert shape.notes == ("A schema is named; it is optional and was not applied.",)
