"""Sealed European Digital Credentials per second, beside the bare signature on this machine.

    python -m benchmarks.seal [--rounds 5] [--seconds 0.5] [--learners 20]

First the way of a site: learners are awarded and issued through the API, and whatever
Typst is asked to draw meanwhile is counted. Then the steps of the library on what that
site wrote: CPU time, medians of interleaved rounds, key, certificate and pictures in memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from .measure import Round, interleaved, repeat

LANGUAGES = {"en": "Data ethics", "el": "Ηθική των δεδομένων", "fr": "Éthique des données"}
UNIVERSITY = ("University of Oviedo", "VATES-Q3318001I", "ES")
KEYS = ("RSA 3072, RS256", "P-256, ES256")


@frozen(kw_only=True)
class Site:
    """What the first part leaves behind for the second."""

    award: Any
    """A record as the site freezes it (`AwardData`)."""
    images: Mapping[str, bytes]
    holders: Mapping[str, Any]
    """By the name of the key: who holds its certificate."""
    anchors: list[Any]


def start_django(folder: Path) -> None:
    """A site on SQLite that issues this format only."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "settings.test",
        "INGENIUM_TEST_SQLITE": str(folder / "db.sqlite3"),
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.INGENIUM_FORMATS = ["elm"]
    call_command("migrate", verbosity=0)


