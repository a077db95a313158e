"""Public keys: read from Multikey and JWK, written as both, checking raw signatures.

Hidden here: the formats of cryptography and OpenSSL, and the checks that OpenSSL does
not make (an Ed25519 key that is no point, or one of the few whose signatures anybody
can forge). Signatures are the raw ones of Data Integrity and JOSE: Ed25519 64 bytes;
ECDSA r followed by s; RSA PKCS #1 v1.5 with SHA-256 (RS256).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .errors import MalformedCredential, ProofError, UnsupportedProof, UnusableKey
from .multibase import base58_encode, base64url_decode, base64url_encode, multibase_decode

__all__ = ["CURVES", "PRIVATE_JWK_MEMBERS", "SECRET_PREFIX", "Algorithm", "PublicKey", "multikey_bytes"]

_CryptoKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Algorithm(Enum):
    """The kinds of keys known here; the value is what an operator reads and writes."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    RSA = "RSA"


CURVES: Mapping[Algorithm, tuple[ec.EllipticCurve, int, hashes.HashAlgorithm]] = {
    Algorithm.P256: (ec.SECP256R1(), 32, hashes.SHA256()),
    Algorithm.P384: (ec.SECP384R1(), 48, hashes.SHA384()),
}
"""Curve, bytes of a coordinate, and the digest that both JOSE and Data Integrity prescribe."""
_PUBLIC_PREFIX = {Algorithm.ED25519: b"\xed\x01", Algorithm.P256: b"\x80\x24", Algorithm.P384: b"\x81\x24"}
SECRET_PREFIX = {Algorithm.ED25519: b"\x80\x26", Algorithm.P256: b"\x86\x26", Algorithm.P384: b"\x87\x26"}
PRIVATE_JWK_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Of RFC 7518, section 6: none of them may appear in public."""
_JWS_NAMES = {
    Algorithm.ED25519: ("EdDSA", "Ed25519"),
    Algorithm.P256: ("ES256",),
    Algorithm.P384: ("ES384",),
    Algorithm.RSA: ("RS256",),
}
_MULTIKEY_CHARS = 100
"""The longest Multikey known here, an Ed25519 secret with its public half, has 92."""
_RSA_BITS = (2048, 8192)
"""Below is breakable; above, a stranger's key would make us compute for him."""


