from __future__ import annotations

import datetime as dt
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from ingenium_credentials import lms

COURSE = "course-v1:UOC+MED101+2026"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def test_an_account_has_the_name_of_its_holder(learner: Any) -> None:
    found = lms.account(learner.pk)

    assert found is not None
    assert (found.name, found.email, found.username) == ("Ελένη Παπαδάκη", "eleni@example.org", "eleni")
    assert found.is_active


def test_the_name_of_the_profile_goes_before_the_account_s(platform: dict[str, Rows], learner: Any) -> None:
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη Π."))

    found = lms.account(learner.pk)

    assert found is not None
    assert found.name == "Ελένη Π."


@pytest.mark.django_db
def test_no_account_is_none() -> None:
    assert lms.account(4711) is None


@pytest.mark.django_db
def test_outside_a_platform_courses_are_unknown() -> None:
    assert not lms.is_platform()
    assert lms.course_name(COURSE) == ""
    assert lms.enrolment_mode(1, COURSE) == ""
    assert list(lms.facts_of_course(COURSE)) == []


class Rows(list[Any]):
    """As much of a query as the door to the platform asks for."""

    def filter(self, **lookups: Any) -> Rows:
        if "pk__gt" in lookups:
            return Rows(row for row in self if row.pk > lookups["pk__gt"])
        since = lookups.get("modified_date__gte") or lookups.get("modified__gte")
        if since is None:
            return self
        return Rows(row for row in self if (getattr(row, "modified", None) or row.modified_date) >= since)

    def order_by(self, *_names: str) -> Rows:
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def values_list(self, *names: str, flat: bool = False) -> list[Any]:
        rows = [tuple(getattr(row, name) for name in names) for row in self]
        return Rows(row[0] for row in rows) if flat else rows


@pytest.fixture
def platform(monkeypatch: Any) -> dict[str, Rows]:
    """Modules where the platform has them, with rows instead of tables."""
    tables = {
        "common.djangoapps.student.models.CourseEnrollment": Rows(),
        "common.djangoapps.student.models.UserProfile": Rows(),
        "openedx.core.djangoapps.user_api.models.UserPreference": Rows(),
        "lms.djangoapps.certificates.models.GeneratedCertificate": Rows(),
        "lms.djangoapps.grades.models.PersistentCourseGrade": Rows(),
        "openedx.core.djangoapps.content.course_overviews.models.CourseOverview": Rows(),
    }
    for path, rows in tables.items():
        module_name, _dot, model = path.rpartition(".")
        parts = module_name.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if name not in sys.modules:
                monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setattr(sys.modules[module_name], model, SimpleNamespace(objects=rows), raising=False)
    monkeypatch.setattr(lms, "is_platform", lambda: True)
    return {path.rpartition(".")[2]: rows for path, rows in tables.items()}


def test_in_a_platform_the_chosen_language_is_known(platform: dict[str, Rows], learner: Any) -> None:
    platform["UserPreference"].append(SimpleNamespace(user_id=learner.pk, value="el"))

    found = lms.account(learner.pk)

    assert found is not None
    assert found.language == "el"


@pytest.mark.parametrize("count", [1, 40])
def test_many_accounts_are_read_at_once(
    platform: dict[str, Rows], django_user_model: Any, django_assert_num_queries: Any, count: int
) -> None:
    learners = [django_user_model.objects.create_user(f"learner{place}") for place in range(count)]
    for learner in learners:
        platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name=f"Name {learner.pk}"))
    gone = learners[-1].pk + 1

    with django_assert_num_queries(1):
        found = lms.accounts([*(learner.pk for learner in learners), gone])

    assert {pk: account.name for pk, account in found.items()} == {
        learner.pk: f"Name {learner.pk}" for learner in learners
    }


def test_in_a_platform_courses_have_names_and_modes(platform: dict[str, Rows]) -> None:
    platform["CourseOverview"].append(SimpleNamespace(display_name="Ecosystems"))
    platform["CourseEnrollment"].append(SimpleNamespace(mode="verified"))

    assert lms.course_name(COURSE) == "Ecosystems"
    assert lms.enrolment_mode(1, COURSE) == "verified"


