"""The command that brings labels of the European lists in further languages."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ingenium_credentials import concepts
from ingenium_credentials.badges import vocabularies
from ingenium_credentials.checks import check_contexts
from tests.badges.test_further_labels import ONLINE, XML


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.INGENIUM_VOCABULARIES_DIR = str(tmp_path / "labels")
    return tmp_path / "labels"


def take(path: Path) -> str:
    out = StringIO()
    call_command("ingenium_vocabularies", str(path), stdout=out)
    return out.getvalue()


def test_says_what_it_took_and_keeps_hash_and_day(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list.rdf").write_bytes(XML)

    said = take(tmp_path / "list.rdf")

    assert "assessment: 2 labels of 1 concepts in el, en" in said
    assert "mode: 1 labels of 1 concepts in fr" in said
    assert hashlib.sha256(XML).hexdigest() in said
    kept = json.loads((folder / "mode.json").read_bytes())
    assert kept["labels"] == {ONLINE: {"fr": "en ligne"}}
    assert kept["sha256"] == hashlib.sha256(XML).hexdigest()
    assert len(kept["date"]) == 10
    assert check_contexts() == []


def test_the_published_label_is_shown_before_our_word_for_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list.rdf").write_bytes(XML)
    take(tmp_path / "list.rdf")
    online = vocabularies.find("mode", "online")

    try:
        vocabularies.use(folder)
        assert concepts.name(online, "fr") == "en ligne"
        assert concepts.names(online, ["fr"]) == {"fr": "en ligne"}
    finally:
        vocabularies.use(None)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no list", "neither JSON nor"), (b"{}", "no label of a concept"), (None, "No such file")],
)
def test_a_file_of_no_use_is_refused(folder: Path, tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "list.rdf").write_bytes(content)

    with pytest.raises(CommandError, match=said):
        take(tmp_path / "list.rdf")

    assert not folder.exists()


def test_without_a_folder_nothing_is_taken(tmp_path: Path) -> None:
    (tmp_path / "list.rdf").write_bytes(XML)

    with pytest.raises(CommandError, match="INGENIUM_VOCABULARIES_DIR"):
        take(tmp_path / "list.rdf")


def test_a_spoiled_file_in_the_folder_is_named_by_the_check(folder: Path) -> None:
    folder.mkdir()
    (folder / "mode.json").write_text("{")

    assert [problem.id for problem in check_contexts()] == ["ingenium.E018"]
