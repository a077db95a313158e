"""Each vector says what the verifier finds, and the fault says which check finds it."""

from __future__ import annotations

import json

import pytest

from ingenium_credentials.badges import status_list
from ingenium_credentials.badges.report import CHECK_IDS, Outcome
from tests.vectors import build, issuers

from .examples import AWARD
from .vectors import ADDRESSES, FAILED, OPEN, judged, vector

pytestmark = pytest.mark.disable_socket


def asked_of(name: str) -> dict[str, str]:
    """Challenge and domain, for the presentations that were signed for the tests' verifier."""
    is_signed = name in SIGNED_PRESENTATIONS
    return {"challenge": build.CHALLENGE, "domain": build.DOMAIN} if is_signed else {}


SIGNED_PRESENTATIONS = {
    "presentation-signed.json",
    "presentation-changed.json",
    "presentation-by-a-stranger.json",
    "presentation-for-assertion.json",
    "presentation-for-another-domain.json",
    "presentation-of-another-day.json",
    "presentation-without-challenge.json",
}

FOUND = {
    "empty.json": ("carrier", FAILED),
    "plain-text.txt": ("carrier", FAILED),
    "png-without-credential.png": ("carrier", FAILED),
    "png-cut-off.png": ("carrier", FAILED),
    "png-checksum-wrong.png": ("carrier", FAILED),
    "svg-without-credential.svg": ("carrier", FAILED),
    "svg-entity-bomb.svg": ("carrier", FAILED),
    "member-twice.json": ("syntax", FAILED),
    "cut-off.json": ("syntax", FAILED),
    "nested-too-deeply.json": ("syntax", FAILED),
    "not-utf-8.json": ("syntax", FAILED),
    "jwt-algorithm-none.jwt": ("syntax", FAILED),
    "jwt-symmetric-algorithm.jwt": ("syntax", FAILED),
    "jwt-private-key-inside.jwt": ("syntax", FAILED),
    "no-context.json": ("conformance", FAILED),
    "contexts-swapped.json": ("conformance", FAILED),
    "badge-without-its-context.json": ("conformance", FAILED),
    "not-a-credential.json": ("conformance", FAILED),
    "date-without-zone.json": ("conformance", FAILED),
    "date-of-older-data-model.json": ("conformance", FAILED),
    "ends-before-it-begins.json": ("conformance", FAILED),
    "nobody-it-is-about.json": ("conformance", FAILED),
    "recipient-missing.json": ("conformance", FAILED),
    "achievement-missing.json": ("conformance", FAILED),
    "criteria-missing.json": ("conformance", FAILED),
    "issuer-missing.json": ("conformance", FAILED),
    "id-missing.json": ("conformance", FAILED),
    "status-without-type.json": ("conformance", FAILED),
    "presentation-of-text.json": ("conformance", FAILED),
    "key-retired-before.json": ("key", FAILED),
    "key-compromised.json": ("key", FAILED),
    "key-for-other-purposes.json": ("key", FAILED),
    "key-not-in-document.json": ("key", FAILED),
    "jwt-two-keys.jwt": ("key", FAILED),
    "jwt-key-retired-and-no-date.jwt": ("key", OPEN),
    "key-out-of-reach.json": ("key", OPEN),
    "key-of-unknown-kind-of-address.json": ("key", OPEN),
    "unsigned.json": ("proof", FAILED),
    "name-changed.json": ("proof", FAILED),
    "member-removed.json": ("proof", FAILED),
    "member-added.json": ("proof", FAILED),
    "member-that-nobody-signed.json": ("proof", FAILED),
    "proof-value-changed.json": ("proof", FAILED),
    "proof-date-changed.json": ("proof", FAILED),
    "proof-expired.json": ("proof", FAILED),
    "proof-for-another-purpose.json": ("proof", FAILED),
    "proof-in-a-circle.json": ("proof", FAILED),
    "proof-builds-on-nothing.json": ("proof", FAILED),
    "proof-no-object.json": ("proof", FAILED),
    "proofs-too-many.json": ("proof", FAILED),
    "jwt-claim-differs.jwt": ("proof", FAILED),
    "jwt-claim-missing.jwt": ("proof", FAILED),
    "jwt-payload-changed.jwt": ("proof", FAILED),
    "jwt-token-expired.jwt": ("proof", FAILED),
    "presentation-changed.json": ("proof", FAILED),
    "presentation-for-assertion.json": ("proof", FAILED),
    "cryptosuite-unknown.json": ("proof", OPEN),
    "context-unknown.json": ("proof", OPEN),
    "signed-by-a-stranger.json": ("issuer", FAILED),
    "jwt-key-carried-only.jwt": ("issuer", FAILED),
    "jwt-key-at-foreign-address.jwt": ("issuer", FAILED),
    "jwt-key-of-a-stranger.jwt": ("issuer", FAILED),
    "presentation-by-a-stranger.json": ("holder", FAILED),
    "presentation-of-another-day.json": ("challenge", FAILED),
    "presentation-without-challenge.json": ("challenge", FAILED),
    "presentation-for-another-domain.json": ("domain", FAILED),
    "not-yet-valid.json": ("valid-from", FAILED),
    "expired.json": ("valid-until", FAILED),
    "expired.jwt": ("valid-until", FAILED),
    "revoked.json": ("status", FAILED),
    "suspended.json": ("status", FAILED),
    "suspended-by-second-entry.json": ("status", FAILED),
    "status-list-tampered.json": ("status", FAILED),
    "status-list-of-a-stranger.json": ("status", FAILED),
    "status-list-of-another-address.json": ("status", FAILED),
    "status-list-not-a-list.json": ("status", FAILED),
    "status-list-bomb.json": ("status", FAILED),
    "status-index-outside.json": ("status", FAILED),
    "status-for-another-purpose.json": ("status", FAILED),
    "statuses-too-many.json": ("status", FAILED),
    "status-list-out-of-reach.json": ("status", OPEN),
    "status-list-stale.json": ("status", OPEN),
    "status-list-with-unknown-proof.json": ("status", OPEN),
    "status-message.json": ("status", OPEN),
    "status-of-older-kind.jwt": ("status", OPEN),
    "status-of-unknown-kind.jwt": ("status", OPEN),
    "endorsement-changed.json": ("endorsements", FAILED),
    "endorsement-unsigned.json": ("endorsements", FAILED),
    "endorsement-of-something-else.json": ("endorsements", FAILED),
    "endorsement-that-is-none.json": ("endorsements", FAILED),
    "endorsements-too-many.json": ("endorsements", FAILED),
    "joint-nobody-else-signed.json": ("endorsements", OPEN),
    "joint-endorsement-elsewhere.json": ("endorsements", OPEN),
    "joint-endorsement-without-digest.json": ("endorsements", OPEN),
    "joint-another-grade.json": ("endorsements", FAILED),
    "joint-another-title.json": ("endorsements", FAILED),
    "joint-version-another-title.json": ("endorsements", FAILED),
    "rewritten-revoked-in-a-nest.json": ("proof", OPEN),
    "rewritten-expired-in-a-nest.json": ("proof", OPEN),
    "rewritten-proof-expired-in-a-nest.json": ("proof", OPEN),
    "rewritten-expired-by-an-address.json": ("proof", OPEN),
    "rewritten-expired-by-a-name-of-its-own.json": ("proof", OPEN),
    "rewritten-grade-in-an-array.json": ("proof", OPEN),
    "rewritten-credits-as-text.json": ("proof", OPEN),
    "rewritten-no-badge-by-its-type.json": ("proof", OPEN),
    "rewritten-universities-in-arrays.json": ("proof", OPEN),
    "rewritten-universities-among-criteria.json": ("proof", OPEN),
    "presentation-empty.json": ("credentials", FAILED),
    "presentation-of-a-spoiled-badge.json": ("credentials", FAILED),
    "presentation-of-too-many.json": ("credentials", FAILED),
}
"""By spoiled vector: the first check that stops it, and how."""

