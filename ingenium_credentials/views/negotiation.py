"""Which of several media types a client likes best (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from django.http import HttpRequest

__all__ = ["choose", "wants_page"]

_MOST_RANGES = 50


@frozen
class _Range:
    type: str
    subtype: str
    quality: float

    def fit(self, media_type: str) -> int:
        """How exactly the range names the type: 0 not at all, 1 to 3 ever closer."""
        kind, _, sub = media_type.partition("/")
        if (self.type, self.subtype) == (kind, sub):
            return 3
        if (self.type, self.subtype) == (kind, "*"):
            return 2
        return int((self.type, self.subtype) == ("*", "*"))


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """The offered type that `accept` likes best; None when it likes none of them.

    Of equally liked ones the one named most exactly wins, then the one offered first.
    """
    ranges = list(_ranges(accept)) or [_Range("*", "*", 1.0)]
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for media_type in offered:
        fit, quality = max(((r.fit(media_type), r.quality) for r in ranges), default=(0, 0.0))
        if fit and quality > 0 and (quality, fit) > best:
            best, chosen = (quality, fit), media_type
    return chosen


def wants_page(request: HttpRequest) -> bool:
    """Whether the client asks for HTML by name, as browsers do."""
    ranges = _ranges(request.headers.get("Accept", ""))
    return any(r.fit("text/html") == 3 and r.quality > 0 for r in ranges)


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.split(",")[:_MOST_RANGES]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        kind, slash, sub = name.lower().partition("/")
        if slash:
            yield _Range(kind, sub, _quality(parameters))


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
