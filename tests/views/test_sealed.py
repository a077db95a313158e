from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, AuditEntry, Award, Credential
from ingenium_credentials.views import reading
from tests.api.conftest import EARNED_AT
from tests.badges import elm_examples


@pytest.fixture
def award(achievement: Achievement, learner: Any, sealing_certificate: Any) -> Award:
    """Issued as badge and as sealed credential, and shared."""
    achievement.quality_agency, achievement.quality_agency_country = "Hellenic Authority (example)", "GR"
    api.define(achievement)
    made = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=EARNED_AT)
    api.issue([made.pk])
    made.refresh_from_db()
    api.share(made, True, learner.pk)
    return made


def _address(award: Award) -> str:
    return f"/ingenium/credentials/{award.uuid}"


def test_the_sealed_credential_is_a_file_of_its_own(client: Client, award: Award) -> None:
    body = bytes(award.credentials.get(format="elm").body)

    download = client.get(f"{_address(award)}.elm.jsonld")
    asked = client.get(_address(award), headers={"accept": "application/jose+json"})

    assert download.content == asked.content == body
    assert download["Content-Type"] == "application/jose+json"
    assert download["Content-Disposition"] == f'attachment; filename="credential-{award.uuid}.elm.jsonld"'


def test_the_page_offers_it(client: Client, award: Award) -> None:
    page = client.get(_address(award), headers={"accept": "text/html"}).content.decode()

    assert f"{_address(award)}.elm.jsonld" in page


def test_the_verifier_takes_it(client: Client, award: Award) -> None:
    body = bytes(award.credentials.get(format="elm").body)

    answer = client.post("/ingenium/api/v1/verify/", body, content_type="application/octet-stream")

    assert answer.json()["verdict"] == "valid"
    assert answer.json()["format"] == "elm"


def test_the_page_of_the_verifier_says_what_is_certified(client: Client, award: Award) -> None:
    document = json.loads(json.loads(bytes(award.credentials.get(format="elm").body))["payload"])

    found = reading.of_document(document)

    assert (found.title.value, found.holder) == ("Mediterranean ecosystems", "Ελένη Παπαδάκη")
    assert found.issuer is not None
    assert [party.name.value for party in found.awarding] == [found.issuer.name.value]


def test_the_page_of_the_verifier_shows_the_facts(client: Client, award: Award) -> None:
    body = bytes(award.credentials.get(format="elm").body)

    answer = client.post("/ingenium/verify/", {"file": SimpleUploadedFile("sealed.jsonld", body)})

    page = answer.content.decode()
    assert "<dt>Workload</dt><dd>3 ECTS</dd>" in page
    assert "<dt>Level</dt><dd>EQF level 6" in page
    assert "<dt>Assessment</dt><dd>written examination</dd>" in page
    assert "<dt>Form of participation</dt><dd>Online</dd>" in page
    assert "<dt>Language of instruction</dt><dd>English</dd>" in page
    assert "Names the species of a rocky shore." in page
    assert "Hellenic Authority (example)" in page
    assert "<dt>Final grade</dt><dd>Pass</dd>" in page


def test_every_fact_of_a_rich_document_is_shown() -> None:
    facts = reading.of_document(elm_examples.document())

    assert {fact.label: fact.text.value for fact in facts.table} == {
        "Workload": "7.5 ECTS · 190 hours",
        "Level": "EQF level 6",
        "Assessment": elm_examples.EXTRAS["assessment"].labels["en"],
        "Supervision and identity check, as planned": elm_examples.EXTRAS["supervision"].labels["en"],
        "Form of participation": "Online",
        "Field of study": elm_examples.EXTRAS["isced_f"].labels["en"],
        "Language of instruction": "English, Spanish, Portuguese",
        "Quality assurance": "Program Quality Assurance, Example agency",
        "Supervision and identity check": "Supervised with ID Verification",
        "Final grade": "87.5 %",
    }
    assert facts.awarded_at == elm_examples.RICH.awarded_at
    assert facts.valid_until == elm_examples.RICH.valid_until
    assert len(facts.outcomes) == len(elm_examples.OUTCOMES)
    assert [section.heading for section in facts.sections] == [
        "What was asked",
        "Prerequisites",
        "What it can count towards",
        "Further information",
    ]
    assert facts.demonstration


