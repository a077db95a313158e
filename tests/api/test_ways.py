"""Every way to an award gives the same bytes, but for ids, the time of signing and the place in the list.

And but for what follows from these: proofs, seals, the digest of the badge that another university
endorses, and the salted hash of the learner's address.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials import api
from ingenium_credentials.api.keys import default_did
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.models import (
    Achievement,
    Award,
    AwardRule,
    CourseResult,
    Issuer,
    Mandate,
    OfferedCourse,
    Organisation,
    SealingCertificate,
)

from .test_issued_documents import OPTIONAL

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.timeout(600)]

EARNED_AT = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
REASON = "As the rule would"


@frozen(kw_only=True)
class Site:
    """A course in which the definition may be awarded, and a member of its staff who is signed in."""

    rule: AwardRule
    course_id: str
    teacher: Client
    partner: Organisation
    partner_key: Path

    def post(self, path: str, body: Any) -> None:
        """Call the API of the course."""
        address = f"/ingenium/api/v1/courses/{self.course_id}/{path}"
        response = self.teacher.post(address, data=body, content_type="application/json")
        assert response.status_code == 201, response.content


def _pass(learner: Any, site: Site) -> CourseResult:
    whom = {"learner_id": learner.pk, "course_id": site.course_id, "at": EARNED_AT, "event_id": "e"}
    api.record_passing(**whom, is_passing=True)
    api.record_grade(**whom, grade=0.9)
    return CourseResult.objects.get(learner_id=learner.pk)


def automatic(learner: Any, site: Site) -> None:
    api.evaluate([_pass(learner, site).pk])


def reconciled(learner: Any, site: Site) -> None:
    _pass(learner, site)
    CourseResult.objects.update(dirty=False)
    api.reconcile(course_id=site.course_id, dry_run=False)


def by_hand(learner: Any, site: Site) -> None:
    said: dict[str, Any] = {"grade": Decimal("0.9"), "reason": REASON, "actor_id": 1}
    api.award_by_hand(site.rule.achievement, learner.pk, awarded_at=EARNED_AT, **said)


def by_file(learner: Any, site: Site) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=site.course_id)
    text = f"username,earned_on,grade,reason\n{learner.username},2026-01-15,90 %,{REASON}\n"
    row = api.check_import(text.encode(), "a.csv", site.course_id, site.rule.achievement, actor_id=1).row
    assert row is not None
    api.apply_import(row, actor_id=1)


def by_hand_over_the_api(learner: Any, site: Site) -> None:
    CourseResult.objects.create(learner_id=learner.pk, course_id=site.course_id)
    said = {"awarded_at": EARNED_AT.isoformat(), "grade": "0.9", "reason": REASON}
    site.post("awards/", {"learner_id": learner.pk, "definition": site.rule.achievement.slug, **said})


def by_results_over_the_api(learner: Any, site: Site) -> None:
    result = {"learner_id": learner.pk, "at": EARNED_AT.isoformat(), "is_passing": True, "grade": "0.9"}
    site.post("results/", {"source": "An exam system", "results": [result]})
    api.evaluate([CourseResult.objects.get(learner_id=learner.pk).pk])


WAYS: tuple[Callable[[Any, Site], None], ...] = (
    automatic,
    reconciled,
    by_hand,
    by_file,
    by_hand_over_the_api,
    by_results_over_the_api,
)


@pytest.fixture
def site(rule: AwardRule, sealing_certificate: SealingCertificate, course_id: str, tmp_path: Path) -> Site:
    """It issues and seals both formats."""
    definition = rule.achievement
    definition.quality_agency, definition.quality_agency_country = "Hellenic Authority (example)", "GR"
    api.define(definition)
    api.define_offered_course(OfferedCourse(course_id=course_id, definitions=[definition.slug]))
    partner = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
    partner.names.create(language="en", value="University of Rouen", verified=True)
    path = tmp_path / "partner" / "key.pem"
    generate_key_file(path, Algorithm.ED25519)
    teacher = get_user_model().objects.create_user("teacher", "teacher@example.org", "secret")
    teacher.user_permissions.add(Permission.objects.get(codename="change_awardrule"))
    client = Client()
    client.force_login(teacher)
    return Site(rule=rule, course_id=course_id, teacher=client, partner=partner, partner_key=path)


def _award_jointly(site: Site, *, endorses: bool) -> None:
    """With a second university, which lets the first one sign, or endorses with a key of its own as well."""
    issuer = site.rule.achievement.issuer
    api.define_mandate(
        Mandate(
            organisation=site.partner,
            issuer=issuer,
            reference="Agreement 2026/01",
            document_sha256="ab" * 32,
            valid_from=dt.date(2026, 1, 1),
        )
    )
    if endorses:
        own = Issuer.objects.create(slug="urn", organisation=site.partner, did=default_did("urn"))
        api.create_key(own, use="proof", uri=f"file:{site.partner_key}")
    else:
        site.rule.achievement.endorsement_form = Achievement.EndorsementForm.NONE
    api.define(site.rule.achievement, awarding_bodies=[issuer.organisation, site.partner])


TEXTS = ("names", "descriptions", "criteria")


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    """What a definition says besides what it must: optional elements, languages of its texts, the grade."""
    kept = draw(st.sets(st.sampled_from(sorted(OPTIONAL))))
    languages = sorted(draw(st.sets(st.sampled_from(["el", "fr", "ga", "bg"]))) | {"en"})
    word = st.text('abc äéΩжß"\\/<&>\u2028’', min_size=1, max_size=12).map(lambda text: f"T {text} t")
    texts = {field: {language: draw(word) for language in languages} for field in TEXTS}
    return {name: OPTIONAL[name] for name in kept} | texts | {"shows_grade": draw(st.booleans())}


def _documents(award: Award) -> dict[str, tuple[bytes, ...]]:
    """By format, the bytes of what is said, and of what each seal says of itself."""
    if award.state == Award.State.PENDING:
        api.issue([award.pk])
        award.refresh_from_db()
    assert award.state == Award.State.ISSUED, award.last_problem
    bodies = {row.format: bytes(row.body) for row in award.credentials.all()}
    sealed = json.loads(bodies["elm"])
    headers = [base64.urlsafe_b64decode(seal["protected"] + "==") for seal in sealed.pop("signatures")]
    # What is sealed is a text inside the file; the seals are around it.
    payload = sealed.pop("payload").encode()
    assert not sealed
    return {"ob3": (bodies["ob3"],), "elm": (payload, *headers)}


_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SIGNED_AT = re.compile(rb'"iat":\d+')
_DERIVED = frozenset({"proofValue", "salt", "identityHash", "digestMultibase"})


def _without_own(document: bytes, award: Award, shared: set[bytes]) -> bytes:
    """The document with what is its own replaced where it stands; not a byte else."""
    replaced = dict.fromkeys(_own(json.loads(document), award))
    for text in sorted(replaced, key=len, reverse=True):
        document = document.replace(json.dumps(text, ensure_ascii=False).encode(), b'"own"')
    document = _SIGNED_AT.sub(b'"iat":0', document)
    return _UUID.sub(lambda found: found[0] if found[0] in shared else b"id", document)


def _own(value: Any, award: Award, name: str = "") -> Iterator[str]:
    """The texts in a document that are of this award alone."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _own(inner, award, member)
    elif isinstance(value, list):
        for inner in value:
            yield from _own(inner, award, name)
    elif isinstance(value, str) and (
        name in _DERIVED
        or (name == "statusListIndex" and value == str(award.status_index))
        or (name == "id" and value.endswith(f"#{award.status_index}"))
        or _moment(value) == award.issued_at
    ):
        yield value


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _compare(first: Award, second: Award) -> None:
    one, other = _documents(first), _documents(second)
    assert one.keys() == other.keys() == {"ob3", "elm"}
    for name, documents in one.items():
        assert len(documents) == len(other[name])
        for left, right in zip(documents, other[name], strict=True):
            shared = set(_UUID.findall(left)) & set(_UUID.findall(right))
            assert _without_own(left, first, shared) == _without_own(right, second, shared)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=definitions(), partner=st.sampled_from(["", "lets sign", "endorses"]))
def test_every_way_gives_the_bytes_that_the_rule_gives(
    site: Site, changes: dict[str, Any], partner: str
) -> None:
    with transaction.atomic():
        # Read anew: the last example has changed the rows in memory, too.
        here = evolve(site, rule=AwardRule.objects.select_related("achievement").get(pk=site.rule.pk))
        _change(here, changes, partner)
        awards = [_award(way, here) for way in WAYS]
        for award in awards[1:]:
            _compare(awards[0], award)
        transaction.set_rollback(True)


def _change(site: Site, changes: dict[str, Any], partner: str) -> None:
    for field, value in changes.items():
        setattr(site.rule.achievement, field, value)
    api.define(site.rule.achievement)
    if partner:
        _award_jointly(site, endorses=partner == "endorses")


def _award(way: Callable[[Any, Site], None], site: Site) -> Award:
    name = way.__name__
    person = get_user_model().objects.create_user(
        name, f"{name}@example.org", first_name="Ελένη", last_name="Π"
    )
    way(person, site)
    return Award.objects.get(learner_id=person.pk)
