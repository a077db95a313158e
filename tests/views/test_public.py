"""The credential's one address: who sees it, in which form, and what stands on it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from ingenium_credentials import api
from ingenium_credentials.badges.baking import unbake_png, unbake_svg
from ingenium_credentials.models import Achievement, AuditEntry, Award, Credential, Organisation

from .conftest import Make

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SUFFIXES = ("json", "jwt", "png", "svg")


def address(award: Award, suffix: str = "") -> str:
    return f"/ingenium/credentials/{award.uuid}{suffix}"


def text(response: Any) -> str:
    return str(response.content.decode())


# Who sees it


@pytest.mark.parametrize("suffix", ["", *(f".{suffix}" for suffix in SUFFIXES)])
def test_strangers_get_the_same_answer_for_private_and_unknown(
    client: Client, other: Client, make_award: Make, suffix: str
) -> None:
    award = make_award()

    for browser in (client, other):
        nobody = uuid4()
        private = browser.get(address(award, suffix), headers=HTML)
        unknown = browser.get(f"/ingenium/credentials/{nobody}{suffix}", headers=HTML)
        assert private.status_code == unknown.status_code == 404
        # The choice of language leads back to the address that was asked for.
        assert text(private).replace(str(award.uuid), "") == text(unknown).replace(str(nobody), "")
        assert dict(private.headers) == dict(unknown.headers)


@pytest.mark.parametrize("suffix", ["", *(f".{suffix}" for suffix in SUFFIXES)])
def test_the_owner_sees_it_in_every_form_before_it_is_shared(
    owner: Client, make_award: Make, suffix: str
) -> None:
    response = owner.get(address(make_award(), suffix))

    assert response.status_code == 200
    assert "private" in response["Cache-Control"]


def test_a_pending_award_is_shown_to_its_owner_only(
    owner: Client, client: Client, definition: Achievement, learner: Any
) -> None:
    award = api.award(
        learner_id=learner.pk, achievement=definition, awarded_at=definition.frozen_at or timezone.now()
    )
    Credential.objects.filter(award=award).delete()
    Award.objects.filter(pk=award.pk).update(state="pending", shared_at=timezone.now())

    assert "being prepared" in text(owner.get(address(award), headers=HTML))
    assert owner.get(address(award, ".json")).status_code == 404
    assert client.get(address(award)).status_code == 404


def test_after_the_account_is_gone_strangers_and_former_owner_find_nothing(
    owner: Client, client: Client, make_award: Make, learner: Any
) -> None:
    award = make_award(shared=True)
    api.forget_learner(learner.pk)

    for browser in (owner, client):
        for suffix in ("", ".json", ".png"):
            assert browser.get(address(award, suffix)).status_code == 410


# In which form


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("application/vc+ld+json", "application/vc+ld+json"),
        ("application/vc", "application/vc"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("text/plain", "text/plain"),
        ("application/vc+jwt", "application/vc+jwt"),
        ("image/png", "image/png"),
        ("image/svg+xml", "image/svg+xml"),
    ],
)
def test_one_address_answers_as_the_client_asks(
    client: Client, make_award: Make, accept: str, media_type: str
) -> None:
    response = client.get(address(make_award(shared=True)), headers={"accept": accept})

    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert "Accept" in response["Vary"]


def test_a_form_that_does_not_exist_is_refused_with_those_that_do(client: Client, make_award: Make) -> None:
    response = client.get(address(make_award(shared=True)), headers={"accept": "application/zip"})

    assert response.status_code == 406
    assert "image/png" in response.json()["detail"]


def test_documents_are_the_very_bytes_that_were_signed(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    stored = {found.format: bytes(found.body) for found in award.credentials.all()}

    assert client.get(address(award, ".json")).content == stored["ob3"]
    assert client.get(address(award, ".jwt")).content == stored["ob3-jwt"]
    assert unbake_png(client.get(address(award, ".png")).content) == stored["ob3"]
    assert json.loads(unbake_svg(client.get(address(award, ".svg")).content)) == json.loads(stored["ob3"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_file_verifies(client: Client, make_award: Make, suffix: str) -> None:
    data = client.get(address(make_award(shared=True), f".{suffix}")).content

    assert api.verify(data).verdict == "valid"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_are_downloads_whose_names_name_nobody(client: Client, make_award: Make, suffix: str) -> None:
    award = make_award(shared=True)

    disposition = client.get(address(award, f".{suffix}"))["Content-Disposition"]

    assert disposition == f'attachment; filename="credential-{award.uuid}.{suffix}"'


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_reads_give_the_same_bytes_and_tag_and_the_second_may_be_spared(
    client: Client, make_award: Make, suffix: str
) -> None:
    award = make_award(shared=True)
    first, second = (client.get(address(award, f".{suffix}")) for _ in range(2))

    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    spared = client.get(address(award, f".{suffix}"), headers={"if-none-match": first["ETag"]})
    assert (spared.status_code, spared.content) == (304, b"")


def test_scripts_of_other_sites_may_read_documents_errors_and_304(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    tag = client.get(address(award, ".json"))["ETag"]
    answers = [
        client.get(address(award, ".json")),
        client.get(address(award, ".json"), headers={"if-none-match": tag}),
        client.get(address(award), headers={"accept": "application/zip"}),
        client.get(f"/ingenium/credentials/{uuid4()}"),
        client.options(address(award)),
        client.post(address(award)),
    ]

    assert [answer.status_code for answer in answers] == [200, 304, 406, 404, 204, 405]
    assert all(answer["Access-Control-Allow-Origin"] == "*" for answer in answers)
    assert not any("Access-Control-Allow-Credentials" in answer for answer in answers)


def test_head_answers_like_get_without_a_body(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)

    response = client.head(address(award, ".json"))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/vc+ld+json"
    assert response.content == b""
    page, head = (ask(address(award), headers=HTML) for ask in (client.get, client.head))
    assert (head.status_code, head["ETag"], head.content) == (200, page["ETag"], b"")


# What stands on it


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in leaves(member)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if isinstance(value, str) else []


MACHINERY = (
    "@context",
    "type",
    "proof",
    "achievementType",
    "resultType",
    "valueMin",
    "valueMax",
    "targetType",
)
HIDDEN = (
    *(
        "targetUrl",
        "targetFramework",
        "identityHash",
        "salt",
        "hashed",
        "image",
        "id",
        "criteria",
        "awardedDate",
    ),
    *("validFrom", "identityType", "identifierType", "addressCountryCode", "inLanguage", "credentialStatus"),
)


def test_every_word_of_the_document_is_on_the_page(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    page = text(client.get(address(award), headers=HTML))
    document = json.loads(client.get(address(award, ".json")).content)

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in MACHINERY + HIDDEN}
        return [strip(item) for item in value] if isinstance(value, list) else value

    shown = strip(document)
    shown["credentialSubject"]["result"][0].pop("resultDescription")
    for leaf in leaves(shown):
        assert escape(leaf) in page, leaf
    narrative = document["credentialSubject"]["achievement"]["criteria"]["narrative"]
    for line in filter(None, narrative.split("\n")):
        assert escape(line.strip("#*- ")) in page, line
    for member in (document["id"], document["issuer"]["id"], document["credentialSubject"]["id"]):
        assert member in page
    assert "ROR https://ror.org/00dr28g20" in page
    assert "Greece" in page
    assert "12 November 2026" in page


def test_the_anonymous_page_holds_nothing_that_was_not_chosen(
    client: Client, make_award: Make, learner: Any
) -> None:
    award = make_award(shared=True, revoked="A reason that is the learner's business")
    page = text(client.get(address(award), headers=HTML))

    for secret in (
        learner.email,
        f'"{learner.username}"',
        award.email_hash,
        award.email_salt,
        "A reason that is the learner",
        "csrfmiddlewaretoken",
        f"/{learner.pk}/",
    ):
        assert secret not in page


def test_the_name_stands_in_both_scripts(client: Client, make_award: Make) -> None:
    page = text(client.get(address(make_award(shared=True)), headers=HTML))

    assert "Ελένη Παπαδάκη" in page
    assert "Eleni Papadaki" in page


def test_a_revoked_credential_says_so_and_its_owner_learns_why_and_whom_to_ask(
    owner: Client, client: Client, make_award: Make
) -> None:
    award = make_award(shared=True, revoked="Issued for the wrong course run")
    seen, page = text(owner.get(address(award), headers=HTML)), text(client.get(address(award), headers=HTML))

    for shown in (seen, page):
        assert "Revoked on" in shown
        assert "Not valid" in shown
    assert "Issued for the wrong course run" in seen
    assert "https://www.uoc.gr/" in seen
    assert "linkedin.com" not in seen


def test_an_expired_credential_is_not_valid(client: Client, make_award: Make) -> None:
    page = text(client.get(address(make_award(shared=True, expired=True)), headers=HTML))

    assert "Not valid" in page
    assert "expired" in page


def test_a_stored_document_that_was_tampered_with_is_not_called_valid(
    client: Client, make_award: Make
) -> None:
    award = make_award(shared=True)
    stored = award.credentials.get(format="ob3")
    forged = bytes(stored.body).replace(b"Project", b"Nothing")
    Credential.objects.filter(pk=stored.pk).update(body=forged)

    page = text(client.get(address(award), headers=HTML))

    assert "Not valid" in page
    assert "verdict-good" not in page


def test_a_record_that_is_no_longer_complete_leaves_the_signed_document(
    client: Client, make_award: Make, university: Organisation
) -> None:
    award = make_award(shared=True)
    university.names.update(verified=False)

    page = text(client.get(address(award), headers=HTML))

    assert "Digital skills for sustainable cities" in page
    assert "University of Crete" in page


def test_the_preview_is_what_strangers_see_but_for_one_strip(
    owner: Client, client: Client, make_award: Make
) -> None:
    award = make_award(shared=True)
    preview = text(owner.get(address(award) + "?as=public", headers=HTML))
    page = text(client.get(address(award), headers=HTML))

    start, end = preview.index('<aside class="strip"'), preview.index("</aside>") + len("</aside>")
    # The choice of language leads back to where one is.
    assert (preview[:start] + preview[end:]).replace("?as=public", "").split() == page.split()


def test_reading_writes_nothing(client: Client, owner: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    api.publish(award.status_list)
    entries = AuditEntry.objects.count()
    paths = [address(award), *(address(award, f".{suffix}") for suffix in SUFFIXES)]
    paths += ["/ingenium/verify/", f"/ingenium/achievements/{award.achievement.uuid}/"]
    paths += ["/ingenium/issuers/uoc/", "/ingenium/issuers/uoc/did.json", "/ingenium/health/"]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for path in paths:
            client.get(path, headers=HTML)
            owner.get(path, headers=HTML)
        owner.get("/ingenium/credentials/")

    verbs = {query["sql"].split(" ", 1)[0] for query in queries}
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE"}
    assert AuditEntry.objects.count() == entries


# LinkedIn


def test_linkedin_names_the_university_and_not_the_platform(owner: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    page = text(owner.get(address(award), headers=HTML))

    assert "organizationName=University+of+Crete" in page
    assert "issueYear=2026&amp;issueMonth=11" in page
    assert f"certId={award.uuid}" in page
    assert f"certUrl=https%3A%2F%2Fingenium.example%2Fingenium%2Fcredentials%2F{award.uuid}" in page


def test_there_is_nothing_to_share_before_it_is_public(owner: Client, make_award: Make) -> None:
    page = text(owner.get(address(make_award()), headers=HTML))

    assert "linkedin.com" not in page
    assert 'property="og:' not in page


# Words for people


def test_the_page_speaks_the_readers_language(client: Client, make_award: Make) -> None:
    award = make_award(shared=True)
    page = text(client.get(address(award), headers=HTML | {"accept-language": "fr"}))

    assert '<html lang="fr">' in page
    assert "Compétences numériques pour des villes durables" in page
    assert "12 novembre 2026" in page
    # What has no French text says in which language it is.
    assert '<span lang="en">University of Crete</span>' in page