def test_credits_of_another_system_are_not_called_ects() -> None:
    entry = {"point": "4", "framework": {"prefLabel": {"en": "ECVET"}}}
    graded = [{"title": {"en": name}, "grade": {"noteLiteral": {"en": "B"}}} for name in ("Essay", "Viva")]
    claim = {"title": {"en": "A"}, "creditReceived": entry, "provenBy": graded}
    document = {"type": "EuropeanDigitalCredential", "credentialSubject": {"hasClaim": claim}}

    rows = {fact.label: fact.text.value for fact in reading.of_document(document).table}

    assert rows == {"Credits": "4 ECVET", "Assessment": "Essay, Viva", "Essay": "B", "Viva": "B"}


@pytest.mark.parametrize("shape", [None, 7, "text", [], {}, [[None]], [{}] * 60, {"en": [[]]}, {"id": 5}])
@pytest.mark.parametrize("place", ["credentialSubject", "hasClaim", "specifiedBy", "provenBy", "awardedBy"])
def test_a_document_of_any_shape_has_a_page(place: str, shape: Any) -> None:
    claim = {"title": {"en": "A"}, place: shape}
    subject = {"hasClaim": shape if place == "hasClaim" else [claim]}
    subject = shape if place == "credentialSubject" else subject
    document = {"type": ["EuropeanDigitalCredential"], "credentialSubject": subject}

    page = render_to_string("ingenium_credentials/_facts.html", {"facts": reading.of_document(document)})

    assert "Traceback" not in page


def test_the_report_on_a_document_names_each_credential_inside_for_what_it_is(
    client: Client, award: Award
) -> None:
    pdf = client.get(f"{_address(award)}.pdf").content

    answer = client.post("/ingenium/verify/", {"file": SimpleUploadedFile("diploma.pdf", pdf)})

    page = answer.content.decode()
    parts = re.findall(r'<section class="part">\s*<h2>(.*?)</h2>', page)
    assert parts == ["Micro-credential", "European Digital Credential"]
    assert "<h2>Endorsement</h2>" not in page
    assert "Sealed by University of Crete" in page


def test_health_counts_seals_that_wait_for_a_time_stamp(admin_client: Client, award: Award) -> None:
    row = award.credentials.get(format="elm")
    long_ago = timezone.now() - dt.timedelta(days=1)
    Credential.objects.filter(pk=row.pk).update(time_stamp_due_at=timezone.now(), issued_at=long_ago)

    found = admin_client.get("/ingenium/health/").json()

    assert found["seals_without_time_stamp"] == 1
    assert "seals wait too long for a time-stamp" in found["problems"]


def _export(client: Client, award: Award) -> Any:
    action = {"action": "export_unsigned", "_selected_action": [award.pk]}
    return client.post("/admin/ingenium_credentials/award/", action)


def test_officers_export_the_text_without_a_seal(admin_client: Client, award: Award) -> None:
    answer = _export(admin_client, award)

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        document = json.loads(archive.read(f"{award.uuid}.json"))
    assert document["id"] == f"urn:credential:{award.uuid}"
    assert "issued" not in document
    assert AuditEntry.objects.filter(action="exported", subject_id__contains=str(award.uuid)).exists()


def test_nobody_else_exports(client: Client, award: Award, django_user_model: Any) -> None:
    staff = django_user_model.objects.create_user("staff", "s@example.org", "secret", is_staff=True)
    client.force_login(staff)

    assert _export(client, award).status_code == 403


def test_what_was_revoked_is_not_exported(admin_client: Client, award: Award) -> None:
    api.revoke(award.uuid, reason="A mistake")

    answer = _export(admin_client, award)

    assert answer.get("Content-Type") != "application/zip"
