"""What migrations do with rows that are there already."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

APP = "ingenium_credentials"
PNG = b"\x89PNG logo"


def _migrated(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([(APP, name)])
    return MigrationExecutor(connection).loader.project_state((APP, name)).apps


def _latest() -> str:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes(APP)
    return str(next(name for app, name in leaves if app == APP))


@pytest.mark.django_db(transaction=True)
def test_logos_become_rows_that_wait_for_their_licence() -> None:
    latest = _latest()
    try:
        organisations = _migrated("0009_wholes_due").get_model(APP, "Organisation")
        row = organisations.objects.create(
            slug="uoc", logo=PNG, logo_media_type="image/png", logo_sha256="5" * 64, logo_verified=True
        )
        row.names.create(language="en", value="University of Crete", verified=True)
        row.names.create(language="fr", value="Université de Crète", verified=False)
        organisations.objects.create(slug="urn")
        assets = _migrated("0010_one_logo").get_model(APP, "BrandAsset")
    finally:
        _migrated(latest)

    logo = assets.objects.get()
    assert (logo.organisation.slug, logo.role, bytes(logo.content)) == ("uoc", "logo", PNG)
    assert (logo.alt, logo.licence, logo.verified) == ({"en": "University of Crete"}, "", False)
