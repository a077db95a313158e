"""Defaults, set before the operator's YAML is read and again after it."""

from __future__ import annotations

from types import ModuleType

from ..conf import DEFAULTS

SWEEP = "ingenium-credentials-sweep"


def plugin_settings(settings: ModuleType) -> None:
    """Set what is not set; nothing is computed, so later patches of the operator still count."""
    for name, default in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, default)


def schedule_sweep(settings: ModuleType) -> None:
    """Add the sweep to Celery beat unless the operator has an entry of that name."""
    schedule = dict(getattr(settings, "CELERYBEAT_SCHEDULE", None) or {})
    schedule.setdefault(
        SWEEP,
        {"task": "ingenium_credentials.tasks.sweep", "schedule": settings.INGENIUM_SWEEP_SECONDS},
    )
    settings.CELERYBEAT_SCHEDULE = schedule  # type: ignore[attr-defined]
