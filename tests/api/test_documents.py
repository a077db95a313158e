from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from PIL import Image

from ingenium_credentials import api, concepts
from ingenium_credentials.api.documents import document_data
from ingenium_credentials.document import Words
from ingenium_credentials.models import Achievement, AchievementPicture, Award, Issuer, Organisation
from ingenium_credentials.typesetting import labels
from tests.api.test_branding import asset
from tests.diplomas import LOGO

pytestmark = pytest.mark.django_db


def test_the_document_has_the_signed_credential_inside(issued: Award) -> None:
    body = bytes(issued.credentials.get(format="ob3").body)

    with pikepdf.open(io.BytesIO(api.document(issued, "el"))) as pdf:
        assert pdf.attachments["credential.json"].get_file().read_bytes() == body
        assert str(pdf.Root.Lang) == "el"
        assert str(pdf.docinfo["/Title"]) == "Μεσογειακά οικοσυστήματα"


def test_the_file_inside_verifies(issued: Award) -> None:
    with pikepdf.open(io.BytesIO(api.document(issued, "en"))) as pdf:
        inside = pdf.attachments["credential.json"].get_file().read_bytes()

    assert api.verify(inside).verdict == "valid"


def test_the_same_award_gives_the_same_bytes(issued: Award) -> None:
    assert api.document(issued, "fr") == api.document(issued, "fr")
    assert api.document_fingerprint(issued, "fr") == api.document_fingerprint(issued, "fr")
    assert api.document_fingerprint(issued, "fr") != api.document_fingerprint(issued, "fi")


def test_facts_are_said_in_the_language_where_they_can_be(issued: Award) -> None:
    data = document_data(issued, "el")
    rows = {row.label: row.value for row in data.rows}

    assert rows["Χώρα του εκδότη"].text == "Ελλάδα"
    assert rows["Γλώσσα διδασκαλίας"].text == "Αγγλικά"
    assert rows["Απονεμήθηκε στις"].text == "15 Ιανουαρίου 2026"
    written = concepts.worded("assessment", "Written examination", "el")
    assert rows["Είδος αξιολόγησης"] == Words(written)
    assert data.awarding[0].name.text == "Πανεπιστήμιο Κρήτης"
    assert (data.holder, data.holder_latin) == ("Ελένη Παπαδάκη", "Eleni Papadaki")


def test_every_mandatory_element_is_in_the_document(issued: Award) -> None:
    """2022/C 243/02, Annex I, by what a reader sees."""
    data, words = document_data(issued, "en"), labels("en")
    rows = {row.label for row in data.rows}

    assert data.holder  # 1
    assert data.title.text  # 2
    assert words["country"] in rows  # 3
    assert data.awarding  # 4
    assert words["awarded_on"] in rows  # 5
    assert any(section.heading == words["outcomes"] for section in data.sections)  # 6
    assert {words[name] for name in ("workload", "level", "assessment", "participation", "quality")} <= rows


def test_the_logo_stands_where_there_is_one(issued: Award, university: Organisation) -> None:
    assert document_data(issued, "en").awarding[0].mark is None
    before = api.document_fingerprint(issued, "en")

    api.define_asset(asset(university))

    mark = document_data(issued, "en").awarding[0].mark
    assert mark is not None
    assert mark.content == LOGO
    assert api.document_fingerprint(issued, "en") != before


def test_by_mandate_the_universities_stand_as_awarding_and_the_office_as_signing(
    issued: Award, alliance: Organisation
) -> None:
    Issuer.objects.filter(pk=issued.issuer_id).update(mode="mandate", organisation=alliance)
    award = Award.objects.get(pk=issued.pk)

    try:
        data = document_data(award, "en")
    except api.NotReady as error:
        pytest.skip(f"a mandate has to be stored first: {error}")

    assert [party.name.text for party in data.awarding] == ["University of Crete"]
    assert data.signer is not None
    assert data.signer.label == "Signed by mandate by"


def test_a_demonstration_says_so(issued: Award, settings: Any) -> None:
    settings.INGENIUM_DEMONSTRATION = True

    assert document_data(issued, "en").demonstration


def test_a_name_that_cannot_be_drawn_is_said_without_the_name(issued: Award) -> None:
    Award.objects.filter(pk=issued.pk).update(recipient_name="王小明", recipient_latin_name="")

    with pytest.raises(api.NotReady) as caught:
        api.document(Award.objects.get(pk=issued.pk), "en")

    assert "王" not in str(caught.value)


def test_the_picture_is_drawn_once_for_each_version_and_language(achievement: Achievement) -> None:
    pictures = api.document_images(achievement)
    kept = list(AchievementPicture.objects.values_list("pk", "sha256"))

    assert set(pictures) == {"en", "el"}
    assert pictures["en"] != pictures["el"]
    with Image.open(io.BytesIO(pictures["el"])) as picture:
        assert picture.size[0] == pytest.approx(1200, abs=1)
    assert api.document_images(achievement) == pictures
    assert list(AchievementPicture.objects.values_list("pk", "sha256")) == kept


def test_the_picture_names_no_learner(issued: Award) -> None:
    before = api.document_image(issued.achievement, "el")
    AchievementPicture.objects.all().delete()
    Award.objects.filter(pk=issued.pk).update(recipient_name="Somebody Else", recipient_latin_name="")

    assert api.document_image(issued.achievement, "el") == before


def test_a_changed_definition_is_drawn_anew(achievement: Achievement) -> None:
    before = api.document_image(achievement, "en")
    achievement.names = {"en": "Another title"}
    api.define(achievement)

    assert api.document_image(achievement, "en") != before
