"""How much CPU hostile input costs before it is refused, or accepted.

    python -m benchmarks.poison

Each line is one input: what it is, its size, CPU milliseconds (the best of three), and
how it ended. The limit is 100 ms on the machine that the README names.
"""

from __future__ import annotations

import base64
import gzip
import json
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ingenium_credentials.badges import ob3, rdfc, status_list
from ingenium_credentials.badges.errors import CredentialError, NotResolved
from ingenium_credentials.badges.multibase import base58_encode
from ingenium_credentials.badges.rdfc import Quad, Term
from ingenium_credentials.badges.verifier import verify

from .shape import CREATED, NOW, SIGNER, award

LIMIT_MS = 100
DID = f"did:key:{SIGNER.public_key.multikey}"
_NEXT = Term("iri", "https://attacker.example/next")
_ATTEMPTS = 3


class Input(NamedTuple):
    """Something hostile, and what takes it in."""

    name: str
    size: int
    operation: Callable[[], str]


def _quads(edges: Iterator[tuple[int, int]]) -> list[Quad]:
    return [Quad(Term("blank", f"b{a}"), _NEXT, Term("blank", f"b{b}")) for a, b in edges]


def clique(count: int) -> list[Quad]:
    """Blank nodes that all point at each other: nothing tells them apart."""
    return _quads((a, b) for a in range(count) for b in range(count) if a != b)


def ring(count: int) -> list[Quad]:
    """Blank nodes in a circle."""
    return _quads((a, (a + 1) % count) for a in range(count))


def grid(side: int) -> list[Quad]:
    """Blank nodes on the surface of a ring, each like any other."""
    return _quads(
        (row * side + column, target)
        for row in range(side)
        for column in range(side)
        for target in ((row + 1) % side * side + column, row * side + (column + 1) % side)
    )


def graph(name: str, quads: list[Quad]) -> Input:
    """Statements that go straight into canonicalisation."""
    return Input(name, len(quads), lambda: _ended(lambda: f"{len(rdfc.canonicalize(quads)):,} bytes"))


def _badge(**members: Any) -> dict[str, Any]:
    """A badge in good form with a proof that anyone can write, and whose signature is wrong."""
    document = ob3.render(award(1))
    document["issuer"]["id"] = DID
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": CREATED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": f"{DID}#{SIGNER.public_key.multikey}",
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + base58_encode(bytes([1] * 64)),
    }
    return {**document, "proof": [proof], **members}


def _resolve(url: str) -> bytes:
    raise NotResolved(url)


def bytes_in(name: str, data: bytes) -> Input:
    """Bytes that go through the whole verifier."""

    def operation() -> str:
        report = verify(data, resolve=_resolve, now=NOW)
        wrong = [check.id for check in report.checks if check.outcome.value != "passed"]
        return f"{report.verdict}: {', '.join(wrong)}"

    return Input(name, len(data), operation)


def document_in(name: str, **members: Any) -> Input:
    """A badge with hostile members through the whole verifier."""
    return bytes_in(name, json.dumps(_badge(**members)).encode())


def _alike(width: int, twins: int) -> list[dict[str, Any]]:
    """Nodes without name that cannot be told apart, each with many children of the kind."""
    child = {"type": ["RubricCriterionLevel"], "name": "a"}
    node = {"type": ["ResultDescription"], "name": "a", "resultType": "Percent"}
    return [{**node, "rubricCriterionLevel": [child] * width} for _ in range(twins)]


def _with_results(results: list[dict[str, Any]]) -> dict[str, Any]:
    subject = ob3.render(award(1))["credentialSubject"]
    subject["achievement"]["resultDescription"] = results
    return {"credentialSubject": subject}


def _proofs(count: int) -> list[dict[str, Any]]:
    """Proofs of which none is the other's copy."""
    return [{**_badge()["proof"][0], "created": f"2026-01-15T09:00:0{number}Z"} for number in range(count)]


def _presentation(count: int) -> bytes:
    badge = _badge()
    achievement = badge["credentialSubject"]["achievement"]
    kept = {name: achievement[name] for name in ("id", "type", "name", "description", "criteria")}
    subject = {
        "id": "urn:x:subject",
        "type": ["AchievementSubject"],
        "achievement": {**kept, "resultDescription": _alike(6, 3)},
    }
    credentials = [
        {**badge, "id": f"urn:x:{number}", "credentialSubject": subject} for number in range(count)
    ]
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": credentials,
    }
    return json.dumps(presentation).encode()


