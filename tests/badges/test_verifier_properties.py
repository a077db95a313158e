"""Whatever the bytes are, there is a report; and whatever is changed, it is noticed."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingenium_credentials.badges.report import Outcome, Report
from tests.vectors import build

from .vectors import judged, resolve, vector

pytestmark = pytest.mark.disable_socket

BADGE = json.loads(vector("valid/badge-with-everything.json"))
VECTORS = {
    path: path.read_bytes()
    for folder in ("valid", "spoiled")
    for path in sorted(build.FOLDER.glob(f"{folder}/*"))
    if path.stat().st_size < 20_000
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@context", "id", "type", "proof", "issuer", "credentialSubject"])
            | st.text(max_size=9),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """The path of every leaf and container below the root."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for key, item in members for found in ((*path, key), *places(item, (*path, key)))]


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def is_sound(report: Report) -> bool:
    """A report, and not one that hides a fault of the program."""
    return bool(report.checks) and "internal" not in {check.id for check in report.checks}


SIGNED = [path for path in places(BADGE) if path[0] != "proof"]
ALL = places(BADGE)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    "path",
    [path for path in SIGNED if not isinstance(at(BADGE, path), dict | list)],
    ids=lambda path: ".".join(map(str, path)),
)
def test_no_value_can_be_changed_unnoticed(path: Path) -> None:
    changed = deepcopy(BADGE)
    value = at(changed, path)
    at(changed, path[:-1])[path[-1]] = value + "x" if isinstance(value, str) else not value

    report = judged(json.dumps(changed).encode())

    assert report.verdict != "valid"
    assert report.document is None


@quick
@given(st.sampled_from(SIGNED))
def test_nothing_can_be_removed_unnoticed(path: Path) -> None:
    changed = deepcopy(BADGE)
    del at(changed, path[:-1])[path[-1]]

    assert judged(json.dumps(changed).encode()).verdict != "valid"


@quick
@given(
    st.sampled_from([(), *(path for path in SIGNED if isinstance(at(BADGE, path), dict))]),
    st.sampled_from(
        ["name", "description", "grade", "id", "@id", "@type", "x:y", "url", "role", "@included"]
    ),
    JSON,
)
def test_nothing_can_be_added_unnoticed(path: Path, name: str, value: Any) -> None:
    changed = deepcopy(BADGE)
    before = at(changed, path).get(name)
    at(changed, path)[name] = value

    report = judged(json.dumps(changed).encode())

    assert is_sound(report)
    assert report.verdict != "valid" or before == value


@quick
@given(st.sampled_from(ALL), JSON)
def test_any_value_anywhere_gives_a_report(path: Path, value: Any) -> None:
    changed = deepcopy(BADGE)
    at(changed, path[:-1])[path[-1]] = value

    assert is_sound(judged(json.dumps(changed).encode()))


@quick
@given(st.binary(max_size=400))
def test_any_bytes_give_a_report(data: bytes) -> None:
    report = judged(data)

    assert is_sound(report)
    # What begins as a PDF and is not built as a diploma may be a sound one of somebody else's.
    assert report.verdict == ("could not be checked" if data.startswith(b"%PDF-") else "not valid")


@quick
@given(JSON)
def test_any_json_gives_a_report(value: Any) -> None:
    report = judged(json.dumps(value).encode("utf-8", "surrogatepass"))

    assert is_sound(report)
    assert report.verdict == "not valid"


@quick
@given(st.sampled_from(sorted(VECTORS)), st.data())
def test_damaged_files_give_a_report(path: Any, data: st.DataObject) -> None:
    content = VECTORS[path]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 8, len(content))))
    damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]

    assert is_sound(judged(damaged))


@quick
@given(
    st.sampled_from(["/did.json", "/clear"]), st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode)
)
def test_any_answer_to_an_address_gives_a_report(ending: str, answer: bytes) -> None:
    report = judged(
        vector("valid/badge.json"), resolve=lambda url: answer if url.endswith(ending) else resolve(url)
    )

    assert is_sound(report)
    assert report.verdict != "valid"


def test_only_a_report_whose_every_check_passed_is_valid() -> None:
    for content in VECTORS.values():
        report = judged(content)
        all_passed = all(check.outcome is Outcome.PASSED for check in report.checks)

        assert (report.verdict == "valid") is (bool(report.checks) and all_passed)
