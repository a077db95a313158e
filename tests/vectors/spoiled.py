"""The spoiled vectors: each a valid document with one fault, named by it."""

from __future__ import annotations

import datetime as dt
import json
from copy import deepcopy
from typing import Any

from attrs import evolve

from ingenium_credentials.badges import baking, ob3
from ingenium_credentials.badges.data import RecipientData
from ingenium_credentials.badges.endorsement import attach, of_award
from tests.badges.examples import AWARD, ISSUER, NOW, ORIGIN, OVIEDO

from . import issuers
from .build import (
    BOMB,
    JOINT,
    PNG,
    SECOND,
    SVG,
    badge,
    endorsement,
    joint_badge,
    joint_endorsement,
    plain,
    presentation,
    presented,
    raw_token,
    token_payload,
    with_change,
    with_list,
)
from .issuers import FOREIGN_KEY_ADDRESS, HOLDER, LATER, OTHER, STRANGER, signed, token, written


def spoiled() -> dict[str, bytes]:
    """What must not be found valid, by file name."""
    return {
        **_carriers(),
        **_syntax(),
        **_conformance(),
        **_keys_and_proofs(),
        **_tokens(),
        **_periods(),
        **_statuses(),
        **_endorsements(),
        **_joint_awards(),
        **_rewritten(),
        **_presentations(),
    }


def _carriers() -> dict[str, bytes]:
    text = written(signed(badge()))
    return {
        "empty.json": b"",
        "plain-text.txt": b"I passed.\n",
        "png-without-credential.png": PNG,
        "png-cut-off.png": baking.bake_png(PNG, text)[:-30],
        "png-checksum-wrong.png": baking.bake_png(PNG, text).replace(b"First steps", b"First steqs"),
        "svg-without-credential.svg": SVG,
        "svg-entity-bomb.svg": BOMB
        + baking.bake_svg(SVG, text).partition(b"\n")[2].replace(b"height=", b'a="&b;" height='),
    }


