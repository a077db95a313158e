"""The tables, by noun. Only `api` writes their rows."""

from .achievements import Achievement, AwardingBody, AwardRule, AwardRuleCourse
from .alliance import Issuer, Organisation, OrganisationIdentifier, OrganisationName, SigningKey
from .awards import AppendOnly, AuditEntry, Award, Credential
from .results import CourseResult
from .status import StatusList

__all__ = [
    "Achievement",
    "AppendOnly",
    "AuditEntry",
    "Award",
    "AwardRule",
    "AwardRuleCourse",
    "AwardingBody",
    "CourseResult",
    "Credential",
    "Issuer",
    "Organisation",
    "OrganisationIdentifier",
    "OrganisationName",
    "SigningKey",
    "StatusList",
]
