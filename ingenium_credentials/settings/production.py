"""Defaults for production: after the YAML, so that what it says is already there."""

from __future__ import annotations

from types import ModuleType

from . import common


def plugin_settings(settings: ModuleType) -> None:
    """Set what neither `common` nor the operator's YAML has set; schedule our tasks."""
    common.plugin_settings(settings)
    common.schedule_tasks(settings)