def _syntax() -> dict[str, bytes]:
    text = written(signed(badge()))
    return {
        "member-twice.json": text.replace(b'"name":', b'"name": "Another",\n "name":', 1),
        "cut-off.json": text[: len(text) // 2],
        "nested-too-deeply.json": b'{"a":' * 100 + b"1" + b"}" * 100,
        "not-utf-8.json": text.replace(b"Ana", b"\xc4na"),
        "jwt-algorithm-none.jwt": raw_token(
            {"alg": "none", "kid": f"{ISSUER}#token-jwk"}, token_payload(badge())
        ),
        "jwt-symmetric-algorithm.jwt": raw_token(
            {"alg": "HS256", "kid": f"{ISSUER}#token-jwk"}, token_payload(badge())
        ),
        "jwt-private-key-inside.jwt": raw_token(
            {"alg": "ES256", "jwk": {**issuers.OTHER_TOKEN_KEY.public_key.jwk, "d": "AAAA"}},
            token_payload(badge()),
        ),
    }


def _conformance() -> dict[str, bytes]:
    """Faults of shape, found before any signature is looked at."""
    document, achievement = badge(), ("credentialSubject", "achievement")
    no_name = badge(recipient=RecipientData(id="urn:uuid:3f8a5c52-7a5e-4a53-8e2b-0d0f4b8b2d12", name="Ana"))
    for member in ("id", "identifier"):
        no_name = with_change(no_name, "credentialSubject", member, value=None)
    swapped = [document["@context"][1], document["@context"][0]]
    changes = {
        "no-context.json": with_change(document, "@context", value=None),
        "contexts-swapped.json": with_change(document, "@context", value=swapped),
        "badge-without-its-context.json": with_change(document, "@context", value=swapped[1:]),
        "not-a-credential.json": with_change(document, "type", value=["OpenBadgeCredential"]),
        "date-without-zone.json": with_change(document, "validFrom", value="2026-01-15T09:00:00"),
        "date-of-older-data-model.json": {**document, "issuanceDate": "2026-01-15T09:00:00Z"},
        "ends-before-it-begins.json": {**document, "validUntil": "2025-01-15T09:00:00Z"},
        "nobody-it-is-about.json": with_change(document, "credentialSubject", value=None),
        "recipient-missing.json": no_name,
        "achievement-missing.json": with_change(document, *achievement, value=None),
        "criteria-missing.json": with_change(document, *achievement, "criteria", value={}),
        "issuer-missing.json": with_change(document, "issuer", value=None),
        "id-missing.json": with_change(document, "id", value=None),
        "status-without-type.json": with_change(document, "credentialStatus", "type", value=None),
    }
    proof = signed(document)["proof"]
    return {name: written({**changed, "proof": proof}) for name, changed in changes.items()}


def _keys_and_proofs() -> dict[str, bytes]:
    document = badge()
    good = signed(document)
    strange = with_change(document, "@context", value=[*document["@context"], "https://strange.example/v1"])
    stranger = f"{STRANGER}#key-1"
    circle = {**good["proof"][0], "id": "urn:uuid:a", "previousProof": "urn:uuid:b"}
    variants = {
        "unsigned.json": document,
        "name-changed.json": with_change(good, "credentialSubject", "name", value="Anna"),
        "member-removed.json": with_change(good, "description", value=None),
        "member-added.json": {**good, "description": "A long course."},
        "member-that-nobody-signed.json": {**good, "grade": "excellent"},
        "proof-value-changed.json": with_change(
            good, "proof", 0, "proofValue", value=_other_proof_value(good)
        ),
        "proof-date-changed.json": with_change(good, "proof", 0, "created", value="2026-01-16T09:00:00Z"),
        "proof-expired.json": signed(document, expires=LATER),
        "proof-for-another-purpose.json": signed(document, purpose="authentication"),
        "proof-in-a-circle.json": {
            **good,
            "proof": [circle, {**circle, "id": "urn:uuid:b", "previousProof": "urn:uuid:a"}],
        },
        "proof-builds-on-nothing.json": with_change(
            good, "proof", 0, "previousProof", value="urn:uuid:first"
        ),
        "proof-no-object.json": {**good, "proof": ["trust me"]},
        "proofs-too-many.json": {**good, "proof": good["proof"] * 9},
        "cryptosuite-unknown.json": with_change(good, "proof", 0, "cryptosuite", value="ecdsa-sd-2023"),
        "context-unknown.json": {**strange, "proof": good["proof"]},
        "signed-by-a-stranger.json": signed(document, signer=OTHER, method=stranger),
        "key-retired-before.json": signed(
            document, signer=issuers.RETIRED, method=f"{ISSUER}#retired", created=LATER
        ),
        "key-compromised.json": signed(document, signer=issuers.LOST, method=f"{ISSUER}#lost"),
        "key-for-other-purposes.json": signed(document, signer=issuers.GUEST, method=f"{ISSUER}#guest"),
        "key-not-in-document.json": signed(document, method=f"{ISSUER}#key-9"),
        "key-out-of-reach.json": signed(document, method="did:web:nowhere.example#key-1"),
        "key-of-unknown-kind-of-address.json": signed(document, method="did:example:1#key-1"),
    }
    return {name: written(variant) for name, variant in variants.items()}


def _other_proof_value(good: dict[str, list[dict[str, str]]]) -> str:
    value = good["proof"][0]["proofValue"]
    return value[:-1] + ("a" if value[-1] != "a" else "b")


def _tokens() -> dict[str, bytes]:
    document = badge()
    carried = {"alg": "ES256", "jwk": issuers.OTHER_TOKEN_KEY.public_key.jwk}
    payload = token_payload(document)
    good = {"alg": "ES256", "kid": f"{ISSUER}#token-jwk"}
    short_life = {"iat": 1_768_467_600, "exp": 1_768_467_700}
    dateless = with_change(plain(), "validFrom", value=None)
    plain_payload = {**plain(), **short_life}
    return {
        "jwt-key-carried-only.jwt": raw_token(carried, payload, issuers.OTHER_TOKEN_KEY),
        "jwt-key-at-foreign-address.jwt": token(
            document, signer=issuers.OTHER_TOKEN_KEY, key_id=FOREIGN_KEY_ADDRESS
        ),
        "jwt-key-of-a-stranger.jwt": token(
            document, signer=issuers.OTHER_TOKEN_KEY, key_id=f"{STRANGER}#token-jwk"
        ),
        "jwt-key-retired-and-no-date.jwt": raw_token(
            {"alg": "EdDSA", "kid": f"{ISSUER}#retired", "typ": "vc+jwt"}, dateless, issuers.RETIRED
        ),
        "jwt-two-keys.jwt": raw_token(good | {"jwk": carried["jwk"]}, payload),
        "jwt-claim-differs.jwt": raw_token(good, {**payload, "nbf": 1_700_000_000}),
        "jwt-claim-missing.jwt": raw_token(good, {name: payload[name] for name in payload if name != "sub"}),
        "jwt-payload-changed.jwt": _with_payload(token(document), {**payload, "name": "Second steps"}),
        "jwt-token-expired.jwt": raw_token({**good, "typ": "vc+jwt"}, plain_payload),
    }


def _with_payload(text: bytes, payload: dict[str, object]) -> bytes:
    head, _payload, signature = text.split(b".")
    return b".".join([head, raw_token({"alg": "ES256"}, payload).split(b".")[1], signature])


def _periods() -> dict[str, bytes]:
    return {
        "not-yet-valid.json": written(signed(badge(valid_from=NOW + dt.timedelta(days=1)))),
        "expired.json": written(signed(badge(valid_until=NOW - dt.timedelta(seconds=1)))),
        "expired.jwt": token(badge(valid_until=NOW - dt.timedelta(seconds=1))),
    }


def _statuses() -> dict[str, bytes]:
    entry = badge()["credentialStatus"]
    older = {**entry, "type": "StatusList2021Entry"}
    message = {**entry, "statusPurpose": "message", "statusSize": 2}
    both = [entry, badge(listed="suspended", purpose="suspension")["credentialStatus"]]
    documents = {
        "revoked.json": badge(listed="revoked"),
        "suspended.json": badge(listed="suspended", purpose="suspension"),
        "suspended-by-second-entry.json": {**badge(), "credentialStatus": both},
        "status-list-out-of-reach.json": badge(listed="nowhere"),
        "status-list-stale.json": badge(listed="stale"),
        "status-list-tampered.json": badge(listed="tampered"),
        "status-list-of-a-stranger.json": badge(listed="foreign"),
        "status-list-of-another-address.json": badge(listed="elsewhere"),
        "status-list-not-a-list.json": badge(listed="no-list"),
        "status-list-with-unknown-proof.json": badge(listed="unknown-proof"),
        "status-list-bomb.json": badge(listed="bomb"),
        "status-index-outside.json": badge(index=131_072),
        "status-for-another-purpose.json": badge(purpose="suspension"),
        "status-message.json": {**badge(), "credentialStatus": message},
        "statuses-too-many.json": {**badge(), "credentialStatus": [entry] * 5},
    }
    built = {name: written(signed(document)) for name, document in documents.items()}
    # The term is in no pinned context, so only a token can carry it.
    built["status-of-older-kind.jwt"] = token({**badge(), "credentialStatus": older})
    built["status-of-unknown-kind.jwt"] = token(
        {**badge(), "credentialStatus": {"id": f"{ORIGIN}/revoked", "type": "1EdTechRevocationList"}}
    )
    return built


def _endorsements() -> dict[str, bytes]:
    document = badge()
    changed = with_change(
        endorsement(about=document["id"]), "credentialSubject", "endorsementComment", value="Bad."
    )
    unsigned = {name: value for name, value in changed.items() if name != "proof"}
    inside = {
        "endorsement-changed.json": [changed],
        "endorsement-unsigned.json": [unsigned],
        "endorsement-of-something-else.json": [endorsement(about=f"{ORIGIN}/credentials/other")],
        "endorsement-that-is-none.json": [signed(plain())],
        "endorsements-too-many.json": [endorsement(about=document["id"])] * 17,
    }
    return {name: written(signed({**document, "endorsement": value})) for name, value in inside.items()}


def _joint_awards() -> dict[str, bytes]:
    """A second university is named, and what hangs in the badge is not its word for this award."""
    award, other = joint_badge(), {**joint_badge(), "id": f"{ORIGIN}/credentials/other"}
    each, version = joint_endorsement(award), joint_endorsement(award, once=True)
    elsewhere = by_second(of_award(other, evolve(JOINT, id=other["id"]), SECOND, now=NOW))
    bare = with_change(each, "credentialSubject", "digestMultibase", value=None)
    unbound = by_second({name: value for name, value in bare.items() if name != "proof"})
    evidence = [{"id": other["id"], "type": ["Evidence"], "endorsement": [elsewhere]}]
    retitled = with_change(award, "credentialSubject", "achievement", "name", value="Doctorate")
    regraded = with_change(award, "credentialSubject", "result", 0, "value", value="100")
    own = signed(of_award(award, JOINT, OVIEDO, now=NOW))
    documents = {
        "joint-nobody-else-signed.json": {**award, "endorsement": [own]},
        "joint-endorsement-elsewhere.json": {
            **award,
            "endorsement": [own],
            "evidence": [*award.get("evidence", []), *evidence],
        },
        "joint-endorsement-without-digest.json": {**award, "endorsement": [unbound]},
        "joint-another-grade.json": {**regraded, "endorsement": [each]},
        "joint-another-title.json": {**retitled, "endorsement": [each]},
        "joint-version-another-title.json": attach(retitled, to_award=(), to_achievement=[version]),
    }
    return {name: written(signed(document)) for name, document in documents.items()}


def by_second(unsigned: dict[str, Any]) -> dict[str, Any]:
    """Signed by the second university."""
    return signed(unsigned, signer=OTHER, method=f"{STRANGER}#key-1")


def _rewritten() -> dict[str, bytes]:
    """The same statements, so that the signature fits, where no reader would look for them."""
    revoked, old = signed(badge(listed="revoked")), signed(badge(valid_until=NOW - dt.timedelta(seconds=1)))
    short, graded = signed(badge(), expires=LATER), signed(with_list(ob3.render(AWARD)))
    changed = with_change(endorsement(about=badge()["id"]), "name", value="X")
    endorsed = signed({**badge(), "endorsement": [changed]})
    grade = graded["credentialSubject"]["result"][0]["value"]
    end = {"@id": f"{_CREDENTIALS}validUntil", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
    endless = {name: value for name, value in old.items() if name != "validUntil"}
    own_name = {**endless, "@context": [*old["@context"], {"end": end}], "end": old["validUntil"]}
    documents = {
        "rewritten-revoked-in-a-nest.json": _nested(revoked, "credentialStatus"),
        "rewritten-expired-in-a-nest.json": _nested(old, "validUntil"),
        "rewritten-proof-expired-in-a-nest.json": {**short, "proof": [_nested(short["proof"][0], "expires")]},
        "rewritten-expired-by-an-address.json": {
            **endless,
            end["@id"]: {"@value": old["validUntil"], "@type": end["@type"]},
        },
        "rewritten-expired-by-a-name-of-its-own.json": own_name,
        "rewritten-grade-in-an-array.json": with_change(
            graded, "credentialSubject", "result", 0, "value", value=[grade]
        ),
        "rewritten-credits-as-text.json": with_change(
            graded, "credentialSubject", "creditsEarned", value="7.5E0"
        ),
        "rewritten-no-badge-by-its-type.json": {**endorsed, "type": ["VerifiableCredential", _BADGE_TYPE]},
        **_rewritten_joint(),
    }
    return {name: written(document) for name, document in documents.items()}


def _rewritten_joint() -> dict[str, dict[str, Any]]:
    """The universities that award, out of the sight of whoever counts them."""
    award = joint_badge()
    achievement = award["credentialSubject"]["achievement"]
    achievement["criteria"]["id"] = achievement["id"]
    moved, in_arrays = deepcopy(signed(award)), deepcopy(signed(award))
    achievement = moved["credentialSubject"]["achievement"]
    achievement["criteria"]["alignment"] = achievement.pop("alignment")
    for entry in in_arrays["credentialSubject"]["achievement"]["alignment"]:
        entry["targetFramework"] = [entry["targetFramework"]]
    return {
        "rewritten-universities-in-arrays.json": in_arrays,
        "rewritten-universities-among-criteria.json": moved,
    }


_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_BADGE_TYPE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"


def _nested(value: dict[str, Any], name: str) -> dict[str, Any]:
    rest = {other: item for other, item in value.items() if other != name}
    return {**rest, "@nest": {name: value[name]}}


def _presentations() -> dict[str, bytes]:
    good = signed(badge())
    held = presentation(good, holder=HOLDER)
    return {
        "presentation-empty.json": written(presentation()),
        "presentation-of-a-spoiled-badge.json": written(
            presentation(good, with_change(good, "name", value="X"))
        ),
        "presentation-of-text.json": written({**presentation(), "verifiableCredential": ["I passed."]}),
        "presentation-of-too-many.json": written(presentation(*[good] * 17)),
        "presentation-changed.json": _with_holder(presented(held), STRANGER),
        "presentation-by-a-stranger.json": presented(presentation(good, holder=STRANGER)),
        "presentation-for-assertion.json": presented(held, purpose="assertionMethod"),
        "presentation-for-another-domain.json": presented(held, domain="https://other.example"),
        "presentation-of-another-day.json": presented(held, challenge="7d5c3f4e"),
        "presentation-without-challenge.json": presented(held, challenge=None),
    }


def _with_holder(text: bytes, holder: str) -> bytes:
    return written({**json.loads(text), "holder": holder})
