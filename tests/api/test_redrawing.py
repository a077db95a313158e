"""The pictures of a definition follow its marks, until somebody has been awarded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, AuditEntry, Award, BrandAsset, Organisation
from tests.api.test_branding import asset
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db
OTHER_LOGO = LOGO.replace(b"#00522e", b"#5a0038")


def pictures(achievement: Achievement) -> tuple[bytes, bytes]:
    stored = Achievement.objects.get(pk=achievement.pk)
    return bytes(stored.image_svg), bytes(stored.image_png)


def test_a_new_logo_has_the_pictures_drawn_anew(
    achievement: Achievement, university: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    bare = pictures(achievement)

    with django_capture_on_commit_callbacks(execute=True) as queued:
        logo = api.define_asset(asset(university))

    first = pictures(achievement)
    assert len(queued) == 1
    assert all(old != new for old, new in zip(bare, first, strict=True))
    with django_capture_on_commit_callbacks(execute=True):
        logo.content = OTHER_LOGO
        api.define_asset(logo)
    assert all(old != new for old, new in zip(first, pictures(achievement), strict=True))
    assert AuditEntry.objects.filter(action="achievement-redrawn").count() == 2


def test_the_alliance_and_the_other_universities_are_on_it_too(
    achievement: Achievement, alliance: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    other = Organisation.objects.create(slug="urn", country="FR")
    other.names.create(language="en", value="University of Rouen Normandy", verified=True)
    stranger = Organisation.objects.create(slug="else", country="FR")
    bodies = [*achievement.awarding_bodies.all(), other]
    api.define(Achievement.objects.get(pk=achievement.pk), awarding_bodies=bodies)

    def queued_by(organisation: Organisation) -> int:
        with django_capture_on_commit_callbacks(execute=True) as queued:
            api.define_asset(asset(organisation))
        return len(queued)

    assert [queued_by(row) for row in (other, alliance, stranger)] == [1, 1, 0]


def test_a_new_colour_is_found_by_the_sweep(
    achievement: Achievement, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    before = pictures(achievement)
    assert tasks.sweep()["pictures"] == 0

    settings.INGENIUM_BRAND_PRIMARY = "#5a0038"
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep()["pictures"] == 1

    assert b"#5a0038" in pictures(achievement)[0] != before[0]
    assert tasks.sweep()["pictures"] == 0


def test_a_logo_whose_permission_ends_is_taken_off(
    achievement: Achievement, university: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    bare = pictures(achievement)
    with django_capture_on_commit_callbacks(execute=True):
        api.define_asset(asset(university))
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    BrandAsset.objects.update(valid_until=yesterday)

    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.sweep()["pictures"] == 1

    assert pictures(achievement) == bare


def test_what_has_been_awarded_keeps_its_pictures(
    issued: Award, university: Organisation, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    achievement = issued.achievement
    document = api.document_image(achievement, "en")
    before = pictures(achievement)

    with django_capture_on_commit_callbacks(execute=True) as queued:
        api.define_asset(asset(university))
    settings.INGENIUM_BRAND_PRIMARY = "#5a0038"

    assert queued == []
    assert tasks.sweep()["pictures"] == 0
    assert api.redraw([achievement.pk]) == 0
    assert pictures(achievement) == before
    assert api.document_image(achievement, "en") == document


def test_the_first_award_freezes_the_marks_of_its_day(
    achievement: Achievement, university: Organisation
) -> None:
    before = pictures(achievement)
    # Whoever queued the drawing has lost it.
    api.define_asset(asset(university))

    api.freeze(achievement)

    assert pictures(achievement)[0] != before[0]


def test_pictures_of_documents_are_drawn_anew_once_for_each_language(
    achievement: Achievement, university: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    before = {tag: api.document_image(achievement, tag) for tag in ("en", "el")}

    with django_capture_on_commit_callbacks(execute=True):
        api.define_asset(asset(university))

    rows = achievement.pictures.order_by("language")
    assert [row.language for row in rows] == ["el", "en"]
    assert all(bytes(row.png) != before[row.language] for row in rows)
    assert {row.pk for row in rows} == set(achievement.pictures.values_list("pk", flat=True))
    assert api.redraw([achievement.pk]) == 0


def test_a_draft_is_drawn_when_it_is_activated(
    achievement: Achievement, university: Organisation, django_capture_on_commit_callbacks: Any
) -> None:
    draft = api.new_version(achievement)
    api.retire_achievement(achievement)

    with django_capture_on_commit_callbacks(execute=True) as queued:
        api.define_asset(asset(university))

    assert queued == []
    assert (pictures(draft), draft.drawn_from) == ((b"", b""), "")