@frozen
class PublicKey:
    """A public key that was found to be a sound one of its algorithm."""

    algorithm: Algorithm
    key: _CryptoKey = field(eq=lambda key: _spki(key), repr=False)

    @classmethod
    def of(cls, key: object) -> PublicKey:
        """Take a public key of `cryptography`; raises `UnusableKey` or `UnsupportedProof`."""
        if isinstance(key, ed25519.Ed25519PublicKey):
            _demand_sound_ed25519(key.public_bytes_raw())
            return cls(Algorithm.ED25519, key)
        if isinstance(key, rsa.RSAPublicKey):
            _demand_sound_rsa(key.public_numbers())
            return cls(Algorithm.RSA, key)
        if isinstance(key, ec.EllipticCurvePublicKey):
            for algorithm, (curve, _size, _hash) in CURVES.items():
                if key.curve.name == curve.name:
                    return cls(algorithm, key)
        raise UnsupportedProof("The key is of a kind that is not known here.")

    @classmethod
    def from_multikey(cls, text: str) -> PublicKey:
        """Read a public Multikey (`z…`); raises `UnusableKey` or `UnsupportedProof`."""
        data = multikey_bytes(text)
        prefix, body = data[:2], data[2:]
        if prefix in SECRET_PREFIX.values():
            raise UnusableKey("A secret key stands where a public key belongs.")
        algorithm = next((kind for kind, value in _PUBLIC_PREFIX.items() if value == prefix), None)
        if algorithm is None:
            raise UnsupportedProof("The key is of a kind that is not known here.")
        if algorithm is Algorithm.ED25519:
            return _ed25519(body)
        return _point(algorithm, body)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> PublicKey:
        """Read a public JWK; raises `UnusableKey` or `UnsupportedProof`.

        A JWK with a private member is refused, and so is one made for another purpose or
        algorithm (RFC 7517, section 4).
        """
        if PRIVATE_JWK_MEMBERS & jwk.keys():
            raise UnusableKey("A JWK that should be public has private members.")
        kind, curve = jwk.get("kty"), jwk.get("crv")
        if not isinstance(kind, str) or not isinstance(curve, str | None):
            raise UnusableKey("The JWK does not say of what kind it is.")
        reader = _JWK_READERS.get((kind, curve))
        if reader is None:
            raise UnsupportedProof("The JWK is of a kind that is not known here.")
        public_key = reader(jwk)
        _demand_purpose(jwk, public_key.algorithm)
        return public_key

    @property
    def multikey(self) -> str:
        """The Multikey (`z…`); raises `UnusableKey` for RSA, which has none."""
        if isinstance(self.key, rsa.RSAPublicKey):
            raise UnusableKey("An RSA key has no Multikey form.")
        return "z" + base58_encode(_PUBLIC_PREFIX[self.algorithm] + _public_bytes(self.key))

    @property
    def jwk(self) -> dict[str, str]:
        """The public JWK with its required members only (RFC 7638, section 3.2)."""
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(self.key.public_bytes_raw())}
        if isinstance(self.key, rsa.RSAPublicKey):
            rsa_numbers = self.key.public_numbers()
            return {"kty": "RSA", "n": _uint(rsa_numbers.n), "e": _uint(rsa_numbers.e)}
        _curve, size, _hash = CURVES[self.algorithm]
        point = self.key.public_numbers()
        x, y = (base64url_encode(value.to_bytes(size, "big")) for value in (point.x, point.y))
        return {"kty": "EC", "crv": self.algorithm.value, "x": x, "y": y}

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if `signature` is one over `data` by this key; else raise `ProofError`."""
        try:
            self._verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise ProofError("The signature does not fit the document and the key.") from error

    def _verify(self, signature: bytes, data: bytes) -> None:
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            self.key.verify(signature, data)
        elif isinstance(self.key, rsa.RSAPublicKey):
            self.key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            _curve, size, digest = CURVES[self.algorithm]
            if len(signature) != 2 * size:
                raise InvalidSignature
            r, s = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
            self.key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))


def multikey_bytes(text: object) -> bytes:
    """Prefix and key bytes of a Multikey, public or secret; raises `UnusableKey`."""
    if not isinstance(text, str):
        raise UnusableKey("A Multikey is not a text.")
    try:
        return multibase_decode(text, max_chars=_MULTIKEY_CHARS)
    except MalformedCredential as error:
        raise UnusableKey("A Multikey is not well formed.") from error


def _public_bytes(key: _CryptoKey) -> bytes:
    """The bytes that follow the prefix in a Multikey."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes_raw()
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)


