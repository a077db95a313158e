"""Defaults for the platform's own test runs: the plugin stays off."""

from .common import plugin_settings

__all__ = ["plugin_settings"]
