"""A fault run: python -m tests.faults.run [--seed NUMBER].

MariaDB, Redis and two Celery workers are killed at random points and started again while
2,000 completions of 500 learners stream in from two processes. At the end exactly the
right awards must exist, each once, with documents that verify. Prints the seed, what was
killed, what it took to catch up, and the counts; exit status 1 if they are not right.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ingenium_credentials.badges.keys import generate_key_file
from ingenium_credentials.badges.public_keys import Algorithm
from tests.services import MariaDB, Program, Redis, run_mariadb, run_redis

from .plan import COMPLETIONS, LEARNERS, VICTIMS, Kill, kills, later_kills

PRODUCERS = 2
TOGETHER = 2
ROUNDS = 10
SWEEP_SECONDS = 30
STREAM_SECONDS = 600

Say = Callable[[str], object]


class Run:
    """The processes of one run and the folder with their logs."""

    def __init__(self, seed: int, database: MariaDB, broker: Redis, folder: Path, say: Say) -> None:
        """Nothing runs yet but the servers."""
        self.folder, self.seed, self._say, self._began = folder, seed, say, time.monotonic()
        self.killed: Counter[str] = Counter()
        self.environment = {
            **os.environ,
            **database.environment,
            "DJANGO_SETTINGS_MODULE": "settings.mysql",
            "INGENIUM_TEST_BROKER": broker.url,
            "INGENIUM_FAULTS_SEED": str(seed),
        }
        assert database.program
        assert broker.program
        self.victims: dict[str, Program] = {"database": database.program, "broker": broker.program}
        worker = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "settings",
            "worker",
            "--pool",
            "solo",
            "-l",
            "WARNING",
        ]
        for number in (1, 2):
            name = f"worker-{number}"
            self.victims[name] = self._program([*worker, "-n", f"{name}@%h"], name)
        self.producers = [
            self._program(
                self._step("stream", number, PRODUCERS, self._progress(number)), f"producer-{number}"
            )
            for number in range(PRODUCERS)
        ]
        self.sweeper = self._program(self._step("sweep", SWEEP_SECONDS), "sweeper")

    def say(self, text: str) -> None:
        """Tell it with the seconds since the beginning."""
        self._say(f"{time.monotonic() - self._began:4.0f} s  {text}")

    def _program(self, command: list[str], name: str) -> Program:
        return Program(command, self.folder / f"{name}.log", environment=self.environment)

    def _step(self, name: str, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "tests.faults.site", name, *map(str, arguments)]

    def _progress(self, number: int) -> Path:
        return self.folder / f"progress-{number}"

    def do(self, step: str, *arguments: object) -> dict[str, int]:
        """Run a step to its end; what it has printed as JSON."""
        done = subprocess.run(
            self._step(step, *arguments), env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"{step} failed: {done.stderr.decode(errors='replace')[-2000:]}")
        lines = done.stdout.splitlines()
        return dict(json.loads(lines[-1])) if lines else {}

    def do_together(self, step: str) -> Counter[str]:
        """Run a step in several processes, each its part; the sum of what they have printed."""
        counts: Counter[str] = Counter()
        with ThreadPoolExecutor(TOGETHER) as pool:
            for found in pool.map(lambda part: self.do(step, part, TOGETHER), range(TOGETHER)):
                counts.update(found)
        return counts

    @contextmanager
    def running(self) -> Iterator[None]:
        """Workers, producers and the sweep, all ended with the block."""
        ours = [self.victims["worker-1"], self.victims["worker-2"], *self.producers, self.sweeper]
        try:
            for program in ours:
                program.start()
            yield
        finally:
            for program in reversed(ours):
                program.kill()

    def streamed(self) -> int:
        """How many completions have been written."""
        paths = [self._progress(number) for number in range(PRODUCERS)]
        return sum(path.stat().st_size for path in paths if path.exists())

    def wait_for(self, count: int) -> None:
        """Until so many have been."""
        deadline = time.monotonic() + STREAM_SECONDS
        while self.streamed() < count:
            assert time.monotonic() < deadline, f"The stream stands at {self.streamed()}."
            ended = [program.status for program in self.producers]
            assert not any(ended), self.producers[0].log.read_text()[-2000:]
            time.sleep(0.02)

    def inflict(self, kill: Kill) -> None:
        """Kill, wait, and start again."""
        for name in kill.victims:
            self.victims[name].kill()
            self.killed[name] += 1
        time.sleep(kill.seconds)
        for name in kill.victims:
            self.victims[name].start()

    def repeated(self) -> int:
        """How often the LMS had to do it again."""
        lines = [program.log.read_text().splitlines()[-1] for program in self.producers]
        return sum(int(json.loads(line)["repeated"]) for line in lines)


def fault_run(seed: int, say: Say) -> Counter[str]:
    """One run from empty servers to the judgement; the counts."""
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as place,
        run_mariadb() as database,
        run_redis() as broker,
    ):
        folder = Path(place)
        run = Run(seed, database, broker, folder, say)
        run.say(f"seed {seed}: {COMPLETIONS} completions of {LEARNERS} learners")
        run.do("populate", _keys(folder))
        with run.running():
            run.say("the stream begins")
            _stream(run)
            _settle(run)
        counts = run.do_together("judge")
        run.say("every document verified")
    say("\n".join(f"{name.replace('_', ' '):>20} {count:>6}" for name, count in counts.items()))
    return counts


def _stream(run: Run) -> None:
    plan = kills(run.seed)
    with ThreadPoolExecutor(1) as registrar:
        for number, kill in enumerate(plan):
            run.wait_for(kill.after)
            if number == len(plan) // 2:
                imported = registrar.submit(run.do, "award-by-file")
            run.inflict(kill)
        imported.result()
    run.wait_for(COMPLETIONS)
    run.say("everything is streamed")
    for kill in later_kills(run.seed):
        run.inflict(kill)
        time.sleep(2)
    while any(program.status is None for program in run.producers):
        time.sleep(0.1)
    told = ", ".join(f"{name} {run.killed[name]} times" for name in VICTIMS)
    run.say(f"killed: {told}; transactions that the LMS had to repeat: {run.repeated()}")


def _settle(run: Run) -> None:
    """Sweep and compare until nothing differs any more, then let the reviews end."""
    for _round in range(ROUNDS):
        swept = run.do("drain")
        found = run.do_together("compare")
        run.say(f"caught up: {json.dumps(swept)}, by comparison: {json.dumps(found)}")
        if not found:
            break
    else:
        raise AssertionError("What differs does not end.")
    for _round in range(ROUNDS):
        ended = run.do("end-reviews")
        if not any(ended.values()):
            return
        run.do("drain")
        run.say(f"reviews ended: {json.dumps(ended)}")
    raise AssertionError("Reviews do not end.")


def _keys(folder: Path) -> Path:
    for use, algorithm in (("proof", Algorithm.ED25519), ("jwt", Algorithm.P256)):
        generate_key_file(folder / "keys" / f"{use}.pem", algorithm)
    return folder / "keys"


def faults_of(counts: Counter[str]) -> list[str]:
    """What is not as it must be; empty when all is well."""
    found = [f"{counts[name]} {name}" for name in ("lost", "wrong", "double", "undecided") if counts[name]]
    for name, wanted in (
        ("standing", "expected"),
        ("noted_once", "awards"),
        ("valid", "documents_expected"),
        ("refused", "revoked_documents"),
    ):
        if counts[name] != counts[wanted]:
            found.append(f"{counts[name]} {name} where {counts[wanted]} are right")
    return found


def main(arguments: list[str]) -> int:
    """Run once, with a seed of one's own or a new one."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(arguments)
    faults = faults_of(fault_run(options.seed, lambda text: print(text, flush=True)))
    print("\n".join(faults) or "Nothing lost, nothing twice, every document verifies.")
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
