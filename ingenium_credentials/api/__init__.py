"""The verbs, and the only writer of rows. What others may call is what `__all__` names."""

from .alliance import define_issuer, define_organisation
from .appearance import BrandFault, branding_faults
from .auditing import acting, note
from .awarding import Circumstances, award, evaluate, rules_for, rules_with_part, within_reach
from .branding import asset_faults, define_asset, faults_of
from .completeness import Missing, completeness, missing
from .concluding import close_review
from .confirming import OTHER_NAME, NamePreview, awaits_confirmation, confirm_name, preview_name
from .correcting import NAME_SOURCES, CorrectionPreview, correct_grade, correct_name, preview_correction
from .deciding import approve, award_by_hand, award_others, retry, retry_result, why_not
from .definitions import activate, define, freeze, new_version, outdated, redraw, retire_achievement
from .documents import document, document_fingerprint, document_image, document_images
from .endorsing import LARGEST_AGREEMENT, define_mandate, mandate_data
from .erasing import (
    ErasurePreview,
    erase_award,
    erase_learner,
    forget_learner,
    preview_award_erasure,
    preview_learner_erasure,
)
from .errors import Conflict, NotAllowed, NotReady, due
from .exporting import (
    csv_of,
    export_csv,
    export_rows,
    export_xlsx,
    note_export,
    note_people_export,
)
from .facts import known, known_of
from .fetching import being_fetched, fetch, fetches_left
from .history import Change, Edit, difference, history
from .importing import Checked, Fault, apply_import, check_import, import_sample
from .inbox import left as news_left
from .issuable import Need, needed
from .issuing import FORMATS, SEAL, issue
from .judging import judge
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
from .lapsing import lapse, lapsed
from .linking import credential_for_certificate
from .mailing import (
    MOST_ATTEMPTS,
    can_be_told,
    due_letters,
    is_told,
    queue_letter,
    send_again,
    send_letters,
)
from .mass_revoking import (
    MassPreview,
    awards_in,
    carry_out,
    concerned_by,
    decide_mass_revocation,
    preview_mass_revocation,
    propose_mass_revocation,
)
from .objecting import allow_again, has_objected, objections_of
from .offering import (
    condition_warnings,
    define_offered_course,
    demand_offered,
    later_runs,
    offered_definitions,
    rules_of_course,
)
from .overseeing import awards_of_course, is_learner_of
from .palette import palette
from .personal_data import personal_data
from .queueing import (
    EVALUATE,
    FETCH,
    ISSUE,
    LAPSE,
    PUBLISH,
    REDRAW,
    REVOKE_MANY,
    SEND,
    SIMULATE,
    STACK,
    TAKE_IN,
    TIME_STAMP,
    queue,
)
from .recipients import recipient
from .reconciling import Difference, Kind, reconcile, reconcile_nightly
from .record import achievement_data, award_data, common, credential_url, issuer_data, organisation_data
from .recording import (
    reconsider,
    reconsider_awards,
    record_certificate,
    record_completion,
    record_enrolment,
    record_grade,
    record_passing,
)
from .renewing import RenewalPreview, is_renewable, preview_renewal, renew
from .resolving import resolve
from .results_import import MOST_RESULTS, PartValue, ReportedResult, import_results
from .retaining import let_go
from .reviewing import LOST, lost, open_review
from .revoking import RevocationPreview, preview_revocation, revoke
from .ruling import content_of, define_rule, demand_seen, pause, restore, schedule, switch_on, wake_rules
from .sealing import anchors, define_certificate, retire_certificate, sealer_for, time_stamp, unsigned_export
from .sharing import share
from .simulating import (
    cancel_simulation,
    people_of_simulation,
    run_simulation,
    simulations_left,
    start_simulation,
)
from .stacking import stack, wholes_left
from .states import STANDING, issuable
from .status import PublishedList, allot, is_due, publish, status_document, url_of
from .tables import MOST_BYTES as MOST_IMPORT_BYTES
from .taking_in import take_in
from .verifying import ERASED, RECORD, verify

