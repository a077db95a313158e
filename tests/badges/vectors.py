"""The stored vectors, and the verifier set up with what stands at their addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ingenium_credentials.badges.errors import NotResolved
from ingenium_credentials.badges.report import Outcome, Report
from ingenium_credentials.badges.verifier import verify
from tests.vectors import build

from .examples import NOW

ADDRESSES = {unquote(path.name): path.read_bytes() for path in (build.FOLDER / "addresses").iterdir()}
FAILED, OPEN = Outcome.FAILED, Outcome.NOT_CHECKED


def resolve(url: str) -> bytes:
    if url not in ADDRESSES:
        raise NotResolved("Not in the folder.")
    return ADDRESSES[url]


def judged(data: bytes, **options: Any) -> Report:
    asked: dict[str, Any] = {"resolve": resolve, "now": NOW, **options}
    return verify(data, **asked)


def vector(name: str) -> bytes:
    return (build.FOLDER / name).read_bytes()
