from __future__ import annotations

import json
from typing import Any

import pytest

from ingenium_credentials.badges.chains import Purpose
from ingenium_credentials.badges.errors import MalformedCredential
from ingenium_credentials.badges.trust import read_trust, write_trust

from .authorities import pem, root

TOP = root()
ANCHORS = (TOP.anchor(), TOP.anchor(qualified=True), TOP.anchor(Purpose.TIME_STAMP))


def test_a_trust_file_comes_back() -> None:
    assert read_trust(write_trust(ANCHORS)) == ANCHORS
    assert read_trust(write_trust(())) == ()


def test_a_plain_certificate_is_trusted_for_both_and_never_as_qualified() -> None:
    assert read_trust(pem(TOP.certificate)) == (TOP.anchor(), TOP.anchor(Purpose.TIME_STAMP))


@pytest.mark.parametrize(
    "change",
    [
        {"certificate": None},
        {"certificate": "AAAA"},
        {"certificate": "!"},
        {"purpose": "all"},
        {"purpose": []},
        {"qualified": "false"},
        {"qualified": 1},
        {"valid_until": "2030-01-01"},
    ],
    ids=str,
)
def test_an_anchor_that_cannot_be_read_spoils_the_file(change: dict[str, Any]) -> None:
    document = json.loads(write_trust(ANCHORS))
    document["anchors"][1].update(change)

    with pytest.raises(MalformedCredential):
        read_trust(json.dumps(document).encode())


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"anchors": {}}', b'{"anchors": [5]}', b'{"anchors": [], "x": 1}']
)
def test_what_is_no_trust_file_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCredential):
        read_trust(data)
