from __future__ import annotations

import datetime as dt
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from opaque_keys.edx.keys import CourseKey
from openedx_events.data import EventsMetadata
from openedx_events.learning.data import (
    CcxCourseData,
    CcxCoursePassingStatusData,
    CertificateData,
    CourseData,
    CourseEnrollmentData,
    CoursePassingStatusData,
    PersistentCourseGradeData,
    UserData,
    UserPersonalData,
)
from openedx_events.learning.signals import (
    CCX_COURSE_PASSING_STATUS_UPDATED,
    CERTIFICATE_CHANGED,
    CERTIFICATE_CREATED,
    CERTIFICATE_REVOKED,
    COURSE_ENROLLMENT_CHANGED,
    COURSE_ENROLLMENT_CREATED,
    COURSE_PASSING_STATUS_UPDATED,
    COURSE_UNENROLLMENT_COMPLETED,
    PERSISTENT_GRADE_SUMMARY_CHANGED,
)

from ingenium_credentials import api, tasks
from ingenium_credentials.apps import _RECEIVERS, _RETIREMENT_RECEIVERS
from ingenium_credentials.models import Award, CourseResult, IncomingNews, OfferedCourse
from ingenium_credentials.signals import receivers

pytestmark = pytest.mark.django_db

KEY = CourseKey.from_string("course-v1:UOC+MED101+2026")
CCX = CourseKey.from_string("ccx-v1:UOC+MED101+2026+ccx@7")
NAME = "Ελένη Παπαδάκη"
EMAIL = "eleni@example.org"


def _user(learner_id: int = 7) -> UserData:
    return UserData(
        id=learner_id, is_active=True, pii=UserPersonalData(username="eleni", email=EMAIL, name=NAME)
    )


def _passing(*, is_passing: bool = True, user: Any = None, course: Any = None) -> CoursePassingStatusData:
    return CoursePassingStatusData(
        is_passing=is_passing, course=course or CourseData(course_key=KEY), user=user or _user()
    )


def _certificate(status: Any = "downloadable", **members: Any) -> CertificateData:
    facts: dict[str, Any] = {
        "user": _user(),
        "course": CourseData(course_key=KEY),
        "mode": "honor",
        "grade": "0.9",
        "download_url": "",
        "name": NAME,
        "current_status": status,
    }
    return CertificateData(**(facts | members))


def _grade(percent: Any = 0.87) -> PersistentCourseGradeData:
    now = dt.datetime.now(dt.UTC)
    return PersistentCourseGradeData(
        user_id=7,
        course=CourseData(course_key=KEY),
        course_edited_timestamp=now,
        course_version="v",
        grading_policy_hash="h",
        percent_grade=percent,
        letter_grade="Pass",
        passed_timestamp=now,
    )


def _enrolment(*, is_active: Any = True, mode: Any = "verified", user: Any = None) -> CourseEnrollmentData:
    return CourseEnrollmentData(
        user=user or _user(),
        course=CourseData(course_key=KEY),
        mode=mode,
        is_active=is_active,
        creation_date=dt.datetime.now(dt.UTC),
    )


@pytest.fixture(autouse=True)
def offered(db: None) -> None:
    """The courses concern us."""
    OfferedCourse.objects.bulk_create(OfferedCourse(course_id=str(key)) for key in (KEY, CCX))


def _taken_in() -> CourseResult:
    """What is known once the LMS has committed and a worker has been at it."""
    api.take_in(list(IncomingNews.objects.values_list("pk", flat=True)))
    return CourseResult.objects.get()


def test_every_receiver_that_the_plugin_names_is_here() -> None:
    for name, _signal in _RECEIVERS + _RETIREMENT_RECEIVERS:
        assert callable(getattr(receivers, name))


def test_passing_is_heard() -> None:
    COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=_passing())

    result = _taken_in()
    assert (result.learner_id, result.course_id, result.is_passing) == (7, str(KEY), True)


def test_passing_a_course_of_a_coach_is_heard_under_its_own_key() -> None:
    course = CcxCourseData(ccx_course_key=CCX, master_course_key=KEY, display_name="", coach_email="c@e.org")
    CCX_COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CcxCoursePassingStatusData(is_passing=True, course=course, user=_user())
    )

    assert _taken_in().course_id == str(CCX)


