"""What is read from a signed document of anybody's: nothing may break on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from ingenium_credentials import concepts
from ingenium_credentials.views.reading import of_document

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
MEMBERS = [
    "name",
    "issuer",
    "credentialSubject",
    "achievement",
    "alignment",
    "identifier",
    "result",
    "creator",
]
MEMBERS += [
    "criteria",
    "narrative",
    "tag",
    "inLanguage",
    "otherIdentifier",
    "address",
    "validFrom",
    "validUntil",
]
MEMBERS += ["targetUrl", "targetName", "id", "credentialStatus", "creditsEarned", "resultDescription", "type"]


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        VALUES,
        lambda inner: (
            st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6) | st.lists(inner, max_size=3)
        ),
        max_leaves=25,
    )
)
def test_any_document_can_be_shown(value: Any) -> None:
    facts = of_document(value if isinstance(value, dict) else {"credentialSubject": value})

    assert facts.title.value


def badge(**achievement: Any) -> dict[str, Any]:
    return {
        "credentialSubject": {"achievement": {"name": "A", **achievement}},
        "issuer": {"id": "did:x", "name": "I"},
    }


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://x.example", "data:text/html,x", 5, None])
def test_only_https_addresses_become_links(address: Any) -> None:
    facts = of_document({"issuer": {"name": "I", "url": address}})

    assert facts.issuer is not None
    assert facts.issuer.url == ""


def test_names_come_from_where_readers_expect_them() -> None:
    def identity(value: str, kind: str = "name", hashed: bool = False) -> dict[str, Any]:
        return {"type": "IdentityObject", "hashed": hashed, "identityHash": value, "identityType": kind}

    entries = [
        identity("sha256$00", hashed=True),
        identity("Ελένη"),
        identity("Eleni"),
        identity("x", "emailAddress"),
    ]
    in_identifiers = of_document({"credentialSubject": {"identifier": entries}})
    on_subject = of_document({"credentialSubject": {"name": "Eleni", "identifier": identity("Eleni")}})

    assert (in_identifiers.holder, in_identifiers.holder_latin) == ("Ελένη", "Eleni")
    assert (on_subject.holder, on_subject.holder_latin) == ("Eleni", "")


def test_a_level_has_a_hint_only_if_it_is_one() -> None:
    def hint(target: str) -> str:
        document = badge(alignment={"targetName": "n", "targetUrl": target})
        return next(fact.hint for fact in of_document(document).table)

    assert hint("http://data.europa.eu/snb/eqf/7") == "as at the end of a master’s degree"
    assert hint("http://data.europa.eu/snb/eqf/77") == ""
    assert hint("http://data.europa.eu/snb/eqf/") == ""
    assert hint("https://other.example/eqf/7") == ""


def test_a_percent_result_says_so() -> None:
    document = badge(resultDescription=[{"id": "#g", "name": "Final grade", "resultType": "Percent"}])
    document["credentialSubject"]["result"] = [{"resultDescription": "#g", "value": "87.5"}]

    [fact] = of_document(document).table

    assert (fact.label, fact.text.value) == ("Final grade", "87.5 %")


def test_an_issuer_that_is_only_an_address_is_named_by_it() -> None:
    facts = of_document({"issuer": "did:web:other.example"})

    assert facts.issuer is not None
    assert facts.issuer.name.value == "did:web:other.example"


def test_endless_texts_and_lists_are_cut() -> None:
    document = badge(
        description="d" * 1_000_000,
        alignment=[{"targetName": "n", "targetUrl": "https://x.example"}] * 10_000,
    )

    facts = of_document(document)

    assert len(facts.description.value) == 4000
    assert len(facts.table) == 50


def test_a_badge_that_says_what_the_lists_say_is_told_in_the_readers_language() -> None:
    said = "Database and network design and administration"
    snb = "http://data.europa.eu/snb/"
    document = badge(
        fieldOfStudy=said,
        alignment=[
            {"targetName": "EQF level 6", "targetUrl": f"{snb}eqf/6"},
            {"targetName": "Online", "targetUrl": f"{snb}learning-assessment/920fbb3cbe"},
            {"targetName": "By carrier pigeon", "targetUrl": f"{snb}learning-assessment/920fbb3cbe"},
        ],
        resultDescription=[{"id": "#g", "name": "Final grade", "resultType": "Percent"}],
    )
    document["credentialSubject"]["result"] = [{"resultDescription": "#g", "value": "87.5"}]

    with translation.override("el"):
        table = [(fact.label, fact.text.value) for fact in of_document(document).table]

    assert table == [
        ("Πεδίο σπουδών", concepts.worded("isced-f", said, "el")),
        ("Τελικός βαθμός", "87.5 %"),
        ("Επίπεδο", "Ευρωπαϊκό Πλαίσιο Προσόντων (EQF), επίπεδο 6"),
        ("Μορφή συμμετοχής", concepts.worded("mode", "Online", "el")),
        # Not what the list says: left as it was signed.
        ("Μορφή συμμετοχής", "By carrier pigeon"),
    ]
