"""The administration of logos and emblems, and the bar that shows how complete a definition is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, BrandAsset, Organisation
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db
ADD = "admin:ingenium_credentials_brandasset_add"


def form(organisation: Organisation, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": organisation.pk,
        "role": "logo",
        "licence": "Letter",
        "alt": '{"en": "Logo"}',
        "statement": "{}",
        "min_width_mm": "20",
        "clear_space": "0.25",
        "ground": "#fffdf8",
        "position": "0",
        "verified": "on",
        "file": SimpleUploadedFile("logo.svg", LOGO),
    } | changes


def test_a_logo_is_uploaded_and_shown_as_a_picture(admin_client: Client, university: Organisation) -> None:
    response = admin_client.post(reverse(ADD), form(university))

    row = BrandAsset.objects.get()
    assert response.status_code == 302
    assert (bytes(row.content), row.verified) == (LOGO, True)
    page = admin_client.get(reverse("admin:ingenium_credentials_brandasset_change", args=[row.pk]))
    assert "data:image/svg+xml;base64," in page.content.decode()


def test_a_logo_with_a_script_is_refused_with_the_reason(
    admin_client: Client, university: Organisation
) -> None:
    hostile = SimpleUploadedFile("logo.svg", LOGO.replace(b"<rect", b"<script/><rect"))

    response = admin_client.post(reverse(ADD), form(university, file=hostile), follow=True)

    assert not BrandAsset.objects.exists()
    assert "script" in response.content.decode()


@pytest.mark.parametrize("file", [None, SimpleUploadedFile("x.svg", b"x" * 262_145)])
def test_no_file_or_one_too_large_is_refused(
    admin_client: Client, university: Organisation, file: Any
) -> None:
    fields = form(university, file=file) if file else {**form(university)} | {"file": ""}

    assert admin_client.post(reverse(ADD), fields).status_code == 200
    assert not BrandAsset.objects.exists()


def test_a_new_file_has_to_be_verified_anew(admin_client: Client, university: Organisation) -> None:
    admin_client.post(reverse(ADD), form(university))
    row = BrandAsset.objects.get()
    changed = SimpleUploadedFile("logo.svg", LOGO.replace(b"#00522e", b"#004400"))

    admin_client.post(
        reverse("admin:ingenium_credentials_brandasset_change", args=[row.pk]), form(university, file=changed)
    )

    row.refresh_from_db()
    assert b"#004400" in bytes(row.content)
    assert not row.verified


def test_the_bar_says_how_complete_a_definition_is_and_what_is_missing(
    admin_client: Client, achievement: Achievement
) -> None:
    draft = api.new_version(achievement)
    draft.eqf_level = None
    api.define(draft)
    url = reverse("admin:ingenium_credentials_achievement_change", args=[draft.pk])

    page = admin_client.get(url).content.decode()

    assert '<meter max="100" low="99" optimum="100" value="91">' in page
    assert "91 % of the elements" in page
    assert "8. Level" in page


def test_a_bar_for_each_language_says_what_it_lacks(admin_client: Client, achievement: Achievement) -> None:
    draft = api.new_version(achievement)
    draft.criteria = {"en": "Pass the course."}
    api.define(draft)
    url = reverse("admin:ingenium_credentials_achievement_change", args=[draft.pk])

    page = admin_client.get(url).content.decode()

    assert "en: 100 % of the texts." in page
    assert "el: 75 % of the texts; not signed while these are missing:" in page
    assert "</label> criteria</li>" in page


def test_activating_what_is_not_complete_is_a_message_and_no_crash(
    admin_client: Client, achievement: Achievement
) -> None:
    draft = api.new_version(achievement)
    draft.eqf_level = None
    api.define(draft)
    url = reverse("admin:ingenium_credentials_achievement_changelist")

    page = admin_client.post(url, {"action": "activate", "_selected_action": [draft.pk]}, follow=True)

    draft.refresh_from_db()
    assert draft.state == Achievement.State.DRAFT
    assert "8. Level" in page.content.decode()
