"""Logos of organisations become rows with their terms, as those of documents are."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def move_logos(apps: Any, _schema_editor: Any) -> None:
    """Each logo waits for an officer to note its licence: until then it is shown and signed nowhere."""
    organisations = apps.get_model("ingenium_credentials", "Organisation")
    assets = apps.get_model("ingenium_credentials", "BrandAsset")
    for row in organisations.objects.exclude(logo_sha256="").iterator():
        logo = bytes(row.logo or b"")
        if not logo or assets.objects.filter(organisation=row, sha256=row.logo_sha256).exists():
            continue
        assets.objects.create(
            organisation=row,
            role="logo",
            content=logo,
            media_type=row.logo_media_type,
            sha256=row.logo_sha256,
            alt={name.language: name.value for name in row.names.filter(verified=True)},
            verified=False,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("ingenium_credentials", "0009_wholes_due"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="logo_required",
            field=models.BooleanField(
                default=False,
                help_text="Nothing is issued in its name while no logo of it may be shown.",
                verbose_name="logo required",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="emblem_required",
            field=models.BooleanField(
                default=False,
                help_text="It is co-funded: nothing is issued while no emblem of the funder may be shown.",
                verbose_name="emblem required",
            ),
        ),
        migrations.RunPython(move_logos, migrations.RunPython.noop),
        migrations.RemoveField(model_name="organisation", name="logo"),
        migrations.RemoveField(model_name="organisation", name="logo_media_type"),
        migrations.RemoveField(model_name="organisation", name="logo_sha256"),
        migrations.RemoveField(model_name="organisation", name="logo_verified"),
    ]
