# long: one subject; the certificate authority made here serves every test of it
from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import ExtendedKeyUsage, load_der_x509_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from ingenium_credentials.badges import der, seal, sealable, timestamps
from ingenium_credentials.badges.certificates import Organisation, open_sealer
from ingenium_credentials.badges.chains import Anchor, Purpose
from ingenium_credentials.badges.errors import (
    MalformedCredential,
    ProofError,
    UnusableKey,
    WorkLimitExceeded,
)
from ingenium_credentials.badges.moments import format_moment
from ingenium_credentials.badges.multibase import base64url_decode, base64url_encode
from ingenium_credentials.badges.seal import Standing

from .authorities import (
    COMPLIANCE,
    DEVICE,
    FOR_WEB,
    LAW,
    NOW,
    QUALIFIED,
    TYPE,
    YEAR,
    Authority,
    Holder,
    TimeStampAuthority,
    name,
    root,
    statements,
    time_stamping,
    usage,
)
from .sealing import (
    COUNTRY,
    IDENTIFIER,
    UNIVERSITY,
    document,
    etsi_u,
    forged,
    only,
    organisation,
    parts,
    text,
)

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("INGENIUM_CONFORMANCE_DATA") or CHECKOUT.parent / "shared" / "data")
SUBJECT = name(UNIVERSITY, IDENTIFIER)
PAYLOAD = text(document())
KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
}


@pytest.fixture(scope="module")
def top() -> Authority:
    return root()


@pytest.fixture(scope="module")
def middle(top: Authority) -> Authority:
    return top.subordinate("Test CA")


@pytest.fixture(scope="module")
def holder(middle: Authority) -> Holder:
    return middle.issue(SUBJECT)


@pytest.fixture(scope="module")
def second(top: Authority) -> Holder:
    return top.issue(name("Πανεπιστήμιο Δοκιμής", "VATEL-2", "GR"), key=KEYS["RS256"])


@pytest.fixture(scope="module")
def time_root() -> Authority:
    return root("Time Root")


@pytest.fixture(scope="module")
def clock(time_root: Authority, tmp_path_factory: pytest.TempPathFactory) -> TimeStampAuthority:
    return TimeStampAuthority.make(tmp_path_factory.mktemp("tsa"), time_stamping(time_root))


def stamped(clock: TimeStampAuthority, data: bytes) -> bytes:
    query = timestamps.request(data)
    return timestamps.token_of(clock.answer(query), asked=query)


def check(sealed: bytes, *anchors: Anchor, now: dt.datetime | None = None) -> list[seal.SealFinding]:
    return seal.check(sealed, anchors=anchors, now=now or dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_seal_has_the_header_that_jades_prescribes(middle: Authority, algorithm: str) -> None:
    holder = middle.issue(SUBJECT, key=KEYS[algorithm])

    outer, header = parts(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW))

    leaf, issuer = holder.certificate, holder.issuers[0]
    name_and_number = der.sequence(
        der.sequence(der.encode(0xA4, issuer.x509.subject.public_bytes())),
        der.integer(leaf.x509.serial_number),
    )
    assert header == {
        "alg": algorithm,
        "typ": "jose+json",
        "cty": "octet-stream",
        "b64": False,
        "x5t#S256": base64.urlsafe_b64encode(hashlib.sha256(leaf.der).digest()).rstrip(b"=").decode(),
        "x5c": [base64.b64encode(one.der).decode() for one in (leaf, issuer)],
        "kid": base64.b64encode(name_and_number).decode(),
        "iat": int(NOW.timestamp()),
        "crit": ["b64"],
    }
    assert outer["payload"].encode() == PAYLOAD
    assert [entry.keys() for entry in outer["signatures"]] == [{"protected", "signature"}]


