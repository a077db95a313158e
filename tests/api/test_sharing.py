from __future__ import annotations

import pytest

from ingenium_credentials import api
from ingenium_credentials.models import AuditEntry, Award

pytestmark = pytest.mark.django_db


def test_nothing_is_shared_by_itself(issued: Award) -> None:
    assert issued.shared_at is None


def test_the_learner_shares_and_takes_it_back(issued: Award) -> None:
    assert api.share(issued, True, issued.learner_id).shared_at is not None
    assert api.share(issued, False, issued.learner_id).shared_at is None

    entries = AuditEntry.objects.filter(action__in=("shared", "unshared")).order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("shared", issued.learner_id),
        ("unshared", issued.learner_id),
    ]


def test_sharing_twice_changes_nothing(issued: Award) -> None:
    first = api.share(issued, True, None).shared_at

    assert api.share(issued, True, None).shared_at == first
    assert AuditEntry.objects.filter(action="shared").count() == 1
