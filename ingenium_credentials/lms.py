"""The one door to the LMS: accounts, course names, modes, certificates and grades.

Imports of the platform stand inside functions, so that the plugin also runs in a plain
Django project; there, Django's own accounts answer and everything else is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q
from django.db.models.functions import Lower
from django.template.loader import render_to_string

__all__ = [
    "Account",
    "CourseFact",
    "Message",
    "NotDelivered",
    "account",
    "accounts",
    "accounts_named",
    "course_exists",
    "course_name",
    "course_runs",
    "enrolled",
    "enrolment_mode",
    "facts_of_course",
    "is_course_staff",
    "is_platform",
    "send_message",
    "usernames_of",
]

_CHUNK = 500


@frozen(kw_only=True)
class Account:
    """What the LMS knows of a person. It is shown and hashed, and never logged."""

    learner_id: int
    username: str
    name: str
    """The name of the profile; may be empty."""
    email: str
    language: str = ""
    """BCP 47 tag of the chosen language; empty when none was chosen."""
    is_active: bool = True
    """False for an address that nobody has confirmed, and for an account that is being retired."""


@frozen(kw_only=True)
class CourseFact:
    """What the LMS's own tables say of one learner in one course."""

    learner_id: int
    course_id: str
    certificate_status: str = ""
    certificate_at: dt.datetime | None = None
    mode: str = ""
    printed_name: str = ""
    grade: Decimal | float | None = None
    grade_at: dt.datetime | None = None
    is_passing: bool | None = None
    passed_at: dt.datetime | None = None


@frozen(kw_only=True)
class Message:
    """One mail to one learner, ready to be sent; nothing of it is logged."""

    to: Account
    language: str
    """BCP 47 tag of the texts."""
    subject: str
    """One line."""
    text: str
    head_html: str
    """What stands in `<head>`: style only, the rest must do without it."""
    body_html: str
    sender: str = ""
    """Address, with a name if wanted; empty: the site's own."""
    headers: dict[str, str] = field(factory=dict)


class NotDelivered(Exception):
    """The platform's mail did not take the message; says no more, as that could name somebody."""


def is_platform() -> bool:
    """Whether this process is an LMS."""
    return apps.is_installed("common.djangoapps.student")


def account(learner_id: int) -> Account | None:
    """The account with this id, or None when there is none (any more)."""
    return accounts([learner_id]).get(learner_id)


