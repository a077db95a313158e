from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import CredentialError, ProofError, UnsupportedProof, UnusableKey
from ingenium_credentials.badges.keys import Algorithm, PublicKey, SoftwareSigner
from ingenium_credentials.badges.multibase import base58_encode, base64url_decode, base64url_encode

ED25519 = b"\xed\x01"
P256 = b"\x80\x24"
FIELD = 2**255 - 19

Jwk = dict[str, Any]


def multikey(data: bytes) -> str:
    return "z" + base58_encode(data)


def encoded(number: int, size: int) -> str:
    return base64url_encode(number.to_bytes(size, "big"))


def test_the_published_seed_gives_the_published_key() -> None:
    """The worked vector of the Open Badges 3.0 implementation guide."""
    seed = bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4")

    key = SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(seed)).public_key

    assert key.multikey == "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"


def test_a_multikey_says_by_its_first_letters_what_it_is(signers: dict[Algorithm, SoftwareSigner]) -> None:
    starts = {Algorithm.ED25519: "z6Mk", Algorithm.P256: "zDna", Algorithm.P384: "z82L"}

    assert all(signers[kind].public_key.multikey.startswith(start) for kind, start in starts.items())


def test_a_key_reads_back_from_each_of_its_forms(signer: SoftwareSigner) -> None:
    key = signer.public_key

    assert PublicKey.from_jwk(key.jwk) == key
    assert hash(PublicKey.from_jwk(key.jwk)) == hash(key)
    if key.algorithm is not Algorithm.RSA:
        assert PublicKey.from_multikey(key.multikey) == key


def test_keys_of_one_kind_differ(ed25519_signer: SoftwareSigner) -> None:
    other = SoftwareSigner.of(ed25519.Ed25519PrivateKey.generate())

    assert other.public_key != ed25519_signer.public_key


def test_rsa_has_no_multikey(rsa_signer: SoftwareSigner) -> None:
    with pytest.raises(UnusableKey):
        _ = rsa_signer.public_key.multikey


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "6Mk",
        "z6Mk0OIl",
        "uYQ",
        multikey(ED25519 + bytes(31)),
        multikey(ED25519 + bytes(33)),
        multikey(P256 + b"\x02" + bytes(31)),
        multikey(P256 + b"\x04" + bytes(32)),
        multikey(P256 + b"\x04" + bytes(64)),
        multikey(P256 + b"\x02" + b"\xff" * 32),
        multikey(b"\x81\x24" + b"\x02" + b"\xff" * 48),
        "z" + "6" * 101,
    ],
)
def test_a_spoiled_multikey_is_refused(text: str) -> None:
    with pytest.raises((UnusableKey, UnsupportedProof)):
        PublicKey.from_multikey(text)


def test_a_multikey_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnusableKey):
        PublicKey.from_multikey(5)  # type: ignore[arg-type]


def test_a_huge_multikey_is_refused_at_once() -> None:
    begun = time.process_time()

    with pytest.raises(UnusableKey):
        PublicKey.from_multikey("z" + "6" * 2_000_000)

    assert time.process_time() - begun < 0.1


def test_a_key_of_an_unknown_kind_proves_nothing_either_way() -> None:
    secp256k1 = b"\xe7\x01" + b"\x02" + bytes(31) + b"\x01"

    with pytest.raises(UnsupportedProof):
        PublicKey.from_multikey(multikey(secp256k1))


@pytest.mark.parametrize("prefix", [b"\x80\x26", b"\x86\x26", b"\x87\x26"])
def test_a_secret_multikey_is_no_public_key(prefix: bytes) -> None:
    with pytest.raises(UnusableKey, match="secret key"):
        PublicKey.from_multikey(multikey(prefix + b"\x01" * 32))


def edwards_sum(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """The group law of RFC 8032, section 5.1, to check the table of small orders against."""
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    (x1, y1), (x2, y2) = first, second
    product = d * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, FIELD) % FIELD
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, FIELD) % FIELD
    return x, y


def small_order_points() -> list[tuple[int, int]]:
    """All multiples of a point of order 8."""
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    x_squared = (y * y - 1) * pow(d * y * y + 1, -1, FIELD) % FIELD
    x = pow(x_squared, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != x_squared:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    points = [(0, 1)]
    for _count in range(7):
        points.append(edwards_sum(points[-1], (x, y)))
    assert edwards_sum(points[-1], (x, y)) == (0, 1)
    return points


def test_an_ed25519_key_of_small_order_is_refused() -> None:
    points = small_order_points()

    assert len(set(points)) == 8
    for x, y in points:
        for sign in (0, 1, x & 1):
            body = (y | sign << 255).to_bytes(32, "little")
            with pytest.raises(UnusableKey):
                PublicKey.from_multikey(multikey(ED25519 + body))


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, 2**255 - 1])
def test_an_ed25519_key_written_in_a_second_way_is_refused(y: int) -> None:
    with pytest.raises(UnusableKey):
        PublicKey.from_multikey(multikey(ED25519 + y.to_bytes(32, "little")))


def test_an_ed25519_key_off_the_curve_is_refused() -> None:
    with pytest.raises(UnusableKey, match="curve"):
        PublicKey.from_multikey(multikey(ED25519 + (2).to_bytes(32, "little")))


def test_a_point_off_the_curve_is_refused(p256_signer: SoftwareSigner) -> None:
    jwk = p256_signer.public_key.jwk
    y = int.from_bytes(base64url_decode(jwk["y"]), "big")

    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({**jwk, "y": encoded(y ^ 1, 32)})
    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({**jwk, "x": encoded(0, 32), "y": encoded(0, 32)})


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_jwk_with_a_private_member_is_refused(signer: SoftwareSigner, member: str) -> None:
    with pytest.raises(UnusableKey, match="private"):
        PublicKey.from_jwk({**signer.public_key.jwk, member: "AQ"})


