"""Connects the plugins' receivers, as the LMS's own plugins app does at start."""

from __future__ import annotations

from django.apps import AppConfig
from edx_django_utils.plugins import connect_plugin_receivers

from .common import PROJECT_TYPE


class PluginReceiversConfig(AppConfig):
    """The last app of the project: by then every signal that a plugin names exists."""

    name = "settings"
    label = "plugin_receivers"

    def ready(self) -> None:
        """Connect what each plugin's `signals_config` names."""
        connect_plugin_receivers(PROJECT_TYPE)