@pytest.mark.parametrize("algorithm", KEYS)
def test_the_signature_holds_by_cryptography_alone(middle: Authority, algorithm: str) -> None:
    """Nothing of ours but the base64url reader takes part."""
    sealed = seal.secure(PAYLOAD, sealer=middle.issue(SUBJECT, key=KEYS[algorithm]).sealer, now=NOW)
    outer, header = parts(sealed)
    key: Any = load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
    signature = base64url_decode(outer["signatures"][0]["signature"])
    data = outer["signatures"][0]["protected"].encode() + b"." + outer["payload"].encode()

    if algorithm == "RS256":
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        return
    half = len(signature) // 2
    assert half == {"ES256": 32, "ES384": 48}[algorithm]
    encoded = encode_dss_signature(
        *(int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    )
    key.verify(encoded, data, ec.ECDSA(hashes.SHA256() if algorithm == "ES256" else hashes.SHA384()))


def test_a_seal_tells_whose_it_is(top: Authority, holder: Holder) -> None:
    sealed = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)

    finding = only(check(sealed, top.anchor(qualified=True)))

    certified = finding.certified
    assert (certified.name, certified.identifier, certified.country) == (UNIVERSITY, IDENTIFIER, "RO")
    assert (finding.is_issuer, finding.level, finding.standing) == (True, "B-B", Standing.QUALIFIED)
    assert (finding.signed_at, finding.timestamped_at, finding.reason) == (NOW, None, "")


def test_a_seal_from_a_pkcs12_file_holds(
    top: Authority, holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAL_PASSWORD", "secret")
    sealer = open_sealer(f"p12:{holder.p12(tmp_path)}?password-source=env:SEAL_PASSWORD")

    finding = only(check(seal.secure(PAYLOAD, sealer=sealer, now=NOW), top.anchor()))

    assert finding.standing is Standing.ADVANCED


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ([(QUALIFIED, False)], Standing.QUALIFIED),
        ([(statements(COMPLIANCE, TYPE), False)], Standing.ADVANCED),
        ([(statements(COMPLIANCE, DEVICE), False)], Standing.ADVANCED),
        ([(statements(DEVICE, TYPE), False)], Standing.ADVANCED),
        ([(statements(COMPLIANCE, DEVICE, TYPE, LAW), False)], Standing.ADVANCED),
        ([], Standing.ADVANCED),
        ([(statements(COMPLIANCE, DEVICE, TYPE, types=[FOR_WEB]), False)], Standing.NEITHER),
    ],
)
def test_a_seal_is_no_more_than_its_certificate_states(
    top: Authority, extensions: Any, expected: Standing
) -> None:
    sealed = seal.secure(PAYLOAD, sealer=top.issue(SUBJECT, extensions=extensions).sealer, now=NOW)

    finding = only(check(sealed, top.anchor(qualified=True)))

    assert finding.standing is expected
    assert bool(finding.reason) is (expected is not Standing.QUALIFIED)


def test_a_seal_is_no_more_than_its_anchor_is_trusted_for(top: Authority, holder: Holder) -> None:
    sealed = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)

    assert only(check(sealed, top.anchor())).standing is Standing.ADVANCED
    assert only(check(sealed)).standing is Standing.NEITHER
    assert only(check(sealed, root().anchor(qualified=True))).standing is Standing.NEITHER
    assert only(check(sealed, top.anchor(Purpose.TIME_STAMP, qualified=True))).standing is Standing.NEITHER


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"issuer": organisation(1, "Another University", IDENTIFIER)}, "name"),
        ({"issuer": organisation(1, UNIVERSITY, "VATRO-99")}, "identifier"),
        ({"issuer": organisation(1, UNIVERSITY, "")}, "identifier"),
        ({"issuer": organisation(1, UNIVERSITY, IDENTIFIER, "BGR")}, "country"),
        ({"issuer": "did:web:university.example"}, "issuer"),
    ],
)
def test_an_issuer_who_is_not_the_organisation_of_the_certificate_is_not_sealed_for(
    holder: Holder, changes: dict[str, Any], word: str
) -> None:
    with pytest.raises(ProofError, match=word):
        seal.secure(text(document(**changes)), sealer=holder.sealer, now=NOW)


def test_the_legal_name_may_stand_in_any_language_and_form(holder: Holder) -> None:
    issuer = organisation(1, "", IDENTIFIER)
    # Decomposed letters and a double space are the same name.
    issuer["legalName"] = {"en": "Test University", "ro": "Universitatea  de Test din Ias\u0326i"}

    assert seal.secure(text(document(issuer=issuer)), sealer=holder.sealer, now=NOW)


