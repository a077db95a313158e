"""Names of people: tidied, and written in Latin letters beside the learner's own script.

Greek follows the transcription of ELOT 743 (ISO 843 type 2), which Greek passports use,
Bulgarian the Transliteration Act of 2009. A name in another script has no Latin form
here: a wrong one in a signed document would be worse than none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import evolve, frozen

from .errors import MalformedCredential

__all__ = ["MAX_NAME", "clean_name", "is_latin", "latin_name"]

MAX_NAME = 255
"""Characters that a name has at most; longer ones are cut between whole letters."""

_JOINERS = "\u200c\u200d"
"""Invisible, but some scripts and emoji are misspelt without them."""


def _table(text: str) -> dict[str, str]:
    """From words such as `шsh`: a letter, and what stands for it."""
    return {word[0]: word[1:] for word in text.split()}


_GREEK = _table("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo")
_VOICED = frozenset("αεηιουωβγδζλμνρ")
"""Letters before which the second half of αυ, ευ and ηυ sounds v and not f."""
_NASAL = {"γγ": ("n", "g"), "γξ": ("n", "x"), "γχ": ("n", "ch")}

_BULGARIAN = _table(
    "аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsht ъa ьy юyu яya ѝi"
)
_BULGARIA = "българия"

_TONOS = frozenset("\u0300\u0301\u0342")
_DIALYTIKA = "\u0308"
_KNOWN_MARKS = {
    "GREEK": _TONOS | frozenset("\u0304\u0306\u0308\u0313\u0314\u0345"),
    "CYRILLIC": frozenset("\u0300\u0301"),
}


@frozen
class _Letter:
    """A letter with the marks on it, or any other sign."""

    base: str
    marks: str
    script: str
    """First word of its Unicode name; empty for what is no letter."""

    @property
    def lower(self) -> str:
        return self.base.lower()


def clean_name(name: str) -> str:
    """The name in NFC, without controls, direction marks and needless white space.

    Raises `MalformedCredential` if nothing visible remains.
    """
    # Cut first: no profile has more, and normalising costs time.
    spaced = " ".join(name[: 20 * MAX_NAME].split())
    kept = "".join(letter for letter in spaced if letter in _JOINERS or _is_kept(letter))
    cleaned = _cut(" ".join(unicodedata.normalize("NFC", kept).split()))
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in cleaned):
        raise MalformedCredential("The name of the learner is empty.")
    return cleaned


def _is_kept(letter: str) -> bool:
    # Cc controls, Cf direction and other invisible marks, Cs halves, Co private use.
    # Noncharacters are among the unassigned, where future letters must pass.
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co") and ord(letter) & 0xFFFE != 0xFFFE


def _cut(text: str) -> str:
    """At most `MAX_NAME` characters, without tearing a letter from its marks."""
    end = MAX_NAME
    while 0 < end < len(text) and _clings(text[end - 1], text[end]):
        end -= 1
    return text[: end or MAX_NAME].strip(_JOINERS + " ")


def _clings(left: str, right: str) -> bool:
    return unicodedata.category(right)[0] == "M" or left in _JOINERS or right in _JOINERS


def latin_name(name: str) -> str:
    """The name in Latin letters; empty if it is so already, or has letters not known here."""
    text = unicodedata.normalize("NFC", name)
    letters = _letters(text)
    if any(not _is_known(letter) for letter in letters):
        return ""
    words = groupby(letters, key=lambda letter: bool(letter.script))
    latin = "".join(_latin_word(list(word)) if is_word else _as_written(word) for is_word, word in words)
    latin = unicodedata.normalize("NFC", latin)
    return "" if latin == text else _cut(latin)


def is_latin(name: str) -> bool:
    """Whether every letter of the name is a Latin one."""
    return all(letter.script in ("", "LATIN", "MODIFIER") for letter in _letters(name))


def _letters(text: str) -> list[_Letter]:
    letters: list[_Letter] = []
    for sign in text:
        if letters and unicodedata.category(sign)[0] == "M":
            letters[-1] = evolve(letters[-1], marks=letters[-1].marks + sign)
            continue
        script = unicodedata.name(sign, "").partition(" ")[0] if sign.isalpha() else ""
        if script == "GREEK":
            # Compatibility forms too: there are beta and theta of another shape.
            base, marks = unicodedata.normalize("NFKD", sign)[:1], unicodedata.normalize("NFKD", sign)[1:]
            letters.append(_Letter(base, marks, script))
        else:
            letters.append(_Letter(sign, "", script))
    return letters


def _is_known(letter: _Letter) -> bool:
    if letter.script == "GREEK":
        return letter.lower in _GREEK and _KNOWN_MARKS["GREEK"].issuperset(letter.marks)
    if letter.script == "CYRILLIC":
        return letter.lower in _BULGARIAN and _KNOWN_MARKS["CYRILLIC"].issuperset(letter.marks)
    # A modifier letter is an apostrophe; FEMININE and MASCULINE are the ordinals.
    return letter.script in ("", "LATIN", "MODIFIER", "FEMININE", "MASCULINE", "FULLWIDTH")


def _as_written(letters: Iterable[_Letter]) -> str:
    return "".join(letter.base + letter.marks for letter in letters)


def _latin_word(word: Sequence[_Letter]) -> str:
    capitals = len(word) > 1 and all(letter.base.isupper() for letter in word)
    latin = [
        _as_written([letter]) if roman is None else _cased(roman, letter.base, capitals)
        for letter, roman in zip(word, _romanised(word), strict=True)
    ]
    return "".join(latin)


def _cased(roman: str, letter: str, capitals: bool) -> str:
    """Θ is Th at the head of a word and TH in a word of capitals."""
    if not letter.isupper():
        return roman
    return roman.upper() if capitals else roman.capitalize()


def _romanised(word: Sequence[_Letter]) -> list[str | None]:
    """For each letter what stands for it in lower case; None for one that stays as it is."""
    romans: list[str | None] = [
        {"GREEK": _GREEK, "CYRILLIC": _BULGARIAN}.get(letter.script, {}).get(letter.lower) for letter in word
    ]
    text = "".join(letter.lower for letter in word)
    for index in range(len(word) - 1):
        romans[index : index + 2] = _greek_pair(word, text, index) or romans[index : index + 2]
    # Transliteration Act, article 6: the ending -ия is -ia; the country keeps its usual name.
    if text == _BULGARIA:
        romans[1] = "u"
    if text.endswith("ия"):
        romans[-1] = "a"
    return romans


def _greek_pair(word: Sequence[_Letter], text: str, index: int) -> tuple[str, str] | None:
    """The two halves of a pair that is written otherwise than letter by letter."""
    pair, following = text[index : index + 2], text[index + 2 : index + 3]
    if pair == "μπ" and (index == 0 or not following):
        return "b", ""
    if pair in _NASAL:
        return _NASAL[pair]
    # An accent on the first vowel, or dots on the second, part them: άυλος is aylos.
    if _TONOS & set(word[index].marks) or _DIALYTIKA in word[index + 1].marks:
        return None
    if pair == "ου":
        return "o", "u"
    if pair in ("αυ", "ευ", "ηυ"):
        return _GREEK[pair[0]], "v" if following in _VOICED else "f"
    return None
