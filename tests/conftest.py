"""Fixtures for every test, one per noun, and the marks that environments choose tests by."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.services"]

DATABASE_FIXTURES = {
    "admin_client",
    "admin_user",
    "db",
    "django_db_reset_sequences",
    "live_server",
    "transactional_db",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that touches the database, so that `-m database` runs those on MariaDB."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker("database")