@pytest.mark.parametrize(
    "member",
    [
        *("@context", "id", "type", "issuer", "issued", "issuanceDate", "validFrom", "credentialSubject"),
        *("credentialProfiles", "credentialSchema", "displayParameter"),
    ],
)
def test_nothing_is_sealed_that_lacks_a_mandatory_element(holder: Holder, member: str) -> None:
    absent: list[Any] = [None, "", []]
    for value in absent:
        with pytest.raises(MalformedCredential):
            seal.secure(text(document(**{member: value})), sealer=holder.sealer, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": ["VerifiableCredential"]},
        {"type": "EuropeanDigitalCredential"},
        {"@context": ["http://data.europa.eu/snb/model/context/edc-ap"]},
        {
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "http://data.europa.eu/snb/model/context/edc-ap",
            ]
        },
        {"proof": {"type": "DataIntegrityProof"}},
        {"id": "3f0b8f5e"},
        {"id": 5},
        {"issued": "2026-01-01T00:00:00Z"},
        {"validFrom": "2026-01-01"},
        {"validUntil": "2036-02-31T00:00:00Z"},
        {"issued": "2126-01-01T00:00:00Z", "issuanceDate": "2126-01-01T00:00:00Z"},
    ],
)
def test_nothing_unsound_is_sealed(holder: Holder, changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential):
        seal.secure(text(document(**changes)), sealer=holder.sealer, now=NOW)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'{"a": 1, "a": 2}', b"\xff", b'{"a": NaN}', b"\xef\xbb\xbf{}"]
)
def test_nothing_that_readers_could_see_differently_is_sealed(holder: Holder, payload: bytes) -> None:
    with pytest.raises(MalformedCredential):
        seal.secure(payload, sealer=holder.sealer, now=NOW)


def test_what_no_wallet_takes_is_not_sealed(holder: Holder) -> None:
    for size in (6_000_000, seal.MAX_BYTES - 3_000):
        with pytest.raises(WorkLimitExceeded):
            seal.secure(text(document(image="x" * size)), sealer=holder.sealer, now=NOW)


def test_a_large_document_in_many_languages_is_sealed(top: Authority, holder: Holder) -> None:
    notes = [{"id": f"urn:epass:note:{number}", "noteLiteral": {"en": "a, b"}} for number in range(4000)]
    sealed = seal.secure(text(document(additionalNote=notes)), sealer=holder.sealer, now=NOW)

    assert only(check(sealed, top.anchor())).is_issuer


@pytest.mark.parametrize("years", [-2, 2])
def test_a_certificate_outside_its_validity_does_not_seal(holder: Holder, years: int) -> None:
    now = NOW + years * YEAR
    moment = now.isoformat().replace("+00:00", "Z")
    payload = text(document(issued=moment, issuanceDate=moment))

    with pytest.raises(UnusableKey, match="expired"):
        seal.secure(payload, sealer=holder.sealer, now=now)


def test_a_certificate_for_other_things_does_not_seal(top: Authority) -> None:
    web = ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    for extension in (web, usage("key_encipherment")):
        other = top.issue(SUBJECT, extensions=[(extension, True)])
        with pytest.raises(UnusableKey, match="not made for seals"):
            seal.secure(PAYLOAD, sealer=other.sealer, now=NOW)
        with pytest.raises(ProofError, match="not made for seals"):
            check(forged(other), top.anchor())


def test_a_universities_seal_stands_beside_the_issuers(
    top: Authority, holder: Holder, second: Holder
) -> None:
    alone = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)

    both = seal.add(alone, sealer=second.sealer, now=NOW)

    assert json.loads(both)["payload"] == json.loads(alone)["payload"]
    assert json.loads(both)["signatures"][:1] == json.loads(alone)["signatures"]
    found = check(both, top.anchor(qualified=True))
    assert [(one.certified.identifier, one.is_issuer) for one in found] == [
        (IDENTIFIER, True),
        ("VATEL-2", False),
    ]
    assert {one.standing for one in found} == {Standing.QUALIFIED}


def test_an_awarding_body_may_be_known_by_its_name_and_country_alone(holder: Holder, top: Authority) -> None:
    third = top.issue(name("Third", "VATRO-3"))

    assert seal.add(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW), sealer=third.sealer, now=NOW)


def test_who_does_not_award_does_not_seal(top: Authority, holder: Holder) -> None:
    alone = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)

    for subject in (
        name("Stranger", "VATRO-9"),
        name("Πανεπιστήμιο Δοκιμής", "VATEL-3", "GR"),
        name("Third", "VATFR-666", "FR"),
    ):
        with pytest.raises(ProofError, match="does not name"):
            seal.add(alone, sealer=top.issue(subject).sealer, now=NOW)


