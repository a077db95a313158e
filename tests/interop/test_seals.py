"""European Digital Credentials with jose, which knows nothing of ours: sealed here, and sealed there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ingenium_credentials.badges import elm, seal, timestamps
from ingenium_credentials.badges.chains import Purpose
from ingenium_credentials.badges.errors import ProofError
from ingenium_credentials.badges.seal import Standing
from tests.badges.authorities import (
    NOW,
    Authority,
    Holder,
    TimeStampAuthority,
    name,
    pem,
    root,
    time_stamping,
)
from tests.badges.elm_examples import PNG, RICH

from .issuers import verify_here
from .peers import Peer

KEYS: Mapping[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
}
ISSUER = ("University of Oviedo", "VATES-Q3318001I", "ES")
PARTNERS = [
    ("University of Crete", "VATEL-090000000", "GR"),
    ("Université de Rouen Normandie", "VATFR-19761904100017", "FR"),
]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return root()


@pytest.fixture(scope="module", params=KEYS)
def holder(authority: Authority, request: pytest.FixtureRequest) -> Holder:
    """The issuer's certificate, below an intermediate one."""
    return authority.subordinate("Test CA").issue(name(*ISSUER), key=KEYS[request.param]())


@pytest.fixture(scope="module")
def partners(authority: Authority) -> list[Holder]:
    return [authority.issue(name(*who), key=KEYS["RS256"]()) for who in PARTNERS]


def payload(holder: Holder) -> bytes:
    """A joint micro-credential of three universities with everything, as a site would write it."""
    document = elm.render(
        evolve(RICH, valid_from=NOW, valid_until=None, status=None),
        images={"en": PNG, "fr": PNG},
        issued=NOW,
        seal_holder=holder.certificate.organisation,
    )
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def sealed_here(holder: Holder, *others: Holder) -> bytes:
    sealed = seal.secure(payload(holder), sealer=holder.sealer, now=NOW)
    for other in others:
        sealed = seal.add(sealed, sealer=other.sealer, now=NOW)
    return sealed


def sealed_there(node: Peer, text: bytes, *holders: Holder) -> bytes:
    parties = [
        {
            "key": one.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode(),
            "chain": [pem(certificate).decode() for certificate in one.sealer.chain],
            "kid": base64.b64encode(one.certificate.issuer_serial).decode(),
            "alg": {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384"}[
                one.sealer.signer.public_key.algorithm.value
            ],
            "iat": int(NOW.timestamp()),
        }
        for one in holders
    ]
    answer = node.ask("seals.mjs", task="seal", text=text.decode(), parties=parties)
    assert answer["verified"], answer.get("error")
    sealed: str = answer["sealed"]
    return sealed.encode()


def ask_jose(node: Peer, sealed: bytes) -> dict[str, Any]:
    return node.ask("seals.mjs", task="check", sealed=sealed.decode())


def spoilt(sealed: bytes) -> dict[str, bytes]:
    """The file with one thing changed each time, none of which may go unnoticed."""
    outer = json.loads(sealed)
    first = outer["signatures"][0]
    header = json.loads(base64.urlsafe_b64decode(first["protected"] + "=="))
    written = json.dumps({**header, "iat": header["iat"] - 1}, separators=(",", ":")).encode()
    protected = base64.urlsafe_b64encode(written).rstrip(b"=").decode()
    turned = "A" if first["signature"][9] != "A" else "B"
    signature = first["signature"][:9] + turned + first["signature"][10:]
    rest = outer["signatures"][1:]
    changes = {
        "another name": {"payload": outer["payload"].replace("Ελένη", "Μαρία")},
        "indented anew": {"payload": json.dumps(json.loads(outer["payload"]), indent=2, ensure_ascii=False)},
        "one space more": {"payload": outer["payload"] + " "},
        "another moment": {"signatures": [{**first, "protected": protected}, *rest]},
        "another signature": {"signatures": [{**first, "signature": signature}, *rest]},
    }
    return {what: json.dumps({**outer, **change}).encode() for what, change in changes.items()}


def test_jose_accepts_our_seal_over_the_very_text(node: Peer, holder: Holder) -> None:
    answer = ask_jose(node, sealed_here(holder))

    assert answer["verified"], answer["error"]
    assert answer["text"].encode() == payload(holder)
    (found,) = answer["seals"]
    assert (found["header"]["b64"], found["header"]["crit"]) == (False, ["b64"])
    assert ISSUER[0] in found["subject"]


def test_jose_accepts_each_seal_of_several_universities(
    node: Peer, holder: Holder, partners: list[Holder]
) -> None:
    answer = ask_jose(node, sealed_here(holder, *partners))

    assert answer["verified"], answer["error"]
    expected = [ISSUER[0], *(who[0] for who in PARTNERS)]
    assert all(title in found["subject"] for title, found in zip(expected, answer["seals"], strict=True))
    assert {found["text"] for found in answer["seals"]} == {payload(holder).decode()}


def test_a_time_stamp_does_not_change_what_jose_checks(
    node: Peer, authority: Authority, holder: Holder, tmp_path: Any
) -> None:
    clock = TimeStampAuthority.make(tmp_path, time_stamping(authority))

    def token_of(data: bytes) -> bytes:
        query = timestamps.request(data)
        token = timestamps.token_of(clock.answer(query), asked=query)
        assert clock.accepts(token, data), "openssl ts -verify refuses the token"
        return token

    raised = seal.timestamp(sealed_here(holder), token_of, now=NOW + timestamps.CLOCK_TOLERANCE)

    assert ask_jose(node, raised)["verified"]
    (stamped,) = seal.decode(raised).seals
    assert stamped.has_time_stamp


def test_what_jose_sealed_by_the_same_rules_is_valid_here(
    node: Peer, authority: Authority, holder: Holder, partners: list[Holder]
) -> None:
    sealed = sealed_there(node, payload(holder), holder, *partners)

    findings = seal.check(sealed, anchors=[authority.anchor(Purpose.SEAL)], now=NOW)
    assert [one.organisation for one in findings] == [ISSUER[0], *(who[0] for who in PARTNERS)]
    assert {one.standing for one in findings} == {Standing.ADVANCED}
    report = verify_here(sealed, {}, anchors=[authority.anchor(Purpose.SEAL)], now=NOW)
    assert report.verdict == "valid", report.as_dict()
    assert verify_here(sealed, {}, now=NOW).verdict == "could not be checked"


@pytest.mark.parametrize("maker", ["here", "there"])
def test_both_refuse_what_was_changed(
    node: Peer, authority: Authority, holder: Holder, partners: list[Holder], maker: str
) -> None:
    both = (holder, partners[0])
    sealed = sealed_here(*both) if maker == "here" else sealed_there(node, payload(holder), *both)
    anchors = [authority.anchor(Purpose.SEAL)]

    for what, changed in spoilt(sealed).items():
        assert not ask_jose(node, changed)["verified"], what
        with pytest.raises(ProofError):
            seal.check(changed, anchors=anchors, now=NOW)
        assert verify_here(changed, {}, anchors=anchors, now=NOW).verdict == "not valid", what
