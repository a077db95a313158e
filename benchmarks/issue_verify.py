"""Issue and verify one shape of credential: ours, PyLD used naively, Digital Bazaar on Node.

    python -m benchmarks.issue_verify [--rounds 7] [--seconds 0.5] [--without-node]

CPU time; medians of interleaved rounds; contexts, keys and DID document in memory;
garbage collection off inside Python's rounds (Node has no such switch).
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingenium_credentials.badges import jsonld, proof
from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.badges.verifier import verify as whole_verify

from . import naive
from .measure import Round, interleaved, repeat
from .shape import (
    CONTEXTS,
    CREATED,
    DID_DOCUMENT,
    ISSUER,
    ISSUER_URL,
    METHOD,
    NOW,
    SEED,
    SIGNER,
    documents,
)

NODE = "@digitalbazaar/vc on Node"
NAIVE = "PyLD used naively"
OURS = "ours"
OURS_ALL = "ours: every check"
_DID_BYTES = json.dumps(DID_DOCUMENT).encode()


def issue() -> Callable[[], bytes]:
    """Ours: an unsigned document becomes signed bytes."""
    unsigned = itertools.cycle(list(itertools.islice(documents(), 50)))

    def operation() -> bytes:
        signed = proof.secure(next(unsigned), signer=SIGNER, verification_method=METHOD, created=CREATED)
        return json.dumps(signed, ensure_ascii=False).encode()

    return operation


def signed_texts() -> Iterator[bytes]:
    """Signed credentials as bytes, in turn."""
    make = issue()
    return itertools.cycle([make() for _ in range(50)])


def check() -> Callable[[], None]:
    """Ours, the same as the naive way: bytes in, one signature checked, key at hand."""
    texts = signed_texts()

    def operation() -> None:
        document = jsonld.parse(next(texts))
        entry = document["proof"][0]
        proof.check(
            document,
            entry,
            SIGNER.public_key,
            contexts=jsonld.PINNED_CONTEXTS,
            purpose="assertionMethod",
            now=NOW,
        )

    return operation


def check_all() -> Callable[[], None]:
    """Ours, everything that a verifier asks: form, key by did:web, proof, period, status."""
    texts = signed_texts()

    def operation() -> None:
        report = whole_verify(next(texts), resolve=resolve, now=NOW)
        assert report.verdict == "valid", report.as_dict()

    return operation


def resolve(url: str) -> bytes:
    """The DID document, from memory."""
    if url != ISSUER_URL:
        raise NotResolved(url)
    return _DID_BYTES


def naive_contenders() -> tuple[Round, Round]:
    """Issue and verify with PyLD."""
    unsigned, texts = documents(), signed_texts()
    naive.verify(next(texts))
    return repeat(lambda: naive.issue(next(unsigned))), repeat(lambda: naive.verify(next(texts)))


@contextmanager
def node_contenders() -> Iterator[tuple[Round, Round]]:
    """Issue and verify on Node, in a process that lives as long as the block."""
    from tests.interop.peers import make_node

    peer = make_node()
    folder = Path(peer.command[-1])
    shutil.copy(Path(__file__).with_name("digitalbazaar.mjs"), folder)
    command = [peer.command[0], str(folder / "digitalbazaar.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout

        def say(value: object) -> None:
            stdin.write(json.dumps(value) + "\n")
            stdin.flush()

        def rounds_of(task: str) -> Round:
            def one_round(seconds: float) -> float:
                say({"task": task, "seconds": seconds})
                return float(json.loads(stdout.readline())["each"])

            return one_round

        say(
            {
                "documents": CONTEXTS | {ISSUER: DID_DOCUMENT},
                "unsigned": list(itertools.islice(documents(), 50)),
                "method": METHOD,
                "seed": list(SEED),
                "created": CREATED.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
        yield rounds_of("issue"), rounds_of("verify")
        stdin.close()


def print_table(verb: str, found: dict[str, float]) -> None:
    """One line for each contender, with how often ours goes into it."""
    print(f"\n{verb:<28}{'CPU µs each':>12}{'per second':>12}{'times ours':>12}")
    for name, seconds in found.items():
        print(f"{name:<28}{seconds * 1e6:>12,.0f}{1 / seconds:>12,.0f}{seconds / found[OURS]:>12.2f}")


def print_heading() -> None:
    """What was measured, and where."""
    document = next(documents())
    canonical = jsonld.canonical(document)
    machine = f"{os.cpu_count()}-core {platform.machine()}".replace("_", "-")
    print(f"{dt.datetime.now(dt.UTC).date()}, {machine}, Python {platform.python_version()}")
    quads, size = len(canonical.splitlines()), len(next(signed_texts()))
    print(f"one shape: {size:,} bytes signed, {quads} quads, {len(canonical):,} bytes of canonical form")


def run(issuing: dict[str, Round], verifying: dict[str, Round], options: argparse.Namespace) -> None:
    """Measure and print."""
    found = interleaved(
        {f"issue {name}": one for name, one in issuing.items()}
        | {f"verify {name}": one for name, one in verifying.items()},
        rounds=options.rounds,
        seconds=options.seconds,
    )
    print_heading()
    for verb in ("issue", "verify"):
        chosen = {name.partition(" ")[2]: each for name, each in found.items() if name.startswith(verb)}
        print_table(verb, chosen)


def main(arguments: list[str]) -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.issue_verify")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--without-node", action="store_true")
    options = parser.parse_args(arguments)
    naive_issue, naive_verify = naive_contenders()
    issuing = {OURS: repeat(issue()), NAIVE: naive_issue}
    verifying = {OURS: repeat(check()), OURS_ALL: repeat(check_all()), NAIVE: naive_verify}
    if options.without_node:
        run(issuing, verifying, options)
        return
    with node_contenders() as (node_issue, node_verify):
        run(issuing | {NODE: node_issue}, verifying | {NODE: node_verify}, options)


if __name__ == "__main__":
    main(sys.argv[1:])
