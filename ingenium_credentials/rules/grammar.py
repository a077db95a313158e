"""The conditions that there are, read from JSON into nodes.

One table says which members a kind of requirement has; the parser and the published
schema both come from it. What is not in it is refused and never skipped: a condition
that nobody understands must not be met.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from attrs import field, frozen
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey

__all__ = [
    "GROUPS",
    "KINDS",
    "MAX_DEPTH",
    "MAX_LEAVES",
    "MAX_LIST",
    "VERSION",
    "ConditionError",
    "Group",
    "Item",
    "Kind",
    "Leaf",
    "Member",
    "Node",
    "leaves",
    "read",
]

VERSION = 1
MAX_DEPTH = 8
MAX_LEAVES = 200
MAX_LIST = 200
"""Entries of one list of names."""
_MAX_TEXT = 255
_MAX_ECTS = 1000
_SLUG = r"^[-a-zA-Z0-9_]{1,127}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})$"


class ConditionError(Exception):
    """A condition is not one that this version understands; the message says why."""


class Item(NamedTuple):
    """Something that can count towards an award: a course, a part of one, or a credential."""

    kind: str
    """`course` or `credential`."""
    key: str
    part: str
    """What part of the course; empty: all of it."""
    uses: frozenset[str]
    """The courses that it rests on."""


@frozen(kw_only=True)
class Leaf:
    """One requirement. Members that its kind does not have are empty."""

    kind: str
    path: str
    course: str = ""
    min_grade: Decimal | None = None
    modes: tuple[str, ...] = ()
    category: str = ""
    block: str = ""
    name: str = ""
    """What people call the block; it says nothing of what is asked for."""
    cohorts: tuple[str, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    definition: str = ""
    least: Decimal = Decimal(0)
    courses: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    item: Item | None = field(init=False)
    """What counts when it is met; None for what is not the learner's achievement."""

    def __attrs_post_init__(self) -> None:
        """Work out what counts, once for all learners."""
        part = self.block or self.category
        counts = bool(self.course) and self.kind not in _CIRCUMSTANCES
        found = Item("course", self.course, part, frozenset({self.course})) if counts else None
        object.__setattr__(self, "item", found)


@frozen(kw_only=True)
class Group:
    """Several nodes of which some must be met."""

    kind: str
    path: str
    least: int
    children: tuple[Node, ...]
    shares: bool
    """Whether one item may serve several children: in `all`, one course shows several things."""


Node = Leaf | Group
_CIRCUMSTANCES = frozenset({"enrolled", "cohort"})


