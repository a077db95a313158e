"""Entity tags of pages, told from what a page says before it is laid out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.translation import get_language

from .. import __version__

__all__ = ["tag_of"]


def tag_of(request: HttpRequest, template: str, context: Mapping[str, Any]) -> str:
    """A weak tag that changes with the page's words, language, address, looks or program.

    What cannot be told apart, such as a query that was not made yet, has another tag each time.
    """
    frame = [__version__, static("ingenium_credentials/ingenium.css"), get_language(), template]
    said = json.dumps([*frame, request.get_full_path(), _plain(context)], sort_keys=True)
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _plain(value: Any) -> Any:
    """The value as JSON has it: of rows the columns that were read, of everything else what it shows."""
    if isinstance(value, Model):
        columns = (field.attname for field in value._meta.concrete_fields)
        return {name: repr(value.__dict__[name]) for name in columns if name in value.__dict__}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, (str, Promise)) else repr(value)