def _spki(key: _CryptoKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _ed25519(body: bytes) -> PublicKey:
    if len(body) != 32:
        raise UnusableKey("An Ed25519 key must have 32 bytes.")
    return PublicKey.of(ed25519.Ed25519PublicKey.from_public_bytes(body))


def _point(algorithm: Algorithm, body: bytes) -> PublicKey:
    """A point of a NIST curve in compressed form (SEC 1, section 2.3.3)."""
    curve, size, _hash = CURVES[algorithm]
    if len(body) != 1 + size or body[0] not in (2, 3):
        raise UnusableKey(f"A {algorithm.value} key has a wrong length or form.")
    try:
        return PublicKey.of(ec.EllipticCurvePublicKey.from_encoded_point(curve, body))
    except ValueError as error:
        raise UnusableKey(f"A {algorithm.value} key is not a point of its curve.") from error


# Edwards25519: -x² + y² = 1 + d x² y² over the integers modulo p (RFC 8032, section 5.1).
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# The y of the eight points whose order divides 8. Under such a key signatures can be
# made that fit any document, so it proves nothing.
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


def _demand_sound_ed25519(body: bytes) -> None:
    # OpenSSL takes any 32 bytes for a key, and decides only when it checks a signature.
    y = int.from_bytes(body, "little") & (2**255 - 1)
    if y >= _P or y in _SMALL_ORDER_Y:
        raise UnusableKey("An Ed25519 key is one that anybody can sign for, or written in an odd way.")
    # x² = u / v has a solution just when u v is a square: Euler's criterion, without division.
    u, v = y * y - 1, _D * y * y + 1
    if pow(u * v, (_P - 1) // 2, _P) != 1:
        raise UnusableKey("An Ed25519 key is not a point of its curve.")


def _demand_sound_rsa(numbers: rsa.RSAPublicNumbers) -> None:
    low, high = _RSA_BITS
    if not low <= numbers.n.bit_length() <= high:
        raise UnusableKey(f"An RSA key must have {low} to {high} bits.")
    if numbers.n % 2 == 0 or numbers.e % 2 == 0 or not 2**16 < numbers.e < 2**32:
        raise UnusableKey("An RSA key has an unsafe modulus or exponent.")


def _jwk_bytes(jwk: Mapping[str, object], member: str, size: int | None = None) -> bytes:
    value = jwk.get(member)
    if not isinstance(value, str) or len(value) > _RSA_BITS[1] // 6 + 2:
        raise UnusableKey(f"The JWK member {member} is missing, not a text or too long.")
    try:
        data = base64url_decode(value)
    except MalformedCredential as error:
        raise UnusableKey(f"The JWK member {member} is not base64url.") from error
    if size is not None and len(data) != size:
        raise UnusableKey(f"The JWK member {member} must have {size} bytes.")
    return data


def _uint(value: int) -> str:
    return base64url_encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _jwk_uint(jwk: Mapping[str, object], member: str) -> int:
    data = _jwk_bytes(jwk, member)
    if data[:1] in (b"", b"\0"):
        raise UnusableKey(f"The JWK member {member} is empty or begins with a zero byte.")
    return int.from_bytes(data, "big")


def _demand_purpose(jwk: Mapping[str, object], algorithm: Algorithm) -> None:
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("The JWK is not meant for signatures.")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKey("The JWK is not meant for checking signatures.")
    if jwk.get("alg", _JWS_NAMES[algorithm][0]) not in _JWS_NAMES[algorithm]:
        raise UnusableKey("The JWK names an algorithm that its key is not used with here.")


def _jwk_ed25519(jwk: Mapping[str, object]) -> PublicKey:
    return _ed25519(_jwk_bytes(jwk, "x"))


def _jwk_point(jwk: Mapping[str, object]) -> PublicKey:
    algorithm = Algorithm(jwk["crv"])
    curve, size, _hash = CURVES[algorithm]
    x, y = (int.from_bytes(_jwk_bytes(jwk, member, size), "big") for member in "xy")
    try:
        return PublicKey.of(ec.EllipticCurvePublicNumbers(x, y, curve).public_key())
    except ValueError as error:
        raise UnusableKey(f"A {algorithm.value} key is not a point of its curve.") from error


def _jwk_rsa(jwk: Mapping[str, object]) -> PublicKey:
    numbers = rsa.RSAPublicNumbers(_jwk_uint(jwk, "e"), _jwk_uint(jwk, "n"))
    # Before cryptography sees them: it refuses some of them with errors of its own.
    _demand_sound_rsa(numbers)
    try:
        return PublicKey.of(numbers.public_key())
    except ValueError as error:
        raise UnusableKey("The JWK is not a sound RSA key.") from error


_JWK_READERS: Mapping[tuple[str, str | None], Callable[[Mapping[str, object]], PublicKey]] = {
    ("OKP", "Ed25519"): _jwk_ed25519,
    ("EC", "P-256"): _jwk_point,
    ("EC", "P-384"): _jwk_point,
    ("RSA", None): _jwk_rsa,
}
