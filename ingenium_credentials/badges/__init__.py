"""Open Badges 3.0 and verifiable credentials: render, secure, check, verify.

Plain Python: no Django, no network, nothing global. Clock, keys and answers to addresses
are arguments, so that everything here can be tried offline::

    from ingenium_credentials import badges

    document = badges.ob3.render(award)
    signer = badges.open_signer("file:/srv/keys/issuer.pem")
    secured = badges.proof.secure(
        document, signer=signer, verification_method=f"{did}#key-1", created=now
    )
    report = badges.verify(data, resolve=addresses.__getitem__, now=now)
    print(report.verdict)

Whatever a stranger's bytes set off is a `CredentialError`; `verify` turns it into a check.
"""

from __future__ import annotations

from . import baking, jose, ob3, proof, status_list
from .data import (
    AchievementData,
    AwardData,
    ConceptData,
    IdentifierData,
    ImageData,
    IssuerData,
    IssuerMode,
    OrganisationData,
    OutcomeData,
    QualityAssuranceData,
    RecipientData,
    StatusData,
)
from .did import MethodData, did_document, did_key, did_web, did_web_url
from .errors import CannotCheck, CredentialError, NotResolved
from .jsonld import PINNED_CONTEXTS, Contexts
from .keys import Signer, generate_key_file, open_signer
from .means import Resolve
from .public_keys import Algorithm, PublicKey
from .report import Check, Outcome, Report
from .verifier import verify

__all__ = [
    "PINNED_CONTEXTS",
    "AchievementData",
    "Algorithm",
    "AwardData",
    "CannotCheck",
    "Check",
    "ConceptData",
    "Contexts",
    "CredentialError",
    "IdentifierData",
    "ImageData",
    "IssuerData",
    "IssuerMode",
    "MethodData",
    "NotResolved",
    "OrganisationData",
    "Outcome",
    "OutcomeData",
    "PublicKey",
    "QualityAssuranceData",
    "RecipientData",
    "Report",
    "Resolve",
    "Signer",
    "StatusData",
    "baking",
    "did_document",
    "did_key",
    "did_web",
    "did_web_url",
    "generate_key_file",
    "jose",
    "ob3",
    "open_signer",
    "proof",
    "status_list",
    "verify",
]
