"""The verifier's page and its API: what comes in, however hostile, and what comes out."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import time
import zlib
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingenium_credentials.models import Award

from .conftest import Make

PAGE = "/ingenium/verify/"
API = "/ingenium/api/v1/verify/"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


BOMB = chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(b"a" * 50_000_000, 9))
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
HOSTILE: dict[str, bytes] = {
    "truncated PNG": png()[:30],
    "PNG without a credential": png(),
    "PNG with a zip bomb": png(BOMB),
    "SVG with an entity bomb": f'{ENTITIES}]><svg xmlns="http://www.w3.org/2000/svg">&j;</svg>'.encode(),
    "SVG that reads a file": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "deeply nested JSON": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "nested arrays": b"[" * 900_000,
    "JSON with a number of a million digits": b'{"a":' + b"9" * 1_000_000 + b"}",
    "duplicate members": b'{"type": "x", "type": "y"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "NUL bytes": b"\x00" * 1000,
    "words": "Καλημέρα".encode(),
    "JWT with alg none": base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=") + b".e30.",
    "JWT of dots": b"a." * 100_000,
    "JSON list": b"[]",
    "HTML": b"<!doctype html><script>alert(1)</script>",
}


def document_of(award: Award) -> bytes:
    return bytes(award.credentials.get(format="ob3").body)


def upload(client: Client, data: bytes, name: str = "file.json") -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile(name, data)})


def page_of(response: Any) -> str:
    return str(response.content.decode())


def post(client: Client, data: bytes) -> Any:
    return client.post(API, data=data, content_type="application/octet-stream")


# Whoever has a credential


@pytest.mark.parametrize("suffix", ["json", "jwt", "png", "svg"])
def test_every_file_that_we_hand_out_is_called_valid(owner: Client, make_award: Make, suffix: str) -> None:
    award = make_award()
    data = owner.get(f"/ingenium/credentials/{award.uuid}.{suffix}").content
    stranger = Client()

    page = page_of(upload(stranger, data, f"badge.{suffix}"))
    report = post(stranger, data).json()

    assert '<h1 id="verdict-word" class="word">Valid</h1>' in page
    assert "Ελένη Παπαδάκη" in page
    assert "Eleni Papadaki" in page
    assert (report["verdict"], report["carrier"]) == ("valid", suffix)


def test_pasted_text_is_checked(client: Client, make_award: Make) -> None:
    page = page_of(client.post(PAGE, {"text": f"\n  {document_of(make_award()).decode()} \n"}))

    assert ">Valid<" in page


@pytest.mark.parametrize("ending", ["", ".json", ".png", "?as=public"])
@pytest.mark.parametrize("site", ["https://ingenium.example", "http://testserver"])
def test_a_link_to_one_of_ours_is_checked_without_opening_it(
    client: Client, make_award: Make, site: str, ending: str
) -> None:
    award = make_award(shared=True)

    assert ">Valid<" in page_of(
        client.post(PAGE, {"text": f"{site}/ingenium/credentials/{award.uuid}{ending}"})
    )


def test_a_link_to_a_private_one_answers_like_one_to_nothing(
    client: Client, owner: Client, make_award: Make
) -> None:
    link = f"https://ingenium.example/ingenium/credentials/{make_award().uuid}"

    assert client.post(PAGE, {"text": link}).status_code == 404
    assert ">Valid<" in page_of(owner.post(PAGE, {"text": link}))


@pytest.mark.parametrize(
    "link",
    [
        "https://other.example/ingenium/credentials/00000000-0000-4000-8000-000000000000",
        "http://169.254.169.254/latest/meta-data/",
        "https://ingenium.example@other.example/ingenium/credentials/00000000-0000-4000-8000-000000000000",
        "https://ingenium.example/ingenium/status/00000000-0000-4000-8000-000000000000",
        "https://[",
    ],
)
def test_links_to_elsewhere_are_never_opened(client: Client, db: None, link: str) -> None:
    response = client.post(PAGE, {"text": link})

    assert response.status_code == 400
    assert "Links to other sites are not opened" in page_of(response)


# What is not shown, not kept, not told


def test_nothing_that_nobody_signed_is_shown(client: Client, make_award: Make) -> None:
    forged = document_of(make_award()).replace("Ελένη Παπαδάκη".encode(), b"Eve Forger")

    page, report = page_of(upload(client, forged)), post(client, forged).json()

    assert ">Not valid<" in page
    assert "nobody is shown to have signed it" in page
    visible = page.partition("data:application/json")[0]
    assert "Eve Forger" not in visible
    assert report["verdict"] == "not valid"
    assert report["document"] is None


def test_what_could_not_be_checked_is_amber(client: Client, make_award: Make) -> None:
    document = json.loads(document_of(make_award()))
    document["proof"][0]["cryptosuite"] = "bbs-2023"

    page = page_of(upload(client, json.dumps(document).encode()))

    assert ">Could not be checked<" in page
    assert "verdict-open" in page
    assert "verdict-good" not in page
    assert "This is not a yes." in page


def test_checking_writes_nothing_and_says_so(client: Client, make_award: Make) -> None:
    award = make_award()
    body = document_of(award)
    upload(client, body)  # publishes the status list, if it is due

    with CaptureQueriesContext(connection) as queries:
        page = page_of(upload(client, body))
        post(client, body)

    assert not [q for q in queries if q["sql"].split(" ")[0] in ("INSERT", "UPDATE", "DELETE")]
    assert "Nothing is stored" in page
    assert not client.cookies


def test_the_page_holds_the_report_to_keep(client: Client, make_award: Make) -> None:
    page = page_of(upload(client, document_of(make_award())))

    found = re.search(r"data:application/json;base64,([A-Za-z0-9+/=]+)", page)

    assert found
    report = json.loads(base64.b64decode(found[1]))
    assert report["verdict"] == "valid"
    assert report["document"]["credentialSubject"]["name"] == "Ελένη Παπαδάκη"


def test_words_of_a_stranger_are_escaped(client: Client, make_award: Make) -> None:
    document = json.loads(document_of(make_award()))
    document["proof"][0]["cryptosuite"] = "<script>alert(1)</script>"

    assert "<script>alert" not in page_of(upload(client, json.dumps(document).encode()))


# Hostile input


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_a_clear_answer_in_bounded_time(client: Client, db: None, name: str) -> None:
    data = HOSTILE[name]
    started = time.monotonic()

    response, answer = upload(client, data, "evil.bin"), post(client, data)

    assert time.monotonic() - started < 10
    assert response.status_code == answer.status_code == 200
    assert ">Not valid<" in page_of(response) or ">Could not be checked<" in page_of(response)
    assert answer.json()["verdict"] != "valid"
    assert answer.json()["document"] is None
    assert "Traceback" not in page_of(response)


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": " \n "}, {"file": SimpleUploadedFile("a", b"")}])
def test_nothing_handed_in_is_said_plainly(client: Client, db: None, data: dict[str, Any]) -> None:
    response = client.post(PAGE, data)

    assert response.status_code == 400
    assert 'role="alert"' in page_of(response)


def test_an_empty_body_is_said_plainly_to_programs(client: Client, db: None) -> None:
    response = post(client, b"  ")

    assert response.status_code == 400
    assert response.json()["title"] == "There is nothing to check"


class Unread(io.RawIOBase):
    """A body that counts how often it is read."""

    reads = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self.reads += 1
        return 0


@pytest.mark.parametrize("path", [PAGE, API])
def test_a_file_that_says_it_is_too_large_is_refused_unread(client: Client, db: None, path: str) -> None:
    body = Unread()
    response = client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": "50000000", "wsgi.input": body},  # type: ignore[arg-type]
    )

    # The test client itself reads to the end once the answer is there, as a server does.
    assert body.reads <= 1
    assert response.status_code == 413
    assert "5000 kB" in page_of(response)


@pytest.mark.parametrize("length", ["", "-5", "x", "9" * 400])
def test_a_length_that_is_none_reads_nothing_or_refuses(client: Client, db: None, length: str) -> None:
    response = client.generic("POST", API, b"{}", **{"CONTENT_LENGTH": length})  # type: ignore[arg-type]

    assert response.status_code in (200, 400, 413)


def test_a_broken_form_is_said_plainly(client: Client, db: None) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        response = client.generic("POST", PAGE, b"--nothing of the kind", content_type=content_type)
        assert response.status_code == 400


def test_a_form_with_too_many_fields_is_refused(client: Client, db: None) -> None:
    body = "&".join(f"f{n}=1" for n in range(5000))

    response = client.generic("POST", PAGE, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400


def test_a_text_beyond_djangos_limit_is_refused(client: Client, db: None, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert client.post(PAGE, {"text": "x" * 2000}).status_code == 400


def test_the_limit_is_the_setting(client: Client, db: None, settings: Any) -> None:
    settings.INGENIUM_VERIFY_MAX_BYTES = 100

    assert upload(client, b"x" * 101).status_code == 413
    assert post(client, b"x" * 101).status_code == 413
    assert post(client, b"x" * 100).status_code == 200


# How often


def test_too_many_checks_are_refused_with_when_to_come_back(client: Client, db: None, settings: Any) -> None:
    settings.INGENIUM_VERIFY_RATE = "3/min"
    answers = [
        post(client, b"x"),
        upload(client, b"x"),
        post(client, b"x"),
        post(client, b"x"),
        upload(client, b"x"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert all(int(answer["Retry-After"]) <= 60 for answer in answers[3:])
    assert answers[3]["Access-Control-Allow-Origin"] == "*"
    assert "Too many checks" in page_of(answers[4])
    assert client.get(PAGE).status_code == 200


def test_the_rate_is_each_addresss_own(db: None, settings: Any) -> None:
    settings.INGENIUM_VERIFY_RATE = "1/min"

    codes = [post(Client(REMOTE_ADDR=f"198.51.100.{n}"), b"x").status_code for n in (1, 2, 1)]

    assert codes == [200, 200, 429]


def test_all_addresses_of_one_network_count_as_one_where_everybody_has_many(db: None, settings: Any) -> None:
    settings.INGENIUM_VERIFY_RATE = "1/min"

    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:198.51.100.9")
    codes = [post(Client(REMOTE_ADDR=one), b"x").status_code for one in addresses]

    assert codes == [200, 429, 200, 200]


def test_the_cache_learns_no_address(client: Client, db: None) -> None:
    post(Client(REMOTE_ADDR="198.51.100.77"), b"x")

    assert not [key for key in getattr(cache, "_cache", {}) if "198.51" in key]


def test_a_cache_that_is_away_stops_nobody(client: Client, db: None, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }

    assert post(client, b"x").status_code == 200


# For programs


def test_scripts_of_other_sites_may_use_the_api(client: Client, db: None) -> None:
    preflight = client.options(API, headers={"origin": "https://hr.example"})

    assert preflight.status_code == 204
    assert "POST" in preflight["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight["Access-Control-Allow-Headers"]
    for answer in (post(client, b"x"), post(client, b""), client.get(API)):
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "media_type", ["application/json", "text/plain", "image/png", "multipart/form-data", "x/y", ""]
)
def test_the_body_is_taken_as_it_is_whatever_it_is_called(
    client: Client, make_award: Make, media_type: str
) -> None:
    response = client.generic("POST", API, document_of(make_award()), content_type=media_type)

    assert response.json()["verdict"] == "valid"


def test_the_api_is_for_everybody_and_asks_no_session(owner: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.cookies

    assert post(strict, b"x").status_code == 200


def test_the_description_covers_the_api_that_is_for_everybody(client: Client, db: None) -> None:
    response = client.get("/ingenium/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"})

    described = json.loads(response.content)
    assert {path for path in described["paths"] if not path.startswith("/ingenium/api/v1/")} == set()
    operation = described["paths"][API]["post"]
    assert set(operation["responses"]) == {"200", "400", "413", "429"}
    assert "image/png" in operation["requestBody"]["content"]
    assert operation.get("security", [{}]) == [{}]
