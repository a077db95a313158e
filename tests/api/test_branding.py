from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingenium_credentials import api
from ingenium_credentials.api.branding import emblem_of, mark_of
from ingenium_credentials.models import AuditEntry, BrandAsset, Organisation
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db
BOX = (34.0, 15.0)
YESTERDAY = dt.date(2020, 1, 1)


def asset(organisation: Organisation, **changes: Any) -> BrandAsset:
    fields: dict[str, Any] = {
        "content": LOGO,
        "licence": "Letter of the university",
        "alt": {"en": "Logo of the University of Crete", "el": "Σήμα του Πανεπιστημίου Κρήτης"},
        "min_width_mm": "20",
        "clear_space": "0.25",
        "verified": True,
    } | changes
    return BrandAsset(organisation=organisation, **fields)


def test_a_logo_is_kept_with_its_hash_and_its_kind(university: Organisation) -> None:
    row = api.define_asset(asset(university), actor_id=7)

    assert (row.media_type, len(row.sha256)) == ("image/svg+xml", 64)
    assert AuditEntry.objects.filter(action="brand-asset-defined", actor_id=7).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": ""}, "licence"),
        ({"alt": {}}, "alternative text"),
        ({"valid_until": YESTERDAY}, "ended"),
        ({"role": "emblem"}, "funding statement"),
        ({"content": LOGO.replace(b"<rect", b"<script/><rect")}, "script"),
        ({"content": LOGO.replace(b"#00522e", b"#ffffff")}, "contrast"),
        ({"content": LOGO.replace(b"</svg>", b"")}, "cannot be read"),
    ],
)
def test_a_verified_asset_that_breaks_a_rule_is_refused(
    university: Organisation, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(api.NotAllowed, match=said):
        api.define_asset(asset(university, **changes))

    assert not BrandAsset.objects.exists()


def test_one_that_is_not_verified_waits_and_is_shown_nowhere(university: Organisation) -> None:
    api.define_asset(asset(university, licence="", verified=False))

    assert mark_of(university, "en", BOX) is None


def test_the_logo_is_as_large_as_its_clear_space_allows(university: Organisation) -> None:
    api.define_asset(asset(university))

    mark = mark_of(university, "el", BOX)

    assert mark is not None
    assert mark.alt == "Σήμα του Πανεπιστημίου Κρήτης"
    assert (mark.width_mm, mark.height_mm, mark.clear_mm) == pytest.approx((29.14, 9.71, 2.43))


def test_a_logo_is_left_out_where_it_would_be_too_small(university: Organisation) -> None:
    api.define_asset(asset(university))

    assert mark_of(university, "en", (14.0, 9.0)) is None


def test_the_next_logo_stands_in_for_one_whose_time_is_over(university: Organisation) -> None:
    first = api.define_asset(asset(university, position=1))
    api.define_asset(asset(university, position=2, alt={"en": "New logo"}))
    BrandAsset.objects.filter(pk=first.pk).update(valid_until=YESTERDAY)

    mark = mark_of(university, "en", BOX)

    assert mark is not None
    assert mark.alt == "New logo"


def test_a_file_that_was_changed_behind_our_back_is_not_shown(university: Organisation) -> None:
    row = api.define_asset(asset(university))
    BrandAsset.objects.filter(pk=row.pk).update(content=LOGO.replace(b"#00522e", b"#ff0000"))

    assert mark_of(university, "en", BOX) is None
    assert any("hash" in fault for fault in api.asset_faults())


def test_an_emblem_comes_with_its_statement_in_the_language(alliance: Organisation) -> None:
    statement = {"en": "Co-funded by the European Union", "fr": "Cofinancé par l’Union européenne"}
    api.define_asset(asset(alliance, role="emblem", statement=statement))

    french, finnish = (emblem_of([None, alliance], tag, (60.0, 12.0)) for tag in ("fr", "fi"))

    assert french is not None
    assert finnish is not None
    assert (french.statement.text, french.statement.language) == ("Cofinancé par l’Union européenne", "fr")
    assert finnish.statement.language == "en"
    assert mark_of(alliance, "en", BOX) is None


def test_weak_colours_are_named(settings: Any) -> None:
    assert api.asset_faults() == []

    settings.INGENIUM_BRAND_INK = "#aaaaaa"
    assert len(api.asset_faults()) == 1