CONSEQUENCES = {"status", "proof", "holder"}
"""What may stay open, or fail too, once the check that found the fault has stopped it."""


@pytest.mark.parametrize("name", sorted(path.name for path in (build.FOLDER / "valid").iterdir()))
def test_sound_vector_is_valid(name: str) -> None:
    report = judged(vector(f"valid/{name}"), **asked_of(name))

    assert [check for check in report.checks if check.outcome is not Outcome.PASSED] == []
    assert report.verdict == "valid"


@pytest.mark.parametrize("name", sorted(FOUND))
def test_spoiled_vector_is_stopped_by_the_check_for_its_fault(name: str) -> None:
    report = judged(vector(f"spoiled/{name}"), **asked_of(name))
    bad = [check for check in report.checks if check.outcome is not Outcome.PASSED]

    assert (bad[0].id, bad[0].outcome) == FOUND[name]
    assert {check.id for check in bad[1:]} <= CONSEQUENCES
    assert report.verdict == FOUND[name][1].value.replace("failed", "not valid")


def test_every_spoiled_vector_has_a_test_that_says_what_stops_it() -> None:
    assert {path.name for path in (build.FOLDER / "spoiled").iterdir()} == set(FOUND)


def test_vectors_are_what_their_script_builds() -> None:
    built = {name: text for name, text in build.files().items() if "%2Fstatus%2F" not in name}
    paths = [
        path for folder in ("valid", "spoiled", "addresses") for path in build.FOLDER.glob(f"{folder}/*")
    ]

    # Lists are compressed, and compressors differ.
    stored = {
        path.relative_to(build.FOLDER).as_posix(): path.read_bytes()
        for path in paths
        if "%2Fstatus%2F" not in path.name
    }
    assert stored == built


