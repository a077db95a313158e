"""A certificate authority and electronic seals for a site: files, rows, trust."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from ingenium_credentials import api
from ingenium_credentials.badges.chains import Anchor, Purpose
from ingenium_credentials.badges.trust import write_trust
from ingenium_credentials.models import Issuer, SealingCertificate
from tests.badges.authorities import Authority, Holder, TimeStampAuthority, name, root, time_stamping

CRETE, CRETE_ID = "University of Crete", "VATEL-090000000"


@pytest.fixture(scope="session")
def seal_authority() -> Authority:
    return root()


@pytest.fixture(scope="session")
def seal_holder(seal_authority: Authority) -> Holder:
    return seal_authority.issue(name(CRETE, CRETE_ID, "GR"))


@pytest.fixture
def time_service(seal_authority: Authority, tmp_path: Path) -> TimeStampAuthority:
    (tmp_path / "tsa").mkdir()
    return TimeStampAuthority.make(tmp_path / "tsa", time_stamping(seal_authority))


def key_file(holder: Holder, folder: Path) -> str:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{holder.certificate.fingerprint.hex()[:8]}.pem"
    path.write_bytes(
        holder.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path.chmod(0o600)
    return f"file:{path}"


def enter_certificate(issuer: Issuer, holder: Holder, folder: Path) -> SealingCertificate:
    uri = key_file(holder, folder / "seal")
    return api.define_certificate(issuer, uri=uri, chain=holder.chain_pem.decode())


@pytest.fixture
def trusting_site(settings: Any, seal_authority: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    folder.mkdir()
    anchors = [seal_authority.anchor(), Anchor(seal_authority.certificate, Purpose.TIME_STAMP)]
    (folder / "trust.json").write_bytes(write_trust(anchors))
    settings.INGENIUM_SEAL_ANCHORS_DIR = str(folder)


@pytest.fixture
def sealing_certificate(
    settings: Any, issuer: Issuer, seal_holder: Holder, tmp_path: Path, trusting_site: None
) -> SealingCertificate:
    """The issuer's certificate, on a site that issues both formats."""
    settings.INGENIUM_FORMATS = ["ob3", "elm"]
    return enter_certificate(issuer, seal_holder, tmp_path)
