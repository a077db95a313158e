"""Peak memory of issuing many credentials: by the library alone, and through the Django API.

    python -m benchmarks.memory [--count 1000]

Each figure is the peak resident set of a process of its own, and what of it was there
before the first credential was issued. Through the API means: a passing result is
recorded, evaluated, awarded, and issued in every format, on SQLite in a temporary file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

LIMIT_MB = 200
COURSE = "course-v1:BENCH+1+2026"


def peak_mb() -> float:
    """The most memory that this process has ever held; Linux counts in kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def by_library(count: int, folder: Path) -> Callable[[], int]:
    """Write each badge and its JWT into a file, as a caller would stream them."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    from ingenium_credentials.badges import did, jose, ob3, proof
    from ingenium_credentials.badges.keys import SoftwareSigner

    from .shape import CREATED, METHOD, SIGNER, award

    rsa_signer = SoftwareSigner.of(rsa.generate_private_key(65537, 3072))
    key_id = did.jwk_method_id(f"{METHOD}-jwt", rsa_signer.public_key)

    def issue_all() -> int:
        with (folder / "issued").open("wb") as file:
            for number in range(count):
                document = ob3.render(award(number))
                signed = proof.secure(document, signer=SIGNER, verification_method=METHOD, created=CREATED)
                file.write(json.dumps(signed, ensure_ascii=False).encode() + b"\n")
                file.write(jose.secure(document, signer=rsa_signer, key_id=key_id) + b"\n")
        return count

    return issue_all


def by_api(count: int, folder: Path) -> Callable[[], int]:
    """Record passing results and let the API do the rest, in batches as its tasks do."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "settings.test",
        "INGENIUM_TEST_SQLITE": str(folder / "db.sqlite3"),
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.INGENIUM_KEYS_DIR = str(folder / "keys")
    call_command("migrate", verbosity=0)
    learners = _prepare(count)

    from django.utils import timezone

    from ingenium_credentials import api
    from ingenium_credentials.conf import conf
    from ingenium_credentials.models import Credential

    def issue_all() -> int:
        # Tasks run at once here: recording leads to evaluating, awarding and issuing.
        for learner_id in learners:
            api.record_passing(
                learner_id=learner_id,
                course_id=COURSE,
                is_passing=True,
                at=timezone.now(),
                event_id=f"bench-{learner_id}",
            )
        return Credential.objects.count() // len(conf.FORMATS)

    return issue_all


def _prepare(count: int) -> list[int]:
    """An issuer with keys, a definition with a rule, and learners; gives the learners' ids."""
    from django.contrib.auth import get_user_model

    from ingenium_credentials import api
    from ingenium_credentials.api import definitions
    from ingenium_credentials.models import Achievement, AwardRule, Issuer, Organisation, SigningKey
    from tests.annex import ELEMENTS

    organisation = Organisation.objects.create(slug="oviedo", country="ES")
    organisation.names.create(language="en", value="University of Oviedo", verified=True)
    did = "did:web:ingenium.example:ingenium:issuers:oviedo"
    issuer = Issuer.objects.create(slug="oviedo", organisation=organisation, did=did)
    for use in (SigningKey.Use.PROOF, SigningKey.Use.JWT):
        api.create_key(issuer, use=use.value)
    achievement = definitions.define(
        Achievement(
            slug="ethics",
            issuer=issuer,
            names={"en": "Data ethics", "fr": "Éthique des données"},
            descriptions={"en": "Judging what may be done with data."},
            criteria={"en": "Pass both assignments."},
            **ELEMENTS,
        ),
        awarding_bodies=[organisation],
    )
    definitions.activate(achievement)
    achievement.refresh_from_db()
    condition = {"version": 1, "all": [{"kind": "course_passed", "course": COURSE}]}
    api.define_rule(AwardRule(name="passed", achievement=achievement, condition=condition, enabled=True))
    people = get_user_model()._default_manager
    people.bulk_create(
        people.model(
            username=f"u{n}", first_name="Ελένη", last_name=f"Παπαδάκη {n}", email=f"{n}@example.org"
        )
        for n in range(count)
    )
    return list(people.values_list("pk", flat=True))


WAYS = {"library": by_library, "api": by_api}


def measure_here(way: str, count: int) -> None:
    """In a process of its own: prepare, issue, and say what it took as JSON."""
    with tempfile.TemporaryDirectory(prefix="memory-") as place:
        issue_all = WAYS[way](count, Path(place))
        before, start = peak_mb(), time.process_time()
        issued = issue_all()
        seconds = time.process_time() - start
    assert issued == count, f"{issued} of {count} were issued"
    print(json.dumps({"before": before, "peak": peak_mb(), "seconds": seconds}))


def main(arguments: list[str]) -> int:
    """Print a line for each way; the exit status is 1 if any took more than the limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--way", choices=WAYS, help="in this process only, as JSON")
    options = parser.parse_args(arguments)
    if options.way:
        measure_here(options.way, options.count)
        return 0
    too_much = 0
    print(f"{options.count:,} awards, each as ob3 and ob3-jwt; limit {LIMIT_MB} MB")
    print(f"{'way':<12}{'before, MB':>12}{'peak, MB':>12}{'CPU s':>8}")
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.memory", "--way", way, "--count", str(options.count)]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            sys.exit(done.stderr.decode(errors="replace"))
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"{way:<12}{found['before']:>12.0f}{found['peak']:>12.0f}{found['seconds']:>8.1f}")
        too_much += found["peak"] > LIMIT_MB
    return min(too_much, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
