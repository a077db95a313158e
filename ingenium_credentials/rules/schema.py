"""The form of a condition as JSON Schema (draft 2020-12), from the table that the parser reads by.

What the schema refuses the parser refuses. The parser knows more: what is a course key,
that at least 5 of 3 cannot be, how deep and how large a condition may be in all.
"""

from __future__ import annotations

from typing import Any

from .grammar import GROUPS, KINDS, MAX_LEAVES, VERSION, Kind

__all__ = ["schema"]

_NODE = {"$ref": "#/$defs/node"}


def schema() -> dict[str, Any]:
    """The JSON Schema of a whole condition, its version included."""
    forms = _forms()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Condition of an award rule",
        "type": "object",
        "required": ["version"],
        "oneOf": [_form(members | {"version": {"const": VERSION}}, form) for form, members in forms],
        "$defs": {"node": {"type": "object", "oneOf": [_form(members, form) for form, members in forms]}},
    }


def _forms() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Of each form of a node: what else the schema says of it, and its members."""
    return [_group(kind, member) for kind, member in GROUPS.items()] + [
        _leaf(name, kind) for name, kind in KINDS.items()
    ]


def _form(members: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    return {**form, "properties": members, "additionalProperties": False}


def _group(kind: str, member: str) -> tuple[dict[str, Any], dict[str, Any]]:
    members: dict[str, Any] = {
        member: {"type": "array", "minItems": 1, "maxItems": MAX_LEAVES, "items": _NODE}
    }
    if member != kind:
        members[kind] = {"type": "integer", "minimum": 1, "maximum": MAX_LEAVES}
    return {"title": kind, "required": sorted(members)}, members


def _leaf(name: str, kind: Kind) -> tuple[dict[str, Any], dict[str, Any]]:
    members: dict[str, Any] = {"kind": {"const": name}}
    members |= {key: dict(member.schema) for key, member in {**kind.required, **kind.optional}.items()}
    form: dict[str, Any] = {"title": name, "required": ["kind", *kind.required]}
    if kind.one_of:
        form["anyOf"] = [{"required": [member]} for member in kind.one_of]
    return form, members
