"""Our status lists, read by others: bit for bit, and as a status of a badge."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingenium_credentials.badges import status_list

from .issuers import OurIssuer, moment, verify_here, with_status
from .peers import Peer

URL = "https://credentials.example/status/7b6ddf2e"
REVOKED = [0, 7, 8, 94_567, 131_071]


def publish(issuer: OurIssuer, revoked: list[int] = REVOKED) -> dict[str, Any]:
    document = status_list.render(
        url=URL,
        issuer_id=issuer.did,
        valid_from=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        valid_until=dt.datetime(2199, 1, 1, tzinfo=dt.UTC),
        revoked=revoked,
        length=131_072,
        ttl_ms=300_000,
    )
    return issuer.sign(document)


def test_digitalbazaar_reads_the_same_bits(node: Peer, issuer: OurIssuer) -> None:
    asked = [*REVOKED, 1, 6, 9, 94_566, 94_568, 131_070]
    answer = node.ask("verify.mjs", task="bits", document=publish(issuer), indices=asked)
    assert answer["length"] == 131_072
    assert answer["bits"] == [index in REVOKED for index in asked]


def test_openbadgeslib_reads_the_same_bits(openbadgeslib: Peer, issuer: OurIssuer) -> None:
    encoded = publish(issuer)["credentialSubject"]["encodedList"]
    answer = openbadgeslib.ask("openbadges_peer.py", task="decode_list", encoded=encoded)
    assert (answer["length"], answer["set"]) == (131_072, REVOKED)


@pytest.mark.parametrize(("index", "revoked"), [(94_567, True), (94_568, False)])
def test_digitalbazaar_finds_our_badge_revoked_or_not_as_we_do(
    node: Peer, issuer: OurIssuer, index: int, revoked: bool
) -> None:
    badge, published = issuer.issue(with_status(URL, index)), publish(issuer)
    answer = node.ask(
        "verify.mjs",
        task="credential",
        document=badge,
        documents=issuer.documents | {URL: published},
        now=moment(),
    )
    # Its `verified` says that the signed list could be read; the bit stands apart.
    assert answer["verified"], answer["error"]
    assert answer["status"] == [revoked]
    report = verify_here(badge, issuer.published | {URL: published})
    assert (report.verdict == "not valid") is revoked


def test_a_forged_list_is_refused_on_both_sides(node: Peer, issuer: OurIssuer) -> None:
    badge, forged = issuer.issue(with_status(URL, 94_567)), publish(issuer)
    forged["credentialSubject"]["encodedList"] = status_list.encode([])
    documents = issuer.documents | {URL: forged}
    answer = node.ask("verify.mjs", task="credential", document=badge, documents=documents, now=moment())
    assert not answer["verified"]
    assert verify_here(badge, issuer.published | {URL: forged}).verdict == "not valid"
