"""Requests per second for what strangers may ask for: pages, documents, lists, the health page.

    python -m benchmarks.public [--rounds 5] [--seconds 0.5]

A site on SQLite with one shared credential, asked by Django's own client through every
middleware, as nobody in particular. Each address is asked anew, and again with the tag of
the answer, as a browser or a verifier does that has it already. CPU time, medians of
interleaved rounds; statements are counted once. Throttles are off: it is the work behind
them that is measured.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .measure import Round, interleaved, repeat

HTML = {"accept": "text/html", "accept-language": "en"}
MEASURE = "signed JSON"


def site(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """A site with a credential; where each thing is, and with which headers it is asked for."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "settings.test",
        "INGENIUM_TEST_SQLITE": str(folder / "db.sqlite3"),
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.INGENIUM_KEYS_DIR = str(folder / "keys")
    settings.INGENIUM_VERIFY_RATE = settings.INGENIUM_PUBLIC_RATE = "1000000/min"
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from ingenium_credentials import api
    from ingenium_credentials.models import Achievement

    from .memory import _prepare

    (learner_id,) = _prepare(1)
    award = api.award(learner_id=learner_id, achievement=Achievement.objects.get(), awarded_at=timezone.now())
    api.issue([award.pk])
    award.refresh_from_db()
    api.share(award, True, learner_id)
    at = f"/ingenium/credentials/{award.uuid}"
    return {
        MEASURE: (f"{at}.json", {}),
        "credential page": (at, HTML),
        "baked PNG": (f"{at}.png", {}),
        "baked SVG": (f"{at}.svg", {}),
        "diploma, PDF": (f"{at}.pdf", {}),
        "page of the definition": (f"/ingenium/achievements/{award.achievement.uuid}/", HTML),
        "badge of the definition": (f"/ingenium/achievements/{award.achievement.uuid}/image.png", {}),
        "page of the issuer": (f"/ingenium/issuers/{award.issuer.slug}/", HTML),
        "DID document": (f"/ingenium/issuers/{award.issuer.slug}/did.json", {}),
        "status list": (f"/ingenium/status/{award.status_list.uuid}", {}),
        "health": ("/ingenium/health/", {}),
    }


def asking(address: str, headers: dict[str, str], status: int) -> Callable[[], Any]:
    """Ask once; the answer must be of that kind, or the figures would tell of something else."""
    from django.test import Client

    client = Client()

    def ask() -> Any:
        response = client.get(address, headers=headers)
        assert response.status_code == status, (address, response.status_code)
        return response

    return ask


def statements(ask: Callable[[], object]) -> int:
    """How many SQL statements one request makes, after one to warm up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def main(arguments: list[str]) -> None:
    """Measure every address, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args(arguments)
    machine = f"{os.cpu_count()}-core {platform.machine()}".replace("_", "-")
    with tempfile.TemporaryDirectory(prefix="public-") as folder:
        rounds: dict[str, Round] = {}
        counted: dict[str, int] = {}
        for name, (address, headers) in site(Path(folder)).items():
            anew = asking(address, headers, 200)
            rounds[name], counted[name] = repeat(anew), statements(anew)
            if tag := anew().headers.get("ETag"):
                again = asking(address, headers | {"if-none-match": tag}, 304)
                rounds[f"{name}, again"], counted[f"{name}, again"] = repeat(again), statements(again)
        found = interleaved(rounds, rounds=options.rounds, seconds=options.seconds)
    import django

    print(f"{dt.datetime.now(dt.UTC).date()}, {machine}, Python {platform.python_version()}", end="")
    print(f", Django {django.__version__}")
    print(f"{'':<26}{'CPU ms':>9}{'per second':>12}{'× JSON':>8}{'SQL':>5}", end="")
    print(f"{'again, 304':>12}{'× anew':>8}{'SQL':>5}")
    for name in (name for name in found if not name.endswith(", again")):
        seconds, times = found[name], found[name] / found[MEASURE]
        line = f"{name:<26}{seconds * 1e3:>9.2f}{1 / seconds:>12,.0f}{times:>8.1f}{counted[name]:>5}"
        if spared := found.get(f"{name}, again"):
            line += f"{spared * 1e3:>12.2f}{spared / seconds:>8.2f}{counted[f'{name}, again']:>5}"
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
