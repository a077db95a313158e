"""News in the LMS's own transaction, and how it comes from there into the results."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Award, AwardRule, CourseResult, IncomingNews, OfferedCourse

NOW = dt.datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=dt.UTC)
COURSE = "course-v1:UOC+MED101+2026"
NAME = "Ελένη Παπαδάκη"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def offered(db: None) -> None:
    """The course concerns us."""
    OfferedCourse.objects.create(course_id=COURSE)


def _tell(*, learner_id: int = 7, is_passing: bool = True, event_id: str = "e") -> None:
    api.record_passing(
        learner_id=learner_id,
        course_id=COURSE,
        is_passing=is_passing,
        at=NOW,
        event_id=event_id,
        in_lms=True,
    )


def _tell_certificate(learner_id: int = 7) -> None:
    api.record_certificate(
        learner_id=learner_id,
        course_id=COURSE,
        status="downloadable",
        mode="verified",
        printed_name=NAME,
        grade="0.87",
        at=NOW,
        event_id="c",
        in_lms=True,
    )


def _take_in() -> list[int]:
    return api.take_in(list(IncomingNews.objects.values_list("pk", flat=True)))


def test_nothing_in_the_inbox_could_be_locked_by_another_transaction() -> None:
    fields = IncomingNews._meta.get_fields()

    assert [field.name for field in fields if field.is_relation] == []
    assert [field.name for field in fields if getattr(field, "db_index", False)] == []
    assert [field.name for field in fields if getattr(field, "unique", False)] == ["id"]
    assert isinstance(IncomingNews._meta.pk, models.AutoField | models.BigAutoField)
    assert (IncomingNews._meta.indexes, IncomingNews._meta.constraints) == ([], [])


def test_the_lms_s_transaction_writes_only_a_row_of_the_inbox(django_assert_num_queries: Any) -> None:
    # Whether the course concerns us; savepoint, insert, release.
    with django_assert_num_queries(4) as queries:
        _tell()

    written = [query["sql"] for query in queries if "INSERT" in query["sql"]]
    assert len(written) == 1
    assert "incomingnews" in written[0]
    assert not CourseResult.objects.exists()


def test_what_is_told_comes_into_the_results_whole() -> None:
    _tell()
    api.record_grade(learner_id=7, course_id=COURSE, grade=0.91239, at=NOW, event_id="g", in_lms=True)
    api.record_enrolment(
        learner_id=7, course_id=COURSE, is_enrolled=True, mode="audit", at=NOW, event_id="n", in_lms=True
    )
    _tell_certificate()

    (result_id,) = _take_in()

    result = CourseResult.objects.get(pk=result_id)
    assert (result.is_passing, result.passing_since, result.certificate_since) == (True, NOW, NOW)
    assert (str(result.grade), result.mode, result.printed_name) == ("0.9124", "verified", NAME)
    assert (result.is_enrolled, result.enrolled_mode, result.revision) == (True, "audit", 4)
    assert not IncomingNews.objects.exists()


def test_taking_in_says_only_what_is_to_be_evaluated() -> None:
    _tell()
    assert len(_take_in()) == 1

    _tell()
    assert _take_in() == []
    assert CourseResult.objects.get().revision == 1


def test_what_somebody_else_has_taken_in_is_left_alone(monkeypatch: Any) -> None:
    _tell()
    stale = list(IncomingNews.objects.all())
    api.erase_learner(7)
    monkeypatch.setattr(IncomingNews.objects, "filter", lambda **_which: _Rows(stale))

    assert api.take_in([stale[0].pk]) == []
    assert not CourseResult.objects.exists()


class _Rows(list[IncomingNews]):
    """Rows as they were read before somebody took them away."""

    def order_by(self, _name: str) -> list[IncomingNews]:
        return list(self)


def test_when_the_lms_commits_the_learner_is_awarded(
    transactional_db: None, rule: AwardRule, learner: Any
) -> None:
    with transaction.atomic():
        _tell(learner_id=learner.pk)
        assert not CourseResult.objects.exists()

    assert Award.objects.get().learner_id == learner.pk
    assert not IncomingNews.objects.exists()


def test_without_a_transaction_it_is_the_same(transactional_db: None, rule: AwardRule, learner: Any) -> None:
    _tell(learner_id=learner.pk)

    assert Award.objects.get().learner_id == learner.pk


def test_what_the_lms_rolls_back_was_never_told(transactional_db: None) -> None:
    with transaction.atomic():
        _tell()
        transaction.set_rollback(True)

    assert not IncomingNews.objects.exists()
    assert not CourseResult.objects.exists()


def test_an_insert_that_fails_leaves_the_lms_s_rows(transactional_db: None) -> None:
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "ingenium_credentials_incomingnews" in sql:
            raise IntegrityError("refused")
        return execute(sql, params, many, context)

    with transaction.atomic():
        get_user_model().objects.create_user("before")
        with connection.execute_wrapper(refuse), pytest.raises(IntegrityError):
            _tell()
        get_user_model().objects.create_user("after")

    assert get_user_model().objects.count() == 2


def test_the_sweep_takes_in_what_a_broker_or_a_worker_lost(rule: AwardRule, learner: Any) -> None:
    _tell(learner_id=learner.pk)
    assert list(api.news_left(timezone.now(), dt.timedelta(seconds=10))) == []

    later = timezone.now() + dt.timedelta(minutes=1)

    assert list(api.news_left(later, dt.timedelta(seconds=10))) == [IncomingNews.objects.get().pk]


def test_what_was_told_while_a_clock_was_ahead_is_taken_in(db: None) -> None:
    _tell()
    IncomingNews.objects.update(heard_at=timezone.now() + dt.timedelta(days=300))

    assert tasks.sweep()["news"] == 1


def test_a_row_that_cannot_be_read_keeps_none_from_being_taken_in(caplog: Any) -> None:
    IncomingNews.objects.create(kind="passing", learner_id=7, content={"at": NAME}, heard_at=NOW)
    _tell()

    with caplog.at_level(logging.ERROR):
        assert len(_take_in()) == 1

    assert IncomingNews.objects.count() == 1
    (record,) = caplog.records
    assert "ValueError" in record.getMessage()
    assert NAME not in record.getMessage()


def test_an_account_that_ends_is_followed_after_the_commit_and_leaves_no_name(
    rule: AwardRule, learner: Any
) -> None:
    _tell_certificate(learner.pk)
    api.evaluate(_take_in())
    _tell_certificate(learner.pk)

    assert api.forget_learner(learner.pk, in_lms=True) == 0
    assert CourseResult.objects.get().printed_name == NAME
    _take_in()

    assert CourseResult.objects.get().printed_name == ""
    assert not IncomingNews.objects.exists()


def test_switched_off_who_has_left_is_forgotten_and_nobody_is_awarded(
    rule: AwardRule, learner: Any, settings: Any
) -> None:
    _tell(learner_id=learner.pk)
    settings.INGENIUM_ENABLED = False

    tasks.take_in(list(IncomingNews.objects.values_list("pk", flat=True)))

    assert CourseResult.objects.get().dirty
    assert not Award.objects.exists()


def test_who_is_erased_leaves_nothing_in_the_inbox() -> None:
    _tell()
    _tell(learner_id=8)

    api.erase_learner(7)

    assert IncomingNews.objects.get().learner_id == 8


def test_what_waits_in_the_inbox_is_given_to_the_learner() -> None:
    _tell_certificate()

    (row,) = api.personal_data(7)["incomingnews"]

    assert row["content"]["printed_name"] == NAME
