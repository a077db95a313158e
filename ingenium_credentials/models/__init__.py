"""The tables, by noun. Only `api` writes their rows."""

from .achievements import Achievement, AwardingBody, AwardRule, AwardRuleCourse
from .alliance import Issuer, Organisation, OrganisationIdentifier, OrganisationName, SigningKey
from .awards import AppendOnly, AuditEntry, Award, Credential
from .branding import AchievementPicture, BrandAsset
from .results import CourseResult
from .sealing import Endorsement, Mandate, SealingCertificate
from .status import StatusList

__all__ = [
    "Achievement",
    "AchievementPicture",
    "AppendOnly",
    "AuditEntry",
    "Award",
    "AwardRule",
    "AwardRuleCourse",
    "AwardingBody",
    "BrandAsset",
    "CourseResult",
    "Credential",
    "Endorsement",
    "Issuer",
    "Mandate",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "SealingCertificate",
    "SigningKey",
    "StatusList",
]
