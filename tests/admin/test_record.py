"""Mandates with their agreement, and the fields of a definition that hold the rest of the record."""

from __future__ import annotations

import hashlib
import html
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ingenium_credentials.models import Achievement, Issuer, Mandate, Organisation
from tests.admin import test_pages
from tests.admin.test_pages import _url


class TestMandates:
    def _data(self, issuer: Issuer, partner: Organisation, content: bytes, **changes: Any) -> dict[str, Any]:
        return {
            "organisation": partner.pk,
            "issuer": issuer.pk,
            "reference": "Agreement 2026/01",
            "statements": "{}",
            "valid_from": "2026-01-01",
            "agreement": SimpleUploadedFile("agreement.pdf", content),
            **changes,
        }

    @pytest.fixture
    def partner(self, db: None) -> Organisation:
        return Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")

    def test_an_agreement_that_may_be_public_is_kept_with_its_hash(
        self, admin_client: Client, issuer: Issuer, partner: Organisation
    ) -> None:
        response = admin_client.post(_url("mandate", "add"), self._data(issuer, partner, b"%PDF-1.7\n"))

        row = Mandate.objects.get()
        assert response.status_code == 302, response.content.decode()
        assert bytes(row.document) == b"%PDF-1.7\n"
        assert row.document_sha256 == hashlib.sha256(b"%PDF-1.7\n").hexdigest()

    @pytest.mark.parametrize(
        ("content", "changes", "sentence"),
        [
            (b"<html>", {}, "not a PDF"),
            (b"%PDF-" + b"x" * 530_000, {}, "larger than 512 kB"),
            (b"%PDF-1.7\n", {"document_sha256": "ab" * 32}, "not that of the agreement"),
        ],
    )
    def test_what_is_not_the_agreement_is_refused(
        self,
        admin_client: Client,
        issuer: Issuer,
        partner: Organisation,
        content: bytes,
        changes: dict[str, Any],
        sentence: str,
    ) -> None:
        data = self._data(issuer, partner, content, **changes)

        response = admin_client.post(_url("mandate", "add"), data, follow=True)

        assert sentence in response.content.decode()
        assert not Mandate.objects.exists()


class TestRecord:
    """What the record holds beyond the elements, as it is typed."""

    def _post(self, client: Client, achievement: Achievement, **changes: Any) -> Any:
        data = test_pages.TestDefinitions()._form(achievement, **changes)
        return client.post(_url("achievement", "change", achievement.pk), data)

    def test_a_code_becomes_the_concept_of_its_list(
        self, admin_client: Client, achievement: Achievement
    ) -> None:
        response = self._post(admin_client, achievement, mode='"online"', setting='"formal-learning"')

        achievement.refresh_from_db()
        assert response.status_code == 302, response.content.decode()
        assert achievement.setting is not None
        assert achievement.setting["iri"].endswith("/6fd4685715")

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("setting", '"formall"', "Nearest: formal-learning"),
            ("quality_agency", '{"en": "Agency", "el": "Αρχή"}', "in one language"),
            ("quality_decided_on", "31.01.2026x", "valid date"),
            ("activities", '[{"titles": {"en": "x"}, "started": "January"}]', "Write it so: 2026-01-31"),
            ("names", '{"en": ["One", "Two"]}', "one text, not several"),
        ],
    )
    def test_a_refusal_says_what_to_write(
        self, admin_client: Client, achievement: Achievement, field: str, value: str, sentence: str
    ) -> None:
        response = self._post(admin_client, achievement, **{field: value})

        assert response.status_code == 200
        assert sentence in html.unescape(response.content.decode())
