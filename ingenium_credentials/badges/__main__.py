"""`python -m ingenium_credentials.badges verify FILE …`: the verifier for a terminal.

Exit status: 0 all valid, 1 something not valid, 2 something could not be checked (and
nothing worse), 3 the command was not understood or a named file cannot be read. Nothing
is fetched: what an address stands for is given with `--resolve`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .conformance import members
from .data import preferred
from .edc_facts import summary
from .errors import CredentialError, NotResolved
from .jsonld import Contexts
from .moments import parse_moment
from .report import Check, Outcome, Report
from .trust import read_trust
from .verifier import MAX_BYTES, verify

__all__ = ["main"]

_USAGE_ERROR = 3
_EXIT = {"valid": 0, "not valid": 1, "could not be checked": 2}
_GRAVITY = (1, 2, 0)
_TICKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.NOT_CHECKED: "?"}


class _Parser(argparse.ArgumentParser):
    """Keeps 2, argparse's own status for a usage error, free for its meaning here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        answers: dict[str, bytes] = {url: path.read_bytes() for url, path in asked.resolve}
        contexts = Contexts({url: path.read_bytes() for url, path in asked.context})
        anchors = [anchor for path in asked.anchor for anchor in read_trust(path.read_bytes())]
        inputs = [(name, _read(name)) for name in asked.files]
    except (OSError, CredentialError) as error:
        parser.error(str(error))

    def resolve(url: str) -> bytes:
        if url not in answers:
            shown = ascii(url)[1:-1][:300]
            raise NotResolved(f"This address is not among those given with --resolve: {shown}")
        return answers[url]

    reports = [
        verify(
            data,
            resolve=resolve,
            now=asked.now or dt.datetime.now(dt.UTC),
            contexts=contexts,
            challenge=asked.challenge,
            domain=asked.domain,
            anchors=anchors,
        )
        for _name, data in inputs
    ]
    _print_all(asked.files, reports, as_json=asked.json)
    return min((_EXIT[report.verdict] for report in reports), key=_GRAVITY.index)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m ingenium_credentials.badges", description="Check credentials offline.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "verify",
        help="say whether credentials are genuine and in force",
        description="Say whether credentials are genuine and in force.",
        epilog="Exit status: 0 valid, 1 not valid, 2 could not be checked, 3 wrong usage or unreadable file.",
    )
    command.add_argument(
        "files", nargs="+", metavar="FILE", help="JSON, JWT, PNG, SVG or PDF; - for standard input"
    )
    command.add_argument(
        "--resolve",
        action="append",
        default=[],
        type=_pair,
        metavar="URL=FILE",
        help="what stands at an https address: a DID document, a key, a status list",
    )
    command.add_argument(
        "--context",
        action="append",
        default=[],
        type=_pair,
        metavar="URL=FILE",
        help="a further JSON-LD context, in exactly the published bytes",
    )
    command.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="certificates (PEM, or JSON as trust.json) that seals and time-stamps must lead to",
    )
    command.add_argument("--challenge", help="the challenge that the presenter was asked to sign")
    command.add_argument("--domain", help="the domain that the presenter was asked to sign for")
    command.add_argument("--now", type=_moment, help="judge as of this moment, such as 2026-06-01T12:00:00Z")
    command.add_argument("--json", action="store_true", help="print the report as JSON; an array for several")
    return parser


def _pair(text: str) -> tuple[str, Path]:
    # At the last =, since addresses have more of them than file names.
    url, mark, name = text.rpartition("=")
    if not mark or not url or not name:
        raise argparse.ArgumentTypeError("must be URL=FILE")
    return url, Path(name)


def _moment(text: str) -> dt.datetime:
    try:
        return parse_moment(text)
    except CredentialError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _read(name: str) -> bytes:
    # One byte more than is looked at, so that a larger file is seen to be larger.
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _print_all(names: Sequence[str], reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        found = [report.as_dict() for report in reports]
        print(json.dumps(found[0] if len(found) == 1 else found, indent=2))
        return
    for name, report in zip(names, reports, strict=True):
        for line in _lines(report, name):
            print(_printable(line))


def _lines(report: Report, title: str, indent: str = "") -> list[str]:
    """The verdict, what the document says if that is proven, and each check."""
    lines = [f"{indent}{title}: {report.verdict}"]
    lines += [f"{indent}  {line}" for line in _statement(report.document or {})]
    for check in report.checks:
        lines += [f"{indent}  {line}" for line in _check_lines(check)]
    for number, part in enumerate(report.parts, 1):
        lines += _lines(part, f"inside, {number}", indent + "  ")
    return lines


def _check_lines(check: Check) -> list[str]:
    head = f"{_TICKS[check.outcome]} {check.outcome.value}: {check.message} [{check.id}]"
    return [head, f"    {check.detail}"] if check.detail else [head]


def _statement(document: dict[str, Any]) -> list[str]:
    """What is certified, to whom and by whom, as far as the document says it simply."""
    if "EuropeanDigitalCredential" in members(document, "type"):
        found = summary(document)
        texts = {"For": found.title, "To": found.holder, "By": found.issuer}
        named = {label: preferred(text) for label, text in texts.items()}
        return [f"{label}: {text}" for label, text in named.items() if text]
    subject, issuer = _object(document.get("credentialSubject")), document.get("issuer")
    achievement = _object(subject.get("achievement"))
    issuer_name, issuer_id = _object(issuer).get("name"), _object(issuer).get("id", issuer)
    facts = {
        "For": achievement.get("name") or document.get("name"),
        "To": subject.get("name"),
        "By": f"{issuer_name} ({issuer_id})" if issuer_name else issuer_id,
    }
    return [f"{label}: {fact}" for label, fact in facts.items() if isinstance(fact, str)]


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _printable(text: str) -> str:
    """Without the characters that steer a terminal or turn the direction of writing."""
    encoding = sys.stdout.encoding or "ascii"
    clean = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return clean.encode(encoding, "replace").decode(encoding)


if __name__ == "__main__":
    sys.exit(main())