BY_THIRD = {"awardingBody": [organisation(3, "Third", "")]}


@pytest.mark.parametrize(
    "changes",
    [
        {"credentialSubject": {"id": "urn:epass:person:1", "type": "Person"}},
        {
            "credentialSubject": {
                "hasClaim": [
                    {
                        "type": "LearningAchievement",
                        "awardedBy": {"awardingBody": [organisation(3, "Third", "")]},
                    }
                ]
            }
        },
        {"validUntil": format_moment(NOW - dt.timedelta(days=1))},
    ],
    ids=["no claim", "no title", "ends before it begins"],
)
def test_what_the_verifier_refuses_is_not_sealed(holder: Holder, changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCredential):
        seal.secure(text(document(**changes)), sealer=holder.sealer, now=NOW)


def test_nobody_seals_twice(holder: Holder) -> None:
    alone = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)

    with pytest.raises(ProofError, match="already"):
        seal.add(alone, sealer=holder.sealer, now=NOW)


def test_nobody_joins_a_seal_that_does_not_hold(holder: Holder, second: Holder) -> None:
    alone = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW).replace(b"person:1", b"person:2")

    with pytest.raises(ProofError, match="does not fit the text"):
        seal.add(alone, sealer=second.sealer, now=NOW)


def test_all_seals_must_hold(top: Authority, holder: Holder, second: Holder) -> None:
    both = json.loads(
        seal.add(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW), sealer=second.sealer, now=NOW)
    )
    for number in (0, 1):
        signatures = [dict(entry) for entry in both["signatures"]]
        signature = bytearray(base64url_decode(signatures[number]["signature"]))
        signature[5] ^= 1
        signatures[number]["signature"] = base64url_encode(bytes(signature))

        with pytest.raises(ProofError, match="does not fit the text"):
            check(text({**both, "signatures": signatures}), top.anchor())


def test_without_a_seal_of_the_issuer_the_credential_does_not_hold(
    top: Authority, holder: Holder, second: Holder
) -> None:
    both = json.loads(
        seal.add(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW), sealer=second.sealer, now=NOW)
    )

    with pytest.raises(ProofError, match="issuer"):
        check(text({**both, "signatures": both["signatures"][1:]}), top.anchor())


def test_a_seal_of_somebody_whom_the_credential_does_not_name_is_refused(
    top: Authority, holder: Holder
) -> None:
    outer, other = (json.loads(forged(one)) for one in (holder, top.issue(name("Stranger", "VATRO-9"))))

    with pytest.raises(ProofError, match="does not name"):
        check(text({**outer, "signatures": outer["signatures"] + other["signatures"]}), top.anchor())


def test_a_text_that_was_indented_anew_is_told_of(top: Authority, holder: Holder) -> None:
    outer = json.loads(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW))
    outer["payload"] = json.dumps(json.loads(outer["payload"]), indent=2, ensure_ascii=False)

    with pytest.raises(ProofError, match="white space"):
        check(text(outer), top.anchor())

    outer["payload"] = json.loads(outer["payload"])
    with pytest.raises(ProofError, match="unpacked"):
        check(text(outer), top.anchor())


def test_the_file_around_the_text_may_be_indented(top: Authority, holder: Holder) -> None:
    outer = json.loads(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW))

    assert only(check(json.dumps(outer, indent=2).encode(), top.anchor())).is_issuer


def test_an_indented_text_is_sealed_as_it_stands(top: Authority, holder: Holder) -> None:
    sealed = seal.secure(text(document(), indent=2), sealer=holder.sealer, now=NOW)

    assert only(check(sealed, top.anchor())).is_issuer
    assert seal.decode(sealed).text.encode() == text(document(), indent=2)


