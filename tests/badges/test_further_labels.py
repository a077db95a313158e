"""Labels in further languages, out of the files that the European Union publishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingenium_credentials.badges import vocabularies
from ingenium_credentials.badges.vocabularies import further

from .elm_examples import document

WRITTEN = "http://data.europa.eu/snb/assessment/6e6cb2cc78"
ONLINE = "http://data.europa.eu/snb/learning-assessment/920fbb3cbe"
SKOS = "http://www.w3.org/2004/02/skos/core#"
KNOWN = {WRITTEN: "assessment", ONLINE: "mode"}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
  <skos:Concept rdf:about="{WRITTEN}">
    <skos:prefLabel xml:lang="en">another word</skos:prefLabel>
    <skos:prefLabel xml:lang="el">γραπτή
      εξέταση</skos:prefLabel>
    <skos:altLabel xml:lang="fr">épreuve</skos:altLabel>
  </skos:Concept>
  <rdf:Description rdf:about="{ONLINE}">
    <skos:prefLabel xml:lang="fr">en ligne</skos:prefLabel>
  </rdf:Description>
  <skos:Concept rdf:about="http://lists.example/1">
    <skos:prefLabel xml:lang="fr">x</skos:prefLabel>
  </skos:Concept>
</rdf:RDF>""".encode()
EXPECTED = {
    "assessment": {WRITTEN: {"en": "another word", "el": "γραπτή εξέταση"}},
    "mode": {ONLINE: {"fr": "en ligne"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the labels above, which the lists use until the test ends."""
    for scheme, labels in further.read(XML, KNOWN).items():
        further.write(tmp_path, scheme, labels, sha256="ab" * 32, day="2026-11-23")
    yield tmp_path
    vocabularies.use(None)


def test_labels_of_known_concepts_are_taken_out_of_rdf() -> None:
    assert further.read(XML, KNOWN) == EXPECTED


@pytest.mark.parametrize(
    "value",
    [
        {"@graph": [{"@id": ONLINE, "prefLabel": {"fr": "en ligne"}}]},
        [{"uri": ONLINE, "skos:prefLabel": [{"@language": "fr", "@value": "en ligne"}]}],
        {
            "id": ONLINE,
            "http://www.w3.org/2004/02/skos/core#prefLabel": {"language": "fr", "value": "en ligne"},
        },
    ],
)
def test_labels_are_taken_out_of_json(value: object) -> None:
    assert further.read(json.dumps(value).encode(), KNOWN) == {"mode": {ONLINE: {"fr": "en ligne"}}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b,c",
        b"<rdf>",
        b"{",
        b"[" * 200_000,
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b" " * (further.LARGEST + 1),
    ],
)
def test_what_is_no_published_list_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is"):
        further.read(content, KNOWN)


@pytest.mark.parametrize(
    "labels",
    [
        {"fr": ""},
        {"fr": "x" * 301},
        {"fr": "a\u0000b"},
        {"FR fr": "x"},
        {"": "x"},
        {"fr": 5},
        "x",
        None,
        5,
        [5],
    ],
)
def test_what_is_no_label_is_left_out(labels: object) -> None:
    assert further.read(json.dumps({"id": ONLINE, "prefLabel": labels}).encode(), KNOWN) == {}


def test_the_lists_have_them_and_keep_their_own(folder: Path) -> None:
    assert vocabularies.use(folder).problems == []

    found = vocabularies.find("assessment", "written-examination").labels
    assert found == {"en": "written examination", "el": "γραπτή εξέταση"}
    assert "ab" * 32 in vocabularies.vocabulary("assessment").notes
    assert "2026-11-23" in vocabularies.vocabulary("assessment").notes
    assert vocabularies.vocabulary("isced-f").notes == ""


def test_a_credential_is_signed_with_them(folder: Path) -> None:
    vocabularies.use(folder)

    credential: Any = document(languages=("en", "fr"))

    (mode,) = credential["credentialSubject"]["hasClaim"][0]["specifiedBy"]["mode"]
    assert mode["prefLabel"] == {"en": "Online", "fr": "en ligne"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"labels": 5, "sha256": "", "date": ""}', '{"labels": {"x": 5}}', "[" * 9999]
)
def test_a_spoiled_file_is_named_and_takes_nothing_else_away(folder: Path, text: str) -> None:
    (folder / "mode.json").write_text(text)

    found = vocabularies.use(folder)

    assert found.problems == ["mode.json is not a file of the command ingenium_vocabularies."]
    assert set(vocabularies.find("mode", "online").labels) == {"en"}
    assert "el" in vocabularies.find("assessment", "written-examination").labels


def test_a_list_that_nobody_knows_is_named(tmp_path: Path) -> None:
    further.write(tmp_path, "colours", {}, sha256="", day="")

    assert len(vocabularies.use(tmp_path).problems) == 1
    vocabularies.use(None)
