"""The steps of the demonstration, in order; each says in one line what it did.

The events are real ones of openedx-events, heard by the receivers that Open edX's plugin
machinery connected; the check is the command that an employer would type, in a process of
its own that sees nothing but the files.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone
from opaque_keys.edx.keys import CourseKey
from openedx_events.learning.data import CourseData, CoursePassingStatusData, UserData, UserPersonalData
from openedx_events.learning.signals import COURSE_PASSING_STATUS_UPDATED

from .. import api, lms
from ..badges.baking import bake_png, bake_svg
from ..badges.did import did_web_url
from ..badges.trust import write_trust
from ..conf import conf
from ..models import Achievement, Award, Issuer, OfferedCourse, Organisation
from . import alliance
from .authorities import Authority, open_authority

__all__ = ["Demonstration", "DemonstrationFailed", "run"]

USERNAME = PASSWORD = "demo"  # noqa: S105  (printed for everybody to use)
FIRST_NAME, LAST_NAME, EMAIL = "Ελένη", "Παπαδάκη", "eleni@learner.example"
FILES = (
    *("credential.json", "credential.jwt", "badge.png", "badge.svg"),
    *("credential.elm.jsonld", "diploma.pdf"),
)
INSTRUCTOR = "teacher"
"""User name and password of whoever teaches the demonstration's courses."""
_UNSIGNED, _TRUST = "elm-unsigned.json", "trust.json"

_COULD_NOT_BE_CHECKED = 2


class DemonstrationFailed(Exception):
    """A step did not do what it shows; the message says which and why."""


@define
class Demonstration:
    """What one step hands to the next."""

    output: Path
    achievement: Achievement = field(init=False)
    authority: Authority = field(init=False)
    learner: Any = field(init=False)
    award: Award = field(init=False)

    @property
    def links(self) -> dict[str, str]:
        """The addresses worth opening."""
        return {
            f"course staff (sign in as {INSTRUCTOR} / {INSTRUCTOR})": (
                f"{conf.BASE_URL}/ingenium/courses/{next(iter(alliance.COURSES))}/"
            ),
            f"learner (sign in as {USERNAME} / {PASSWORD})": f"{conf.BASE_URL}/ingenium/credentials/",
            "public page": f"{conf.BASE_URL}/ingenium/credentials/{self.award.uuid}",
            "verifier": f"{conf.BASE_URL}/ingenium/verify/",
        }


def run(demonstration: Demonstration) -> Iterator[str]:
    """Do the steps, one for each line that is taken; raises `DemonstrationFailed`.

    A second run finds the rows of the first, and ends as the first did.
    """
    if not conf.DEMONSTRATION or lms.is_platform():
        raise DemonstrationFailed("Only a site with INGENIUM_DEMONSTRATION, and never an LMS, runs this.")
    for step in STEPS:
        yield step(demonstration)


def load_alliance(demonstration: Demonstration) -> str:
    """Enter universities, courses, micro-credential and rule."""
    demonstration.achievement = alliance.load()
    universities = Organisation.objects.filter(kind=Organisation.Kind.UNIVERSITY).count()
    return f"{universities} universities, {len(alliance.COURSES)} courses, 1 joint micro-credential"


def make_keys(demonstration: Demonstration) -> str:
    """Make the keys of the universities that award in the private folder."""
    own = [alliance.make_keys(issuer) for issuer in alliance.issuers(demonstration.achievement)]
    kinds = ", ".join(f"{key.algorithm} for {key.use}" for key in own[0])
    return f"keys of {len(own)} universities in {conf.KEYS_DIR}: {kinds}"


def make_seals(demonstration: Demonstration) -> str:
    """Make a certificate authority, and the certificate of a seal for each university."""
    if conf.KEYS_DIR is None:
        raise DemonstrationFailed("INGENIUM_KEYS_DIR is not set.")
    demonstration.authority = open_authority(conf.KEYS_DIR / "authority")
    for issuer in alliance.issuers(demonstration.achievement):
        alliance.make_seals(issuer, demonstration.authority)
    if conf.SEAL_ANCHORS_DIR is not None:
        _write(conf.SEAL_ANCHORS_DIR / _TRUST, write_trust(demonstration.authority.anchors))
    return "a certificate authority of the demonstration, and an electronic seal for each university"