def test_a_grade_is_heard() -> None:
    PERSISTENT_GRADE_SUMMARY_CHANGED.send_event(grade=_grade())

    assert str(_taken_in().grade) == "0.8700"


@pytest.mark.parametrize("signal", [CERTIFICATE_CREATED, CERTIFICATE_CHANGED])
def test_a_certificate_is_heard(signal: Any) -> None:
    signal.send_event(certificate=_certificate(grade=""))

    result = _taken_in()
    assert (result.certificate_status, result.mode, result.printed_name) == ("downloadable", "honor", NAME)
    assert (result.is_passing, result.grade) == (False, None)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("notpassing", "notpassing"),
        ("downloadable", "unavailable"),
        ("", "unavailable"),
        (None, "unavailable"),
    ],
)
def test_a_certificate_that_was_taken_back_does_not_count(said: Any, heard: str) -> None:
    CERTIFICATE_CREATED.send_event(certificate=_certificate())

    CERTIFICATE_REVOKED.send_event(certificate=_certificate(said, mode=None))

    result = _taken_in()
    assert (result.certificate_status, result.certificate_since) == (heard, None)


def test_an_enrolment_is_heard() -> None:
    COURSE_ENROLLMENT_CREATED.send_event(enrollment=_enrolment(mode="audit"))
    COURSE_ENROLLMENT_CHANGED.send_event(enrollment=_enrolment())

    result = _taken_in()
    assert (result.is_enrolled, result.enrolled_mode, result.is_passing) == (True, "verified", False)


@pytest.mark.parametrize("is_active", [True, False])
def test_who_has_left_a_course_is_not_enrolled_whatever_came_with_it(is_active: bool) -> None:
    COURSE_ENROLLMENT_CREATED.send_event(enrollment=_enrolment())

    COURSE_UNENROLLMENT_COMPLETED.send_event(enrollment=_enrolment(is_active=is_active))

    result = _taken_in()
    assert (result.is_enrolled, result.enrolled_mode) == (False, "")


def test_an_event_that_comes_over_the_bus_as_well_is_handled_once() -> None:
    metadata = EventsMetadata(event_type=COURSE_PASSING_STATUS_UPDATED.event_type, minorversion=0)

    for _time in range(2):
        COURSE_PASSING_STATUS_UPDATED.send_event_with_custom_metadata(
            metadata, course_passing_status=_passing()
        )

    assert _taken_in().revision == 1


def test_older_news_is_ignored() -> None:
    now = dt.datetime.now(dt.UTC)
    COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=_passing(), time=now)

    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=_passing(is_passing=False), time=now - dt.timedelta(seconds=1)
    )

    assert _taken_in().is_passing


def test_switched_off_nothing_is_done(settings: Any, django_assert_num_queries: Any) -> None:
    settings.INGENIUM_ENABLED = False

    with django_assert_num_queries(0):
        COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=_passing())
        CERTIFICATE_CREATED.send_event(certificate=_certificate())


_BROKEN: list[tuple[Any, dict[str, Any]]] = [
    (COURSE_PASSING_STATUS_UPDATED, {"course_passing_status": _passing(user=_user(learner_id=None))}),  # type: ignore[arg-type]
    (COURSE_PASSING_STATUS_UPDATED, {"course_passing_status": _passing(course=CourseData(course_key=None))}),
    (COURSE_PASSING_STATUS_UPDATED, {"course_passing_status": _passing(is_passing=None)}),  # type: ignore[arg-type]
    (COURSE_PASSING_STATUS_UPDATED, {"course_passing_status": _passing(user=SimpleNamespace())}),
    (COURSE_ENROLLMENT_CREATED, {"enrollment": _enrolment(is_active=None)}),
    (COURSE_ENROLLMENT_CHANGED, {"enrollment": _enrolment(mode="x" * 64)}),
    (COURSE_UNENROLLMENT_COMPLETED, {"enrollment": _enrolment(user=SimpleNamespace())}),
    (CERTIFICATE_CREATED, {"certificate": _certificate(None)}),
    (CERTIFICATE_CREATED, {"certificate": _certificate(course=None)}),
    (CERTIFICATE_REVOKED, {"certificate": _certificate(user=None)}),
    (PERSISTENT_GRADE_SUMMARY_CHANGED, {"grade": _grade(None)}),
    (PERSISTENT_GRADE_SUMMARY_CHANGED, {"grade": _grade("a lot")}),
]


