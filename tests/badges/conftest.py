"""Throw-away keys of each algorithm, and a moment at which every test takes place."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import settings

from ingenium_credentials.badges.keys import Algorithm, SoftwareSigner

# A deadline would measure how busy the machine is; what must be fast is tested by its CPU time.
settings.register_profile("ingenium", deadline=None)
settings.load_profile("ingenium")


@pytest.fixture(scope="session")
def signers() -> dict[Algorithm, SoftwareSigner]:
    """One key of each algorithm, made for this run."""
    return {
        Algorithm.ED25519: SoftwareSigner.of(ed25519.Ed25519PrivateKey.generate()),
        Algorithm.P256: SoftwareSigner.of(ec.generate_private_key(ec.SECP256R1())),
        Algorithm.P384: SoftwareSigner.of(ec.generate_private_key(ec.SECP384R1())),
        Algorithm.RSA: SoftwareSigner.of(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    }


@pytest.fixture(params=Algorithm, ids=lambda algorithm: algorithm.value)
def signer(request: pytest.FixtureRequest, signers: dict[Algorithm, SoftwareSigner]) -> SoftwareSigner:
    """Each algorithm in turn."""
    return signers[request.param]


@pytest.fixture(scope="session")
def ed25519_signer(signers: dict[Algorithm, SoftwareSigner]) -> SoftwareSigner:
    return signers[Algorithm.ED25519]


@pytest.fixture(scope="session")
def p256_signer(signers: dict[Algorithm, SoftwareSigner]) -> SoftwareSigner:
    return signers[Algorithm.P256]


@pytest.fixture(scope="session")
def p384_signer(signers: dict[Algorithm, SoftwareSigner]) -> SoftwareSigner:
    return signers[Algorithm.P384]


@pytest.fixture(scope="session")
def rsa_signer(signers: dict[Algorithm, SoftwareSigner]) -> SoftwareSigner:
    return signers[Algorithm.RSA]


@pytest.fixture(scope="session")
def now() -> dt.datetime:
    return dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