def test_a_time_stamp_makes_the_seal_b_t(
    top: Authority, time_root: Authority, holder: Holder, clock: TimeStampAuthority
) -> None:
    plain = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)
    anchor = time_root.anchor(Purpose.TIME_STAMP)

    raised = seal.timestamp(
        plain, lambda data: stamped(clock, data), now=dt.datetime.now(dt.UTC), anchors=[anchor]
    )

    (entry,) = etsi_u(raised)
    token = base64.b64decode(entry["sigTst"]["tstTokens"][0]["val"])
    assert clock.accepts(token, json.loads(plain)["signatures"][0]["signature"].encode("ascii"))
    finding = only(check(raised, top.anchor(), anchor))
    assert (finding.level, finding.standing) == ("B-T", Standing.ADVANCED)
    assert finding.timestamped_at is not None
    assert abs(finding.timestamped_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert only(check(raised, top.anchor())).level == "B-B", "an authority that nobody trusts proves no time"


def test_only_seals_without_a_time_stamp_get_one(
    holder: Holder, second: Holder, clock: TimeStampAuthority
) -> None:
    now = dt.datetime.now(dt.UTC)
    raised = seal.timestamp(
        seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW), lambda data: stamped(clock, data), now=now
    )
    asked: list[bytes] = []

    def token_of(data: bytes) -> bytes:
        asked.append(data)
        return stamped(clock, data)

    again = seal.timestamp(seal.add(raised, sealer=second.sealer, now=NOW), token_of, now=now)

    assert asked == [json.loads(again)["signatures"][1]["signature"].encode()]
    assert etsi_u(again) == etsi_u(raised)
    assert [one.has_time_stamp for one in seal.decode(again).seals] == [True, True]


def test_a_time_stamp_outlives_the_certificate(
    top: Authority, time_root: Authority, holder: Holder, clock: TimeStampAuthority
) -> None:
    plain = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)
    raised = seal.timestamp(plain, lambda data: stamped(clock, data), now=dt.datetime.now(dt.UTC))
    later = NOW + 3 * YEAR
    anchors = (top.anchor(qualified=True), time_root.anchor(Purpose.TIME_STAMP))

    assert only(check(raised, *anchors, now=later)).standing is Standing.QUALIFIED
    finding = only(check(plain, *anchors, now=later))
    assert (finding.standing, finding.level) == (Standing.NEITHER, "B-B")
    assert "expired" in finding.reason


def test_a_time_stamp_that_does_not_hold_is_not_put_in(
    top: Authority, holder: Holder, clock: TimeStampAuthority
) -> None:
    plain = seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW)
    now = dt.datetime.now(dt.UTC)

    with pytest.raises(ProofError, match="something else"):
        seal.timestamp(plain, lambda data: stamped(clock, data + b"."), now=now)
    with pytest.raises(ProofError, match="trusted"):
        seal.timestamp(
            plain, lambda data: stamped(clock, data), now=now, anchors=[top.anchor(Purpose.TIME_STAMP)]
        )
    with pytest.raises(MalformedCredential):
        seal.timestamp(plain, lambda data: b"", now=now)


def test_a_time_stamp_of_another_seal_is_refused(
    top: Authority, holder: Holder, second: Holder, clock: TimeStampAuthority
) -> None:
    now = dt.datetime.now(dt.UTC)
    both = seal.add(seal.secure(PAYLOAD, sealer=holder.sealer, now=NOW), sealer=second.sealer, now=NOW)
    outer = json.loads(seal.timestamp(both, lambda data: stamped(clock, data), now=now))
    outer["signatures"][0]["header"] = outer["signatures"][1]["header"]

    with pytest.raises(ProofError, match="something else"):
        check(text(outer), top.anchor())


def test_a_seal_from_before_its_own_time_or_from_the_future_is_refused(
    top: Authority, holder: Holder, clock: TimeStampAuthority
) -> None:
    ahead = NOW + dt.timedelta(hours=1)
    sealed = forged(holder, iat=int(ahead.timestamp()))

    with pytest.raises(ProofError, match="future"):
        check(sealed, top.anchor())
    outer = json.loads(sealed)
    token = stamped(clock, outer["signatures"][0]["signature"].encode())
    component = text({"sigTst": {"tstTokens": [{"val": base64.b64encode(token).decode()}]}})
    outer["signatures"][0]["header"] = {"etsiU": [base64url_encode(component)]}
    with pytest.raises(ProofError, match="before it says"):
        check(text(outer), top.anchor(), now=ahead)


def test_a_seal_that_says_it_is_older_than_its_certificate_is_refused(top: Authority, holder: Holder) -> None:
    before = forged(holder, iat=int((NOW - 2 * YEAR).timestamp()))

    with pytest.raises(ProofError, match="not valid when"):
        check(before, top.anchor())


