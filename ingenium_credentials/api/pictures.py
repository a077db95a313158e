"""The picture of a definition: what of it goes on the badge, in which language and colours."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal

from ..artwork import BadgeData, BadgeMark, badge_png, badge_svg
from ..badges.data import IssuerMode, preferred
from ..branding import appearing
from ..conf import conf
from ..models import Achievement, Organisation
from ..typesetting import labels
from .branding import ALLIANCE_BOX, EMBLEM_BOX, emblem_of, logo_box, mark_of
from .languages import told_languages
from .record import awarding_bodies

__all__ = ["badge", "draw", "look"]

_MOST_BODIES_NAMED = 2
_MOST_MARKS = 3
_ONE_MARK, _ROW_OF_MARKS = (34.0, 11.0), (44.0, 9.0)
"""Width and height in mm of a badge of `artwork.SIDE_MM`."""


def draw(achievement: Achievement) -> tuple[bytes, bytes]:
    """The badge as SVG and as PNG, as the definition is now."""
    data = badge(achievement, "")
    return badge_svg(data), badge_png(data)


def look(achievement: Achievement) -> str:
    """A hash of what its pictures show, without drawing them: where it differs, they are out of date.

    Of names, logos, emblem and colours as they are today; the definition's own texts come with it.
    """
    told = told_languages(achievement) or ("",)
    shown = [(badge(achievement, tag), _on_documents(achievement, tag)) for tag in told]
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _on_documents(achievement: Achievement, language: str) -> list[object]:
    """What a document shows and a badge may not: every university, the alliance, and who paid."""
    issuer, bodies = achievement.issuer, awarding_bodies(achievement)
    shown = appearing(IssuerMode(issuer.mode), issuer=issuer.organisation, awarding=bodies)
    places = [(body, logo_box(len(shown))) for body in shown]
    places += [(issuer.alliance, ALLIANCE_BOX)] if issuer.alliance else []
    parties = [(_name(body, language), body.country, mark_of(body, language, box)) for body, box in places]
    return [*parties, emblem_of((issuer.alliance, *shown), language, EMBLEM_BOX)]


def badge(achievement: Achievement, language: str) -> BadgeData:
    """What the badge shows in that language, or in the one that suits most when there is no title in it."""
    told = told_languages(achievement)
    titles = {tag: text for tag, text in achievement.names.items() if tag in told} or achievement.names
    title = preferred(titles, language)
    language = next(tag for tag, text in titles.items() if text == title)
    return BadgeData(
        title=title,
        issuer=_awarders(achievement, language),
        language=language,
        alliance=_name(achievement.issuer.alliance, language),
        kind=_kind(achievement.kind, language),
        facts=_facts(achievement),
        marks=_marks(achievement, language),
        primary=conf.BRAND_PRIMARY,
        accent=conf.BRAND_ACCENT,
        ink=conf.BRAND_INK,
        demonstration=conf.DEMONSTRATION,
    )


def _awarders(achievement: Achievement, language: str) -> str:
    names = [name for name in (_name(body, language) for body in awarding_bodies(achievement)) if name]
    if 0 < len(names) <= _MOST_BODIES_NAMED:
        return " · ".join(names)
    return _name(achievement.issuer.organisation, language)


def _marks(achievement: Achievement, language: str) -> tuple[BadgeMark, ...]:
    """The logos of all who award, where they are few and each has one; else that of the alliance.

    Some logos without the others would say that those did not award.
    """
    issuer, bodies = achievement.issuer, awarding_bodies(achievement)
    shown = appearing(IssuerMode(issuer.mode), issuer=issuer.organisation, awarding=bodies)
    found = [mark_of(body, language, _box(len(shown))) for body in shown[:_MOST_MARKS]]
    if len(shown) > _MOST_MARKS or None in found:
        found = [mark_of(issuer.alliance, language, _box(1))] if issuer.alliance else []
    return tuple(
        BadgeMark(
            content=mark.content,
            media_type=mark.media_type,
            width_mm=mark.width_mm,
            height_mm=mark.height_mm,
            clear_mm=mark.clear_mm,
            ground=mark.ground,
        )
        for mark in found
        if mark is not None
    )


def _box(count: int) -> tuple[float, float]:
    return _ONE_MARK if count == 1 else (_ROW_OF_MARKS[0] / count, _ROW_OF_MARKS[1])


def _name(organisation: Organisation | None, language: str) -> str:
    """The verified name that suits the language: what is not verified is not shown as fact."""
    if organisation is None:
        return ""
    names = {name.language: name.value for name in organisation.names.all() if name.verified}
    return preferred(names, language)


def _kind(kind: str, language: str) -> str:
    """An Open Badges achievement type, such as `MicroCredential`, in words."""
    if kind == "MicroCredential":
        return str(labels(language)["kind"])
    words = re.findall(r"[A-Z][a-z]*|[a-z]+", kind)
    return " ".join(words).capitalize()


def _facts(achievement: Achievement) -> str:
    # As a decimal: an unsaved row may still hold the text of a form or a file.
    ects = f"{Decimal(achievement.ects).normalize():f} ECTS" if achievement.ects is not None else ""
    level = f"EQF {achievement.eqf_level}" if achievement.eqf_level else ""
    return " · ".join(filter(None, (ects, level)))
