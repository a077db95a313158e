"""Tables that are shown, searched and filtered, and never edited by hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .bases import ModelAdmin

__all__ = ["ReadOnlyAdmin"]


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only verbs write; who may see them is Django's view permission."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
