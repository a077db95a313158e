"""What migrations do with rows that are there already."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

APP = "ingenium_credentials"
PNG = b"\x89PNG logo"


def _migrated(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name)])
    return MigrationExecutor(connection).loader.project_state((APP, name)).apps


def _latest() -> str:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes(APP)
    return str(next(name for app, name in leaves if app == APP))


@pytest.mark.django_db(transaction=True)
def test_logos_become_rows_that_wait_for_their_licence() -> None:
    latest = _latest()
    try:
        organisations = _migrated("0009_wholes_due").get_model(APP, "Organisation")
        row = organisations.objects.create(
            slug="uoc", logo=PNG, logo_media_type="image/png", logo_sha256="5" * 64, logo_verified=True
        )
        row.names.create(language="en", value="University of Crete", verified=True)
        row.names.create(language="fr", value="Université de Crète", verified=False)
        organisations.objects.create(slug="urn")
        assets = _migrated("0010_one_logo").get_model(APP, "BrandAsset")
    finally:
        _migrated(latest)

    logo = assets.objects.get()
    assert (logo.organisation.slug, logo.role, bytes(logo.content)) == ("uoc", "logo", PNG)
    assert (logo.alt, logo.licence, logo.verified) == ({"en": "University of Crete"}, "", False)


@pytest.mark.django_db(transaction=True)
def test_each_award_is_given_to_the_courses_whose_staff_sees_to_it() -> None:
    latest = _latest()
    try:
        apps = _migrated("0010_one_logo")
        _awards_of_before(apps)
        links = _migrated("0011_oversight").get_model(APP, "AwardCourse")
        found = set(links.objects.values_list("award__learner_id", "course_id"))
    finally:
        _migrated(latest)

    assert found == {(1, "A"), (2, "A"), (2, "B"), (3, "C")}


def _awards_of_before(apps: Any) -> None:
    """Earned by A where the rule names A and B; by the rule alone; by hand; erased."""
    get = {name: apps.get_model(APP, name).objects.create for name in apps.all_models[APP]}
    alliance = get["organisation"](slug="alliance")
    issuer = get["issuer"](slug="i", organisation=alliance, alliance=alliance)
    texts: dict[str, Any] = {"names": {}, "descriptions": {}, "criteria": {}}
    achievement = get["achievement"](slug="s", issuer=issuer, **texts)
    rule = get["awardrule"](name="r", achievement=achievement, condition={})
    for course in ("A", "B"):
        get["awardrulecourse"](rule=rule, course_id=course)
    for learner_id in (1, 2, 3):
        get["courseresult"](learner_id=learner_id, course_id="C")
    status_list = get["statuslist"](issuer=issuer, length=8, capacity=8)
    said: tuple[tuple[int, list[str], Any, str], ...] = (
        (1, ["A"], rule, "issued"),
        (2, [], rule, "issued"),
        (3, [], None, "issued"),
        (4, ["A"], rule, "erased"),
    )
    for place, (learner_id, courses, by, state) in enumerate(said):
        get["award"](
            learner_id=learner_id,
            achievement=achievement,
            definition="s",
            issuer=issuer,
            rule=by,
            courses=courses,
            state=state,
            status_list=status_list,
            status_index=place,
            awarded_at=timezone.now(),
        )