def _nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"type": ["Profile"], "id": "urn:x:0", "name": "a"}
    for number in range(depth):
        value = {"type": ["Profile"], "id": f"urn:x:{number}", "name": "a", "parentOrg": value}
    return value


def _png(size: int) -> bytes:
    chunk = b"iTXt" + b"openbadgecredential\0\0\0\0\0" + b"{" * size
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(chunk) - 4)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 2**31 - 1)
        + b"IDAT"
    )


def _svg(levels: int) -> bytes:
    entities = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "x" * 10}">' for number in range(levels)
    )
    picture = f'<svg xmlns="http://www.w3.org/2000/svg">&e{levels - 1};</svg>'
    return f"<!DOCTYPE svg [{entities}]>{picture}".encode()


def _jwt(size: int) -> bytes:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"did:web:attacker.example#1"}').rstrip(b"=")
    return header + b"." + b"A" * size + b".AAAA"


def _status_bomb(size: int) -> Input:
    packed = gzip.compress(bytes(size), 6)
    encoded = "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    name = f"status list that unpacks to {size // 10**6} MB"
    return Input(name, len(encoded), lambda: _ended(lambda: f"{len(status_list.decode(encoded)):,} bytes"))


def inputs() -> Iterator[Input]:
    """Everything that is tried."""
    for count in (6, 8, 10, 40):
        yield graph(f"{count} blank nodes, each linked with each", clique(count))
    yield graph("500 blank nodes in a circle", ring(500))
    yield graph("100 blank nodes on a torus", grid(10))
    yield document_in("2 nodes alike with 8 children alike", **_with_results(_alike(8, 2)))
    yield document_in("9 nodes alike with 9 children alike", **_with_results(_alike(9, 9)))
    yield document_in("400 nodes alike", **_with_results(_alike(0, 400)))
    yield document_in("8 proofs over 20 nodes alike", **_with_results(_alike(5, 20)), proof=_proofs(8))
    yield bytes_in("8 credentials presented, each with alike", _presentation(8))
    yield document_in("30 organisations in each other", issuer={**_nested(30), "id": DID})
    yield document_in("1,000 contexts", **{"@context": _badge()["@context"] * 500})
    yield document_in("a context of 5,000 terms", **{"@context": [*_badge()["@context"], _terms(5_000)]})
    yield document_in("500 proofs", proof=_badge()["proof"] * 500)
    yield document_in("3,000 types", type=["VerifiableCredential", "OpenBadgeCredential"] * 1_500)
    yield document_in("a text of 1.9 MB", description="a" * 1_900_000)
    yield document_in("8 proofs over a text of 1.9 MB", description="a" * 1_900_000, proof=_proofs(8))
    yield bytes_in("100,000 brackets", b"[" * 100_000)
    yield bytes_in("50 MB of braces", b"{" * 50_000_000)
    yield bytes_in("a number of 1.9 million digits", b'{"a":' + b"9" * 1_900_000 + b"}")
    yield bytes_in("PNG with 1 MB of text, then cut off", _png(1_000_000))
    yield bytes_in("SVG with 10 levels of entities", _svg(10))
    yield bytes_in("JWT of 1.9 MB", _jwt(1_900_000))
    yield _status_bomb(200_000_000)


def _terms(count: int) -> dict[str, Any]:
    return {f"term{number}": f"https://attacker.example/{number}" for number in range(count)}


def _ended(operation: Callable[[], str]) -> str:
    try:
        return operation()
    except CredentialError as error:
        return f"refused: {type(error).__name__}"


def cpu_ms(operation: Callable[[], str]) -> tuple[float, str]:
    """The least CPU time of a few attempts, and how the last one ended."""
    best, ended = float("inf"), ""
    for _ in range(_ATTEMPTS):
        start = time.process_time()
        ended = operation()
        best = min(best, (time.process_time() - start) * 1000)
    return best, ended


def main() -> int:
    """Print a line for each input; the exit status is 1 if any took longer than the limit."""
    slow = 0
    # What every process does once is not the input's doing.
    bytes_in("", json.dumps(_badge()).encode()).operation()
    print(f"{'input':<42}{'size':>12}{'CPU ms':>9}  ended")
    for entry in inputs():
        milliseconds, ended = cpu_ms(entry.operation)
        slow += milliseconds > LIMIT_MS
        mark = " !" if milliseconds > LIMIT_MS else ""
        print(f"{entry.name:<42}{entry.size:>12,}{milliseconds:>9.1f}  {ended}{mark}")
    return min(slow, 1)


if __name__ == "__main__":
    sys.exit(main())
