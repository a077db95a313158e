"""Every sentence that the plugin says is there in English and French, and none is left over."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from ingenium_credentials.badges.report import Report, failed, not_checked, passed
from ingenium_credentials.views import wording
from ingenium_credentials.views.sentences import SENTENCES

from .services import missing

PACKAGE = Path(__file__).resolve().parent.parent / "ingenium_credentials"
LANGUAGES = ("bg", "de", "el", "en", "es", "fi", "fr", "ga", "it", "ro", "sv")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]")


def catalogue(language: str) -> dict[str, str]:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key if isinstance(key, str) else key[0]: text for key, text in found.items() if key}


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        missing("gettext", f"{name} is not installed (Debian: gettext)")
    return str(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_in_doubt(language: str) -> None:
    source = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"
    for doubt in ("--untranslated", "--only-fuzzy", "--only-obsolete"):
        found = subprocess.run(
            [program("msgattrib"), doubt, source], capture_output=True, text=True, check=True
        )
        assert "msgid" not in found.stdout.partition("\n\n")[2]


def test_every_language_has_the_same_sentences() -> None:
    assert set(catalogue("en")) == set(catalogue("fr"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_source(language: str) -> None:
    english = catalogue("en")
    for sentence, text in catalogue(language).items():
        wanted = set(PLACEHOLDER.findall(sentence))
        # A singular may say its number in words; English says it in the plural, at the latest.
        assert set(PLACEHOLDER.findall(text)) - wanted <= set(PLACEHOLDER.findall(english[sentence])), (
            sentence
        )
        assert wanted <= set(PLACEHOLDER.findall(text)), sentence


def test_the_catalogues_hold_what_the_source_says_and_no_more(tmp_path: Path) -> None:
    program("xgettext")
    shutil.copytree(PACKAGE, tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    place = tmp_path / "package"
    before = sentences(place / "locale" / "fr" / "LC_MESSAGES" / "django.po")

    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "fr", "--no-wrap", "--no-obsolete"],
        cwd=place,
        env={"PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )

    assert sentences(place / "locale" / "fr" / "LC_MESSAGES" / "django.po") == before


def sentences(source: Path) -> set[str]:
    entries = re.findall(r'^msgid ((?:".*"\n)+)', source.read_text(encoding="utf-8"), re.MULTILINE)
    return {"".join(re.findall(r'"(.*)"', entry)) for entry in entries}


# Sentences of the library


def literals() -> Iterator[re.Pattern[str]]:
    """Every text in the library and the verbs, as a pattern in which values are open."""
    for path in [*(PACKAGE / "badges").glob("*.py"), *(PACKAGE / "api").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(node.value)))
            if isinstance(node, ast.JoinedStr):
                parts = (
                    re.escape(str(value.value)) if isinstance(value, ast.Constant) else ".+"
                    for value in node.values
                )
                yield re.compile("".join(parts))


def test_each_sentence_with_a_translation_is_one_that_the_library_says() -> None:
    said = [pattern for pattern in literals() if len(pattern.pattern) > 20]

    assert [sentence for sentence in SENTENCES if not any(p.fullmatch(sentence) for p in said)] == []


def test_dates_and_counts_in_them_follow_the_language() -> None:
    report = Report(
        checks=(
            passed("valid-until", "The credential is valid until 2027-01-31."),
            failed("credentials", "Not every credential inside is valid (3)."),
            not_checked("status", "The status list could not be checked. Something new."),
        )
    )
    with translation.override("fr"):
        contents, status, until = wording.verdict(report).findings

    assert contents.sentence == "Les attestations contenues ne sont pas toutes valables (3)."
    assert until.sentence == "L’attestation est valable jusqu’au 31 janvier 2027."
    assert (until.sentence_language, until.word) == ("", "réussi")
    # What has no translation says that it is English.
    assert (status.sentence, status.sentence_language) == (report.checks[2].message, "en")


def test_a_percent_sign_in_a_strangers_text_is_only_a_percent_sign() -> None:
    report = Report(checks=(failed("proof", "100 %(day)s since 2026-01-01 %d %s (7)"),))

    with translation.override("fr"):
        assert wording.verdict(report).findings[0].sentence == report.checks[0].message