def make_learner(demonstration: Demonstration) -> str:
    """Make the account of a learner whose name is in Greek."""
    learner, is_new = get_user_model().objects.get_or_create(
        username=USERNAME, defaults={"first_name": FIRST_NAME, "last_name": LAST_NAME, "email": EMAIL}
    )
    if is_new:
        learner.set_password(PASSWORD)
        learner.save()
    demonstration.learner = learner
    return f"learner {learner.get_full_name()} (sign in: {USERNAME} / {PASSWORD})"


def make_instructor(demonstration: Demonstration) -> str:
    """Offer the micro-credential in its courses, and make the account of whoever teaches them."""
    for course in alliance.COURSES:
        if not OfferedCourse.objects.filter(course_id=course).exists():
            definitions = [demonstration.achievement.slug]
            api.define_offered_course(OfferedCourse(course_id=course, definitions=definitions))
    instructor, is_new = get_user_model().objects.get_or_create(
        username=INSTRUCTOR, defaults={"first_name": "Ana", "last_name": "Ilić"}
    )
    if is_new:
        instructor.set_password(INSTRUCTOR)
        instructor.save()
        instructor.user_permissions.add(
            Permission.objects.get(
                content_type__app_label="ingenium_credentials", codename="change_awardrule"
            )
        )
    return f"course staff {instructor.get_full_name()} (sign in: {INSTRUCTOR} / {INSTRUCTOR})"


def pass_first_course(demonstration: Demonstration) -> str:
    """Send the first course's event: not enough for the award."""
    course = next(iter(alliance.COURSES))
    _start_anew_if_revoked(demonstration)
    _send_passing(demonstration, course, is_passing=True)
    return f"COURSE_PASSING_STATUS_UPDATED for {course}: one of {len(alliance.COURSES)} courses passed"


def pass_last_course(demonstration: Demonstration) -> str:
    """Send the other courses' events: the award is made and issued."""
    for course in list(alliance.COURSES)[1:]:
        _send_passing(demonstration, course, is_passing=True)
    award = _latest_award(demonstration)
    if award is None or award.state != Award.State.ISSUED:
        reason = (award.last_problem if award else "") or "the receivers did not hear the event"
        raise DemonstrationFailed(f"No credential was issued: {reason}")
    demonstration.award = award
    return f"COURSE_PASSING_STATUS_UPDATED for {course}: all passed, credential issued"


def time_stamp(demonstration: Demonstration) -> str:
    """Have the seals time-stamped by the demonstration's own authority."""
    sealed = demonstration.award.credentials.get(format="elm")
    api.time_stamp([sealed.pk], ask=lambda query: demonstration.authority.answer(query, timezone.now()))
    problem = Award.objects.get(pk=demonstration.award.pk).last_problem
    if problem:
        raise DemonstrationFailed(problem)
    return "the European Digital Credential is sealed by each university and time-stamped (JAdES B-T)"


def share(demonstration: Demonstration) -> str:
    """Let the learner share it: until then its page is hers alone."""
    api.share(demonstration.award, True, demonstration.learner.pk)
    return "the learner has shared it"


def write_files(demonstration: Demonstration) -> str:
    """Write what an employer may be handed, and what the site publishes."""
    for name, content in _files(demonstration).items():
        _write(demonstration.output / name, content)
    return f"written to {demonstration.output}/"


def verify(demonstration: Demonstration) -> str:
    """Check every file with the employer's command; keep the report on the first."""
    command = _command(demonstration)
    for name in FILES:
        result = subprocess.run([*command, str(demonstration.output / name), "--json"], capture_output=True)
        if name == FILES[0]:
            _write(demonstration.output / "report.json", result.stdout)
        if result.returncode != 0:
            raise DemonstrationFailed(
                f"{name} did not verify:\n{result.stdout.decode()}{result.stderr.decode()}"
            )
    _verify_unsigned(demonstration, command)
    typed = shlex.join(["python", *command[1:], str(demonstration.output / FILES[0])])
    return f"valid as JSON, JWT, PNG, SVG, sealed EDC and PDF, says this command:\n      {typed}"