__all__ = [
    "ERASED",
    "EVALUATE",
    "FETCH",
    "FORMATS",
    "ISSUE",
    "LAPSE",
    "LARGEST_AGREEMENT",
    "LOST",
    "MOST_ATTEMPTS",
    "MOST_IMPORT_BYTES",
    "MOST_RESULTS",
    "NAME_SOURCES",
    "OTHER_NAME",
    "PUBLISH",
    "RECORD",
    "REDRAW",
    "REVOKE_MANY",
    "SEAL",
    "SEND",
    "SIMULATE",
    "STACK",
    "STANDING",
    "TAKE_IN",
    "TIME_STAMP",
    "BrandFault",
    "Change",
    "Checked",
    "Circumstances",
    "Conflict",
    "Content",
    "CorrectionPreview",
    "Difference",
    "Edit",
    "ErasurePreview",
    "Fault",
    "Kind",
    "MassPreview",
    "Missing",
    "NamePreview",
    "Need",
    "NotAllowed",
    "NotReady",
    "PartValue",
    "PublishedList",
    "RenewalPreview",
    "ReportedResult",
    "RevocationPreview",
    "achievement_data",
    "acting",
    "activate",
    "allot",
    "allow_again",
    "anchors",
    "apply_import",
    "approve",
    "asset_faults",
    "awaits_confirmation",
    "award",
    "award_by_hand",
    "award_data",
    "award_others",
    "awards_in",
    "awards_of_course",
    "being_fetched",
    "branding_faults",
    "can_be_told",
    "cancel_simulation",
    "carry_out",
    "check_import",
    "close_review",
    "common",
    "complete_languages",
    "completeness",
    "concerned_by",
    "condition_warnings",
    "confirm_name",
    "content_of",
    "contents",
    "correct_grade",
    "correct_name",
    "create_key",
    "credential_for_certificate",
    "credential_url",
    "csv_of",
    "decide_mass_revocation",
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
    "due",
    "due_letters",
    "erase_award",
    "erase_learner",
    "evaluate",
    "export_csv",
    "export_rows",
    "export_xlsx",
    "faults_of",
    "fetch",
    "fetches_left",
    "forget_learner",
    "freeze",
    "has_objected",
    "history",
    "import_results",
    "import_sample",
    "is_due",
    "is_learner_of",
    "is_renewable",
    "is_told",
    "issuable",
    "issue",
    "issuer_data",
    "judge",
    "key_named",
    "known",
    "known_of",
    "lapse",
    "lapsed",
    "later_runs",
    "let_go",
    "lost",
    "mandate_data",
    "mark_compromised",
    "missing",
    "needed",
    "new_version",
    "news_left",
    "note",
    "note_export",
    "note_people_export",
    "objections_of",
    "offered_definitions",
    "open_review",
    "organisation_data",
    "outdated",
    "palette",
    "pause",
    "people_of_simulation",
    "personal_data",
    "preview_award_erasure",
    "preview_correction",
    "preview_learner_erasure",
    "preview_mass_revocation",
    "preview_name",
    "preview_renewal",
    "preview_revocation",
    "propose_mass_revocation",
    "provide_keys",
    "publish",
    "queue",
    "queue_letter",
    "recipient",
    "reconcile",
    "reconcile_nightly",
    "reconsider",
    "reconsider_awards",
    "record_certificate",
    "record_completion",
    "record_enrolment",
    "record_grade",
    "record_passing",
    "redraw",
    "renew",
    "resolve",
    "restore",
    "retire",
    "retire_achievement",
    "retire_certificate",
    "retry",
    "retry_result",
    "revoke",
    "rotate",
    "rules_for",
    "rules_of_course",
    "rules_with_part",
    "run_simulation",
    "schedule",
    "sealer_for",
    "send_again",
    "send_letters",
    "share",
    "signer_for",
    "simulations_left",
    "stack",
    "start_simulation",
    "status_document",
    "switch_on",
    "take_in",
    "time_stamp",
    "unsigned_export",
    "url_of",
    "verify",
    "wake_rules",
    "wholes_left",
    "why_not",
    "within_reach",
]
