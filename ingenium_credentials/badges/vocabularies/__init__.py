"""The published vocabularies: code, IRI and labels, with the version of each list.

Hides the files. One JSON file for each list stands beside this module, written from what
its `source` published; a concept with `later` was not in that version and is known from
use. Other people's lists grow, so nothing here is an enumeration: what a list does not
hold is refused, with what is nearest to it.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from ..data import ConceptData
from ..errors import UnknownCode
from .further import Further, Labels, read_folder

__all__ = ["SCHEMES", "Vocabulary", "find", "nearest", "schemes_of_concepts", "use", "vocabulary"]

_FOLDER = Path(__file__).parent

SCHEMES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))
"""The names of the lists, as in `find(scheme, …)`."""

_WORD = re.compile(r"\w+")
_NAMED = 3
"""How many near concepts a message names."""
_ALIKE = 0.45
"""Below this likeness (0 to 1) a concept is not near."""
_SHORT = 20
"""Of a list up to this length, a message names everything where nothing is near."""


@frozen(kw_only=True)
class Entry:
    """One concept of a list with the codes that name it, its own first."""

    concept: ConceptData
    codes: tuple[str, ...]
    later: bool = False


@frozen(kw_only=True)
class Retired:
    """A code that once named something: what it named, and the codes to use now."""

    label: str
    codes: tuple[str, ...]
    instead: tuple[str, ...]


@frozen(kw_only=True)
class Vocabulary:
    """One published list: whose it is, of which version and date, and what it holds."""

    name: str
    title: str
    iri: str
    """The IRI of the concept scheme, for `inScheme`."""
    base: str
    version: str
    date: str
    """Of the version: a day, or a year where only that is known."""
    source: str
    notes: str = ""
    """Where a single concept is from, if it is not from there."""
    entries: tuple[Entry, ...]
    retired: tuple[Retired, ...] = ()

    @property
    def concepts(self) -> tuple[ConceptData, ...]:
        """All concepts in the order of their codes."""
        return tuple(entry.concept for entry in self.entries)

    def code(self, iri: str) -> str:
        """The code of a concept of this list; raises `UnknownCode`."""
        return _entry(self.name, iri).codes[0]


_further = Further({}, {}, [])


def use(folder: Path | None) -> Further:
    """Add what `further` has kept in the folder to the lists; None: their own labels alone.

    For the start of a program: concepts that were found before keep the labels that they had.
    """
    global _further
    _further = read_folder(folder, schemes_of_concepts()) if folder else Further({}, {}, [])
    vocabulary.cache_clear()
    _index.cache_clear()
    return _further


def schemes_of_concepts() -> dict[str, str]:
    """The list of each known concept, by its IRI."""
    return {concept.iri: scheme for scheme in SCHEMES for concept in vocabulary(scheme).concepts}


@functools.cache
def vocabulary(scheme: str) -> Vocabulary:
    """The list of that name, read once; `UnknownCode` for a name that is not in `SCHEMES`."""
    if scheme not in SCHEMES:
        raise UnknownCode(f"There is no vocabulary '{scheme[:60]}' here.", nearest=_close(scheme, SCHEMES))
    document = json.loads((_FOLDER / f"{scheme}.json").read_bytes())
    base = document["base"]
    return Vocabulary(
        name=scheme,
        title=document["title"],
        iri=document["scheme"],
        base=base,
        version=document["version"],
        date=document["date"],
        source=document["source"],
        notes=" ".join(filter(None, (document.get("notes", ""), _further.notes.get(scheme, "")))),
        entries=tuple(_read(base, entry, _further.labels.get(scheme, {})) for entry in document["concepts"]),
        retired=tuple(
            Retired(label=entry["label"], codes=tuple(entry["codes"]), instead=tuple(entry["instead"]))
            for entry in document["retired"]
        ),
    )


def find(scheme: str, code_or_iri: str) -> ConceptData:
    """The concept that a code or an IRI names exactly.

    Raises `UnknownCode` for everything else; its message names the nearest right ones, or
    what replaces a retired code. Labels: English always, other languages where published.
    """
    return _entry(scheme, code_or_iri).concept


def nearest(scheme: str, text: str) -> tuple[ConceptData, ...]:
    """Up to three concepts whose code or label is most like `text`, the nearest first."""
    listed = vocabulary(scheme)
    wanted = text.rstrip("/").rsplit("/", 1)[-1].casefold()
    if not wanted:
        return ()
    scored = [(_likeness(wanted, entry), entry) for entry in listed.entries]
    # Stable: of equally near ones, the order of the list.
    scored.sort(key=lambda pair: -pair[0])
    return tuple(entry.concept for likeness, entry in scored[:_NAMED] if likeness >= _ALIKE)


def _read(base: str, entry: Mapping[str, Any], further: Labels) -> Entry:
    iri = base + entry["id"]
    codes = dict.fromkeys([entry["code"], entry["id"], *entry.get("also", ())])
    return Entry(
        concept=ConceptData(iri=iri, labels={**further.get(iri, {}), **entry["labels"]}),
        codes=tuple(codes),
        later=entry.get("later", False),
    )


@functools.cache
def _index(scheme: str) -> Mapping[str, Entry]:
    listed = vocabulary(scheme)
    by_code = {code: entry for entry in listed.entries for code in entry.codes}
    return by_code | {entry.concept.iri: entry for entry in listed.entries}


def _entry(scheme: str, code_or_iri: str) -> Entry:
    entry = _index(scheme).get(code_or_iri)
    if entry is None:
        raise _refusal(vocabulary(scheme), code_or_iri)
    return entry


def _refusal(listed: Vocabulary, wrong: str) -> UnknownCode:
    tail = wrong.removeprefix(listed.base)
    for retired in listed.retired:
        if tail in retired.codes:
            instead = tuple(find(listed.name, code) for code in retired.instead)
            reason = f"'{tail[:60]}' ({retired.label}) is retired from '{listed.title}'."
            return UnknownCode(f"{reason} Use {_named(listed, instead)}.", nearest=_iris(instead))
    near = nearest(listed.name, wrong)
    # Right in itself, but of another list: said, because the code looks right to whoever gave it.
    elsewhere = next((name for name in SCHEMES if wrong in _index(name) and "/" in wrong), "")
    reason = f"'{wrong[:120]}' is not in '{listed.title}' of {listed.date}"
    reason += f"; it is in '{vocabulary(elsewhere).title}'." if elsewhere else "."
    if near:
        return UnknownCode(f"{reason} Nearest: {_named(listed, near)}.", nearest=_iris(near))
    whole = f" It holds {_named(listed, listed.concepts)}." if len(listed.entries) <= _SHORT else ""
    return UnknownCode(reason + whole)


def _named(listed: Vocabulary, concepts: Iterable[ConceptData]) -> str:
    return ", ".join(f"{listed.code(concept.iri)} ({concept.labels['en']})" for concept in concepts)


def _iris(concepts: Iterable[ConceptData]) -> tuple[str, ...]:
    return tuple(concept.iri for concept in concepts)


def _likeness(wanted: str, entry: Entry) -> float:
    names = [*entry.codes, *entry.concept.labels.values()]
    return max(_ratio(wanted, name.casefold()) for name in names)


def _ratio(wanted: str, name: str) -> float:
    if wanted == name:
        return 1.0
    if wanted.isdigit() and name.isdigit():
        return _same_start(wanted, name)
    words, others = set(_WORD.findall(wanted)), set(_WORD.findall(name))
    shared = sum(any(other.startswith(word) for other in others) for word in words) / max(len(words), 1)
    # A shared beginning of a word says more than shared letters.
    letters = difflib.SequenceMatcher(None, wanted, name)
    # The quick bounds from above spare most of the work.
    if 0.9 * shared >= letters.quick_ratio() or letters.quick_ratio() < _ALIKE:
        return 0.9 * shared
    return max(letters.ratio(), 0.9 * shared)


def _same_start(wanted: str, name: str) -> float:
    # Digits of a code are its place in the hierarchy: what counts is how far the path is the same.
    same = 0
    while same < min(len(wanted), len(name)) and wanted[same] == name[same]:
        same += 1
    return 0.95 * same / max(len(wanted), len(name))


def _close(name: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(name, list(names), n=_NAMED))
