"""A definition with everything in it, and credentials in every state, made by the real verbs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    Issuer,
    OfferedCourse,
    Organisation,
)

SNB = "http://data.europa.eu/snb"
AWARDED = dt.datetime(2026, 11, 12, 9, 30, tzinfo=dt.UTC)


def concept(path: str, **labels: str) -> dict[str, Any]:
    return {"iri": f"{SNB}/{path}", "labels": labels}


RICH: dict[str, Any] = {
    "names": {
        "en": "Digital skills for sustainable cities",
        "fr": "Compétences numériques pour des villes durables",
        "el": "Ψηφιακές δεξιότητες για βιώσιμες πόλεις",
    },
    "descriptions": {
        "en": "How data, sensors and open maps help a city to use less and to leave nobody behind.",
        "fr": "Comment les données, les capteurs et les cartes ouvertes aident une ville à consommer moins.",
    },
    "criteria": {
        "en": "Two graded exercises and a project in a group of three.",
        "fr": "Deux exercices notés et un projet en groupe de trois.",
    },
    "outcomes": [
        {
            "texts": {
                "en": "Analyses open data of a city and shows what they leave out.",
                "fr": "Analyse les données ouvertes d’une ville et montre ce qu’elles omettent.",
            },
            "esco": "http://data.europa.eu/esco/skill/97bd1c21-66b2-4b7e-ad0f-e3cda590e378",
        },
        {
            "texts": {
                "en": "Plans a network of sensors within a given budget.",
                "fr": "Planifie un réseau de capteurs dans un budget donné.",
            }
        },
        {
            "texts": {
                "en": "Explains to residents what is measured, and why.",
                "fr": "Explique aux habitants.",
            }
        },
    ],
    "languages": ["en", "el"],
    "ects": "5.00",
    "hours": 125,
    "eqf_level": 6,
    "isced_f": concept("isced-f/0612", en="Database and network design", fr="Bases de données et réseaux"),
    "mode": concept("learning-assessment/e92d221e4d", en="Blended", fr="Hybride"),
    "assessment": concept("assessment/795dac4096", en="Project", fr="Projet"),
    "supervision": concept(
        "supervision-verification/70be69aaf9",
        en="Supervised with identity verification",
        fr="Surveillé, avec vérification de l’identité",
    ),
    "prerequisites": {
        "en": "None. A spreadsheet should not frighten you.",
        "fr": "Aucun. Un tableur ne doit pas vous effrayer.",
    },
    "stackability": {
        "en": "Counts towards the certificate in urban studies (15 ECTS).",
        "fr": "Compte pour le certificat d’études urbaines (15 ECTS).",
    },
    "further_information": {
        "en": "Taught each spring in Rethymno and online.",
        "fr": "Chaque printemps à Réthymnon et en ligne.",
    },
    "quality_kind": concept("accreditation/bb4618238e", en="Institutional quality assurance"),
    "quality_agency": "Hellenic Authority for Higher Education",
    "quality_reference": "HAHE-2024-118",
    "quality_report": "https://www.ethaae.gr/",
    "quality_until": dt.date(2028, 12, 31),
    "tags": ["open data", "urban planning"],
    "shows_grade": True,
}


@pytest.fixture(autouse=True)
def _fresh_start() -> Iterator[None]:
    """The rate limit counts anew in each test, and no test leaves its language behind."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def definition(issuer: Issuer, university: Organisation) -> Achievement:
    """Everything that a definition can say."""
    row = api.define(Achievement(slug="cities", issuer=issuer, **RICH), awarding_bodies=[university])
    return api.activate(row)


Make = Callable[..., Award]


@pytest.fixture
def make_award(definition: Achievement, learner: Any) -> Make:
    """An issued award of the definition; arguments say what else happened to it."""

    def make(
        *,
        shared: bool = False,
        revoked: str = "",
        expired: bool = False,
        owner: Any = learner,
        of: Achievement = definition,
    ) -> Award:
        award = api.award(learner_id=owner.pk, achievement=of, awarded_at=AWARDED, grade=Decimal("0.875"))
        if expired:
            Award.objects.filter(pk=award.pk).update(valid_until=timezone.now() - dt.timedelta(days=1))
        api.issue([award.pk])
        award.refresh_from_db()
        assert award.state == Award.State.ISSUED, award.last_problem
        if shared:
            api.share(award, True, owner.pk)
        if revoked:
            api.revoke(award.uuid, reason=revoked)
        award.refresh_from_db()
        return award

    return make


@pytest.fixture
def owner(client: Client, learner: Any) -> Client:
    """A browser in which the learner is signed in."""
    browser = Client()
    browser.force_login(learner)
    return browser


@pytest.fixture
def other(db: None) -> Client:
    """A browser in which another learner is signed in."""
    browser = Client()
    browser.force_login(get_user_model().objects.create_user("other", "other@example.org", "secret"))
    return browser


@pytest.fixture
def offered(definition: Achievement, course_id: str) -> OfferedCourse:
    """The course, in which its staff may award the definition."""
    return api.define_offered_course(OfferedCourse(course_id=course_id, definitions=[definition.slug]))


@pytest.fixture
def teacher(db: None) -> Any:
    """Somebody who teaches: outside an LMS, who may change rules."""
    user = get_user_model().objects.create_user(
        "teacher", "t@example.org", "secret", first_name="Ana", last_name="Ilić"
    )
    user.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    return user


@pytest.fixture
def staff(teacher: Any) -> Client:
    """A browser in which the teacher is signed in."""
    browser = Client(headers={"accept": "text/html"})
    browser.force_login(teacher)
    return browser


@pytest.fixture
def course_rule(offered: OfferedCourse, definition: Achievement, course_id: str, teacher: Any) -> AwardRule:
    """A rule of the course that is not on yet: pass with 80 %."""
    condition = {"version": 1, "kind": "course_passed", "course": course_id, "min_grade": 0.8}
    return api.define_rule(
        AwardRule(name="Passed well", achievement=definition, condition=condition), actor_id=teacher.pk
    )


@pytest.fixture
def passed(learner: Any, course_id: str) -> CourseResult:
    """The learner has passed the course with 87.5 %."""
    return CourseResult.objects.create(
        learner_id=learner.pk,
        course_id=course_id,
        is_passing=True,
        passing_since=AWARDED,
        grade=Decimal("0.875"),
    )


@pytest.fixture
def award(course_rule: AwardRule, passed: CourseResult) -> Award:
    """What the learner has earned by the rule."""
    api.switch_on(course_rule)
    CourseResult.objects.filter(pk=passed.pk).update(dirty=True)
    [award_id] = api.evaluate([passed.pk])
    api.issue([award_id])
    return Award.objects.get(pk=award_id)
