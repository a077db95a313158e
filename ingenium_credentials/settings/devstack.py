"""Defaults for a developer's LMS: as in production."""

from .production import plugin_settings

__all__ = ["plugin_settings"]
