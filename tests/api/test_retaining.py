"""What names learners and has served goes after a while; what must be answered for stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, AuditEntry, Award, AwardImport, Letter, Simulation

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LONG_AGO, LATELY = NOW - dt.timedelta(days=31), NOW - dt.timedelta(days=29)


def _trial(achievement: Achievement, state: str, changed_at: dt.datetime) -> int:
    row = Simulation.objects.create(
        course_id="course-v1:a+b+c",
        achievement=achievement,
        condition={},
        outcome={"near": [{"learner": 7}]},
        state=state,
        asked_at=LONG_AGO,
    )
    Simulation.objects.filter(pk=row.pk).update(changed_at=changed_at)
    return row.pk


def _import(achievement: Achievement, at: dt.datetime, applied_at: dt.datetime | None) -> int:
    row = AwardImport.objects.create(
        achievement=achievement,
        rows=[{"learner": 7, "grade": "0.9", "reason": "By hand"}],
        sha256="0" * 64,
        at=at,
        applied_at=applied_at,
        state="applied" if applied_at else "checked",
    )
    return row.pk


def test_trials_go_when_they_ended_long_ago(achievement: Achievement) -> None:
    for state in ("done", "cancelled", "failed"):
        _trial(achievement, state, LONG_AGO)
    kept = {_trial(achievement, "done", LATELY), _trial(achievement, "running", LONG_AGO)}

    assert api.let_go(NOW) == 3
    assert set(Simulation.objects.values_list("pk", flat=True)) == kept


def test_imports_go_when_they_were_applied_or_left_long_ago(achievement: Achievement) -> None:
    _import(achievement, LONG_AGO, LONG_AGO)
    _import(achievement, LONG_AGO, None)
    kept = {_import(achievement, LONG_AGO, LATELY), _import(achievement, LATELY, None)}

    assert api.let_go(NOW) == 2
    assert set(AwardImport.objects.values_list("pk", flat=True)) == kept
    assert api.let_go(NOW) == 0


def test_the_operator_says_how_long(achievement: Achievement, settings: Any) -> None:
    settings.INGENIUM_RETENTION_DAYS = 40
    row = _import(achievement, LONG_AGO, LONG_AGO)

    assert api.let_go(NOW) == 0
    settings.INGENIUM_RETENTION_DAYS = 7
    assert tasks.sweep()["let_go"] == 1
    assert not AwardImport.objects.filter(pk=row).exists()


def test_awards_letters_and_the_audit_log_stay(issued: Award) -> None:
    Letter.objects.update(created_at=LONG_AGO, sent_at=LONG_AGO)
    entries = AuditEntry.objects.count()
    _import(issued.achievement, LONG_AGO, LONG_AGO)

    api.let_go(NOW)

    assert Award.objects.filter(pk=issued.pk).exists()
    assert Letter.objects.filter(award=issued).exists()
    assert AuditEntry.objects.count() == entries
