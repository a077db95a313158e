"""The steps of the demonstration, in order; each says in one line what it did.

The events are real ones of openedx-events, heard by the receivers that Open edX's plugin
machinery connected; the check is the command that an employer would type, in a process of
its own that sees nothing but the files.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from .. import api, lms
from ..badges.baking import bake_png, bake_svg
from ..badges.trust import write_trust
from ..conf import conf
from ..models import Achievement, Award, Issuer, OfferedCourse, Organisation
from . import alliance, whole
from .authorities import Authority, open_authority
from .earning import latest_award, send_passing, stamp
from .handing_over import TRUST, DemonstrationFailed, check, command, published, write

__all__ = ["Demonstration", "DemonstrationFailed", "run"]

USERNAME = PASSWORD = "demo"  # noqa: S105  (printed for everybody to use)
FIRST_NAME, LAST_NAME, EMAIL = "Ελένη", "Παπαδάκη", "eleni@learner.example"
FILES = (
    *("credential.json", "credential.jwt", "badge.png", "badge.svg"),
    *("credential.elm.jsonld", "diploma.pdf"),
)
INSTRUCTOR = "teacher"
"""User name and password of whoever teaches the demonstration's courses."""
_UNSIGNED = "elm-unsigned.json"

_COULD_NOT_BE_CHECKED = 2


@define
class Demonstration:
    """What one step hands to the next."""

    output: Path
    achievement: Achievement = field(init=False)
    authority: Authority = field(init=False)
    learner: Any = field(init=False)
    award: Award = field(init=False)
    whole: Award = field(init=False)

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
    alliance.load_whole(demonstration.achievement)
    offer = f"{len(alliance.COURSES)} courses, 1 joint micro-credential, 1 larger one built on it"
    return f"{universities} universities, {offer}"


def make_keys(demonstration: Demonstration) -> str:
    """Make the keys of the universities that award in the private folder."""
    own = [alliance.make_keys(issuer) for issuer in _signing(demonstration)]
    kinds = ", ".join(f"{key.algorithm} for {key.use}" for key in own[0])
    return f"keys of {len(own) - 1} universities and of the alliance's entity in {conf.KEYS_DIR}: {kinds}"


def _signing(demonstration: Demonstration) -> list[Issuer]:
    whole = alliance.load_whole(demonstration.achievement)
    return [*alliance.issuers(demonstration.achievement), whole.issuer]


def make_seals(demonstration: Demonstration) -> str:
    """Make a certificate authority, and the certificate of a seal for each university."""
    if conf.KEYS_DIR is None:
        raise DemonstrationFailed("INGENIUM_KEYS_DIR is not set.")
    demonstration.authority = open_authority(conf.KEYS_DIR / "authority")
    for issuer in _signing(demonstration):
        alliance.make_seals(issuer, demonstration.authority)
    if conf.SEAL_ANCHORS_DIR is not None:
        write(conf.SEAL_ANCHORS_DIR / TRUST, write_trust(demonstration.authority.anchors))
    return "a certificate authority of the demonstration, and an electronic seal for each of them"


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
    send_passing(demonstration.learner, course, is_passing=True)
    return f"COURSE_PASSING_STATUS_UPDATED for {course}: one of {len(alliance.COURSES)} courses passed"


def pass_last_course(demonstration: Demonstration) -> str:
    """Send the other courses' events: the award is made and issued."""
    for course in list(alliance.COURSES)[1:]:
        send_passing(demonstration.learner, course, is_passing=True)
    award = latest_award(demonstration.learner, demonstration.achievement)
    if award is None or award.state != Award.State.ISSUED:
        reason = (award.last_problem if award else "") or "the receivers did not hear the event"
        raise DemonstrationFailed(f"No credential was issued: {reason}")
    demonstration.award = award
    return f"COURSE_PASSING_STATUS_UPDATED for {course}: all passed, credential issued"


def time_stamp(demonstration: Demonstration) -> str:
    """Have the seals time-stamped by the demonstration's own authority."""
    stamp(demonstration.authority, demonstration.award)
    return "the European Digital Credential is sealed by each university and time-stamped (JAdES B-T)"


def share(demonstration: Demonstration) -> str:
    """Let the learner share it: until then its page is hers alone."""
    api.share(demonstration.award, True, demonstration.learner.pk)
    return "the learner has shared it"


def write_files(demonstration: Demonstration) -> str:
    """Write what an employer may be handed, and what the site publishes."""
    for name, content in _files(demonstration).items():
        write(demonstration.output / name, content)
    return f"written to {demonstration.output}/"


def verify(demonstration: Demonstration) -> str:
    """Check every file with the employer's command; keep the report on the first."""
    typed = _command(demonstration)
    reports = check(typed, [demonstration.output / name for name in FILES])
    write(demonstration.output / "report.json", json.dumps(reports[0], indent=2).encode())
    _verify_unsigned(demonstration, typed)
    shown = shlex.join(["python", *typed[1:], str(demonstration.output / FILES[0])])
    return f"valid as JSON, JWT, PNG, SVG, sealed EDC and PDF, says this command:\n      {shown}"


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
    whole.earn,
    whole.verify,
    whole.review,
)


def _start_anew_if_revoked(demonstration: Demonstration) -> None:
    """Who revoked the award in the administration sees it earned again, as a new one."""
    award = latest_award(demonstration.learner, demonstration.achievement)
    if award is not None and award.state == Award.State.REVOKED:
        whole.end(demonstration)
        for course in alliance.COURSES:
            send_passing(demonstration.learner, course, is_passing=False)


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
        TRUST: write_trust(demonstration.authority.anchors),
        **published(award, alliance.issuers(award.achievement)),
    }


def _command(demonstration: Demonstration) -> list[str]:
    award, output = demonstration.award, demonstration.output
    return command(award, alliance.issuers(award.achievement), output, output / TRUST)