def test_in_a_platform_certificates_and_grades_are_facts(platform: dict[str, Rows]) -> None:
    platform["GeneratedCertificate"].append(
        SimpleNamespace(
            pk=1, user_id=7, status="downloadable", modified_date=NOW, mode="honor", name="Ελένη Παπαδάκη"
        )
    )
    platform["PersistentCourseGrade"].append(
        SimpleNamespace(
            pk=1, user_id=7, percent_grade=0.9, letter_grade="Pass", modified=NOW, passed_timestamp=NOW
        )
    )

    certificate, grade = lms.facts_of_course(COURSE)

    assert (certificate.certificate_status, certificate.mode) == ("downloadable", "honor")
    assert (grade.grade, grade.is_passing, grade.passed_at) == (0.9, True, NOW)
    assert list(lms.facts_of_course(COURSE, NOW + dt.timedelta(days=1))) == []


def test_more_rows_than_a_page_holds_are_all_facts(platform: dict[str, Rows], monkeypatch: Any) -> None:
    monkeypatch.setattr(lms, "_CHUNK", 2)
    platform["PersistentCourseGrade"] += [
        SimpleNamespace(
            pk=number, user_id=number, percent_grade=0.9, letter_grade="", modified=NOW, passed_timestamp=None
        )
        for number in range(1, 6)
    ]

    assert [fact.learner_id for fact in lms.facts_of_course(COURSE)] == [1, 2, 3, 4, 5]


# Mail through edx-ace


MESSAGE = lms.Message(
    to=lms.Account(learner_id=7, username="eleni", name="Ελένη", email="eleni@example.org"),
    language="el",
    subject="Έτοιμο",
    text="Γειά & χαρά",
    head_html="<title>Έτοιμο</title>",
    body_html="<p>Γειά</p>",
    sender="INGENIUM <i@example.org>",
    headers={"Message-ID": "<1@example.org>"},
)


class Post:
    """As much of edx-ace as we use: it answers nothing, and swallows what its channels raise."""

    def __init__(self, reports: tuple[str, ...]) -> None:
        self.reports = reports
        self.sent: list[Any] = []

    def message_type(self, **fields: Any) -> Any:
        def personalize(recipient: Any, language: str, context: dict[str, str]) -> Any:
            made = SimpleNamespace(
                recipient=recipient, language=language, context=context, headers={}, **fields
            )
            made.report = lambda _key, _value: None
            return made

        return SimpleNamespace(personalize=personalize)

    def send(self, message: Any) -> None:
        self.sent.append(message)
        for key in self.reports:
            message.report(key, True)


def _post(monkeypatch: Any, *reports: str) -> Post:
    post = Post(reports)
    modules: dict[str, dict[str, Any]] = {
        "edx_ace": {"ace": SimpleNamespace(send=post.send)},
        "edx_ace.message": {"MessageType": post.message_type},
        "edx_ace.recipient": {"Recipient": lambda number, address: (number, address)},
    }
    for name, members in modules.items():
        module = ModuleType(name)
        for member, value in members.items():
            setattr(module, member, value)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(lms, "is_platform", lambda: True)
    return post


def test_inside_a_platform_its_own_mail_takes_the_message(monkeypatch: Any) -> None:
    post = _post(monkeypatch, "email_delivery_succeeded")

    lms.send_message(MESSAGE)

    (sent,) = post.sent
    assert (sent.recipient, sent.language) == ((7, "eleni@example.org"), "el")
    assert sent.context["text"] == "Γειά & χαρά"
    assert sent.options == {"transactional": True, "from_address": "INGENIUM <i@example.org>"}
    assert sent.headers == {"Message-ID": "<1@example.org>"}


def test_what_its_mail_swallows_is_not_taken_for_sent(monkeypatch: Any) -> None:
    _post(monkeypatch, "email_error")

    with pytest.raises(lms.NotDelivered):
        lms.send_message(MESSAGE)


def test_the_templates_that_it_looks_for_are_there() -> None:
    folder = "ingenium_credentials/edx_ace/letter/email"
    context = {
        "subject": "Σ & <b>",
        "text": "Γειά & <x>",
        "head_html": "<title>t</title>",
        "body_html": "<p>b</p>",
    }

    made = {
        name: render_to_string(f"{folder}/{name}", context)
        for name in ("subject.txt", "body.txt", "head.html", "body.html", "from_name.txt")
    }

    assert (made["subject.txt"], made["body.txt"]) == ("Σ & <b>", "Γειά & <x>")
    assert (made["head.html"], made["body.html"], made["from_name.txt"]) == (
        "<title>t</title>",
        "<p>b</p>",
        "",
    )
