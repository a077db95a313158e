"""What strangers see of a record that was erased: that it was, and nobody's name."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import Award

from .conftest import Make


@pytest.fixture
def held(make_award: Make) -> tuple[Award, bytes]:
    """An award that was shared and then erased, and the file that its holder has kept."""
    award = make_award(shared=True)
    body = bytes(award.credentials.get(format="ob3").body)
    api.erase_award(award.uuid, by_holder=True)
    return award, body


@pytest.mark.parametrize("suffix", ["", ".json", ".pdf", ".png"])
def test_its_address_says_that_it_is_gone(client: Client, held: tuple[Award, bytes], suffix: str) -> None:
    response = client.get(f"/ingenium/credentials/{held[0].uuid}{suffix}", headers={"accept": "text/html"})

    assert response.status_code == 410
    page = response.content.decode()
    assert "erased" in page
    assert "Παπαδάκη" not in page


def test_a_program_is_told_so_too(client: Client, held: tuple[Award, bytes]) -> None:
    response = client.get(
        f"/ingenium/credentials/{held[0].uuid}", headers={"accept": "application/vc+ld+json"}
    )

    assert response.status_code == 410
    assert response["Content-Type"] == "application/problem+json"


def test_the_page_of_the_verifier_says_so_and_stays_valid(client: Client, held: tuple[Award, bytes]) -> None:
    upload = SimpleUploadedFile("credential.json", held[1], "application/json")

    page = client.post("/ingenium/verify/", {"file": upload}).content.decode()

    assert "Valid" in page
    assert "The record was erased at the holder" in page


def test_the_verifier_for_programs_says_so(client: Client, held: tuple[Award, bytes]) -> None:
    answer = client.post("/ingenium/api/v1/verify/", held[1], content_type="application/json").json()

    assert answer["verdict"] == "valid"
    assert answer["checks"][-1]["id"] == "record"
    assert "erased at the holder's request" in answer["checks"][-1]["message"]


def test_the_command_says_so(held: tuple[Award, bytes], tmp_path: Any) -> None:
    file = tmp_path / "credential.json"
    file.write_bytes(held[1])
    output = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("ingenium_verify", str(file), stdout=output)

    assert end.value.code == 0
    assert "erased at the holder's request" in output.getvalue()


# The command


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("ingenium_erase", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_only_says_what_would_go(make_award: Make) -> None:
    award = make_award()

    said = run("--award", str(award.uuid))

    assert "Would erase" in said
    assert "ob3, ob3-jwt" in said
    assert "Nothing was changed" in said
    award.refresh_from_db()
    assert award.recipient_name


def test_the_command_erases_with_yes(make_award: Make, learner: Any) -> None:
    award = make_award()

    said = run("--learner", str(learner.pk), "--yes")

    assert "Erased: 1 awards" in said
    assert "Παπαδάκη" not in said
    award.refresh_from_db()
    assert (award.state, award.learner_id) == (Award.State.ERASED, None)
    assert "Nothing is held" in run("--learner", str(learner.pk), "--yes")


def test_the_command_allows_it_again(make_award: Make, learner: Any) -> None:
    award = make_award()
    api.erase_award(award.uuid)

    again = ("--learner", str(learner.pk), "--allow-again", award.definition)
    assert "can be awarded again" in run(*again)
    assert "nothing changes" in run(*again)


def test_an_unknown_award_is_an_error(db: None) -> None:
    with pytest.raises(CommandError, match="No award"):
        run("--award", "00000000-0000-4000-8000-000000000000")
    with pytest.raises(CommandError):
        run()


def test_the_report_is_json_as_ever(client: Client, held: tuple[Award, bytes]) -> None:
    report = api.verify(held[1])

    assert json.loads(json.dumps(report.as_dict()))["verdict"] == "valid"
