"""Private keys behind a URI: callers get a `Signer` and never see key material.

A private key is an address (`file:`, `env:`, `pkcs11:`). Signatures are the raw ones
that `PublicKey.verify` takes. Hidden here: the formats that a key may be stored in.
`Algorithm` and `PublicKey` are at home in `public_keys`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from attrs import field, frozen
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from .errors import UnsupportedProof, UnusableKey
from .hardware import open_token_signer
from .private_files import path_of, read_private, write_private
from .public_keys import CURVES, SECRET_PREFIX, Algorithm, PublicKey, multikey_bytes

__all__ = ["Algorithm", "PublicKey", "Signer", "SoftwareSigner", "generate_key_file", "open_signer"]

PrivateCryptoKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_RSA_NEW_BITS = 3072
"""What a credential that is to be believed for decades asks for."""


class Signer(Protocol):
    """Something that signs: a key in a file, in the environment or inside a token."""

    @property
    def public_key(self) -> PublicKey:
        """The public half."""

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data`; raises `UnusableKey` when the key has gone."""


@frozen
class SoftwareSigner:
    """A private key in the memory of this process."""

    key: PrivateCryptoKey = field(repr=False, eq=False)
    public_key: PublicKey

    @classmethod
    def of(cls, key: object) -> SoftwareSigner:
        """Take a private key of `cryptography`; raises `UnusableKey`."""
        if not isinstance(key, PrivateCryptoKey):
            raise UnusableKey("The private key is of a kind that is not known here.")
        try:
            return cls(key, PublicKey.of(key.public_key()))
        except UnsupportedProof as error:
            raise UnusableKey(str(error)) from error

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data`."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        _curve, size, digest = CURVES[self.public_key.algorithm]
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def open_signer(uri: str) -> Signer:
    """Open the private key that `uri` names; raises `UnusableKey`.

    `file:/absolute/path.pem` is unencrypted PKCS #8 PEM that only its owner may read;
    `env:NAME` is a variable with such a PEM or a secret Multikey; `pkcs11:…` is a key
    inside a token (RFC 7512), for which python-pkcs11 must be installed.
    """
    scheme = uri.partition(":")[0]
    opener = _OPENERS.get(scheme)
    if opener is None:
        raise UnusableKey("A key URI must begin with file:, env: or pkcs11:.")
    return opener(uri)


def generate_key_file(path: str | os.PathLike[str], algorithm: Algorithm) -> PublicKey:
    """Make a key pair, store the private half in a new file, and return the public half.

    The file is readable by its owner only and never overwritten; its folder is made if
    missing, and refused if others may enter it. Raises `UnusableKey`.
    """
    key = _new_private_key(algorithm)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(Path(path), pem)
    return PublicKey.of(key.public_key())


def _new_private_key(algorithm: Algorithm) -> PrivateCryptoKey:
    if algorithm is Algorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm is Algorithm.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_NEW_BITS)
    return ec.generate_private_key(CURVES[algorithm][0])


def _open_file(uri: str) -> Signer:
    return _from_pem(read_private(path_of(uri)))


def _open_environment(uri: str) -> Signer:
    name = uri.removeprefix("env:")
    value = os.environ.get(name, "").strip() if name and "\0" not in name else ""
    if not value:
        raise UnusableKey(f"The environment variable of the key is missing or empty: {name!r}")
    if value.startswith("z"):
        return _from_secret_multikey(value)
    # Many tools can only set variables of one line, with \n written out.
    return _from_pem(value.replace("\\n", "\n").encode())


_OPENERS: Mapping[str, Callable[[str], Signer]] = {
    "file": _open_file,
    "env": _open_environment,
    "pkcs11": open_token_signer,
}


def _from_pem(pem: bytes) -> Signer:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise UnusableKey("The key is encrypted; store it unencrypted in a private place.") from error
    except (ValueError, UnsupportedAlgorithm):
        # Without its cause, which may quote the key.
        raise UnusableKey("The key is not an unencrypted PKCS #8 private key in PEM form.") from None
    return SoftwareSigner.of(key)


def _from_secret_multikey(text: str) -> Signer:
    data = multikey_bytes(text)
    prefix, body = data[:2], data[2:]
    if prefix == SECRET_PREFIX[Algorithm.ED25519] and len(body) in (32, 64):
        signer = SoftwareSigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(body[:32]))
        # Some tools append the public key; a wrong one would mean a mangled secret.
        if body[32:] not in (b"", multikey_bytes(signer.public_key.multikey)[2:]):
            raise UnusableKey("The two halves of the secret Multikey do not belong together.")
        return signer
    for algorithm, (curve, size, _hash) in CURVES.items():
        if prefix == SECRET_PREFIX[algorithm] and len(body) == size:
            try:
                return SoftwareSigner.of(ec.derive_private_key(int.from_bytes(body, "big"), curve))
            except ValueError:
                raise UnusableKey("The secret Multikey is out of range.") from None
    raise UnusableKey("The secret Multikey is of a kind or length that is not known here.")