def _verify_unsigned(demonstration: Demonstration, command: list[str]) -> None:
    """The text for the Commission's issuer is in form; without a seal it cannot be more."""
    path = demonstration.output / _UNSIGNED
    result = subprocess.run([*command, str(path), "--json"], capture_output=True)
    checks = json.loads(result.stdout or b"{}").get("checks", [])
    open_ones = {check["id"] for check in checks if check["outcome"] != "passed"}
    if result.returncode != _COULD_NOT_BE_CHECKED or open_ones != {"seal", "status"}:
        raise DemonstrationFailed(f"{_UNSIGNED} is not in form:\n{result.stdout.decode()}")


STEPS: tuple[Callable[[Demonstration], str], ...] = (
    load_alliance,
    make_keys,
    make_seals,
    make_learner,
    make_instructor,
    pass_first_course,
    pass_last_course,
    time_stamp,
    share,
    write_files,
    verify,
)


def _send_passing(demonstration: Demonstration, course: str, *, is_passing: bool) -> None:
    learner = demonstration.learner
    # As the LMS sends it: without the learner's name and the course's.
    pii = UserPersonalData(username=learner.username, email=learner.email, name="")
    COURSE_PASSING_STATUS_UPDATED.send_event(
        course_passing_status=CoursePassingStatusData(
            is_passing=is_passing,
            course=CourseData(course_key=CourseKey.from_string(course)),
            user=UserData(id=learner.pk, is_active=True, pii=pii),
        )
    )


def _start_anew_if_revoked(demonstration: Demonstration) -> None:
    """Who revoked the award in the administration sees it earned again, as a new one."""
    award = _latest_award(demonstration)
    if award is not None and award.state == Award.State.REVOKED:
        for course in alliance.COURSES:
            _send_passing(demonstration, course, is_passing=False)


def _latest_award(demonstration: Demonstration) -> Award | None:
    awards = Award.objects.filter(
        learner_id=demonstration.learner.pk, definition=demonstration.achievement.slug
    )
    return awards.select_related("achievement", "issuer", "status_list").order_by("-occasion").first()


def _files(demonstration: Demonstration) -> Mapping[str, bytes]:
    award = demonstration.award
    bodies = {credential.format: bytes(credential.body) for credential in award.credentials.all()}
    return {
        "credential.json": bodies["ob3"],
        "credential.jwt": bodies["ob3-jwt"],
        "badge.png": bake_png(bytes(award.achievement.image_png), bodies["ob3"]),
        "badge.svg": bake_svg(bytes(award.achievement.image_svg), bodies["ob3"]),
        "credential.elm.jsonld": bodies["elm"],
        "diploma.pdf": api.document(award, "en"),
        _UNSIGNED: api.unsigned_export(award),
        _TRUST: write_trust(demonstration.authority.anchors),
        **{_did_file(award, issuer): api.did_document_bytes(issuer) for issuer in _issuers(award)},
        "status-list.json": api.status_document(award.status_list.uuid).body,
    }


def _command(demonstration: Demonstration) -> list[str]:
    award, output = demonstration.award, demonstration.output
    published = {
        **{did_web_url(issuer.did): output / _did_file(award, issuer) for issuer in _issuers(award)},
        api.url_of(award.status_list): output / "status-list.json",
    }
    resolve = [word for url, path in published.items() for word in ("--resolve", f"{url}={path}")]
    anchor = ["--anchor", str(output / _TRUST)]
    return [sys.executable, "-m", "ingenium_credentials.badges", "verify", *resolve, *anchor]


def _issuers(award: Award) -> list[Issuer]:
    return alliance.issuers(award.achievement)


def _did_file(award: Award, issuer: Issuer) -> str:
    return "did.json" if issuer == award.issuer else f"did-{issuer.slug}.json"


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DemonstrationFailed(f"{path} cannot be written: {error.strerror}") from error