def certificates() -> tuple[dict[str, Any], list[Any]]:
    """A certificate of the university for each kind of key, and whom to trust."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from tests.badges.authorities import name, root

    authority = root()
    between = authority.subordinate("Benchmark CA")
    keys = dict(
        zip(
            KEYS,
            (rsa.generate_private_key(65537, 3072), ec.generate_private_key(ec.SECP256R1())),
            strict=True,
        )
    )
    holders = {title: between.issue(name(*UNIVERSITY), key=key) for title, key in keys.items()}
    return holders, [authority.anchor()]


def define(holder: Any, folder: Path) -> Any:
    """A definition in three languages, and its issuer with a sealing certificate."""
    from cryptography.hazmat.primitives import serialization

    from ingenium_credentials import api
    from ingenium_credentials.badges import vocabularies
    from ingenium_credentials.models import Achievement, Issuer, Organisation

    organisation = Organisation.objects.create(slug="oviedo", country="ES")
    organisation.names.create(language="en", value=UNIVERSITY[0], verified=True)
    did = "did:web:ingenium.example:ingenium:issuers:oviedo"
    issuer = Issuer.objects.create(slug="oviedo", organisation=organisation, did=did)
    path = folder / "seal.pem"
    path.touch(mode=0o600)
    path.write_bytes(
        holder.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    api.define_certificate(issuer, uri=f"file:{path}", chain=holder.chain_pem.decode())

    def concept(scheme: str, code: str) -> dict[str, Any]:
        found = vocabularies.find(scheme, code)
        return {"iri": found.iri, "labels": dict(found.labels)}

    achievement = api.define(
        Achievement(
            slug="ethics",
            issuer=issuer,
            names=LANGUAGES,
            descriptions={tag: text + "." for tag, text in LANGUAGES.items()},
            criteria=dict.fromkeys(LANGUAGES, "2/2"),
            outcomes=[{"texts": LANGUAGES}],
            ects="5",
            eqf_level=6,
            assessment=concept("assessment", "marked-assignment"),
            mode=concept("mode", "online"),
            quality_kind=concept("accreditation", "institutional-quality-assurance"),
            quality_agency="Agency (example)",
            quality_agency_country="ES",
        ),
        awarding_bodies=[organisation],
    )
    return api.activate(achievement)


def count_drawings() -> Counter[str]:
    """From now on, what Typst draws, by template and form."""
    import typst

    drawn: Counter[str] = Counter()
    compile_ = typst.compile

    def counting(source: str, *arguments: Any, **options: Any) -> Any:
        drawn[f"{Path(source).name} as {options.get('format', 'pdf')}"] += 1
        return compile_(source, *arguments, **options)

    typst.compile = counting  # type: ignore[assignment]
    return drawn


def issue_to(learners: int, achievement: Any, drawn: Counter[str]) -> Any:
    """Award and issue one learner after the other; says what was drawn for whom."""
    from django.contrib.auth import get_user_model

    from ingenium_credentials import api
    from ingenium_credentials.models import Award

    people = get_user_model()._default_manager
    people.bulk_create(
        people.model(username=f"u{n}", first_name="Ελένη", last_name=f"Παπαδάκη {n}") for n in range(learners)
    )
    print(f"{'learner':<12}{'drawn by Typst':<44}{'CPU ms each':>12}")
    now, start = dt.datetime.now(dt.UTC).replace(microsecond=0), time.process_time()
    for number, pk in enumerate(people.values_list("pk", flat=True), start=1):
        award = api.award(learner_id=pk, achievement=achievement, awarded_at=now)
        api.issue([award.pk])
        if number in (1, learners):
            who = "1" if number == 1 else f"2 to {learners}"
            each = (time.process_time() - start) * 1000 / (1 if number == 1 else learners - 1)
            said = ", ".join(f"{count} × {what}" for what, count in sorted(drawn.items())) or "nothing"
            print(f"{who:<12}{said:<44}{each:>12,.1f}")
            drawn.clear()
            start = time.process_time()
    award = Award.objects.latest("pk")
    assert award.state == Award.State.ISSUED, award.last_problem
    return award


def site(learners: int, folder: Path) -> Site:
    """The first part."""
    start_django(folder)
    holders, anchors = certificates()
    achievement = define(holders[KEYS[0]], folder)
    drawn = count_drawings()
    award = issue_to(learners, achievement, drawn)
    from ingenium_credentials import api
    from ingenium_credentials.models import AchievementPicture

    kept = {row.language: bytes(row.png) for row in AchievementPicture.objects.all()}
    print(f"pictures kept: {len(kept)}, for 1 definition in {len(LANGUAGES)} languages")
    return Site(award=api.award_data(award), images=kept, holders=holders, anchors=anchors)


def contenders(place: Site, title: str) -> dict[str, Round]:
    """The bare operation of the key, and ours around it."""
    from ingenium_credentials.badges import elm, seal
    from ingenium_credentials.badges.sealed import decode, signing_input

    sealer = place.holders[title].sealer
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)

    def write() -> bytes:
        document = elm.render(place.award, images=place.images, issued=now, seal_holder=sealer.organisation)
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    text = write()
    sealed = seal.secure(text, sealer=sealer, now=now)
    (only,) = decode(sealed).seals
    data = signing_input(only.protected, text.decode())
    signature, public_key = sealer.signer.sign(data), sealer.signer.public_key
    operations: dict[str, Callable[[], object]] = {
        "bare signature": lambda: sealer.signer.sign(data),
        "seal a text": lambda: seal.secure(text, sealer=sealer, now=now),
        "write, then seal": lambda: seal.secure(write(), sealer=sealer, now=now),
        "bare check": lambda: public_key.verify(signature, data),
        "check a seal": lambda: seal.check(sealed, anchors=place.anchors, now=now),
    }
    pictures = sum(len(b64encode(image)) for image in place.images.values())
    print(f"{title}: {len(sealed):,} bytes sealed, {pictures:,} of them pictures")
    return {f"{title} | {name}": repeat(operation) for name, operation in operations.items()}


def print_table(found: Mapping[str, float]) -> None:
    """One line for each step, with how many bare operations it takes as long as."""
    for title in KEYS:
        print(f"\n{title:<28}{'CPU µs each':>12}{'per second':>12}{'times bare':>12}")
        for name, seconds in found.items():
            if name.startswith(title):
                step = name.rpartition(" | ")[2]
                bare = found[f"{title} | " + ("bare check" if "check" in step else "bare signature")]
                print(f"{step:<28}{seconds * 1e6:>12,.0f}{1 / seconds:>12,.0f}{seconds / bare:>12.1f}")


def main(arguments: list[str]) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seal")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--learners", type=int, default=20)
    options = parser.parse_args(arguments)
    machine = f"{os.cpu_count()}-core {platform.machine()}".replace("_", "-")
    print(f"{dt.datetime.now(dt.UTC).date()}, {machine}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory(prefix="seal-") as folder:
        place = site(options.learners, Path(folder))
    print()
    rounds = {name: one for title in KEYS for name, one in contenders(place, title).items()}
    print_table(interleaved(rounds, rounds=options.rounds, seconds=options.seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
