from __future__ import annotations

from typing import Any

import pytest
from openedx_events.learning.signals import BADGE_REVOKED

from ingenium_credentials import api
from ingenium_credentials.models import AuditEntry, Award, StatusList

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Any:
    events: list[Any] = []

    def hear(badge: Any, **_kwargs: Any) -> None:
        events.append(badge)

    BADGE_REVOKED.connect(hear)
    yield events
    BADGE_REVOKED.disconnect(hear)


def test_a_revoked_award_says_when_why_and_by_whom(issued: Award) -> None:
    revoked = api.revoke(issued.uuid, reason="  Issued\nby mistake ", actor_id=3)

    assert (revoked.state, revoked.revocation_reason) == (Award.State.REVOKED, "Issued by mistake")
    assert revoked.revoked_at is not None
    entry = AuditEntry.objects.get(action="revoked")
    assert (entry.actor_id, entry.reason, entry.subject_id) == (3, "Issued by mistake", str(issued.uuid))


def test_revoking_makes_the_list_stale_and_queues_its_signing(
    issued: Award, django_capture_on_commit_callbacks: Any
) -> None:
    api.publish(issued.status_list)

    with django_capture_on_commit_callbacks(execute=True):
        api.revoke(issued.uuid, reason="By mistake")
        assert StatusList.objects.get().stale

    assert not StatusList.objects.get().stale


def test_revoking_twice_changes_nothing(
    issued: Award, heard: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = api.revoke(issued.uuid, reason="By mistake")
        second = api.revoke(issued.uuid, reason="Another reason")

    assert (second.revoked_at, second.revocation_reason) == (first.revoked_at, "By mistake")
    assert AuditEntry.objects.filter(action="revoked").count() == 1
    assert [badge.uuid for badge in heard] == [str(issued.uuid)]


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 256])
def test_a_revocation_needs_a_reason(issued: Award, reason: str) -> None:
    with pytest.raises(api.NotAllowed):
        api.revoke(issued.uuid, reason=reason)

    issued.refresh_from_db()
    assert issued.state == Award.State.ISSUED


def test_a_pending_award_that_is_revoked_is_never_issued(
    award: Award, heard: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        api.revoke(award.uuid, reason="By mistake")

    assert api.issue([award.pk]) == []
    award.refresh_from_db()
    assert (award.state, award.credentials.count()) == (Award.State.REVOKED, 0)
    assert heard == []


@pytest.mark.usefixtures("db")
def test_what_does_not_exist_cannot_be_revoked() -> None:
    with pytest.raises(Award.DoesNotExist):
        api.revoke("00000000-0000-4000-8000-000000000000", reason="By mistake")


def test_the_preview_says_what_would_happen_and_changes_nothing(issued: Award) -> None:
    preview = api.preview_revocation(issued.uuid)

    assert (preview.achievement, preview.state, preview.changes) == (
        "Mediterranean ecosystems",
        Award.State.ISSUED,
        True,
    )
    assert preview.formats == ("ob3", "ob3-jwt")
    assert preview.seen_within_seconds == 300
    issued.refresh_from_db()
    assert issued.state == Award.State.ISSUED
    api.revoke(issued.uuid, reason="By mistake")
    assert not api.preview_revocation(issued.uuid).changes


def test_a_reason_is_kept_without_what_nobody_can_read(issued: Award) -> None:
    api.revoke(issued.uuid, reason="By\x02 \x00mis\ufffftake")

    issued.refresh_from_db()
    assert issued.revocation_reason == "By mistake"
    assert AuditEntry.objects.get(action="revoked").reason == "By mistake"


def test_a_reason_that_nobody_can_read_is_none(issued: Award) -> None:
    with pytest.raises(api.NotAllowed):
        api.revoke(issued.uuid, reason=" \x02 \x00")
