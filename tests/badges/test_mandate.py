"""Who signed for whom: what a document says of it, and what may be said of that."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from attrs import evolve

from ingenium_credentials.badges import mandate, ob3
from ingenium_credentials.badges.report import Outcome

from .elm_examples import BY_MANDATE, MANDATE, RICH, document

DIGESTS = ("0" * 64, "f" * 64)
NAMED = evolve(BY_MANDATE, issuer=evolve(BY_MANDATE.issuer, mandate=evolve(MANDATE, digests=DIGESTS)))
PDF = MANDATE.documents[0]


def test_a_badge_names_each_agreement_by_its_hash() -> None:
    badge = ob3.render(NAMED)

    assert [entry["description"] for entry in badge["evidence"][-2:]] == [MANDATE.reference] * 2
    assert mandate.agreements(badge) == tuple(
        f"SHA-256 of the agreement: {digest}. It is not inside." for digest in DIGESTS
    )


def test_a_european_credential_says_which_agreement_is_inside() -> None:
    inside = hashlib.sha256(PDF).hexdigest()

    assert mandate.agreements(document(NAMED)) == (
        *(f"SHA-256 of the agreement: {digest}. It is not inside." for digest in DIGESTS),
        f"SHA-256 of the agreement: {inside}. It is inside; what it says was not judged.",
    )


def test_a_credential_of_one_that_signs_for_itself_names_none() -> None:
    assert mandate.agreements(ob3.render(RICH)) is None
    assert mandate.agreements(document(RICH)) is None


@pytest.mark.parametrize(
    "evidence",
    [
        {"genre": "Mandate"},
        {"genre": "Mandate", "id": "ni:///sha-256;short"},
        {"genre": "Mandate", "id": 5, "evidenceStatement": ["SHA-256 of the agreement: " + "0" * 64]},
        {"genre": "Mandate", "embeddedEvidence": {"content": "no base64!"}},
        [{"genre": "Mandate", "evidenceStatement": "SHA-256: 00"}],
    ],
)
def test_a_mandate_that_names_no_agreement_proves_nothing(evidence: Any) -> None:
    found = mandate.agreements({"evidence": evidence})

    assert found == ()
    check = mandate.check(signed=0, named=3, agreements=found)
    assert check is not None
    assert check.outcome is Outcome.NOT_CHECKED


@pytest.mark.parametrize("evidence", [None, "Mandate", 5, [None, []], {"dcType": {"id": "x"}}, {"genre": 1}])
def test_anything_else_is_no_mandate(evidence: Any) -> None:
    assert mandate.agreements({"evidence": evidence}) is None


def test_many_files_are_not_all_opened() -> None:
    content = [{"content": base64.b64encode(bytes([number])).decode()} for number in range(200)]
    found = mandate.agreements({"evidence": {"genre": "Mandate", "embeddedEvidence": content}})

    assert found is not None
    assert len(found) == 16


def test_nothing_is_said_where_nobody_is_missing() -> None:
    assert mandate.check(signed=3, named=3, agreements=("x",)) is None
    assert mandate.check(signed=0, named=0, agreements=None) is None
