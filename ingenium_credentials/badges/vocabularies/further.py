"""Labels in further languages, read from the files that the European Union publishes.

Our lists have the labels that were at hand. Who has the published file of a list (SKOS as
RDF/XML, or JSON) brings the others: `read` takes labels of concepts that we know out of
such a file, `write` keeps them in a folder with the hash and the day, `read_folder` gives
them to the lists. Nothing is fetched, no concept is added and no label of ours is changed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

__all__ = ["LARGEST", "Further", "Labels", "read", "read_folder", "write"]

LARGEST = 32_000_000
"""Bytes. The list of countries with all its notes has some 12 MB."""

Labels = dict[str, dict[str, str]]
"""By IRI of the concept and BCP 47 tag."""

_RDF, _SKOS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2004/02/skos/core#"
_ABOUT, _PREFERRED = f"{{{_RDF}}}about", f"{{{_SKOS}}}prefLabel"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMES = ("prefLabel", "skos:prefLabel", f"{_SKOS}prefLabel")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_LONGEST = 300


class Further(NamedTuple):
    """What a folder brings: labels by list, where they are from, and what is of no use."""

    labels: dict[str, Labels]
    notes: dict[str, str]
    problems: list[str]


def read(content: bytes, known: Mapping[str, str]) -> dict[str, Labels]:
    """The labels that a published file has of `known` concepts (IRI to list), by list.

    Raises `ValueError` with a sentence for what is no such file, or too large.
    """
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1_000_000} MB")
    pairs = _of_json(content) if content.lstrip()[:1] in (b"{", b"[") else _of_xml(content)
    found: dict[str, Labels] = {}
    for iri, language, text in pairs:
        if iri in known and _is_label(language, text):
            found.setdefault(known[iri], {}).setdefault(iri, {}).setdefault(language, " ".join(text.split()))
    return found


def write(folder: Path, scheme: str, labels: Labels, *, sha256: str, day: str) -> None:
    """Keep the labels of a list in the folder, in place of those it had of that list."""
    kept = {"sha256": sha256, "date": day, "labels": labels}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / f"{scheme}.json").write_text(text, encoding="utf-8")


def read_folder(folder: Path, known: Mapping[str, str]) -> Further:
    """What `write` has kept there; never raises, for one bad file must not take the others away."""
    found = Further({}, {}, [])
    try:
        paths = sorted(folder.glob("*.json"))
    except OSError as error:
        found.problems.append(f"{folder} cannot be read: {error.strerror}")
        return found
    for path in paths:
        try:
            _add(found, path, known)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.problems.append(f"{path.name} is not a file of the command ingenium_vocabularies.")
    return found


def _add(found: Further, path: Path, known: Mapping[str, str]) -> None:
    kept = json.loads(path.read_bytes())
    labels = {
        iri: {tag: text for tag, text in texts.items() if _is_label(tag, text)}
        for iri, texts in kept["labels"].items()
        if known.get(iri) == path.stem
    }
    if path.stem not in known.values():
        raise ValueError
    found.labels[path.stem] = labels
    found.notes[path.stem] = (
        f"Further languages from a file with the SHA-256 {kept['sha256']}, on {kept['date']}."
    )


def _is_label(language: object, text: object) -> bool:
    is_text = isinstance(language, str) and isinstance(text, str)
    if not is_text or not _TAG.fullmatch(str(language)) or not 0 < len(str(text).strip()) <= _LONGEST:
        return False
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in " ".join(str(text).split()))


def _of_xml(content: bytes) -> Iterator[tuple[str, str, str]]:
    try:
        root = fromstring(content, forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ValueError("it is neither JSON nor well-formed XML without entities") from error
    for node in root.iter():
        about = node.get(_ABOUT)
        if about:
            for label in node.findall(_PREFERRED):
                yield about, label.get(_LANGUAGE, ""), label.text or ""


def _of_json(content: bytes) -> Iterator[tuple[str, str, str]]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not well-formed JSON") from error
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from _of_node(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _of_node(node: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    iri = next((node[name] for name in ("@id", "id", "uri") if isinstance(node.get(name), str)), "")
    labels = next((node[name] for name in _NAMES if name in node), None)
    if isinstance(labels, dict) and not {"@value", "value"} & labels.keys():
        yield from ((iri, tag, text) for tag, text in labels.items() if isinstance(text, str))
        return
    for label in labels if isinstance(labels, list) else [labels]:
        if isinstance(label, dict):
            tag = label.get("@language", label.get("language", label.get("lang")))
            yield iri, str(tag), str(label.get("@value", label.get("value", "")))
