from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from ingenium_credentials import api
from ingenium_credentials.models import AppendOnly, AuditEntry, Award, Issuer, OrganisationName

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what_and_why(issuer: Issuer) -> None:
    entry = api.note("looked-at", issuer, actor_id=7, reason="Curious")

    entry.refresh_from_db()
    assert (entry.action, entry.actor_id, entry.reason) == ("looked-at", 7, "Curious")
    assert (entry.subject_kind, entry.subject_id) == ("issuer", "uoc")


def test_a_subject_is_named_as_people_outside_know_it(award: Award, issuer: Issuer) -> None:
    key = issuer.keys.get(use="proof")

    assert api.note("seen", award).subject_id == str(award.uuid)
    assert api.note("seen", key).subject_id == key.method_id
    assert api.note("seen", OrganisationName.objects.first() or issuer).subject_id.isdigit()


def test_a_reason_that_is_too_long_is_cut(issuer: Issuer) -> None:
    assert len(api.note("seen", issuer, reason="x" * 300).reason) == 255


def test_no_deed_no_entry(issuer: Issuer) -> None:
    before = AuditEntry.objects.count()

    with transaction.atomic():
        api.note("seen", issuer)
        transaction.set_rollback(True)

    assert AuditEntry.objects.count() == before


def test_entries_are_neither_changed_nor_removed(issuer: Issuer) -> None:
    entry = api.note("seen", issuer)
    attempts: list[Any] = [
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason="other"),
    ]

    for attempt in attempts:
        with pytest.raises(AppendOnly):
            attempt()


def test_a_reason_is_kept_legible(issuer: Issuer) -> None:
    assert api.note("seen", issuer, reason="It \x02was, Zoë\u200d \N{GRINNING FACE}").reason == (
        "It was, Zoë\u200d \N{GRINNING FACE}"
    )
