"""Keys inside a PKCS #11 token (an HSM, a smart card, SoftHSM), named by RFC 7512 URIs.

Hidden here: python-pkcs11, which is an extra and imported only when such a key is
opened; one lock around it, because it initialises the token's library without locking;
and forks, after which the library, the login and the session must be made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .errors import ProofError, UnusableKey
from .private_files import path_of, read_private
from .public_keys import CURVES, Algorithm, PublicKey

__all__ = ["TokenSigner", "holds_pin", "open_token_signer"]

_PATH_ATTRIBUTES = frozenset({"token", "serial", "manufacturer", "model", "object", "id", "type"})
_QUERY_ATTRIBUTES = frozenset({"module-path", "pin-source", "pin-value"})
_ATTRIBUTE = re.compile(r"([a-z-]+)=((?:[A-Za-z0-9._~:\[\]@!$'()*+,=/|-]|%[0-9A-Fa-f]{2})*)")
_CURVE_OF_PARAMETERS = {
    bytes.fromhex("06082a8648ce3d030107"): Algorithm.P256,
    bytes.fromhex("06052b81040022"): Algorithm.P384,
    bytes.fromhex("06032b6570"): Algorithm.ED25519,
    # PKCS #11 3.0 writes the name of the curve; older drafts an arc of GNU.
    b"\x13\x0cedwards25519": Algorithm.ED25519,
    bytes.fromhex("06092b06010401da470f01"): Algorithm.ED25519,
}


@define(eq=False)
class _Process:
    """What must not outlive a fork."""

    lock: threading.Lock = field(factory=threading.Lock)
    initialised: set[str] = field(factory=set)
    """Paths of the libraries that this very process has initialised."""


_process = _Process()
_loaded: set[str] = set()
"""Paths of the libraries that this process or a parent of it has loaded."""
_inherited: list[object] = []
"""Sessions of a parent process: collecting one would close a session of ours by its number."""


def _after_fork() -> None:
    global _process
    _process = _Process()


os.register_at_fork(after_in_child=_after_fork)


@define(eq=False)
class TokenSigner:
    """A private key that never leaves its token; may be shared by threads and by forks."""

    _attributes: Mapping[str, bytes] = field(repr=False)
    public_key: PublicKey = field(init=False)
    _session: Any = field(init=False, default=None, repr=False)
    _key: Any = field(init=False, default=None, repr=False)
    _opened_in: _Process | None = field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Open the key, and see that both its halves belong together."""
        pkcs11 = _pkcs11()
        with _process.lock:
            self._open(pkcs11)
            self.public_key = _public_key(pkcs11, self._session, self._key)
        probe = b"ingenium"
        try:
            self.public_key.verify(self.sign(probe), probe)
        except ProofError as error:
            raise UnusableKey("The public key in the token does not belong to the private one.") from error

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data`; raises `UnusableKey` when the token has gone."""
        pkcs11 = _pkcs11()
        with _process.lock:
            if self._opened_in is not _process:
                self._open(pkcs11)
            try:
                return self._signature(pkcs11, data)
            except pkcs11.PKCS11Error:
                # Tokens end sessions when they are reset or have been idle: one more try.
                self._open(pkcs11)
            try:
                return self._signature(pkcs11, data)
            except pkcs11.PKCS11Error as error:
                raise UnusableKey(f"The token does not sign ({type(error).__name__}).") from error

    def _open(self, pkcs11: Any) -> None:
        if self._opened_in not in (None, _process):
            _inherited.append((self._session, self._key))
        try:
            self._session = _session(pkcs11, self._attributes)
            self._key = _only(
                self._session.get_objects(
                    {
                        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                        **_object_template(pkcs11, self._attributes),
                    }
                ),
                "private key",
            )
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise UnusableKey(f"The key in the token cannot be opened ({type(error).__name__}).") from error
        self._opened_in = _process

    def _signature(self, pkcs11: Any, data: bytes) -> bytes:
        algorithm = self.public_key.algorithm
        if algorithm is Algorithm.ED25519:
            return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
        if algorithm is Algorithm.RSA:
            return bytes(self._key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
        # Hashed here: SoftHSM has no mechanism that hashes and signs in one.
        digest = hashlib.new(CURVES[algorithm][2].name, data).digest()
        return bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))


def open_token_signer(uri: str) -> TokenSigner:
    """Open the private key that a `pkcs11:` URI names; raises `UnusableKey`.

    Needed are `module-path`, `pin-source` (a `file:` URI; preferred) or `pin-value`, and
    enough of `token`, `serial`, `manufacturer`, `model`, `object`, `id` to name one key.
    """
    return TokenSigner(_parsed(uri))


def _pkcs11() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError as error:
        raise UnusableKey("Keys in tokens need python-pkcs11; install the extra pkcs11.") from error


def _parsed(uri: str) -> Mapping[str, bytes]:
    path, _mark, query = uri.removeprefix("pkcs11:").partition("?")
    attributes = {
        **_attributes(path, ";", _PATH_ATTRIBUTES),
        **_attributes(query, "&", _QUERY_ATTRIBUTES),
    }
    if not attributes.get("module-path", b"").startswith(b"/"):
        raise UnusableKey("A pkcs11: URI must have module-path, the absolute path of the token's library.")
    if ("pin-source" in attributes) == ("pin-value" in attributes):
        raise UnusableKey("A pkcs11: URI must have either pin-source or pin-value.")
    if not {"object", "id"} & attributes.keys():
        raise UnusableKey("A pkcs11: URI must name its key by object or id.")
    if attributes.get("type", b"private") != b"private":
        raise UnusableKey("A pkcs11: URI must be one of a private key (type=private).")
    return attributes


def holds_pin(uri: str) -> bool:
    """Whether the address itself tells a secret, so that nobody may write it down."""
    return uri.startswith("pkcs11:") and "pin-value" in unquote_to_bytes(uri).decode("utf-8", "replace")


def _attributes(text: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    """The attributes of one half of the URI; unknown ones are refused (RFC 7512, section 2.3)."""
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        match = _ATTRIBUTE.fullmatch(part)
        # The part itself is not shown: it may be a PIN.
        if match is None or match[1] not in known:
            raise UnusableKey("A pkcs11: URI has an attribute that is not known here or badly written.")
        if match[1] in found:
            raise UnusableKey(f"A pkcs11: URI has the attribute {match[1]} twice.")
        found[match[1]] = unquote_to_bytes(match[2])
    return found


def _pin(attributes: Mapping[str, bytes]) -> str:
    pin = attributes.get("pin-value")
    if pin is None:
        source = attributes["pin-source"].decode("utf-8", "replace")
        pin = read_private(path_of(source)).rstrip(b"\r\n")
    try:
        return pin.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableKey("The PIN of the token is not UTF-8 text.") from None


def _session(pkcs11: Any, attributes: Mapping[str, bytes]) -> Any:
    """A session of the one token that fits, logged in."""
    pin = _pin(attributes)
    tokens = _library(pkcs11, attributes).get_tokens()
    token = _only((token for token in tokens if _fits(token, attributes)), "token")
    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:
        # A login counts for all sessions of a process.
        return token.open()


def _library(pkcs11: Any, attributes: Mapping[str, bytes]) -> Any:
    path = os.fsdecode(attributes["module-path"])
    library = pkcs11.lib(path)
    if path in _loaded and path not in _process.initialised:
        # Initialised before the fork, so by PKCS #11 not in this process.
        with contextlib.suppress(pkcs11.PKCS11Error):
            library.finalize()
        library.initialize()
    _loaded.add(path)
    _process.initialised.add(path)
    return library


def _fits(token: Any, attributes: Mapping[str, bytes]) -> bool:
    serial = token.serial if isinstance(token.serial, bytes) else str(token.serial).encode()
    has = {
        "token": token.label.encode(),
        "serial": serial.strip(),
        "manufacturer": str(token.manufacturer_id).encode(),
        "model": str(token.model).encode(),
    }
    # Some libraries show an empty slot for the next token to come.
    is_ready = bool(token.flags & _pkcs11().TokenFlag.TOKEN_INITIALIZED)
    return is_ready and all(has[name] == attributes[name] for name in has if name in attributes)


def _object_template(pkcs11: Any, attributes: Mapping[str, bytes]) -> dict[Any, Any]:
    template: dict[Any, Any] = {}
    if "object" in attributes:
        template[pkcs11.Attribute.LABEL] = attributes["object"].decode("utf-8", "replace")
    if "id" in attributes:
        template[pkcs11.Attribute.ID] = attributes["id"]
    return template


def _only(found: Any, noun: str) -> Any:
    things = list(found)
    if len(things) != 1:
        raise UnusableKey(f"The pkcs11: URI fits {len(things)} things; it must name exactly one {noun}.")
    return things[0]


def _public_key(pkcs11: Any, session: Any, key: Any) -> PublicKey:
    attribute = pkcs11.Attribute
    if key.key_type is pkcs11.KeyType.RSA:
        names = (attribute.PUBLIC_EXPONENT, attribute.MODULUS)
        return _rsa_key(*(int.from_bytes(key[name], "big") for name in names))
    # Private keys of curves do not tell their public half: it is an object of the same id.
    public = _only(
        session.get_objects(
            {attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, attribute.ID: key[attribute.ID]}
        ),
        "public key",
    )
    algorithm = _CURVE_OF_PARAMETERS.get(bytes(public[attribute.EC_PARAMS]))
    if algorithm is None:
        raise UnusableKey("The key in the token is of a curve that is not known here.")
    return _curve_key(algorithm, bytes(public[attribute.EC_POINT]))


def _rsa_key(exponent: int, modulus: int) -> PublicKey:
    try:
        return PublicKey.of(rsa.RSAPublicNumbers(exponent, modulus).public_key())
    except ValueError as error:
        raise UnusableKey("The key in the token is not a sound RSA key.") from error


def _curve_key(algorithm: Algorithm, point: bytes) -> PublicKey:
    """A key from CKA_EC_POINT: an OCTET STRING, though some tokens store its content only."""
    if len(point) > 2 and point[0] == 0x04 and point[1] == len(point) - 2:
        point = point[2:]
    try:
        if algorithm is Algorithm.ED25519:
            return PublicKey.of(ed25519.Ed25519PublicKey.from_public_bytes(point))
        return PublicKey.of(ec.EllipticCurvePublicKey.from_encoded_point(CURVES[algorithm][0], point))
    except ValueError as error:
        raise UnusableKey("The key in the token is not a point of its curve.") from error