def test_the_commissions_seals_are_read_too(
    top: Authority, time_root: Authority, holder: Holder, clock: TimeStampAuthority
) -> None:
    """Leaf only, a content time-stamp, and the path completed by what was added for the archive."""
    token = base64.b64encode(stamped(clock, PAYLOAD)).decode()
    intermediate = base64.b64encode(holder.issuers[0].der).decode()
    components: list[dict[str, Any]] = [
        {"xVals": [{"x509Cert": {"val": intermediate}}]},
        {"rVals": {}},
        {"arcTst": {}},
    ]
    sealed = forged(
        holder,
        # The authority has the machine's time, so the seal is made after it by that clock.
        iat=int(dt.datetime.now(dt.UTC).timestamp()) + 1,
        x5c=[base64.b64encode(holder.certificate.der).decode()],
        adoTst={"tstTokens": [{"val": token}]},
        crit=["b64", "adoTst"],
        unsigned={"etsiU": [base64url_encode(text(component)) for component in components]},
    )

    assert only(check(sealed, top.anchor())).standing is Standing.ADVANCED
    spoiled = forged(holder, adoTst={"tstTokens": [{"val": token}]}, crit=["b64", "adoTst"], payload="{}")
    with pytest.raises(ProofError):
        check(spoiled, top.anchor())


def test_an_older_seal_with_sig_t_holds(top: Authority) -> None:
    old = top.issue(SUBJECT, begins=NOW - 4 * YEAR)
    options: dict[str, Any] = {"iat": None, "crit": ["b64", "sigT"]}

    assert only(check(forged(old, sigT="2025-05-14T23:59:59Z", **options), top.anchor())).is_issuer
    with pytest.raises(ProofError, match="iat"):
        check(forged(old, sigT="2025-05-15T00:00:00Z", **options), top.anchor())


def test_a_ps256_seal_holds(top: Authority) -> None:
    key = KEYS["RS256"]
    holder = top.issue(SUBJECT, key=key)
    outer = json.loads(forged(holder, alg="PS256"))
    entry = outer["signatures"][0]
    data = f"{entry['protected']}.{outer['payload']}".encode()
    signature = key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())

    with pytest.raises(ProofError):
        check(text(outer), top.anchor())
    entry["signature"] = base64url_encode(signature)
    assert only(check(text(outer), top.anchor())).is_issuer


def test_the_country_of_the_certificate_may_be_written_in_both_greek_ways(top: Authority) -> None:
    for code in ("GR", "EL"):
        greek = top.issue(name("Πανεπιστήμιο", "VATEL-1", code))
        payload = text(document(issuer=organisation(1, "Πανεπιστήμιο", "VATEL-1", "GRC")))
        assert seal.secure(payload, sealer=greek.sealer, now=NOW)
    assert COUNTRY.endswith("/country/")


@pytest.mark.parametrize("country", ["ZZ", "R", "ROU", ""])
def test_a_country_that_is_none_fits_no_issuer(top: Authority, country: str) -> None:
    """Neither when the credential is silent about it."""
    issuer = organisation(1, UNIVERSITY, IDENTIFIER)
    for spatial in (None, {}, "", {"id": COUNTRY + country}):
        issuer["eIDASIdentifier"]["spatial"] = spatial
        holder = Organisation(name=UNIVERSITY, identifier=IDENTIFIER, country=country)
        assert not sealable.is_issuer(document(issuer=issuer), holder)


@pytest.mark.parametrize("example", ["micro", "joint-microcredential"])
def test_the_authored_examples_are_sealed(top: Authority, example: str) -> None:
    path = DATA / "elm" / "examples" / f"{example}.jsonld"
    if not path.exists():
        pytest.skip("the authored examples are not here; INGENIUM_CONFORMANCE_DATA names their folder")
    # They say that they were issued on the day before.
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    subject = name("INGENIUM EGTC", "VATRO-00000000")
    holder = top.issue(subject, begins=now - YEAR, ends=now + YEAR)

    sealed = seal.secure(path.read_bytes(), sealer=holder.sealer, now=now)

    assert only(check(sealed, top.anchor(), now=now)).is_issuer
    assert seal.decode(sealed).text.encode() == path.read_bytes()
