"""The verifier and what it is given: resolver, clock, contexts, and a bound on its work."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.badges.expansion import Contexts
from ingenium_credentials.badges.verifier import MAX_BYTES
from tests.vectors import build, issuers

from .examples import DID_URL, ISSUER
from .vectors import FAILED, judged, resolve, vector

pytestmark = pytest.mark.disable_socket

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("INGENIUM_CONFORMANCE_DATA") or CHECKOUT.parent / "shared" / "data")


def test_unsigned_document_asks_nobody_for_anything() -> None:
    asked: list[str] = []

    judged(vector("spoiled/unsigned.json"), resolve=lambda url: asked.append(url) or b"")  # type: ignore[func-returns-value]

    assert asked == []


def test_each_address_is_asked_once() -> None:
    asked: list[str] = []

    def counting(url: str) -> bytes:
        asked.append(url)
        return resolve(url)

    judged(vector("valid/presentation.json"), resolve=counting)

    assert sorted(asked) == sorted({DID_URL, f"{issuers.LISTS}/clear"})


@pytest.mark.parametrize("error", [OSError("no route"), ValueError("?"), KeyError("?"), RuntimeError("?")])
def test_resolver_that_breaks_makes_a_check_that_could_not_be_made(error: Exception) -> None:
    def breaking(url: str) -> bytes:
        raise error

    report = judged(vector("valid/badge.json"), resolve=breaking)

    assert report.verdict == "could not be checked"


def test_resolvers_own_words_reach_the_reader() -> None:
    def refusing(url: str) -> bytes:
        raise NotResolved("This site does not ask other sites.")

    report = judged(vector("valid/badge.json"), resolve=refusing)

    assert "This site does not ask other sites." in [check.message for check in report.checks]


@pytest.mark.parametrize("answer", ["text", None, bytes(1_000_001)], ids=["text", "nothing", "too-large"])
def test_resolver_that_answers_nonsense_is_not_believed(answer: Any) -> None:
    report = judged(vector("valid/badge.json"), resolve=lambda url: answer)

    assert report.verdict == "could not be checked"


def test_list_that_revokes_somebody_else_changes_nothing() -> None:
    others = issuers.signed(issuers.status_list_of("clear", revoked=[6, 8, 94_567]))

    report = judged(
        vector("valid/badge.json"),
        resolve=lambda url: issuers.written(others) if url.endswith("/clear") else resolve(url),
    )

    assert report.verdict == "valid"


def test_issuer_may_be_named_by_its_key() -> None:
    did = "did:key:" + issuers.KEY.public_key.multikey
    document = {**build.plain(), "issuer": {"id": did}}
    secured = issuers.signed(document, method=f"{did}#{issuers.KEY.public_key.multikey}")

    assert judged(issuers.written(secured), resolve=lambda url: b"").verdict == "valid"


def test_key_below_the_folder_of_a_neighbour_is_not_the_issuers() -> None:
    url = "https://credentials.example/issuers/oviedo/../crete/key"
    token = issuers.token(build.badge(), signer=issuers.OTHER_TOKEN_KEY, key_id=url)
    key = json.dumps(issuers.OTHER_TOKEN_KEY.public_key.jwk).encode()

    report = judged(token, resolve=lambda asked: key if asked == url else resolve(asked))

    assert ("issuer", FAILED) in [(check.id, check.outcome) for check in report.checks]


@pytest.fixture
def older_context() -> bytes:
    path = DATA / "elm" / "context" / "credentials-v1.jsonld"
    if not path.exists():
        pytest.skip("the context of data model 1.1 is not here; INGENIUM_CONFORMANCE_DATA names its folder")
    return path.read_bytes()


def older_credential(**changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
        "id": "urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d13",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "issuanceDate": "2026-01-15T09:00:00Z",
        "credentialSubject": {"id": issuers.HOLDER},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "valid"),
        ({"expirationDate": "2026-05-31T00:00:00Z"}, "not valid"),
        ({"issuanceDate": "2026-06-02T00:00:00Z"}, "not valid"),
    ],
)
def test_older_data_model_is_read_with_its_own_dates(
    older_context: bytes, changes: dict[str, str], verdict: str
) -> None:
    contexts = Contexts({"https://www.w3.org/2018/credentials/v1": older_context})
    secured = issuers.signed(older_credential(**changes), contexts=contexts)

    assert judged(issuers.written(secured), contexts=contexts).verdict == verdict
    assert judged(issuers.written(secured)).verdict != "valid"


def test_file_beyond_all_badges_is_not_looked_at() -> None:
    report = judged(b"{" + b" " * MAX_BYTES)

    assert [(check.id, check.outcome) for check in report.checks] == [("carrier", FAILED)]


def test_work_is_bounded_however_much_is_nested() -> None:
    endorsed = {**build.badge(), "endorsement": [build.endorsement(about=build.badge()["id"])] * 16}
    crowd = build.presentation(*[issuers.signed(endorsed)] * 16)
    asked: list[str] = []

    report = judged(json.dumps(crowd).encode(), resolve=lambda url: asked.append(url) or resolve(url))  # type: ignore[func-returns-value]

    assert report.verdict == "not valid"
    assert len(asked) < 10


def test_moment_without_a_zone_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="aware"):
        judged(b"{}", now=dt.datetime(2026, 1, 1))
