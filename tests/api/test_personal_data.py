"""Everything that is held on a learner can be taken away, and nothing of it is left by an erasure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.api.personal_data import HELD
from ingenium_credentials.models import (
    Achievement,
    Approval,
    Award,
    AwardImport,
    AwardRule,
    CourseResult,
    IncomingNews,
    PartResult,
    Simulation,
)
from tests.api.conftest import EARNED_AT

pytestmark = pytest.mark.django_db

NUMBER = 987_654_321
NAME = "Xanthippe Zyxwvut"
EMAIL = "xanthippe.zyxwvut@example.org"


@pytest.fixture
def known(rule: AwardRule, achievement: Achievement) -> Award:
    """A learner in every table in which one can appear; nothing in them is anybody else's."""
    user = get_user_model().objects.create_user("xz", EMAIL, "secret", pk=NUMBER, first_name=NAME)
    made = api.award(learner_id=user.pk, achievement=achievement, rule=rule, awarded_at=EARNED_AT, grade=None)
    api.issue([made.pk])
    api.share(made, True, user.pk)
    now = timezone.now()
    CourseResult.objects.create(learner_id=user.pk, course_id="course-v1:a+b+c", printed_name=NAME)
    IncomingNews.objects.create(learner_id=user.pk, content={"printed_name": NAME}, heard_at=now)
    PartResult.objects.create(
        learner_id=user.pk, course_id="course-v1:a+b+c", kind="block", key="x", value=1, at=now
    )
    Approval.objects.create(rule=rule, learner_id=user.pk, approved=True, at=now, reason="Seen")
    Simulation.objects.create(
        course_id="course-v1:a+b+c",
        achievement=achievement,
        condition={},
        asked_at=now,
        outcome={"earned": [user.pk, 77]},
    )
    AwardImport.objects.create(
        achievement=achievement, rows=[{"learner": user.pk}, {"learner": 77}], sha256="0" * 64, at=now
    )
    return made


def tables() -> Iterator[type[models.Model]]:
    yield from apps.get_app_config("ingenium_credentials").get_models(include_auto_created=True)


def names_learners(model: type[models.Model]) -> bool:
    has_number = any(field.name == "learner_id" for field in model._meta.concrete_fields)
    return has_number or ".. pii:" in (model.__doc__ or "")


def as_text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def mentioning(*values: str) -> list[str]:
    """Tables in one of whose rows one of the values stands, whatever the column."""
    found = []
    for model in tables():
        for row in model._default_manager.all():
            columns = [as_text(getattr(row, field.attname)) for field in model._meta.concrete_fields]
            text = " ".join(columns)
            if any(value in text for value in values):
                found.append(model.__name__)
                break
    return sorted(found)


def test_every_table_with_learners_can_be_taken_away() -> None:
    assert {model for model in tables() if names_learners(model)} <= set(HELD)


def test_nothing_of_a_learner_is_left_in_any_table(known: Award) -> None:
    before = mentioning(str(NUMBER), NAME, EMAIL)
    assert set(before) >= {"Approval", "AuditEntry", "Award", "AwardImport", "CourseResult", "Credential"}
    assert set(before) >= {"PartResult", "Simulation"}

    api.erase_learner(NUMBER, by_holder=True)

    assert mentioning(str(NUMBER), NAME, EMAIL) == []


def test_the_export_holds_every_row_and_no_one_else(known: Award) -> None:
    data = api.personal_data(NUMBER)

    text = json.dumps(data)
    for model in HELD:
        assert data[str(model._meta.model_name)], model
    assert data["award"][0]["recipient_name"] == NAME
    assert data["award"][0]["title"]["en"] == "Mediterranean ecosystems"
    assert json.loads(data["credential"][0]["body"])["type"][0] == "VerifiableCredential"
    assert data["awardimport"][0]["rows"] == [{"learner": NUMBER}]
    assert "77" not in json.dumps([data["simulation"][0]["condition"], data["awardimport"][0]["rows"]])
    assert '"outcome"' not in text


def test_the_export_has_every_column(known: Award) -> None:
    columns = {field.attname for field in Award._meta.concrete_fields}

    assert columns <= set(api.personal_data(NUMBER)["award"][0])


def test_of_a_stranger_nothing_is_held(known: Award) -> None:
    data = api.personal_data(4711)

    assert not any(value for name, value in data.items() if name not in ("made_at", "learner_id"))


def test_the_export_says_what_is_not_to_be_awarded_again(known: Award) -> None:
    api.erase_learner(NUMBER)

    assert api.personal_data(NUMBER)["not_to_be_awarded_again"] == [known.definition]


def test_the_command_writes_a_file_for_its_owners_eyes(known: Award, tmp_path: Path) -> None:
    file = tmp_path / "data.json"

    call_command("ingenium_export_learner", str(NUMBER), output=file, stdout=StringIO())

    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["learner_id"] == NUMBER
    with pytest.raises(CommandError, match="exists"):
        call_command("ingenium_export_learner", str(NUMBER), output=file, stdout=StringIO())


def test_the_command_prints(known: Award) -> None:
    output = StringIO()
    call_command("ingenium_export_learner", str(NUMBER), stdout=output)

    said: dict[str, Any] = json.loads(output.getvalue())
    assert said["award"][0]["uuid"] == str(known.uuid)