@pytest.mark.parametrize(("signal", "data"), _BROKEN)
@pytest.mark.parametrize("debug", [False, True])
def test_a_malformed_event_disturbs_nobody_and_names_nobody(
    settings: Any, caplog: Any, signal: Any, data: dict[str, Any], debug: bool
) -> None:
    # With DEBUG the platform lets a receiver's exception through to its sender.
    settings.DEBUG = debug

    with caplog.at_level(logging.DEBUG, logger="ingenium_credentials"):
        signal.send_event(**data)

    assert not IncomingNews.objects.exists()
    messages = [record.getMessage() for record in caplog.records if "ingenium" in record.name]
    assert len(messages) == 1
    assert signal.event_type in messages[0]
    assert not any(word in messages[0] for word in (NAME, EMAIL, "eleni"))


@pytest.mark.parametrize("event", [{}, {"metadata": None}, {"metadata": None, "certificate": None}])
def test_a_call_without_the_event_s_members_disturbs_nobody(event: dict[str, Any]) -> None:
    receivers.certificate_created(**event)
    receivers.course_passing_status_updated(**event)
    receivers.user_retire_lms_misc(**event)

    assert not IncomingNews.objects.exists()


@pytest.fixture
def broken_table(transactional_db: None) -> Any:
    """A table that the database itself refuses to write to."""
    name = connection.ops.quote_name(IncomingNews._meta.db_table)
    sqlite = connection.vendor == "sqlite"
    refuse = "SELECT RAISE(ABORT, 'refused');" if sqlite else "SIGNAL SQLSTATE '45000';"
    body = f"FOR EACH ROW BEGIN {refuse} END"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TRIGGER refuse_news BEFORE INSERT ON {name} {body}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse_news")


@pytest.mark.parametrize("debug", [False, True])
def test_a_write_that_the_database_refuses_leaves_the_lms_s_rows(
    settings: Any, broken_table: Any, caplog: Any, debug: bool
) -> None:
    settings.DEBUG = debug

    with transaction.atomic():
        get_user_model().objects.create_user("before", "b@example.org")
        CERTIFICATE_CREATED.send_event(certificate=_certificate())
        get_user_model().objects.create_user("after", "a@example.org")

    assert get_user_model().objects.count() == 2
    assert not IncomingNews.objects.exists()
    assert not any(NAME in record.getMessage() for record in caplog.records if "ingenium" in record.name)


def test_a_broker_that_is_down_disturbs_nobody_and_loses_nothing(
    settings: Any, transactional_db: None, caplog: Any
) -> None:
    from celery import current_app

    eager, current_app.conf.task_always_eager = current_app.conf.task_always_eager, False
    broker, current_app.conf.broker_url = current_app.conf.broker_url, "redis://127.0.0.1:1/0"
    try:
        with transaction.atomic():
            COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=_passing())
    finally:
        current_app.conf.task_always_eager, current_app.conf.broker_url = eager, broker

    assert not CourseResult.objects.exists()
    assert tasks.sweep()["news"] == 0  # young news has a task on the way, for all that the sweep knows
    IncomingNews.objects.update(heard_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    assert tasks.sweep()["news"] == 1
    assert CourseResult.objects.get().is_passing
    said = [record.getMessage() for record in caplog.records if "ingenium" in record.name]
    assert len(said) == 1
    assert NAME not in said[0]


def test_a_learner_who_leaves_is_forgotten_even_when_switched_off(
    settings: Any, rule: Any, learner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        COURSE_PASSING_STATUS_UPDATED.send_event(course_passing_status=_passing(user=_user(learner.pk)))
    settings.INGENIUM_ENABLED = False

    with django_capture_on_commit_callbacks(execute=True):
        receivers.user_retire_lms_misc(sender=None, user=learner)
        receivers.user_retire_lms_critical(sender=None, user=learner)

    award = Award.objects.get()
    assert (award.recipient_name, award.email_hash, award.credentials.count()) == ("", "", 0)
