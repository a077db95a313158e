from __future__ import annotations

import time
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.badges.errors import MalformedCredential
from ingenium_credentials.badges.names import MAX_NAME, clean_name, latin_name


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Ελένη Παπαδοπούλου", "Eleni Papadopoulou"),
        ("Παύλος Ευτυχίδης", "Pavlos Eftychidis"),
        ("Ευαγγελία Αυγερινού", "Evangelia Avgerinou"),
        ("Εύα Ζεύγου", "Eva Zevgou"),
        ("Ηύρα", "Ivra"),
        ("Ευ", "Ef"),
        ("άυλος", "aylos"),
        ("Μαΐου", "Maiou"),
        ("Ταΰγετος", "Taygetos"),
        ("Χατζηγκίκας", "Chatzigkikas"),
        ("Σφιγξ Αγχίαλος", "Sfinx Anchialos"),
        ("Μπάμπης Κομπ", "Bampis Kob"),
        ("Ντίνος Τζάνης", "Ntinos Tzanis"),
        ("Θάλεια Ψαρρά Χριστού", "Thaleia Psarra Christou"),
        ("ΘΑΛΕΙΑ ΨΑΡΡΑ ΜΑΥΡΟΥ", "THALEIA PSARRA MAVROU"),
        ("ΜΠΑΪΡΑΚΤΑΡΗΣ", "BAIRAKTARIS"),
        ("Θ. Ξύδης-Χίος", "Th. Xydis-Chios"),
        ("ᾨδή Ῥόδος", "Odi Rodos"),
        ("ϑάνος", "thanos"),
    ],
)
def test_greek_is_written_as_in_a_passport(name: str, latin: str) -> None:
    assert latin_name(name) == latin
    assert latin_name(unicodedata.normalize("NFD", name)) == latin


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Мария Иванова", "Maria Ivanova"),
        ("МАРИЯ ИВАНОВА", "MARIA IVANOVA"),
        ("Юлия Янкова-Ангелова", "Yulia Yankova-Angelova"),
        ("Щерьо Жечев", "Shteryo Zhechev"),
        ("ЩЕРЬО ЖЕЧЕВ", "SHTERYO ZHECHEV"),
        ("Цветан Чолаков Хаджийски", "Tsvetan Cholakov Hadzhiyski"),
        ("Ъгъл Шишков", "Agal Shishkov"),
        ("Софиянска", "Sofiyanska"),
        ("България", "Bulgaria"),
        ("БЪЛГАРИЯ", "BULGARIA"),
        ("български", "balgarski"),
        ("Пе\u0301тър Ѝ", "Petar I"),
    ],
)
def test_bulgarian_is_written_as_its_law_says(name: str, latin: str) -> None:
    assert latin_name(name) == latin


@pytest.mark.parametrize("name", ["", "José Ångström", "O’Neil ʻOkina", "Jürgen 3.ª", "42", "🎓"])
def test_a_latin_name_needs_no_second_form(name: str) -> None:
    assert latin_name(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "Ельцын",
        "Їжак",
        "Љубица",
        "محمد",
        "אנה",
        "王伟",
        "さくら",
        "ეკა",
        "Ελένη 王",
        "Ϟ",
        "α\u0331",
        "а\u0308",
    ],
)
def test_a_letter_that_is_not_known_leaves_the_name_as_it_is(name: str) -> None:
    assert latin_name(name) == ""


def test_scripts_may_be_mixed_and_other_signs_stay() -> None:
    assert latin_name("Νίκος (Мария) Smith, 2η 🎓") == "Nikos (Maria) Smith, 2i 🎓"


@given(st.text("αβγδεζηθικλμνξοπρσςτυφχψωΑΕΗΘΜΠΥάέήίόύώΐΰϊϋ -", max_size=40))
def test_every_greek_name_has_an_ascii_form(name: str) -> None:
    assert latin_name(name).isascii()


@given(st.text(max_size=60))
def test_a_latin_form_is_never_made_twice(name: str) -> None:
    assert latin_name(latin_name(name)) == ""


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Ana\t\nSilva  ", "Ana Silva"),
        ("Ana\u00a0\u2003Silva", "Ana Silva"),
        ("A\u0301na", "Ána"),
        ("Ana\x00\x07\x7f\x9b", "Ana"),
        ("\u202eavliS\u202c Ana\u2066\u2069\u200f", "avliS Ana"),
        ("\ufeffAna\u00ad\u200b\u2060", "Ana"),
        ("Ana\ud800\ue000\uffff", "Ana"),
        ("Ana\u2028Silva\u2029", "Ana Silva"),
        ("👩\u200d🎓 Ana", "👩\u200d🎓 Ana"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200dAna\u200d", "Ana"),
    ],
)
def test_a_name_is_tidied(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    "name", ["", " \t\n", "\u202e\u200b", "\x00", "\u0301", "\u200d", "\ud800", "\ue000"]
)
def test_a_name_of_nothing_visible_is_refused(name: str) -> None:
    with pytest.raises(MalformedCredential):
        clean_name(name)


def test_a_name_of_300_characters_is_cut() -> None:
    assert clean_name("a" * 300) == "a" * MAX_NAME


def test_a_long_name_is_cut_between_whole_letters() -> None:
    assert clean_name("a" * 254 + "q\u0323\u0307" + "b" * 50) == "a" * 254
    assert clean_name("a" * 253 + "👩\u200d🎓" + "b" * 50) == "a" * 253
    assert clean_name("a" * 254 + " " + "b" * 50) == "a" * 254


def test_a_latin_form_is_cut_too() -> None:
    assert len(latin_name("щ" * 255)) == MAX_NAME


def test_a_letter_under_hundreds_of_marks_is_cut_off_all_the_same() -> None:
    assert len(clean_name("a" + "\u0323" * 5000)) <= MAX_NAME


def test_a_huge_name_costs_nothing() -> None:
    begun = time.process_time()

    clean_name("a\u0323\u0307 " * 1_000_000)

    assert time.process_time() - begun < 0.2


@given(st.text(max_size=400))
def test_tidying_twice_changes_nothing(name: str) -> None:
    with suppress(MalformedCredential):
        clean = clean_name(name)
        assert clean_name(clean) == clean
        assert 0 < len(clean) <= MAX_NAME
        assert unicodedata.is_normalized("NFC", clean)
