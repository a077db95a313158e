"""What an EDC is about: a person, and what that person has achieved, by whose word.

Hides where each fact of the record stands within the claim, from the title down to the
single learning outcome.
"""

from __future__ import annotations

from . import elm_terms, narrative
from .data import (
    AchievementData,
    ActivityData,
    AwardData,
    EntitlementData,
    LanguageMap,
    OutcomeData,
    PartData,
    RecipientData,
)
from .elm_nodes import Node, Nodes, day, duration, some
from .elm_organisations import Organisations, identifier
from .errors import UnwritableRecord
from .moments import format_moment

__all__ = ["Claim", "marked"]


class Claim:
    """What the credential is about: a person, and what that person has achieved."""

    def __init__(self, award: AwardData, nodes: Nodes, organisations: Organisations) -> None:
        self._award = award
        self._achievement = award.achievement
        self._nodes = nodes
        self._organisations = organisations
        self._smaller: dict[str, Node] = {}
        self._skills = {outcome.esco: outcome.esco_labels for outcome in reversed(award.achievement.outcomes)}

    def subject(self) -> Node:
        """The learner, with one claim; raises `UnwritableRecord` for a learner without a name."""
        nodes, learner = self._nodes, self._award.recipient
        language = learner.name_language
        if not learner.name:
            raise UnwritableRecord("The record does not name the learner.")
        return nodes.node(
            "Person",
            {
                "givenName": nodes.one_language(learner.given_name, language),
                "familyName": nodes.one_language(learner.family_name, language),
                "fullName": nodes.one_language(learner.name, language),
                "dateOfBirth": day(learner.birth_date),
                "identifier": self._identifiers(learner),
                "hasClaim": [self._achieved()],
            },
            identity=learner.id,
        )

    def _achieved(self) -> Node:
        nodes, achievement = self._nodes, self._achievement
        awarded = self._awarding()
        return nodes.node(
            "LearningAchievement",
            {
                "title": self._title(),
                "description": nodes.texts(achievement.descriptions),
                "additionalNote": [*self._demonstration(), *self._described()],
                "awardedBy": awarded,
                "specifiedBy": self._qualification(),
                "provenBy": self._assessments(awarded),
                "influencedBy": [self._activity(entry, awarded) for entry in self._activities()],
                "creditReceived": nodes.credits(achievement.ects),
                "hasPart": [self._part(part) for part in self._award.parts],
                "entitlesTo": [self._entitlement(entry, awarded) for entry in achievement.entitlements],
                "supplementaryDocument": [
                    nodes.node("WebResource", {"title": nodes.texts(entry.titles), "contentURL": entry.url})
                    for entry in self._award.evidence
                ],
            },
        )

    def _awarding(self) -> Node:
        bodies = self._achievement.awarding_bodies or (self._award.issuer.organisation,)
        return self._nodes.node(
            "AwardingProcess",
            {
                "awardingBody": [self._organisations.write(body) for body in bodies],
                "awardingDate": format_moment(self._award.awarded_at),
            },
        )

    def _qualification(self) -> Node:
        nodes, achievement = self._nodes, self._achievement
        is_micro = achievement.kind == elm_terms.MICRO_CREDENTIAL
        kind = achievement.opportunity or (elm_terms.SHORT_PROGRAMME if is_micro else None)
        level, assurance = achievement.eqf_level, achievement.quality_assurance
        return nodes.node(
            "Qualification",
            {
                "title": self._title(),
                "description": nodes.texts(achievement.descriptions),
                "identifier": [
                    nodes.node("Identifier", {"notation": achievement.version, "schemeName": "Version"})
                ],
                "dcType": some(nodes.concept("learning-opportunity", kind)),
                "category": nodes.words("micro-credential") if is_micro else None,
                "eqfLevel": nodes.concept("eqf", str(level) if level is not None else None),
                "thematicArea": some(nodes.concept("isced-f", achievement.isced_f)),
                "creditPoint": nodes.credits(achievement.ects),
                "volumeOfLearning": duration(achievement.hours),
                "isPartialQualification": achievement.is_partial,
                "learningSetting": nodes.concept("learning-setting", achievement.setting),
                "mode": some(nodes.concept("mode", achievement.mode)),
                "language": nodes.languages_of(achievement.languages),
                "learningOutcome": [self._outcome(outcome) for outcome in achievement.outcomes],
                "entryRequirement": nodes.note(achievement.prerequisites),
                "accreditation": [self._organisations.accreditation(assurance)] if assurance else None,
                "additionalNote": self._notes(),
                "hasPart": self._qualifications_within(),
                "homepage": some(nodes.page(achievement.url)),
            },
            identity=achievement.id,
        )

    def _part(self, part: PartData) -> Node:
        """A credential that this one is made of, by its address: it is not copied into this one."""
        nodes, achievement = self._nodes, part.achievement
        bodies = [self._organisations.write(body) for body in achievement.awarding_bodies]
        process = {"awardingBody": bodies, "awardingDate": format_moment(part.awarded_at)}
        return nodes.node(
            "LearningAchievement",
            {
                "title": nodes.texts(achievement.names),
                "identifier": [nodes.node("Identifier", {"notation": part.id, "schemeName": "Credential"})],
                "awardedBy": nodes.node("AwardingProcess", process),
                "specifiedBy": self._smaller_qualification(achievement),
                "creditReceived": nodes.credits(achievement.ects),
            },
        )

    def _smaller_qualification(self, achievement: AchievementData) -> Node:
        nodes, level = self._nodes, achievement.eqf_level
        if achievement.id not in self._smaller:
            self._smaller[achievement.id] = nodes.node(
                "Qualification",
                {
                    "title": nodes.texts(achievement.names),
                    "eqfLevel": nodes.concept("eqf", str(level) if level is not None else None),
                    "creditPoint": nodes.credits(achievement.ects),
                    "homepage": some(nodes.page(achievement.url)),
                },
                identity=achievement.id,
            )
        return self._smaller[achievement.id]

    def _outcome(self, outcome: OutcomeData) -> Node:
        nodes = self._nodes
        return nodes.node(
            "LearningOutcome",
            {
                "title": nodes.texts(outcome.texts),
                "dcType": nodes.concept("skill-type", outcome.kind),
                "reusabilityLevel": nodes.concept("skill-reuse-level", outcome.reuse),
                "relatedESCOSkill": some(nodes.skill(outcome.esco, self._skills[outcome.esco])),
            },
        )

    def _assessments(self, awarded: Node) -> list[Node]:
        """One, if the record says anything of how the learner was assessed."""
        award, achievement, nodes = self._award, self._achievement, self._nodes
        if award.grade is None and not achievement.assessment and not award.supervision:
            return []
        kind = nodes.concept("assessment", achievement.assessment)
        title = kind["prefLabel"] if kind else nodes.words("assessment")
        scheme = self._grading_scheme()
        specified = {
            "title": title,
            "dcType": kind,
            "gradingScheme": nodes.node("GradingScheme", {"title": scheme}) if scheme else None,
        }
        return [
            nodes.node(
                "LearningAssessment",
                {
                    "title": title,
                    "awardedBy": awarded,
                    "grade": nodes.note(self._grade()),
                    "idVerification": nodes.concept("supervision-verification", award.supervision),
                    "specifiedBy": nodes.node("LearningAssessmentSpecification", specified),
                },
            )
        ]

    def _grade(self) -> LanguageMap:
        """Percent, as the badge has it; where no grade is shown, that it was passed.

        The model demands a grade of every assessment, and nobody is awarded what was not passed.
        """
        if self._award.grade is None:
            return self._nodes.words("pass")
        return dict.fromkeys(self._nodes.languages, f"{narrative.percent(self._award.grade)} %")

    def _grading_scheme(self) -> LanguageMap:
        """As the definition says; a grade without a scheme is what it is, per cent of the points."""
        said = self._nodes.texts(self._achievement.grading_scheme)
        return said or ({} if self._award.grade is None else self._nodes.words("percent"))

    def _activities(self) -> tuple[ActivityData, ...]:
        """Those of the record, else the whole offer as one."""
        whole = self._achievement
        if whole.activities or (whole.mode is None and whole.hours is None):
            return whole.activities
        return (
            ActivityData(titles=whole.names, mode=whole.mode, languages=whole.languages, hours=whole.hours),
        )

    def _activity(self, activity: ActivityData, awarded: Node) -> Node:
        nodes = self._nodes
        title, workload = nodes.texts(activity.titles), duration(activity.hours)
        period = {"startDate": day(activity.started), "endDate": day(activity.ended)}
        specified = {
            "title": title,
            "dcType": some(nodes.concept("learning-activity", activity.kind)),
            "mode": some(nodes.concept("mode", activity.mode)),
            "language": nodes.languages_of(activity.languages),
            "volumeOfLearning": workload,
        }
        return nodes.node(
            "LearningActivity",
            {
                "title": title,
                "awardedBy": awarded,
                "workload": workload,
                "temporal": [nodes.node("PeriodOfTime", period)] if any(period.values()) else None,
                "directedBy": [self._organisations.write(entry) for entry in activity.directed_by],
                "specifiedBy": nodes.node("LearningActivitySpecification", specified),
            },
        )

    def _entitlement(self, entitlement: EntitlementData, awarded: Node) -> Node:
        nodes = self._nodes
        title = nodes.texts(entitlement.titles)
        specified = {
            "title": title,
            "dcType": some(nodes.concept("entitlement", entitlement.kind)),
            "entitlementStatus": nodes.concept("entitlement-status", entitlement.status),
        }
        return nodes.node(
            "LearningEntitlement",
            {
                "title": title,
                "awardedBy": awarded,
                "specifiedBy": nodes.node("LearningEntitlementSpecification", specified),
            },
        )

    def _identifiers(self, learner: RecipientData) -> list[Node]:
        """The name in Latin script, for which the model has no member, then what else is verified."""
        entries = [identifier(entry) for entry in learner.identifiers]
        if learner.latin_name:
            entries.insert(0, {"notation": learner.latin_name, "schemeName": "Name in Latin script"})
        return [self._nodes.node("Identifier", entry) for entry in entries]

    def _title(self) -> dict[str, str]:
        return marked(self._nodes.texts(self._achievement.names), demonstration=self._award.demonstration)

    def _notes(self) -> list[Node]:
        nodes, achievement = self._nodes, self._achievement
        cycle: LanguageMap = nodes.words(achievement.cycle) if achievement.cycle else {}
        plan = nodes.concept("supervision-verification", achievement.supervision) or {}
        # A note is a sentence for people, so it may call the concept what no list does.
        names = achievement.supervision.names if achievement.supervision else {}
        notes = (
            nodes.note(achievement.criteria, "criteria"),
            nodes.note(cycle, "cycle"),
            nodes.note({**names, **plan.get("prefLabel", {})}, "planned-supervision"),
            nodes.note(achievement.stackability, "stackability"),
            nodes.note(achievement.further_information, "further"),
        )
        return [note for note in notes if note]

    def _qualifications_within(self) -> list[Node]:
        found = [self._smaller_qualification(part.achievement) for part in self._award.parts]
        return list({node["id"]: node for node in found}.values())

    def _described(self) -> list[Node]:
        """What the evidence shows: the model gives an address no description."""
        notes = (self._nodes.note(entry.descriptions, "evidence") for entry in self._award.evidence)
        return [note for note in notes if note]

    def _demonstration(self) -> list[Node]:
        return some(self._nodes.note(self._nodes.words("demonstration"))) if self._award.demonstration else []


def marked(texts: LanguageMap, *, demonstration: bool) -> dict[str, str]:
    """Titles, with the mark of a demonstration in front where it is one."""
    return {tag: narrative.marked(text, demonstration=demonstration) for tag, text in texts.items()}
