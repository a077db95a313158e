"""What readers call a concept of the European lists, in their own language.

Most published lists at hand have English labels only, which would stand in the middle of a
Greek page. So each of those labels has a translation of ours, in the same files as every
other sentence. It is shown, and said in sentences; it is never signed as the label of a
concept, which only the publisher of the list gives.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import override, pgettext_lazy

from .badges import vocabularies
from .badges.data import ConceptData, LanguageMap
from .typesetting import languages, primary_language

__all__ = ["LISTS", "name", "names", "worded"]

_MARKED: Mapping[str, tuple[Any, ...]] = {
    "mode": (
        pgettext_lazy("form of participation", "Blended"),
        pgettext_lazy("form of participation", "Online"),
        pgettext_lazy("form of participation", "Presential"),
        pgettext_lazy("form of participation", "Project based"),
        pgettext_lazy("form of participation", "Research-Lab based"),
        pgettext_lazy("form of participation", "Workbased"),
    ),
    "assessment": (
        pgettext_lazy("type of assessment", "artefact assessment"),
        pgettext_lazy("type of assessment", "continuous evaluation"),
        pgettext_lazy("type of assessment", "group performance"),
        pgettext_lazy("type of assessment", "level of attendance"),
        pgettext_lazy("type of assessment", "marked assignment"),
        pgettext_lazy("type of assessment", "oral examination"),
        pgettext_lazy("type of assessment", "peer assessment"),
        pgettext_lazy("type of assessment", "peer review"),
        pgettext_lazy("type of assessment", "portfolio"),
        pgettext_lazy("type of assessment", "practical assessment"),
        pgettext_lazy("type of assessment", "problem based learning"),
        pgettext_lazy("type of assessment", "project work"),
        pgettext_lazy("type of assessment", "quiz"),
        pgettext_lazy("type of assessment", "written examination"),
    ),
    "supervision-verification": (
        pgettext_lazy("supervision and identity check", "Supervised with ID Verification"),
        pgettext_lazy("supervision and identity check", "Unsupervised with ID verification"),
        pgettext_lazy("supervision and identity check", "Unsupervised without ID Verification"),
    ),
    "accreditation": (
        pgettext_lazy("type of quality assurance", "EQAR Institutional accreditation"),
        pgettext_lazy("type of quality assurance", "Institutional License"),
        pgettext_lazy("type of quality assurance", "Institutional Quality Assurance"),
        pgettext_lazy("type of quality assurance", "Program License"),
        pgettext_lazy("type of quality assurance", "Program Quality Assurance"),
    ),
    "accreditation-decision": (pgettext_lazy("decision on an accreditation", "positive"),),
    "credential": (
        pgettext_lazy("type of credential", "Diploma Supplement"),
        pgettext_lazy("type of credential", "Generic"),
        pgettext_lazy("type of credential", "Learning Activity"),
        pgettext_lazy("type of credential", "Learning Entitlement"),
        pgettext_lazy("type of credential", "Mandated Issue"),
        pgettext_lazy("type of credential", "Qualification Award"),
    ),
    "learning-activity": (
        pgettext_lazy("type of learning activity", "apprenticeship"),
        pgettext_lazy("type of learning activity", "classroom coursework"),
        pgettext_lazy("type of learning activity", "e-learning coursework"),
        pgettext_lazy("type of learning activity", "educational programme"),
        pgettext_lazy("type of learning activity", "internship"),
        pgettext_lazy("type of learning activity", "job experience"),
        pgettext_lazy("type of learning activity", "lab / simulation / practice coursework"),
        pgettext_lazy("type of learning activity", "research"),
        pgettext_lazy("type of learning activity", "self-motivated study"),
        pgettext_lazy("type of learning activity", "volunteering"),
        pgettext_lazy("type of learning activity", "workshop, seminar or conference"),
    ),
    "learning-opportunity": (
        pgettext_lazy("type of offer", "Apprenticeship"),
        pgettext_lazy("type of offer", "Class"),
        pgettext_lazy("type of offer", "Course"),
        pgettext_lazy("type of offer", "Educational programme"),
        pgettext_lazy("type of offer", "Internship"),
        pgettext_lazy("type of offer", "Mentoring"),
        pgettext_lazy("type of offer", "MOOC"),
        pgettext_lazy("type of offer", "Programme module"),
        pgettext_lazy("type of offer", "Service learning"),
        pgettext_lazy("type of offer", "Short learning programme"),
        pgettext_lazy("type of offer", "Study visit"),
        pgettext_lazy("type of offer", "Thesis"),
    ),
    "learning-setting": (
        pgettext_lazy("learning setting", "formal learning"),
        pgettext_lazy("learning setting", "non-formal learning"),
    ),
    "entitlement": (
        pgettext_lazy("type of entitlement", "learning opportunity"),
        pgettext_lazy("type of entitlement", "membership"),
        pgettext_lazy("type of entitlement", "occupation"),
    ),
    "entitlement-status": (
        pgettext_lazy("status of an entitlement", "actual"),
        pgettext_lazy("status of an entitlement", "prospective"),
    ),
    "education-credit": (
        pgettext_lazy("system of credits", "European Credit Transfer System"),
        pgettext_lazy("system of credits", "European credit system for vocational education and training"),
    ),
    "isced-f": (
        pgettext_lazy("field of study", "Generic programmes and qualifications"),
        pgettext_lazy("field of study", "Generic programmes and qualifications not further defined"),
        pgettext_lazy("field of study", "Basic programmes and qualifications"),
        pgettext_lazy("field of study", "Literacy and numeracy"),
        pgettext_lazy("field of study", "Personal skills and development"),
        pgettext_lazy("field of study", "Generic programmes and qualifications not elsewhere classified"),
        pgettext_lazy("field of study", "Education"),
        pgettext_lazy("field of study", "Education not further defined"),
        pgettext_lazy("field of study", "Education science"),
        pgettext_lazy("field of study", "Training for pre-school teachers"),
        pgettext_lazy("field of study", "Teacher training without subject specialisation"),
        pgettext_lazy("field of study", "Teacher training with subject specialisation"),
        pgettext_lazy("field of study", "Education not elsewhere classified"),
        pgettext_lazy(
            "field of study", "Inter-disciplinary programmes and qualifications involving education"
        ),
        pgettext_lazy("field of study", "Arts and humanities"),
        pgettext_lazy("field of study", "Arts and humanities not further defined"),
        pgettext_lazy("field of study", "Arts"),
        pgettext_lazy("field of study", "Arts not further defined"),
        pgettext_lazy("field of study", "Audio-visual techniques and media production"),
        pgettext_lazy("field of study", "Fashion, interior and industrial design"),
        pgettext_lazy("field of study", "Fine arts"),
        pgettext_lazy("field of study", "Handicrafts"),
        pgettext_lazy("field of study", "Music and performing arts"),
        pgettext_lazy("field of study", "Arts not elsewhere classified"),
        pgettext_lazy("field of study", "Humanities (except languages)"),
        pgettext_lazy("field of study", "Humanities (except languages) not further defined"),
        pgettext_lazy("field of study", "Religion and theology"),
        pgettext_lazy("field of study", "History and archaeology"),
        pgettext_lazy("field of study", "Philosophy and ethics"),
        pgettext_lazy(
            "field of study", "Inter-disciplinary programmes and qualifications involving humanities"
        ),
        pgettext_lazy("field of study", "Humanities (except languages) not elsewhere classified"),
        pgettext_lazy("field of study", "Languages"),
        pgettext_lazy("field of study", "Languages not further defined"),
        pgettext_lazy("field of study", "Language acquisition"),
        pgettext_lazy("field of study", "Literature and linguistics"),
        pgettext_lazy("field of study", "Languages not elsewhere classified"),
        pgettext_lazy(
            "field of study", "Inter-disciplinary programmes and qualifications involving arts and humanities"
        ),
        pgettext_lazy("field of study", "Arts and humanities not elsewhere classified"),
        pgettext_lazy("field of study", "Social sciences, journalism and information"),
        pgettext_lazy("field of study", "Social sciences, journalism and information not further defined"),
        pgettext_lazy("field of study", "Social and behavioural sciences"),
        pgettext_lazy("field of study", "Social and behavioural sciences not further defined"),
        pgettext_lazy("field of study", "Economics"),
        pgettext_lazy("field of study", "Political sciences and civics"),
        pgettext_lazy("field of study", "Psychology"),
        pgettext_lazy("field of study", "Sociology and cultural studies"),
        pgettext_lazy("field of study", "Social and behavioural sciences not elsewhere classified"),
        pgettext_lazy("field of study", "Journalism and information"),
        pgettext_lazy("field of study", "Journalism and information not further defined"),
        pgettext_lazy("field of study", "Journalism and reporting"),
        pgettext_lazy("field of study", "Library, information and archival studies"),
        pgettext_lazy("field of study", "Journalism and information not elsewhere classified"),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving social sciences, "
            "journalism and information",
        ),
        pgettext_lazy(
            "field of study", "Social sciences, journalism and information not elsewhere classified"
        ),
        pgettext_lazy("field of study", "Business, administration and law"),
        pgettext_lazy("field of study", "Business, administration and law not further defined"),
        pgettext_lazy("field of study", "Business and administration"),
        pgettext_lazy("field of study", "Business and administration not further defined"),
        pgettext_lazy("field of study", "Accounting and taxation"),
        pgettext_lazy("field of study", "Finance, banking and insurance"),
        pgettext_lazy("field of study", "Management and administration"),
        pgettext_lazy("field of study", "Marketing and advertising"),
        pgettext_lazy("field of study", "Secretarial and office work"),
        pgettext_lazy("field of study", "Wholesale and retail sales"),
        pgettext_lazy("field of study", "Work skills"),
        pgettext_lazy("field of study", "Business and administration not elsewhere classified"),
        pgettext_lazy("field of study", "Law"),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving business, administration and law",
        ),
        pgettext_lazy("field of study", "Business, administration and law not elsewhere classified"),
        pgettext_lazy("field of study", "Natural sciences, mathematics and statistics"),
        pgettext_lazy("field of study", "Natural sciences, mathematics and statistics not further defined"),
        pgettext_lazy("field of study", "Biological and related sciences"),
        pgettext_lazy("field of study", "Biological and related sciences not further defined"),
        pgettext_lazy("field of study", "Biology"),
        pgettext_lazy("field of study", "Biochemistry"),
        pgettext_lazy("field of study", "Biological and related sciences not elsewhere classified"),
        pgettext_lazy("field of study", "Environment"),
        pgettext_lazy("field of study", "Environment not further defined"),
        pgettext_lazy("field of study", "Environmental sciences"),
        pgettext_lazy("field of study", "Natural environments and wildlife"),
        pgettext_lazy("field of study", "Environment not elsewhere classified"),
        pgettext_lazy("field of study", "Physical sciences"),
        pgettext_lazy("field of study", "Physical sciences not further defined"),
        pgettext_lazy("field of study", "Chemistry"),
        pgettext_lazy("field of study", "Earth sciences"),
        pgettext_lazy("field of study", "Physics"),
        pgettext_lazy("field of study", "Physical sciences not elsewhere classified"),
        pgettext_lazy("field of study", "Mathematics and statistics"),
        pgettext_lazy("field of study", "Mathematics and statistics not further defined"),
        pgettext_lazy("field of study", "Mathematics"),
        pgettext_lazy("field of study", "Statistics"),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving natural sciences, "
            "mathematics and statistics",
        ),
        pgettext_lazy(
            "field of study", "Natural sciences, mathematics and statistics not elsewhere classified"
        ),
        pgettext_lazy("field of study", "Information and Communication Technologies (ICTs)"),
        pgettext_lazy(
            "field of study", "Information and Communication Technologies (ICTs) not further defined"
        ),
        pgettext_lazy("field of study", "Computer use"),
        pgettext_lazy("field of study", "Database and network design and administration"),
        pgettext_lazy("field of study", "Software and applications development and analysis"),
        pgettext_lazy(
            "field of study", "Information and communication technologies not elsewhere classified"
        ),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving Information and "
            "Communication Technologies (ICTs)",
        ),
        pgettext_lazy("field of study", "Engineering, manufacturing and construction"),
        pgettext_lazy("field of study", "Engineering, manufacturing and construction not further defined"),
        pgettext_lazy("field of study", "Engineering and engineering trades"),
        pgettext_lazy("field of study", "Engineering and engineering trades not further defined"),
        pgettext_lazy("field of study", "Chemical engineering and processes"),
        pgettext_lazy("field of study", "Environmental protection technology"),
        pgettext_lazy("field of study", "Electricity and energy"),
        pgettext_lazy("field of study", "Electronics and automation"),
        pgettext_lazy("field of study", "Mechanics and metal trades"),
        pgettext_lazy("field of study", "Motor vehicles, ships and aircraft"),
        pgettext_lazy("field of study", "Engineering and engineering trades not elsewhere classified"),
        pgettext_lazy("field of study", "Manufacturing and processing"),
        pgettext_lazy("field of study", "Manufacturing and processing not further defined"),
        pgettext_lazy("field of study", "Food processing"),
        pgettext_lazy("field of study", "Materials (glass, paper, plastic and wood)"),
        pgettext_lazy("field of study", "Textiles (clothes, footwear and leather)"),
        pgettext_lazy("field of study", "Mining and extraction"),
        pgettext_lazy("field of study", "Manufacturing and processing not elsewhere classified"),
        pgettext_lazy("field of study", "Architecture and construction"),
        pgettext_lazy("field of study", "Architecture and construction not further defined"),
        pgettext_lazy("field of study", "Architecture and town planning"),
        pgettext_lazy("field of study", "Building and civil engineering"),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving engineering, "
            "manufacturing and construction",
        ),
        pgettext_lazy(
            "field of study", "Engineering, manufacturing and construction not elsewhere classified"
        ),
        pgettext_lazy("field of study", "Agriculture, forestry, fisheries and veterinary"),
        pgettext_lazy(
            "field of study", "Agriculture, forestry, fisheries and veterinary not further defined"
        ),
        pgettext_lazy("field of study", "Agriculture"),
        pgettext_lazy("field of study", "Agriculture not further defined"),
        pgettext_lazy("field of study", "Crop and livestock production"),
        pgettext_lazy("field of study", "Horticulture"),
        pgettext_lazy("field of study", "Agriculture not elsewhere classified"),
        pgettext_lazy("field of study", "Forestry"),
        pgettext_lazy("field of study", "Fisheries"),
        pgettext_lazy("field of study", "Veterinary"),
        pgettext_lazy(
            "field of study",
            "Inter-disciplinary programmes and qualifications involving agriculture, forestry, "
            "fisheries and veterinary",
        ),
        pgettext_lazy(
            "field of study", "Agriculture, forestry, fisheries and veterinary not elsewhere classified"
        ),
        pgettext_lazy("field of study", "Health and welfare"),
        pgettext_lazy("field of study", "Health and welfare not further defined"),
        pgettext_lazy("field of study", "Health"),
        pgettext_lazy("field of study", "Health not further defined"),
        pgettext_lazy("field of study", "Dental studies"),
        pgettext_lazy("field of study", "Medicine"),
        pgettext_lazy("field of study", "Nursing and midwifery"),
        pgettext_lazy("field of study", "Medical diagnostic and treatment technology"),
        pgettext_lazy("field of study", "Therapy and rehabilitation"),
        pgettext_lazy("field of study", "Pharmacy"),
        pgettext_lazy("field of study", "Traditional and complementary medicine and therapy"),
        pgettext_lazy("field of study", "Health not elsewhere classified"),
        pgettext_lazy("field of study", "Welfare"),
        pgettext_lazy("field of study", "Welfare not further defined"),
        pgettext_lazy("field of study", "Care of the elderly and of disabled adults"),
        pgettext_lazy("field of study", "Child care and youth services"),
        pgettext_lazy("field of study", "Social work and counselling"),
        pgettext_lazy("field of study", "Welfare not elsewhere classified"),
        pgettext_lazy(
            "field of study", "Inter-disciplinary programmes and qualifications involving health and welfare"
        ),
        pgettext_lazy("field of study", "Health and welfare not elsewhere classified"),
        pgettext_lazy("field of study", "Services"),
        pgettext_lazy("field of study", "Services not further defined"),
        pgettext_lazy("field of study", "Personal services"),
        pgettext_lazy("field of study", "Personal services not further defined"),
        pgettext_lazy("field of study", "Domestic services"),
        pgettext_lazy("field of study", "Hair and beauty services"),
        pgettext_lazy("field of study", "Hotel, restaurants and catering"),
        pgettext_lazy("field of study", "Sports"),
        pgettext_lazy("field of study", "Travel, tourism and leisure"),
        pgettext_lazy("field of study", "Personal services not elsewhere classified"),
        pgettext_lazy("field of study", "Hygiene and occupational health services"),
        pgettext_lazy("field of study", "Hygiene and occupational health services not further defined"),
        pgettext_lazy("field of study", "Community sanitation"),
        pgettext_lazy("field of study", "Occupational health and safety"),
        pgettext_lazy("field of study", "Hygiene and occupational health services not elsewhere classified"),
        pgettext_lazy("field of study", "Security services"),
        pgettext_lazy("field of study", "Security services not further defined"),
        pgettext_lazy("field of study", "Military and defence"),
        pgettext_lazy("field of study", "Protection of persons and property"),
        pgettext_lazy("field of study", "Security services not elsewhere classified"),
        pgettext_lazy("field of study", "Transport services"),
        pgettext_lazy(
            "field of study", "Inter-disciplinary programmes and qualifications involving services"
        ),
        pgettext_lazy("field of study", "Services not elsewhere classified"),
        pgettext_lazy("field of study", "Field unknown"),
    ),
}
"""By list, each label once, as the list has it: tests/test_concepts.py holds them to it."""

LISTS: tuple[str, ...] = tuple(_MARKED)
"""The lists that are translated here; the others have published labels, or nobody reads them."""


def name(concept: ConceptData, language: str) -> str:
    """The label in that language, its own or the published one, else our words; empty without any.

    Who calls it something else in English than the list does is not translated.
    """
    own = concept.labels.get(language) or concept.labels.get(primary_language(language), "")
    return own or _ours(concept, language)


def names(concept: ConceptData, wanted: Iterable[str]) -> LanguageMap:
    """Our words for the concept in those languages that it has no label in."""
    found = {tag: _ours(concept, tag) for tag in wanted if not concept.labels.get(tag)}
    return {tag: text for tag, text in found.items() if text}


def worded(scheme: str, label: str, language: str) -> str:
    """Our words for a published English label of that list; empty without."""
    marked = _by_label(scheme).get(label.casefold())
    if marked is None or primary_language(language) not in languages():
        return ""
    with override(language):
        return str(marked)


def _ours(concept: ConceptData, language: str) -> str:
    """The published label in the language, if there is one, else the translation of the English one."""
    scheme = _schemes().get(concept.iri, "")
    if not scheme:
        return ""
    published = vocabularies.find(scheme, concept.iri).labels
    english = concept.labels.get("en", published["en"])
    if english.casefold() != published["en"].casefold():
        return ""
    return published.get(language) or worded(scheme, english, language)


@functools.cache
def _schemes() -> Mapping[str, str]:
    return {iri: scheme for iri, scheme in vocabularies.schemes_of_concepts().items() if scheme in LISTS}


@functools.cache
def _by_label(scheme: str) -> Mapping[str, Any]:
    with override(None):
        return {str(marked).casefold(): marked for marked in _MARKED.get(scheme, ())}