@pytest.mark.parametrize(
    "change",
    [
        {"x": None},
        {"x": 5},
        {"x": ""},
        {"x": "A" * 5000},
        {"x": "AA"},
        {"x": "A=="},
        {"kty": 5},
        {"kty": None},
        {"crv": ["P-256"]},
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": ["ES256"]},
        {"alg": "ES384"},
    ],
    ids=str,
)
def test_a_spoiled_jwk_is_refused(p256_signer: SoftwareSigner, change: Jwk) -> None:
    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({**p256_signer.public_key.jwk, **change})


def test_coordinates_are_not_parted_elsewhere(p256_signer: SoftwareSigner) -> None:
    jwk = p256_signer.public_key.jwk
    both = base64url_decode(jwk["x"]) + base64url_decode(jwk["y"])

    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({**jwk, "x": base64url_encode(both[:31]), "y": base64url_encode(both[31:])})


@pytest.mark.parametrize("alg", ["ES256", None])
def test_a_jwk_may_name_what_it_is_for(p256_signer: SoftwareSigner, alg: str | None) -> None:
    named = {"alg": alg} if alg else {}

    jwk = {**p256_signer.public_key.jwk, "use": "sig", "key_ops": ["verify"], "kid": "1", **named}

    assert PublicKey.from_jwk(jwk) == p256_signer.public_key


@pytest.mark.parametrize("kind", [("EC", "secp256k1"), ("OKP", "X25519"), ("oct", None), ("RSA", "P-256")])
def test_a_jwk_of_an_unknown_kind_proves_nothing_either_way(kind: tuple[str, str | None]) -> None:
    with pytest.raises(UnsupportedProof):
        PublicKey.from_jwk({"kty": kind[0], "crv": kind[1], "x": "AQ", "y": "AQ"})


@pytest.mark.parametrize(
    ("bits", "exponent"),
    [(1024, 65537), (2047, 65537), (8193, 65537), (2048, 1), (2048, 3), (2048, 65538), (2048, 2**33 + 1)],
)
def test_a_weak_or_oversized_rsa_key_is_refused(bits: int, exponent: int) -> None:
    jwk = {
        "kty": "RSA",
        "n": encoded(2**bits - 1, (bits + 7) // 8),
        "e": encoded(exponent, (exponent.bit_length() + 7) // 8),
    }

    with pytest.raises(UnusableKey):
        PublicKey.from_jwk(jwk)


def test_an_even_modulus_is_refused() -> None:
    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({"kty": "RSA", "n": encoded(2**2048 - 2, 256), "e": "AQAB"})


def test_an_rsa_number_with_leading_zeros_is_refused(rsa_signer: SoftwareSigner) -> None:
    with pytest.raises(UnusableKey):
        PublicKey.from_jwk({**rsa_signer.public_key.jwk, "e": "AAEAAQ"})


def test_a_key_object_of_another_kind_is_refused() -> None:
    for key in (ec.generate_private_key(ec.SECP256K1()).public_key(), object()):
        with pytest.raises(UnsupportedProof):
            PublicKey.of(key)
    for private in (dsa.generate_private_key(2048), ec.generate_private_key(ec.SECP256K1())):
        with pytest.raises(UnusableKey):
            SoftwareSigner.of(private)
    with pytest.raises(UnusableKey):
        SoftwareSigner.of(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 -- weak on purpose


def test_a_signature_has_the_raw_form(signers: dict[Algorithm, SoftwareSigner]) -> None:
    sizes = {Algorithm.ED25519: 64, Algorithm.P256: 64, Algorithm.P384: 96, Algorithm.RSA: 256}

    assert {kind: len(signer.sign(b"data")) for kind, signer in signers.items()} == sizes


def test_a_signature_of_another_key_is_refused(signers: dict[Algorithm, SoftwareSigner]) -> None:
    for kind, signer in signers.items():
        for other in signers.keys() - {kind}:
            with pytest.raises(ProofError):
                signers[other].public_key.verify(signer.sign(b"data"), b"data")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_what_a_key_signed_it_verifies(signer: SoftwareSigner, data: bytes) -> None:
    signer.public_key.verify(signer.sign(data), data)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=50), st.data())
def test_one_changed_bit_is_found(signer: SoftwareSigner, data: bytes, draw: st.DataObject) -> None:
    signature = signer.sign(data)
    changed = bytearray(draw.draw(st.sampled_from([signature, data])))
    position = draw.draw(st.integers(0, len(changed) * 8 - 1))
    is_signature = bytes(changed) == signature
    changed[position // 8] ^= 1 << position % 8

    spoiled = (bytes(changed), data) if is_signature else (signature, bytes(changed))
    with pytest.raises(ProofError):
        signer.public_key.verify(*spoiled)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), bytes(96), b"\xff" * 64])
def test_a_spoiled_signature_is_refused(signer: SoftwareSigner, signature: bytes) -> None:
    with pytest.raises(ProofError):
        signer.public_key.verify(signature, b"data")


def test_a_der_signature_is_refused(signers: dict[Algorithm, SoftwareSigner]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.sign(b"data", ec.ECDSA(hashes.SHA256()))

    with pytest.raises(ProofError):
        PublicKey.of(key.public_key()).verify(der, b"data")


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "d"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=45)
        | st.lists(st.text(max_size=3))
        | st.sampled_from(["EC", "RSA", "OKP", "P-256", "P-384", "Ed25519", "AQAB", "A" * 43]),
    )
)
def test_any_jwk_is_a_key_or_an_error_of_ours(jwk: Jwk) -> None:
    with suppress(CredentialError):
        PublicKey.from_jwk(jwk)
