"""Defaults, set before the operator's YAML is read and again after it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from celery.schedules import crontab

from ..conf import DEFAULTS

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SWEEP = "ingenium-credentials-sweep"
RECONCILE = "ingenium-credentials-reconcile"
FILTER_STEPS = {
    "org.openedx.learning.certificate.render.started.v1": (
        "ingenium_credentials.filters.AddCredentialToCertificate"
    ),
    "org.openedx.learning.instructor.dashboard.render.started.v1": (
        "ingenium_credentials.filters.AddSectionToInstructorDashboard"
    ),
    "org.openedx.learning.instructor.dashboard.tabs.requested.v1": (
        "ingenium_credentials.filters.AddTabToInstructorDashboard"
    ),
}


def plugin_settings(settings: ModuleType) -> None:
    """Set what is not set; nothing is computed, so later patches of the operator still count."""
    for name, default in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, default)
    add_filter_steps(settings)
    add_mako_templates(settings)


def add_filter_steps(settings: ModuleType) -> None:
    """Append our filter steps to the platform's; others' steps and options stay as they are."""
    configured: dict[str, Any] = dict(getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None) or {})
    for filter_type, step in FILTER_STEPS.items():
        configured[filter_type] = _with_step(configured.get(filter_type), step)
    settings.OPEN_EDX_FILTERS_CONFIG = configured  # type: ignore[attr-defined]


def _with_step(configured: Any, step: str) -> dict[str, Any]:
    """The filter's configuration with `step` once; openedx-filters takes a dict, a list or a string."""
    if isinstance(configured, dict):
        entry = dict(configured)
        pipeline = entry.get("pipeline") or []
    else:
        entry = {"fail_silently": True}
        pipeline = configured or []
    steps = [pipeline] if isinstance(pipeline, str) else list(pipeline)
    entry["pipeline"] = steps if step in steps else [*steps, step]
    return entry


def add_mako_templates(settings: ModuleType) -> None:
    """Let the platform's Mako find our section of the legacy instructor dashboard."""
    folders = getattr(settings, "MAKO_TEMPLATE_DIRS_BASE", None)
    if isinstance(folders, list) and _TEMPLATES not in folders:
        folders.append(_TEMPLATES)


def schedule_tasks(settings: ModuleType) -> None:
    """Add sweep and nightly comparison to Celery beat unless the operator has entries of those names."""
    schedule = dict(getattr(settings, "CELERYBEAT_SCHEDULE", None) or {})
    schedule.setdefault(
        SWEEP,
        {"task": "ingenium_credentials.tasks.sweep", "schedule": settings.INGENIUM_SWEEP_SECONDS},
    )
    hour = settings.INGENIUM_RECONCILE_HOUR
    # What is no hour must not keep the LMS from starting; `manage.py check` names it.
    if hour in range(24):
        # Not at the full hour, when everybody else's nightly work begins.
        nightly = crontab(hour=hour, minute=17)
        schedule.setdefault(RECONCILE, {"task": "ingenium_credentials.tasks.reconcile", "schedule": nightly})
    settings.CELERYBEAT_SCHEDULE = schedule  # type: ignore[attr-defined]
