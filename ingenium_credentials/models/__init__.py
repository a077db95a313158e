"""The tables, by noun. Only `api` writes their rows."""

from .achievements import Achievement, AwardingBody
from .alliance import (
    Accreditation,
    Issuer,
    Organisation,
    OrganisationIdentifier,
    OrganisationName,
    SigningKey,
)
from .awards import AppendOnly, AuditEntry, Award, AwardCourse, Credential
from .batches import AwardImport, MassRevocation
from .branding import AchievementPicture, BrandAsset
from .letters import Letter
from .objections import Objection
from .results import CourseResult, IncomingNews, PartResult, Reconciliation
from .rules import (
    Approval,
    AwardRule,
    AwardRuleCourse,
    AwardRulePart,
    OfferedCourse,
    RuleVersion,
    Simulation,
)
from .sealing import Endorsement, Mandate, SealingCertificate
from .status import StatusList

__all__ = [
    "Accreditation",
    "Achievement",
    "AchievementPicture",
    "AppendOnly",
    "Approval",
    "AuditEntry",
    "Award",
    "AwardCourse",
    "AwardImport",
    "AwardRule",
    "AwardRuleCourse",
    "AwardRulePart",
    "AwardingBody",
    "BrandAsset",
    "CourseResult",
    "Credential",
    "Endorsement",
    "IncomingNews",
    "Issuer",
    "Letter",
    "Mandate",
    "MassRevocation",
    "Objection",
    "OfferedCourse",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "PartResult",
    "Reconciliation",
    "RuleVersion",
    "SealingCertificate",
    "SigningKey",
    "Simulation",
    "StatusList",
]