def test_every_check_has_a_published_id_and_a_sentence() -> None:
    reports = [judged(vector(f"spoiled/{name}"), **asked_of(name)) for name in FOUND]
    checks = [check for report in reports for check in report.checks]

    assert {check.id for check in checks} <= set(CHECK_IDS)
    assert all(check.message.endswith((".", ")")) or ": " in check.message for check in checks)


@pytest.mark.parametrize("name", ["name-changed.json", "unsigned.json", "signed-by-a-stranger.json"])
def test_document_is_shown_only_if_its_proof_passed(name: str) -> None:
    assert judged(vector(f"spoiled/{name}")).document is None


def test_revoked_badge_still_shows_what_was_signed() -> None:
    document = judged(vector("spoiled/revoked.json")).document

    assert document is not None
    assert document["credentialSubject"]["name"] == "Ana"


def test_unsigned_presentation_shows_its_credentials_but_not_itself() -> None:
    report = judged(vector("valid/presentation.json"))

    assert report.document is None
    assert [part.document is None for part in report.parts] == [False, False]


@pytest.mark.parametrize(
    ("name", "carrier", "form"),
    [
        ("badge.json", "json", "ob3"),
        ("badge.jwt", "jwt", "ob3-jwt"),
        ("badge.png", "png", "ob3"),
        ("badge.svg", "svg", "ob3-jwt"),
        ("credential.json", "json", "vc"),
        ("presentation.json", "json", "vp"),
    ],
)
def test_report_names_carrier_and_format(name: str, carrier: str, form: str) -> None:
    report = judged(vector(f"valid/{name}"))

    assert (report.carrier, report.format) == (carrier, form)


def test_other_proofs_are_told_beside_the_one_that_passed() -> None:
    [proof] = [check for check in judged(vector("valid/proof-set.json")).checks if check.id == "proof"]

    assert proof.outcome is Outcome.PASSED
    assert "ecdsa-sd-2023): could not be checked." in proof.detail


@pytest.mark.parametrize("asked", [{"challenge": "c"}, {"domain": "https://employer.example"}])
def test_unsigned_presentation_is_not_enough_when_a_signature_was_asked_for(asked: dict[str, str]) -> None:
    report = judged(vector("valid/presentation.json"), **asked)

    assert ("proof", FAILED) in [(check.id, check.outcome) for check in report.checks]


def test_presentation_for_somebody_else_is_not_green_for_us() -> None:
    report = judged(vector("valid/presentation-signed.json"))

    assert report.verdict == "could not be checked"
    assert {check.id for check in report.checks if check.outcome is OPEN} == {"challenge", "domain"}


def test_example_award_is_valid_with_everything_in_it() -> None:
    report = judged(vector("valid/badge-with-everything.json"))

    assert report.document is not None
    assert report.document["id"] == AWARD.id


def test_clear_list_is_as_large_as_it_must_be() -> None:
    subject = json.loads(ADDRESSES[f"{issuers.LISTS}/clear"])["credentialSubject"]

    assert len(status_list.decode(subject["encodedList"])) * 8 == status_list.MIN_LENGTH
