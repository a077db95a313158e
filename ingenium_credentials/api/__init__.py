"""The verbs, and the only writer of rows. What others may call is what `__all__` names."""

from .alliance import define_issuer, define_organisation
from .appearance import BrandFault, branding_faults
from .auditing import note
from .awarding import Circumstances, award, evaluate, rules_for
from .branding import asset_faults, define_asset, faults_of
from .completeness import Missing, completeness, missing
from .definitions import activate, define, define_rule, freeze, new_version, retire_achievement
from .documents import document, document_fingerprint, document_image, document_images
from .endorsing import define_mandate, mandate_data
from .errors import NotAllowed, NotReady
from .facts import known, known_of, learners_of
from .issuing import FORMATS, SEAL, issue
from .keys import (
    create_key,
    default_did,
    did_document,
    did_document_bytes,
    key_named,
    mark_compromised,
    provide_keys,
    retire,
    rotate,
    signer_for,
)
from .languages import Content, complete_languages, contents
from .linking import credential_for_certificate
from .mailing import MOST_ATTEMPTS, due_letters, queue_letter, send_again, send_letters
from .palette import palette
from .queueing import EVALUATE, ISSUE, PUBLISH, SEND, TIME_STAMP, queue
from .reconciling import Difference, Kind, Reconciliation, reconcile
from .record import achievement_data, award_data, credential_url, issuer_data, organisation_data
from .recording import reconsider, record_certificate, record_grade, record_passing
from .resolving import resolve
from .retiring import forget_learner
from .revoking import RevocationPreview, preview_revocation, revoke
from .sealing import (
    anchors,
    define_certificate,
    retire_certificate,
    sealer_for,
    time_stamp,
    unsigned_export,
)
from .sharing import share
from .status import PublishedList, allot, is_due, publish, status_document, url_of
from .verifying import verify

__all__ = [
    "EVALUATE",
    "FORMATS",
    "ISSUE",
    "MOST_ATTEMPTS",
    "PUBLISH",
    "SEAL",
    "SEND",
    "TIME_STAMP",
    "BrandFault",
    "Circumstances",
    "Content",
    "Difference",
    "Kind",
    "Missing",
    "NotAllowed",
    "NotReady",
    "PublishedList",
    "Reconciliation",
    "RevocationPreview",
    "achievement_data",
    "activate",
    "allot",
    "anchors",
    "asset_faults",
    "award",
    "award_data",
    "branding_faults",
    "complete_languages",
    "completeness",
    "contents",
    "create_key",
    "credential_for_certificate",
    "credential_url",
    "default_did",
    "define",
    "define_asset",
    "define_certificate",
    "define_issuer",
    "define_mandate",
    "define_organisation",
    "define_rule",
    "did_document",
    "did_document_bytes",
    "document",
    "document_fingerprint",
    "document_image",
    "document_images",
    "due_letters",
    "evaluate",
    "faults_of",
    "forget_learner",
    "freeze",
    "is_due",
    "issue",
    "issuer_data",
    "key_named",
    "known",
    "known_of",
    "learners_of",
    "mandate_data",
    "mark_compromised",
    "missing",
    "new_version",
    "note",
    "organisation_data",
    "palette",
    "preview_revocation",
    "provide_keys",
    "publish",
    "queue",
    "queue_letter",
    "reconcile",
    "reconsider",
    "record_certificate",
    "record_grade",
    "record_passing",
    "resolve",
    "retire",
    "retire_achievement",
    "retire_certificate",
    "revoke",
    "rotate",
    "rules_for",
    "sealer_for",
    "send_again",
    "send_letters",
    "share",
    "signer_for",
    "status_document",
    "time_stamp",
    "unsigned_export",
    "url_of",
    "verify",
]
