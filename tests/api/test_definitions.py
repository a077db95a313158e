from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ingenium_credentials.api import definitions
from ingenium_credentials.api.errors import NotAllowed
from ingenium_credentials.api.ruling import define_rule
from ingenium_credentials.models import Achievement, AuditEntry, AwardRule, Issuer, Organisation
from tests.annex import ELEMENTS

pytestmark = pytest.mark.django_db

COURSE = "course-v1:UOC+MED101+2026"


@pytest.fixture
def bodies() -> list[Organisation]:
    rows = [
        Organisation.objects.create(slug=slug, country=country)
        for slug, country in (("uoc", "GR"), ("urn", "FR"))
    ]
    rows[0].names.create(language="en", value="University of Crete", verified=True)
    rows[1].names.create(language="en", value="University of Rouen Normandy", verified=True)
    return rows


@pytest.fixture
def draft(bodies: list[Organisation]) -> Achievement:
    issuer = Issuer.objects.create(slug="uoc", organisation=bodies[0], did="did:web:ingenium.example")
    fields: dict[str, Any] = {
        "names": {"en": "Mediterranean ecosystems", "fr": "Écosystèmes méditerranéens"},
        "descriptions": {"en": "About the sea."},
        "criteria": {"en": "Pass."},
        **ELEMENTS,
        "ects": "2.50",
    }
    return definitions.define(Achievement(slug="med", issuer=issuer, **fields), awarding_bodies=bodies)


def _rule(achievement: Achievement, *courses: str) -> AwardRule:
    leaves = [{"kind": "course_passed", "course": course} for course in courses]
    return define_rule(
        AwardRule(name="pass", achievement=achievement, condition={"version": 1, "all": leaves}, enabled=True)
    )


def test_awarding_bodies_keep_their_order(draft: Achievement, bodies: list[Organisation]) -> None:
    definitions.define(draft, awarding_bodies=bodies[::-1])

    assert [row.organisation for row in draft.awarding.all()] == bodies[::-1]


@pytest.mark.parametrize(
    ("field", "value"), [("eqf_level", 9), ("ects", "many"), ("slug", "a b"), ("names", {})]
)
def test_a_value_that_its_field_does_not_take_is_refused(
    draft: Achievement, field: str, value: object
) -> None:
    setattr(draft, field, value)

    with pytest.raises(ValidationError) as refused:
        definitions.define(draft)

    assert set(refused.value.message_dict) == {field}


def test_freezing_keeps_the_pictures_with_the_version(draft: Achievement) -> None:
    definitions.freeze(draft)

    stored = Achievement.objects.get(pk=draft.pk)
    assert stored.frozen_at is not None
    assert bytes(stored.image_svg).startswith(b"<svg")
    assert b"Mediterranean ecosystems" in bytes(stored.image_svg)
    assert bytes(stored.image_png).startswith(b"\x89PNG")


def test_freezing_twice_changes_nothing(draft: Achievement) -> None:
    first = definitions.freeze(draft).frozen_at
    second = definitions.freeze(Achievement.objects.get(pk=draft.pk)).frozen_at

    assert first == second
    assert AuditEntry.objects.filter(action="achievement-frozen").count() == 1


def test_a_frozen_version_refuses_changes(draft: Achievement) -> None:
    definitions.freeze(draft)
    draft.names = {"en": "Another title"}

    with pytest.raises(NotAllowed, match="next version"):
        definitions.define(draft)

    assert Achievement.objects.get(pk=draft.pk).names["en"] == "Mediterranean ecosystems"


def test_a_version_that_was_frozen_meanwhile_refuses_an_old_copys_changes(draft: Achievement) -> None:
    old_copy = Achievement.objects.get(pk=draft.pk)
    definitions.freeze(draft)

    with pytest.raises(NotAllowed):
        definitions.define(old_copy)


def test_the_next_version_is_an_open_copy(draft: Achievement, bodies: list[Organisation]) -> None:
    definitions.activate(draft)
    definitions.freeze(draft)

    copy = definitions.new_version(draft)

    assert (copy.slug, copy.version, copy.state, copy.frozen_at) == ("med", 2, "draft", None)
    assert copy.uuid != draft.uuid
    assert copy.names == draft.names
    assert [row.organisation for row in copy.awarding.all()] == bodies
    assert bytes(copy.image_svg) == b""


def test_versions_count_on_from_the_latest(draft: Achievement) -> None:
    definitions.new_version(draft)

    assert definitions.new_version(draft).version == 3


def test_activating_a_version_retires_the_former_one_and_takes_its_rules(draft: Achievement) -> None:
    definitions.activate(draft)
    rule = _rule(draft, COURSE)
    copy = definitions.new_version(draft)

    definitions.activate(copy)

    draft.refresh_from_db()
    rule.refresh_from_db()
    assert draft.state == "retired"
    assert copy.state == "active"
    assert rule.achievement == copy


def test_an_active_version_has_its_pictures_before_the_first_award(draft: Achievement) -> None:
    definitions.activate(draft)

    assert bytes(Achievement.objects.get(pk=draft.pk).image_svg).startswith(b"<svg")


def test_changing_an_active_version_draws_it_anew(draft: Achievement) -> None:
    definitions.activate(draft)
    draft.names = {"en": "The deep sea"}

    definitions.define(draft)

    stored = Achievement.objects.get(pk=draft.pk)
    assert b"The deep sea" in bytes(stored.image_svg)
    assert b"Mediterranean" not in bytes(stored.image_svg)


def test_retiring_a_version_twice_changes_nothing(draft: Achievement) -> None:
    definitions.retire_achievement(draft)
    definitions.retire_achievement(draft)

    assert AuditEntry.objects.filter(action="achievement-retired").count() == 1


def test_names_that_nobody_verified_are_not_on_the_badge(
    draft: Achievement, bodies: list[Organisation]
) -> None:
    bodies[1].names.update(verified=False)

    definitions.freeze(draft)

    assert b"Crete" in bytes(draft.image_svg)
    assert b"Rouen" not in bytes(draft.image_svg)