def accounts(learner_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts with these ids, as far as they exist, in a few queries however many they are."""
    ids = list(dict.fromkeys(learner_ids))
    found: dict[int, Account] = {}
    for start in range(0, len(ids), _CHUNK):
        users: list[Any] = list(get_user_model()._default_manager.filter(pk__in=ids[start : start + _CHUNK]))
        names, languages = _profile_names(users), _languages(users)
        for user in users:
            found[user.pk] = _account(user, names.get(user.pk, ""), languages.get(user.pk, ""))
    return found


def _account(user: Any, profile_name: str, language: str) -> Account:
    return Account(
        learner_id=user.pk,
        username=user.get_username(),
        name=(profile_name or user.get_full_name()).strip(),
        email=(user.email or "").strip(),
        language=language,
        is_active=user.is_active and not _is_retired(user),
    )


def _is_retired(user: Any) -> bool:
    # The platform leaves the row and writes an address of this kind over the learner's.
    domain = getattr(settings, "RETIRED_EMAIL_DOMAIN", "retired.invalid")
    return str(user.email or "").endswith(f"@{domain}")


def _profile_names(users: Sequence[Any]) -> dict[int, str]:
    """Registration in the LMS fills the profile and leaves first and last name empty."""
    if not is_platform():
        return {}
    from common.djangoapps.student.models import UserProfile

    rows = UserProfile.objects.filter(user_id__in=[user.pk for user in users])
    return {learner_id: name or "" for learner_id, name in rows.values_list("user_id", "name")}


def _languages(users: Sequence[Any]) -> dict[int, str]:
    if not is_platform():
        return {}
    from openedx.core.djangoapps.user_api.models import UserPreference

    rows = UserPreference.objects.filter(user_id__in=[user.pk for user in users], key="pref-lang")
    return {learner_id: value or "" for learner_id, value in rows.values_list("user_id", "value")}


def is_course_staff(user: Any, course_id: str) -> bool:
    """Whether the person is staff of the course; outside an LMS, whether they may change rules."""
    if not user.is_authenticated or not user.is_active:
        return False
    if not is_platform():
        return bool(user.has_perm("ingenium_credentials.change_awardrule"))
    from lms.djangoapps.courseware.access import has_access
    from opaque_keys.edx.keys import CourseKey

    return bool(has_access(user, "staff", CourseKey.from_string(course_id)))


def course_name(course_id: str) -> str:
    """The course's name for people; empty when the LMS does not know the course."""
    if not is_platform():
        return ""
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    overview = CourseOverview.objects.filter(id=CourseKey.from_string(course_id)).first()
    return str(overview.display_name or "") if overview else ""


def enrolment_mode(learner_id: int, course_id: str) -> str:
    """The mode of the active enrolment; empty when there is none or this is no LMS.

    Events of passing do not carry it.
    """
    if not is_platform():
        return ""
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey

    enrolments = CourseEnrollment.objects.filter(
        user_id=learner_id, course_id=CourseKey.from_string(course_id), is_active=True
    )
    return str(enrolments.values_list("mode", flat=True).first() or "")


def facts_of_course(course_id: str, since: dt.datetime | None = None) -> Iterator[CourseFact]:
    """Certificates and grades as the LMS holds them now; nothing outside an LMS.

    `since` leaves out what did not change after that moment.
    """
    if not is_platform():
        return
    yield from _certificates(course_id, since)
    yield from _grades(course_id, since)


def _paged(rows: Any) -> Iterator[Any]:
    """Rows in pages: MySQL's client would keep a whole answer in memory, and read it long before use."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        yield from page
        last = page[-1].pk


def _certificates(course_id: str, since: dt.datetime | None) -> Iterator[CourseFact]:
    from lms.djangoapps.certificates.models import GeneratedCertificate
    from opaque_keys.edx.keys import CourseKey

    certificates = GeneratedCertificate.objects.filter(course_id=CourseKey.from_string(course_id))
    if since is not None:
        certificates = certificates.filter(modified_date__gte=since)
    for row in _paged(certificates):
        yield CourseFact(
            learner_id=row.user_id,
            course_id=course_id,
            certificate_status=row.status or "",
            certificate_at=row.modified_date,
            mode=row.mode or "",
            printed_name=row.name or "",
        )


def _grades(course_id: str, since: dt.datetime | None) -> Iterator[CourseFact]:
    from lms.djangoapps.grades.models import PersistentCourseGrade
    from opaque_keys.edx.keys import CourseKey

    grades = PersistentCourseGrade.objects.filter(course_id=CourseKey.from_string(course_id))
    if since is not None:
        grades = grades.filter(modified__gte=since)
    for row in _paged(grades):
        yield CourseFact(
            learner_id=row.user_id,
            course_id=course_id,
            grade=row.percent_grade,
            grade_at=row.modified,
            # The platform reads its own rows so: a letter is given to those who pass.
            is_passing=bool(row.letter_grade),
            passed_at=row.passed_timestamp,
        )


def send_message(message: Message) -> None:
    """Hand the message over: to edx-ace inside an LMS, else to Django's mail.

    Raises `NotDelivered`, `OSError` or `smtplib.SMTPException` when nobody has taken it.
    """
    if is_platform():
        _send_by_ace(message)
        return
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        message.sender or None,
        [message.to.email],
        headers=message.headers,
    )
    parts = {"message": message, "language": message.language}
    mail.attach_alternative(render_to_string("ingenium_credentials/mail/page.html", parts), "text/html")
    # Closed whatever comes of it; Django 4.2 leaves it open where an address is refused.
    with get_connection() as mail.connection:
        mail.send()


def _send_by_ace(message: Message) -> None:
    from edx_ace import ace
    from edx_ace.message import MessageType
    from edx_ace.recipient import Recipient

    kind = MessageType(
        app_label="ingenium_credentials",
        name="letter",
        # Transactional: sent whatever the learner has said of newsletters.
        options={"transactional": True} | ({"from_address": message.sender} if message.sender else {}),
    )
    made: Any = kind.personalize(
        Recipient(message.to.learner_id, message.to.email),
        message.language,
        {
            "subject": message.subject,
            "text": message.text,
            "head_html": message.head_html,
            "body_html": message.body_html,
        },
    )
    made.headers = message.headers
    # edx-ace returns nothing and swallows its channels' errors; what it reports is all that it says.
    reported: set[str] = set()
    report = made.report

    def heard(key: str, value: Any) -> None:
        reported.add(key)
        report(key, value)

    made.report = heard
    ace.send(made)
    if "email_delivery_succeeded" not in reported:
        raise NotDelivered


def accounts_named(names: Iterable[str]) -> dict[str, frozenset[int]]:
    """The ids of the accounts with this username or e-mail address, by what was asked for.

    Usernames must match exactly, addresses but for capitals. An address can belong to more
    than one account; what belongs to none is left out.
    """
    wanted = sorted(set(names))
    found: dict[str, set[int]] = {name: set() for name in wanted}
    by_address: dict[str, list[str]] = {}
    for name in wanted:
        by_address.setdefault(name.lower(), []).append(name)
    for pk, username, email in _accounts_like(wanted):
        # Again here, as some databases take letters with and without accents for the same.
        for name in {username, *by_address.get((email or "").lower(), ())} & found.keys():
            found[name].add(pk)
    return {name: frozenset(ids) for name, ids in found.items() if ids}


def _accounts_like(wanted: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        addresses = [name.lower() for name in chunk if "@" in name]
        users = get_user_model()._default_manager.annotate(address=Lower("email"))
        yield from users.filter(Q(username__in=chunk) | Q(address__in=addresses)).values_list(
            "pk", "username", "email"
        )


def usernames_of(learner_ids: Iterable[int]) -> dict[int, str]:
    """The usernames of these accounts, as far as they exist."""
    users = get_user_model()._default_manager.filter(pk__in=list(learner_ids))
    return dict(users.values_list("pk", "username"))


def enrolled(course_id: str, learner_ids: Iterable[int]) -> frozenset[int]:
    """Which of these have ever enrolled in the course; nobody outside an LMS."""
    if not is_platform():
        return frozenset()
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey

    rows = CourseEnrollment.objects.filter(
        course_id=CourseKey.from_string(course_id), user_id__in=list(learner_ids)
    )
    return frozenset(rows.values_list("user_id", flat=True))


def course_exists(course_id: str) -> bool | None:
    """Whether the platform has the course; None outside an LMS, where nobody can tell."""
    if not is_platform():
        return None
    return bool(course_name(course_id))


def course_runs(course_id: str) -> tuple[str, ...]:
    """The keys of later runs of the same course; none outside an LMS or without its own start."""
    if not is_platform():
        return ()
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    key = CourseKey.from_string(course_id)
    rows = CourseOverview.objects.filter(org=key.org).order_by("start").values_list("id", "start")
    runs = [(run, start) for run, start in rows if run.course == key.course]
    mine = next((start for run, start in runs if run == key), None)
    return tuple(str(run) for run, start in runs if mine and start and start > mine)
