"""Open edX events in: one function per event. They translate and hand over to `api`.

Nothing is ever raised into the LMS and nothing of the LMS's is ever rolled back: its
transaction only appends to our inbox, in a savepoint (`api.inbox`), and whatever goes wrong
is logged with the kind of event and the class of the error, never with the learner's data. The platform
connects these functions by name, as `apps.py` lists them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from .. import api
from ..conf import conf
from ..rules import CERTIFICATE_ISSUED

__all__ = [
    "block_completed",
    "ccx_course_passing_status_updated",
    "certificate_changed",
    "certificate_created",
    "certificate_revoked",
    "course_enrollment_changed",
    "course_enrollment_created",
    "course_passing_status_updated",
    "course_unenrollment_completed",
    "persistent_grade_summary_changed",
    "user_retire_lms_critical",
    "user_retire_lms_misc",
]

logger = logging.getLogger(__name__)

_REVOKED = "unavailable"
_STANDING = frozenset({"", CERTIFICATE_ISSUED, "generating"})


def course_passing_status_updated(**event: Any) -> None:
    """A course was graded anew: COURSE_PASSING_STATUS_UPDATED."""
    _hear(event, "course_passing_status", _passing)


def ccx_course_passing_status_updated(**event: Any) -> None:
    """A course of a coach was graded anew: CCX_COURSE_PASSING_STATUS_UPDATED."""
    _hear(event, "course_passing_status", _ccx_passing)


def certificate_created(**event: Any) -> None:
    """A certificate was saved as given or to be given: CERTIFICATE_CREATED."""
    _hear(event, "certificate", _certificate)


def certificate_changed(**event: Any) -> None:
    """A certificate was saved: CERTIFICATE_CHANGED."""
    _hear(event, "certificate", _certificate)


def certificate_revoked(**event: Any) -> None:
    """A certificate was taken back: CERTIFICATE_REVOKED."""
    _hear(event, "certificate", _revoked_certificate)


def persistent_grade_summary_changed(**event: Any) -> None:
    """The gradebook has a new grade: PERSISTENT_GRADE_SUMMARY_CHANGED."""
    _hear(event, "grade", _grade)


def course_enrollment_created(**event: Any) -> None:
    """A learner was enrolled: COURSE_ENROLLMENT_CREATED."""
    _hear(event, "enrollment", _enrolment)


def course_enrollment_changed(**event: Any) -> None:
    """An enrolment has another mode, or begins or ends: COURSE_ENROLLMENT_CHANGED."""
    _hear(event, "enrollment", _enrolment)


def course_unenrollment_completed(**event: Any) -> None:
    """A learner has left a course: COURSE_UNENROLLMENT_COMPLETED."""
    _hear(event, "enrollment", _unenrolment)


def block_completed(*, instance: Any, raw: bool = False, **_rest: Any) -> None:
    """A learner has completed something, or has not any more: `post_save` of the LMS's `BlockCompletion`."""
    if raw or not conf.ENABLED:
        return
    try:
        api.record_completion(learner_id=instance.user_id, course_id=instance.context_key)
    except Exception as error:  # what we cannot use is never the LMS's trouble
        logger.error("A completion was not recorded (%s).", type(error).__name__)


def user_retire_lms_misc(**event: Any) -> None:
    """An account is being retired: USER_RETIRE_LMS_MISC."""
    _forget(event)


def user_retire_lms_critical(**event: Any) -> None:
    """An account is retired: USER_RETIRE_LMS_CRITICAL, in case the former went amiss."""
    _forget(event)


def _hear(event: dict[str, Any], name: str, record: Callable[[Any, dict[str, Any]], None]) -> None:
    if not conf.ENABLED:
        return
    try:
        metadata = event["metadata"]
        record(event[name], {"at": metadata.time, "event_id": str(metadata.id), "in_lms": True})
    except Exception as error:  # an event that we cannot use is never the LMS's trouble
        logger.error("%s was not recorded (%s).", _event_type(event), type(error).__name__)


def _forget(event: dict[str, Any]) -> None:
    # Whether or not the plugin is switched on: data of the time when it was must go, too.
    try:
        api.forget_learner(event["user"].pk, in_lms=True)
    except Exception as error:  # an exception would stop the whole retirement
        logger.error("A retired learner's data was not removed (%s).", type(error).__name__)


def _event_type(event: dict[str, Any]) -> str:
    return str(getattr(event.get("signal"), "event_type", "An event"))


def _passing(status: Any, source: dict[str, Any]) -> None:
    api.record_passing(
        learner_id=status.user.id,
        course_id=status.course.course_key,
        is_passing=status.is_passing,
        **source,
    )


def _ccx_passing(status: Any, source: dict[str, Any]) -> None:
    api.record_passing(
        learner_id=status.user.id,
        course_id=status.course.ccx_course_key,
        is_passing=status.is_passing,
        **source,
    )


def _certificate(certificate: Any, source: dict[str, Any]) -> None:
    _record_certificate(certificate, certificate.current_status, source)


def _revoked_certificate(certificate: Any, source: dict[str, Any]) -> None:
    status = certificate.current_status
    # The event says that it is gone, whatever status came with it.
    _record_certificate(certificate, _REVOKED if (status or "") in _STANDING else status, source)


def _record_certificate(certificate: Any, status: Any, source: dict[str, Any]) -> None:
    api.record_certificate(
        learner_id=certificate.user.id,
        course_id=certificate.course.course_key,
        status=status,
        mode=certificate.mode,
        printed_name=certificate.name,
        grade=certificate.grade,
        **source,
    )


def _grade(grade: Any, source: dict[str, Any]) -> None:
    api.record_grade(
        learner_id=grade.user_id,
        course_id=grade.course.course_key,
        grade=grade.percent_grade,
        **source,
    )


def _enrolment(enrolment: Any, source: dict[str, Any]) -> None:
    _record_enrolment(enrolment, enrolment.is_active, source)


def _unenrolment(enrolment: Any, source: dict[str, Any]) -> None:
    # The event says that it has ended, whatever came with it.
    _record_enrolment(enrolment, False, source)


def _record_enrolment(enrolment: Any, is_enrolled: bool, source: dict[str, Any]) -> None:
    api.record_enrolment(
        learner_id=enrolment.user.id,
        course_id=enrolment.course.course_key,
        is_enrolled=is_enrolled,
        mode=enrolment.mode,
        **source,
    )