def leaves(node: Node) -> Iterator[Leaf]:
    """The requirements below a node, in order."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves(child)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
        raise ConditionError(_("%(value)r is not a name of 1 to 255 characters.") % {"value": value})
    return value


def _course(value: object) -> str:
    text = _text(value)
    try:
        return str(CourseKey.from_string(text))
    except InvalidKeyError as error:
        raise ConditionError(_("%(course)r is not a course key.") % {"course": value}) from error


def _block(value: object) -> str:
    text = _text(value)
    try:
        return str(UsageKey.from_string(text))
    except InvalidKeyError as error:
        raise ConditionError(
            _("%(block)r is not the key of a part of a course.") % {"block": value}
        ) from error


def _definition(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_SLUG, value):
        raise ConditionError(_("%(value)r is not the short name of a definition.") % {"value": value})
    return value


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**9:
        raise ConditionError(_("%(value)r is not a number.") % {"value": value})
    return Decimal(str(value))


def _share(value: object) -> Decimal:
    number = _number(value)
    if not 0 <= number <= 1:
        raise ConditionError(_("The minimum grade must be a number from 0 to 1."))
    return number


def _ects(value: object) -> Decimal:
    number = _number(value)
    if not 0 < number <= _MAX_ECTS:
        raise ConditionError(_("The sum of ECTS must be above 0 and at most %(most)d.") % {"most": _MAX_ECTS})
    return number


def _count(value: object) -> Decimal:
    number = _number(value)
    if number != int(number) or not 1 <= number <= MAX_LIST:
        raise ConditionError(_("%(value)r is not a whole number from 1 to 200.") % {"value": value})
    return number


def _moment(value: object) -> dt.datetime:
    try:
        if isinstance(value, str) and re.fullmatch(_MOMENT, value):
            return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise ConditionError(
        _("%(value)r is not a moment with its time zone, such as 2026-09-01T00:00:00+02:00.")
        % {"value": value}
    )


def _list_of(read_one: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def read_list(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
            raise ConditionError(_("There must be a list of 1 to 200 entries."))
        return tuple(dict.fromkeys(read_one(entry) for entry in value))

    return read_list


@frozen
class Member:
    """How a member of a requirement is read, and the JSON Schema of what may stand there."""

    read: Callable[[object], Any]
    schema: Mapping[str, object]


def _several(one: Member) -> Member:
    items = {"type": "array", "minItems": 1, "maxItems": MAX_LIST, "items": one.schema}
    return Member(_list_of(one.read), items)


_NAME = {"type": "string", "minLength": 1, "maxLength": _MAX_TEXT, "pattern": r"\S"}
_TEXT = Member(_text, _NAME)
_COURSE = Member(_course, _NAME | {"description": "A course key, such as course-v1:UOC+MED101+2026."})
_BLOCK = Member(_block, _NAME | {"description": "The usage key of a subsection or unit."})
_DEFINITION = Member(_definition, {"type": "string", "pattern": _SLUG})
_SHARE = Member(_share, {"type": "number", "minimum": 0, "maximum": 1})
_ECTS = Member(_ects, {"type": "number", "exclusiveMinimum": 0, "maximum": _MAX_ECTS})
_COUNT = Member(_count, {"type": "integer", "minimum": 1, "maximum": MAX_LIST})
_LABEL = Member(_text, _NAME | {"description": "What people call the part; shown in place of its key."})
_WHEN = Member(_moment, {"type": "string", "pattern": _MOMENT, "format": "date-time"})
_NAMES, _COURSES, _DEFINITIONS = _several(_TEXT), _several(_COURSE), _several(_DEFINITION)


@frozen
class Kind:
    """The members that a kind of requirement must and may have."""

    required: Mapping[str, Member]
    optional: Mapping[str, Member] = field(factory=dict)
    one_of: tuple[str, ...] = ()
    """At least one of these must be there."""


_OF_RESULT: dict[str, Member] = {"min_grade": _SHARE, "modes": _NAMES}
_OF_BLOCK: dict[str, Member] = {"name": _LABEL}
_SET: dict[str, Member] = {"courses": _COURSES, "definitions": _DEFINITIONS}

KINDS: dict[str, Kind] = {
    "course_passed": Kind({"course": _COURSE}, _OF_RESULT),
    "certificate_issued": Kind({"course": _COURSE}, _OF_RESULT),
    "category_grade": Kind({"course": _COURSE, "category": _TEXT, "min_grade": _SHARE}),
    "subsection_grade": Kind({"course": _COURSE, "block": _BLOCK, "min_grade": _SHARE}, _OF_BLOCK),
    "block_completed": Kind({"course": _COURSE, "block": _BLOCK}, _OF_BLOCK),
    "enrolled": Kind({"course": _COURSE, "modes": _NAMES}),
    "cohort": Kind({"course": _COURSE, "cohorts": _NAMES}),
    "time_window": Kind({"course": _COURSE}, {"from": _WHEN, "until": _WHEN}, ("from", "until")),
    "credential_held": Kind({"definition": _DEFINITION}),
    "ects": Kind({"least": _ECTS}, _SET, ("courses", "definitions")),
    "universities": Kind({"least": _COUNT}, _SET, ("courses", "definitions")),
    "manual_approval": Kind({}),
}
"""Every kind of requirement; the version changes when one of them does."""

GROUPS: dict[str, str] = {"all": "all", "any": "any", "at_least": "of"}
"""Every kind of group, and the member that holds its children."""

_ATTRIBUTES = {"from": "since"}


def read(condition: object) -> Node:
    """The root of a condition; raises `ConditionError`."""
    if not isinstance(condition, Mapping):
        raise ConditionError(_("A condition must be a JSON object."))
    version = condition.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise ConditionError(_("A condition must say its version, which is 1."))
    root = _node({name: value for name, value in condition.items() if name != "version"}, "", 1)
    if sum(1 for _leaf_found in leaves(root)) > MAX_LEAVES:
        raise ConditionError(_("A condition has more than %(most)d requirements.") % {"most": MAX_LEAVES})
    return root


def _node(raw: object, path: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise ConditionError(_("A condition is nested more than %(most)d deep.") % {"most": MAX_DEPTH})
    if not isinstance(raw, Mapping):
        raise ConditionError(_("Each part of a condition must be a JSON object."))
    for kind, member in GROUPS.items():
        if kind in raw:
            return _group(raw, kind, member, path, depth)
    return _leaf(raw, path)


def _group(raw: Mapping[str, object], kind: str, member: str, path: str, depth: int) -> Group:
    _demand_members(raw, {kind, member}, {kind, member})
    parts = raw[member]
    # 'All of nothing' would be met by everybody.
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_LEAVES:
        raise ConditionError(_("%(member)r needs a list of 1 to 200 requirements.") % {"member": member})
    least = {"all": len(parts), "any": 1}.get(kind) or int(_count(raw[kind]))
    if least > len(parts):
        raise ConditionError(
            _("At least %(least)d of %(all)d requirements can never be met.")
            % {"least": least, "all": len(parts)}
        )
    prefix = f"{path}.{member}" if path else member
    children = tuple(_node(part, f"{prefix}.{number}", depth + 1) for number, part in enumerate(parts))
    return Group(kind=kind, path=path, least=least, children=children, shares=kind == "all")


def _leaf(raw: Mapping[str, object], path: str) -> Leaf:
    name = raw.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise ConditionError(_("A condition of kind %(kind)r is not known.") % {"kind": name})
    kind = KINDS[name]
    members = {**kind.required, **kind.optional}
    _demand_members(raw, {"kind", *members}, kind.required)
    if kind.one_of and not any(member in raw for member in kind.one_of):
        raise ConditionError(
            _("A condition of kind %(kind)r needs one of: %(members)s.")
            % {"kind": name, "members": ", ".join(kind.one_of)}
        )
    values = {
        _ATTRIBUTES.get(member, member): members[member].read(value)
        for member, value in raw.items()
        if member != "kind"
    }
    return Leaf(kind=name, path=path, **values)


def _demand_members(
    raw: Mapping[str, object], known: set[str], required: Mapping[str, Member] | set[str]
) -> None:
    unknown = sorted(map(str, set(raw) - known))
    if unknown:
        raise ConditionError(_("A condition does not know the member %(member)r.") % {"member": unknown[0]})
    lacking = sorted(set(required) - set(raw))
    if lacking:
        raise ConditionError(_("The member %(member)r is missing.") % {"member": lacking[0]})
