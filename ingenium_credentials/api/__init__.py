"""The verbs, and the only writer of rows. What others may call is what `__all__` names."""

from .alliance import define_issuer, define_organisation
from .appearance import BrandFault, branding_faults
from .auditing import note
from .awarding import Circumstances, award, evaluate, rules_for
from .branding import asset_faults, define_asset, faults_of
from .completeness import Missing, completeness, missing
from .deciding import approve, award_by_hand, retry, why_not
from .definitions import activate, define, freeze, new_version, retire_achievement
from .documents import document, document_fingerprint, document_image, document_images
from .endorsing import define_mandate, mandate_data
from .errors import Conflict, NotAllowed, NotReady
from .facts import known, known_of, learners_of
from .history import Change, Edit, difference, history
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
from .offering import define_offered_course, demand_offered, may_use, offered_definitions
from .palette import palette
from .queueing import EVALUATE, ISSUE, PUBLISH, SEND, TIME_STAMP, queue
from .reconciling import Difference, Kind, reconcile, reconcile_nightly
from .record import achievement_data, award_data, credential_url, issuer_data, organisation_data
from .recording import reconsider, record_certificate, record_grade, record_passing
from .resolving import resolve
from .retiring import forget_learner
from .revoking import RevocationPreview, preview_revocation, revoke
from .ruling import content_of, define_rule, demand_seen, pause, restore, schedule, switch_on, wake_rules
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
    "Change",
    "Circumstances",
    "Conflict",
    "Content",
    "Difference",
    "Edit",
    "Kind",
    "Missing",
    "NotAllowed",
    "NotReady",
    "PublishedList",
    "RevocationPreview",
    "achievement_data",
    "activate",
    "allot",
    "anchors",
    "approve",
    "asset_faults",
    "award",
    "award_by_hand",
    "award_data",
    "branding_faults",
    "complete_languages",
    "completeness",
    "content_of",
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
    "define_offered_course",
    "define_organisation",
    "define_rule",
    "demand_offered",
    "demand_seen",
    "did_document",
    "did_document_bytes",
    "difference",
    "document",
    "document_fingerprint",
    "document_image",
    "document_images",
    "due_letters",
    "evaluate",
    "faults_of",
    "forget_learner",
    "freeze",
    "history",
    "is_due",
    "issue",
    "issuer_data",
    "key_named",
    "known",
    "known_of",
    "learners_of",
    "mandate_data",
    "mark_compromised",
    "may_use",
    "missing",
    "new_version",
    "note",
    "offered_definitions",
    "organisation_data",
    "palette",
    "pause",
    "preview_revocation",
    "provide_keys",
    "publish",
    "queue",
    "queue_letter",
    "reconcile",
    "reconcile_nightly",
    "reconsider",
    "record_certificate",
    "record_grade",
    "record_passing",
    "resolve",
    "restore",
    "retire",
    "retire_achievement",
    "retire_certificate",
    "retry",
    "revoke",
    "rotate",
    "rules_for",
    "schedule",
    "sealer_for",
    "send_again",
    "send_letters",
    "share",
    "signer_for",
    "status_document",
    "switch_on",
    "time_stamp",
    "unsigned_export",
    "url_of",
    "verify",
    "wake_rules",
    "why_not",
]
