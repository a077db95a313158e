"""The names of the European Learning Model 3.2 that our documents use, and no others.

Every namespace string of the model stands here: version 3.3 changes them all. `TERMS` is
closed. A JSON-LD processor drops a member that its context does not define, so a document
may only have members of this table; a test holds the table against the published context.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

__all__ = [
    "BASE",
    "CONTEXTS",
    "DEFINED",
    "ESCO_SCHEME",
    "REQUIRED",
    "STATUS_MEMBERS",
    "TERMS",
    "Kind",
    "Profile",
]

CONTEXTS = (
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
)
"""Data model 1.1: the context of the EDC redefines protected terms of 2.0."""

BASE = "http://data.europa.eu/snb/"
ESCO_SCHEME = "http://data.europa.eu/esco/concept-scheme/skills"
ESCO_SKILL = "http://data.europa.eu/esco/skill/"
_SHAPES = BASE + "model/ap/"

TYPES = ("VerifiableCredential", "EuropeanDigitalCredential")
SCHEMA_TYPE = "ShaclValidator2017"
STATUS_TYPES = ("BitstringStatusListEntry", "CredentialStatus")


class Profile(Enum):
    """An application profile: which kind of credential it is, and the shapes that it meets."""

    GENERIC = ("e34929035b", "edc-generic-full")
    ACCREDITED = ("6cf8e68c43", "edc-accredited")
    MANDATED = ("c_9a31f32a", "edc-issued-by-mandate")

    @property
    def code(self) -> str:
        """Its code in the vocabulary `credential`."""
        return self.value[0]

    @property
    def shapes(self) -> str:
        """The IRI of its shapes."""
        return _SHAPES + self.value[1]


MICRO_CREDENTIAL = "MicroCredential"
"""As Open Badges names this `kind` of achievement."""
SHORT_PROGRAMME = "short-learning-programme"
"""In `learning-opportunity`; the model has no concept for micro-credentials."""
ECTS = "ECTS"
MANDATE = "mandate"
ACCREDITATION = "accreditation"


class Kind(Enum):
    """What the value of a member looks like in JSON."""

    NODE = "an object with an id and a type, or an array of such"
    TEXTS = "one text for each language"
    LISTS = "one or several texts for each language"
    ONE = "one text in one language"
    TEXT = "a text"
    MOMENT = "date, time and zone"
    DURATION = "a duration"
    ADDRESS = "an address"
    NUMBER = "a whole number above 0"
    FLAG = "true or false"


_BY_KIND = {
    Kind.NODE: """
        accreditation accreditingAgent additionalNote address awardedBy awardingBody
        contentEncoding contentType countryCode credentialProfiles credentialSchema
        credentialStatus credentialSubject creditPoint creditReceived dcType decision
        directedBy displayDetail displayParameter eIDASIdentifier embeddedEvidence
        entitlementStatus entitlesTo entryRequirement eqfLevel evidence framework grade
        gradingScheme groupMemberOf hasClaim hasPart homepage idVerification identifier image
        inScheme individualDisplay influencedBy issuer language learningOutcome
        learningSetting limitEQFLevel limitField location logo mode primaryLanguage provenBy registration
        relatedESCOSkill report reusabilityLevel spatial specifiedBy subject
        supplementaryDocument temporal thematicArea vatIdentifier
        """,
    Kind.TEXTS: "description legalName prefLabel title",
    Kind.LISTS: "category noteLiteral",
    Kind.ONE: "familyName fullName givenName",
    Kind.TEXT: "content evidenceStatement notation point schemeName",
    Kind.MOMENT: """
        awardingDate dateIssued dateOfBirth endDate expirationDate expiryDate issuanceDate
        issued startDate validFrom validUntil
        """,
    Kind.DURATION: "volumeOfLearning workload",
    Kind.ADDRESS: "contentURL",
    Kind.NUMBER: "page",
    Kind.FLAG: "isPartialQualification",
}

TERMS: Mapping[str, Kind] = MappingProxyType(
    {name: kind for kind, names in _BY_KIND.items() for name in names.split()}
)
"""Every member that a document may have beside `@context`, `id` and `type`."""

_OTHERS = """
    admissionProcedure altLabel amount applicationDeadline areaDialingCode assessedBy attachment
    attachmentType awardingOpportunity awards bannerImage birthName citizenshipCountry
    contactForm contactHour contactPoint contentSize count countryDialing creator dateCreated
    dateModified definition descriptionHtml dialNumber duration educationLevel educationSubject
    educationalSystemNote elmSubject emailAddress entitledBy evidenceTarget fullAddress gender
    generalisationOf geographicName gradeStatus grant hasCredential hasSubOrganization holder
    influences isPartOf label landingPage latitude learningAchievementSpecification
    learningActivitySpecification learningOpportunity learningOutcomeSummary learningSchedule
    levelOfCompletion limitCredentialType limitJurisdiction limitNationalOccupation
    limitOccupation limitOrganisation limitQualification longitude maximumDuration maximumScore
    member memberOf minimumScore nationalID noteFormat nqfLevel organisation patronymicName
    percentageEqual percentageHigher percentageLower phone phoneNumber placeOfBirth priceDetail
    proof proves providedBy publisher qualificationCode refreshService relatedSkill
    resultCategory resultDistribution reviewDate scheduleInformation schemeAgency schemeId
    schemeVersion score shortenedGrading spatialCode specialisationOf status subOrganizationOf
    summaryDisplay targetGroup taxIdentifier termsOfUse unit used valid value verificationCheck
    verificationStatus
    """

DEFINED: frozenset[str] = frozenset(TERMS) | frozenset(_OTHERS.split())
"""Every member that the two contexts define, ours and those of other people's documents."""

STATUS_MEMBERS = frozenset({"statusPurpose", "statusListIndex", "statusListCredential"})
"""Of `credentialStatus` alone; no context of the EDC defines them, the seal covers them."""

_REQUIRED_BY_TYPE = {
    "Accreditation": "accreditingAgent dcType title",
    "Address": "countryCode",
    "AwardingProcess": "awardingBody",
    "Concept": "",
    "ConceptScheme": "",
    "CreditPoint": "framework point",
    "DisplayDetail": "image page",
    "DisplayParameter": "individualDisplay language primaryLanguage title",
    "EuropeanDigitalCredential": """
        credentialProfiles credentialSchema credentialSubject displayParameter issuanceDate
        issued issuer validFrom
        """,
    "Evidence": "dcType",
    "GradingScheme": "title",
    "Group": "prefLabel",
    "Identifier": "notation",
    "IndividualDisplay": "displayDetail language",
    "LearningAchievement": "awardedBy title",
    "LearningActivity": "awardedBy title",
    "LearningActivitySpecification": "title",
    "LearningAssessment": "awardedBy grade title",
    "LearningAssessmentSpecification": "title",
    "LearningEntitlement": "awardedBy title",
    "LearningEntitlementSpecification": "dcType entitlementStatus title",
    "LearningOutcome": "title",
    "LegalIdentifier": "notation spatial",
    "Location": "address",
    "MediaObject": "content contentEncoding contentType",
    "Note": "noteLiteral",
    "Organisation": "legalName location",
    "PeriodOfTime": "",
    "Person": "hasClaim",
    "Qualification": "title",
    SCHEMA_TYPE: "",
    "WebResource": "contentURL",
}

REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(members.split()) for name, members in _REQUIRED_BY_TYPE.items()}
)
"""Every class that a document may use, and what each of its objects must say (EDC-AP 1.2.0)."""
