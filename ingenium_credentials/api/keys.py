"""The keys of an issuer: made, rotated, retired, published. Private parts stay behind their URIs.

Hides where a new private key is put, which key of several signs, and what becomes of the
old one. A retired key stays in the DID document, so that what it signed goes on to
verify; a compromised one is published as revoked, so that nothing it signed does.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..badges.did import MethodData, did_web
from ..badges.did import did_document as render_did_document
from ..badges.errors import UnusableKey
from ..badges.hardware import holds_pin
from ..badges.keys import Signer, generate_key_file, open_signer
from ..badges.public_keys import Algorithm, PublicKey
from ..conf import conf
from ..models import Issuer, SigningKey
from . import auditing

Use = SigningKey.Use

ALGORITHMS: dict[str, tuple[Algorithm, ...]] = {
    Use.PROOF.value: (Algorithm.ED25519, Algorithm.P256, Algorithm.P384),
    Use.JWT.value: (Algorithm.RSA, Algorithm.P256),
}
"""Which algorithms a use allows; the first is the default.

Source: Open Badges 3.0, section 8.2 (RS256, ES256); Data Integrity cryptosuites.
"""


def default_did(slug: str) -> str:
    """The DID under which this site publishes an issuer; raises `MalformedCredential`."""
    return did_web(f"{conf.BASE_URL}/ingenium/issuers/{slug}")


def did_document(issuer: Issuer) -> dict[str, object]:
    """The document that the issuer publishes: all its keys, the former ones too.

    A retired key is listed without an end date: verifiers refuse whatever a key with a
    past `expires` has signed, at any time (Controlled Identifiers 1.0, Verification Methods).
    """
    methods = [
        MethodData(
            id=key.method_id,
            public_key=_public_key(json.dumps(key.public_jwk, sort_keys=True)),
            valid_from=key.valid_from,
            revoked=key.compromised_at,
        )
        for key in issuer.keys.select_related("issuer").order_by("id")
    ]
    return render_did_document(issuer.did, methods)


def did_document_bytes(issuer: Issuer) -> bytes:
    """The document as it is served: the same bytes as long as the keys are the same."""
    return json.dumps(did_document(issuer), ensure_ascii=False, indent=2).encode()


def demand_no_secret(uri: str) -> None:
    """Refuse, with `UnusableKey`, an address that tells the PIN of a token: it would be stored."""
    if holds_pin(uri):
        raise UnusableKey(
            "The address holds the PIN of the token, and would be stored with it. Write the PIN into a file"
            " that only this site's user may read, and name that with pin-source."
        )


def create_key(
    issuer: Issuer,
    *,
    use: str,
    algorithm: Algorithm | None = None,
    uri: str | None = None,
    actor_id: int | None = None,
) -> SigningKey:
    """Give the issuer one more key: a new file, or the key that `uri` names already.

    Without `uri` the private key is written to INGENIUM_KEYS_DIR, readable by its owner
    only. Raises `UnusableKey`.
    """
    _demand_known(use, algorithm)
    demand_no_secret(uri or "")
    with transaction.atomic():
        # The lock keeps two operators from taking the same fragment.
        locked = Issuer.objects.select_for_update().get(pk=issuer.pk)
        fragment = _next_fragment(locked)
        address = uri or _new_key_file(locked, fragment, algorithm or ALGORITHMS[use][0])
        public_key = open_signer(address).public_key
        _demand_fit(locked, use, public_key, algorithm)
        key = SigningKey.objects.create(
            issuer=locked,
            fragment=fragment,
            use=use,
            algorithm=public_key.algorithm.value,
            uri=address,
            public_jwk=public_key.jwk,
            valid_from=_now(),
        )
        auditing.note("key-created", key, actor_id=actor_id)
    return key


def provide_keys(
    issuer: Issuer,
    *,
    use: str | None = None,
    algorithm: Algorithm | None = None,
    uri: str | None = None,
    actor_id: int | None = None,
) -> list[SigningKey]:
    """Give the issuer the keys that it lacks, one for each use or for `use` alone; returns the new ones."""
    with transaction.atomic():
        return [
            create_key(issuer, use=wanted, algorithm=algorithm, uri=uri, actor_id=actor_id)
            for wanted in ([use] if use else ALGORITHMS)
            if not issuer.keys.filter(use=wanted, retired_at=None, compromised_at=None).exists()
        ]


def key_named(name: str) -> SigningKey:
    """The key that an operator names, by `ISSUER#FRAGMENT` or by its full id; raises `UnusableKey`."""
    issuer, _mark, fragment = name.rpartition("#")
    owners = Issuer.objects.filter(Q(slug=issuer) | Q(did=issuer))
    key = SigningKey.objects.filter(issuer__in=owners, fragment=fragment).select_related("issuer").first()
    if key is None:
        raise UnusableKey(f"There is no key {name}; manage.py ingenium_keys list shows those that there are.")
    return key


def rotate(
    issuer: Issuer,
    use: str,
    *,
    algorithm: Algorithm | None = None,
    uri: str | None = None,
    actor_id: int | None = None,
) -> SigningKey:
    """Make a new key for the use and retire those before it; returns the new one."""
    with transaction.atomic():
        old = list(issuer.keys.filter(use=use, retired_at=None, compromised_at=None))
        same = Algorithm(old[0].algorithm) if old and uri is None else None
        key = create_key(issuer, use=use, algorithm=algorithm or same, uri=uri, actor_id=actor_id)
        for former in old:
            retire(former, actor_id=actor_id)
    return key


def retire(key: SigningKey, *, actor_id: int | None = None) -> SigningKey:
    """Sign nothing more with the key; what it has signed stays valid. Twice changes nothing."""
    with transaction.atomic():
        key = SigningKey.objects.select_for_update().get(pk=key.pk)
        if key.retired_at is None:
            key.retired_at = _now()
            key.save(update_fields=["retired_at"])
            auditing.note("key-retired", key, actor_id=actor_id)
    return key


def mark_compromised(key: SigningKey, *, reason: str = "", actor_id: int | None = None) -> SigningKey:
    """Publish the key as revoked: everything that it has signed fails from now on.

    The issuer's status lists are signed anew with another key, for they are needed to
    check the credentials of its other keys. Twice changes nothing.
    """
    with transaction.atomic():
        key = SigningKey.objects.select_for_update().get(pk=key.pk)
        if key.compromised_at is None:
            key.compromised_at = _now()
            key.save(update_fields=["compromised_at"])
            key.issuer.status_lists.update(stale=True)
            auditing.note("key-compromised", key, actor_id=actor_id, reason=reason)
    return key


def signer_for(issuer: Issuer, use: str, at: dt.datetime | None = None) -> tuple[Signer, SigningKey]:
    """The issuer's newest key for the use that is valid at the moment, opened.

    Raises `UnusableKey` when there is none, when it cannot be opened, or when it is not
    the key that the DID document shows.
    """
    return signer_of(issuer, use, keys_in_force(issuer, at or timezone.now(), use=use))


def keys_in_force(issuer: Issuer, at: dt.datetime, **which: str) -> dict[str, SigningKey]:
    """For each use, the newest key that signs at the moment."""
    usable = issuer.keys.filter(retired_at=None, compromised_at=None, valid_from__lte=at, **which)
    return {key.use: key for key in usable.order_by("valid_from", "id")}


def signer_of(issuer: Issuer, use: str, keys: Mapping[str, SigningKey]) -> tuple[Signer, SigningKey]:
    """The one of these keys that is for the use, opened; raises as `signer_for`."""
    key = keys.get(use)
    if key is None:
        raise UnusableKey(
            f"The issuer {issuer.slug} has no valid key for {use}; "
            f"run: manage.py ingenium_keys create {issuer.slug}"
        )
    return _open(key.uri, json.dumps(key.public_jwk, sort_keys=True)), key


def _open(uri: str, jwk: str) -> Signer:
    """The signer behind `uri`, kept per process for software keys.

    A signer kept is known to be the row's key, whatever happens to the file. A token is
    opened anew each time: its sessions do not outlive a fork or the card's removal.
    """
    return _matching_signer(uri, jwk) if uri.startswith("pkcs11:") else _kept_signer(uri, jwk)


def _matching_signer(uri: str, jwk: str) -> Signer:
    signer = open_signer(uri)
    if signer.public_key != _public_key(jwk):
        raise UnusableKey("The private key does not belong to the public key that the issuer publishes.")
    return signer


@lru_cache(maxsize=256)
def _public_key(jwk: str) -> PublicKey:
    """Of the row as it is: another one is another text."""
    return PublicKey.from_jwk(json.loads(jwk))


_kept_signer = lru_cache(maxsize=64)(_matching_signer)


def _demand_known(use: str, algorithm: Algorithm | None) -> None:
    if use not in ALGORITHMS:
        raise UnusableKey(f"A key is for one of {', '.join(ALGORITHMS)}, not for {use!r}.")
    if algorithm is not None and algorithm not in ALGORITHMS[use]:
        allowed = ", ".join(allowed.value for allowed in ALGORITHMS[use])
        raise UnusableKey(f"A key for {use} is one of {allowed}, not {algorithm.value}.")


def _demand_fit(issuer: Issuer, use: str, public_key: PublicKey, algorithm: Algorithm | None) -> None:
    _demand_known(use, public_key.algorithm)
    if algorithm not in (None, public_key.algorithm):
        raise UnusableKey(f"The key behind the URI is {public_key.algorithm.value}.")
    known = SigningKey.objects.filter(algorithm=public_key.algorithm.value).select_related("issuer")
    for key in known:
        if key.public_jwk == public_key.jwk:
            raise UnusableKey(f"The key is in use already, as {key.method_id}.")


def _next_fragment(issuer: Issuer) -> str:
    taken = set(issuer.keys.values_list("fragment", flat=True))
    number = len(taken) + 1
    while f"key-{number}" in taken:
        number += 1
    return f"key-{number}"


def _new_key_file(issuer: Issuer, fragment: str, algorithm: Algorithm) -> str:
    folder = conf.KEYS_DIR
    if folder is None:
        raise UnusableKey("Set INGENIUM_KEYS_DIR to a private folder, or name the key by --uri.")
    # The random part lets a second try succeed after a first one whose row was rolled back.
    path = Path(folder).absolute() / f"{issuer.slug}-{fragment}-{secrets.token_hex(4)}.pem"
    generate_key_file(path, algorithm)
    return path.as_uri().replace("file://", "file:", 1)


def _now() -> dt.datetime:
    # To the second, as documents write moments: a proof made at once is not before its key.
    return timezone.now().replace(microsecond=0)
