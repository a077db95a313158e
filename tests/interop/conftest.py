"""The independent implementations and what the tests of this folder sign with."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from . import peers
from .issuers import OurIssuer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that no test of it runs elsewhere by mistake."""
    here = str(peers.HERE)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("interop")


@pytest.fixture(scope="session")
def node() -> peers.Peer:
    """The JavaScript libraries of Digital Bazaar, and jose."""
    return peers.available("The Node peers", peers.make_node)


@pytest.fixture(scope="session")
def openbadgeslib() -> peers.Peer:
    """The Python package openbadgeslib."""
    return peers.available("The peer openbadgeslib", peers.make_openbadgeslib)


@pytest.fixture(scope="session")
def older_contexts() -> Mapping[str, bytes]:
    """The contexts of VC 1.1 badges, exactly as published, by URL."""
    return peers.available("The contexts of VC 1.1", peers.fetch_older_contexts)


@pytest.fixture(scope="session")
def issuer() -> OurIssuer:
    """An issuer of ours with one key of each kind."""
    return OurIssuer.make()
