"""The fault run: everything is killed at random, and everything is there at the end."""

from __future__ import annotations

import os
import random

import pytest

from tests.services import ServiceUnavailable, missing

from .run import fault_run, faults_of

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]


def test_exactly_the_right_awards_exist_whatever_was_killed(capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("INGENIUM_FAULTS_SEED") or random.SystemRandom().randrange(10**6))

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="", flush=True)

    try:
        counts = fault_run(seed, say)
    except ServiceUnavailable as error:
        missing("A fault run", error)

    assert faults_of(counts) == []
