"""Fixtures for every test, one per noun, and the marks that environments choose tests by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from ingenium_credentials import api
from ingenium_credentials.api.keys import default_did
from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from ingenium_credentials.models import Achievement, AwardRule, Issuer, Organisation
from tests.annex import ELEMENTS

pytest_plugins = ["tests.services", "tests.seals", "tests.platform"]

DATABASE_FIXTURES = {
    "admin_client",
    "admin_user",
    "db",
    "django_db_reset_sequences",
    "live_server",
    "transactional_db",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that touches the database, so that `-m database` runs those on MariaDB."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker("database")


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Real private keys by use, made once. None is RSA, which takes long to load; tests/badges has those."""
    folder = tmp_path_factory.mktemp("keys") / "private"
    uris = {}
    for use, algorithm in (("proof", Algorithm.ED25519), ("jwt", Algorithm.P256)):
        path: Path = folder / f"{use}.pem"
        generate_key_file(path, algorithm)
        uris[use] = f"file:{path}"
    return uris


@pytest.fixture
def university(db: None) -> Organisation:
    """A member with a verified name in two scripts, and a name that nobody has verified."""
    row = Organisation.objects.create(
        slug="uoc", abbreviation="UoC", country="GR", homepage="https://www.uoc.gr/", homepage_verified=True
    )
    row.names.create(language="en", value="University of Crete", verified=True, source="uoc.gr")
    row.names.create(language="el", value="Πανεπιστήμιο Κρήτης", verified=True, source="uoc.gr")
    row.names.create(language="fr", value="Université de Crète", verified=False)
    row.identifiers.create(scheme="ROR", value="https://ror.org/00dr28g20", verified=True)
    row.identifiers.create(scheme="Erasmus", value="G KRITIS01", verified=False)
    return row


@pytest.fixture
def alliance(db: None) -> Organisation:
    """The alliance, which has no legal personality."""
    row = Organisation.objects.create(
        slug="ingenium", kind=Organisation.Kind.ALLIANCE, abbreviation="INGENIUM"
    )
    row.names.create(language="en", value="INGENIUM European University", verified=True)
    return row


@pytest.fixture
def issuer(university: Organisation, alliance: Organisation, key_files: dict[str, str]) -> Issuer:
    """The university as an issuer with a key for each use."""
    row = Issuer.objects.create(
        slug="uoc", organisation=university, alliance=alliance, did=default_did("uoc")
    )
    for use, uri in key_files.items():
        api.create_key(row, use=use, uri=uri)
    return row


@pytest.fixture
def achievement(issuer: Issuer, university: Organisation) -> Achievement:
    """An active definition that the university awards."""
    fields: dict[str, Any] = {
        "names": {"en": "Mediterranean ecosystems", "el": "Μεσογειακά οικοσυστήματα"},
        "descriptions": {"en": "Life in and around a small sea.", "el": "Η ζωή σε μια μικρή θάλασσα."},
        "criteria": {"en": "Pass the course.", "el": "Επιτυχία στο μάθημα."},
        "languages": ["en"],
        "shows_grade": True,
        **ELEMENTS,
    }
    row = api.define(Achievement(slug="ecosystems", issuer=issuer, **fields), awarding_bodies=[university])
    return api.activate(row)


COURSE = "course-v1:UOC+MED101+2026"


@pytest.fixture
def course_id() -> str:
    """The key of the course that the rule names."""
    return COURSE


@pytest.fixture
def rule(achievement: Achievement, course_id: str) -> AwardRule:
    """An enabled rule: whoever passes the course gets the achievement."""
    condition = {"version": 1, "kind": "course_passed", "course": course_id}
    return api.define_rule(
        AwardRule(name="Passed", achievement=achievement, condition=condition, enabled=True)
    )


@pytest.fixture
def learner(db: None) -> Any:
    """A learner whose name is in Greek."""
    return get_user_model().objects.create_user(
        "eleni", "eleni@example.org", "secret", first_name="Ελένη", last_name="Παπαδάκη"
    )
