"""Whether the marks of a definition are in order: who appears, with which logos and emblem.

Hides which faults stop a definition and which are only said. What would make a document
wrong or unlawful stops it: a combination that the mode forbids, colours that cannot be
read, a mark that is demanded and may not be shown, and, when it is activated, a mark that
somebody verified and nobody may show. A mark that falls out later is left out, unless it
is demanded; then awards wait, and say for what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import branding
from ..badges.data import IssuerMode
from ..models import Achievement, BrandAsset, Issuer, Organisation
from .branding import (
    ALLIANCE_BOX,
    EMBLEM_BOX,
    LARGEST_SIGNED,
    Box,
    colour_faults,
    emblem_of,
    faults_of,
    logo_box,
    mark_of,
)
from .errors import NotAllowed, NotReady
from .languages import told_languages
from .record import awarding_bodies

__all__ = ["BrandFault", "branding_faults", "demand_branding", "demand_marks"]


@frozen
class BrandFault:
    """What is wrong with the marks of a definition, in a sentence."""

    text: str
    blocks: bool
    """Whether it forbids to activate the definition; if not, it is only said."""

    def __str__(self) -> str:
        return self.text if self.blocks else _("Warning: %(fault)s") % {"fault": self.text}


@frozen
class _Place:
    """Where a logo of somebody stands."""

    organisation: Organisation
    box: Box


def branding_faults(achievement: Achievement) -> list[BrandFault]:
    """What the marks of one definition lack; what blocks comes first."""
    awarding = awarding_bodies(achievement)
    places = _places(achievement.issuer, awarding)
    found = [
        *(BrandFault(text, True) for text in _combination(achievement.issuer, awarding)),
        *(BrandFault(text, True) for text in _demanded(places)),
        *_of_assets(places, told_languages(achievement)),
    ]
    return sorted(dict.fromkeys(found), key=lambda fault: not fault.blocks)


def demand_branding(achievement: Achievement) -> None:
    """Refuse, with `NotAllowed` naming each, while a fault of marks or colours blocks the definition."""
    faults = [fault.text for fault in branding_faults(achievement) if fault.blocks]
    faults = [*colour_faults(), *faults]
    if faults:
        head = _("The branding of %(version)s is not in order.") % {"version": achievement}
        raise NotAllowed("\n".join((head, *faults)))


def demand_marks(achievement: Achievement) -> None:
    """Refuse to issue, with `NotReady`, what lacks a demanded mark or is signed by the wrong party.

    A mark that nobody demands and that may be shown no longer is left out instead.
    """
    issuer, awarding = achievement.issuer, awarding_bodies(achievement)
    faults = [*_combination(issuer, awarding), *_demanded(_places(issuer, awarding))]
    if faults:
        raise NotReady("\n".join(faults))


def _combination(issuer: Issuer, awarding: Sequence[Organisation]) -> list[str]:
    return branding.appearance_faults(IssuerMode(issuer.mode), issuer=issuer.organisation, awarding=awarding)


def _demanded(places: Sequence[_Place]) -> Iterator[str]:
    for place in places:
        if place.organisation.logo_required and mark_of(place.organisation, "", place.box) is None:
            yield _(
                "%(organisation)s demands its logo, and there is none that may be shown in %(box)s mm today."
                " Enter it, or its new permission, under “Logos and emblems”."
            ) % {"organisation": place.organisation, "box": _said(place.box)}
    parties = [place.organisation for place in places]
    funded = [organisation for organisation in parties if organisation.emblem_required]
    if funded and emblem_of(parties, "", EMBLEM_BOX) is None:
        yield _(
            "%(organisation)s is co-funded, and there is no emblem of the funder that may be shown in"
            " %(box)s mm today. Enter it with its statement under “Logos and emblems”."
        ) % {"organisation": funded[0], "box": _said(EMBLEM_BOX)}


def _of_assets(places: Sequence[_Place], languages: Sequence[str]) -> Iterator[BrandFault]:
    for place in places:
        for role, box in ((BrandAsset.Role.LOGO, place.box), (BrandAsset.Role.EMBLEM, EMBLEM_BOX)):
            rows = list(
                place.organisation.assets.filter(role=role, verified=True).select_related("organisation")
            )
            # Of several, one in force is enough: the others have been, or will be.
            stands = any(not faults_of(row) for row in rows)
            for row in rows:
                yield from _of_asset(row, box, languages, stands=stands)


def _of_asset(row: BrandAsset, box: Box, languages: Sequence[str], *, stands: bool) -> Iterator[BrandFault]:
    broken = faults_of(row)
    if broken:
        waits = row.valid_from is not None and row.valid_from > timezone.now().date()
        yield from (BrandFault(text, not stands and not waits) for text in broken)
        return
    yield from (BrandFault(text, False) for text in faults_of(row, languages=languages))
    is_logo = row.role == BrandAsset.Role.LOGO
    found = mark_of(row.organisation, "", box) if is_logo else emblem_of([row.organisation], "", box)
    if found is None:
        said = _("%(asset)s: it is left out here, because its least width does not fit into %(box)s mm.")
        yield BrandFault(said % {"asset": row, "box": _said(box)}, False)
    if is_logo and len(row.content) > LARGEST_SIGNED:
        said = _("%(asset)s: it is left out of signed files, because it is larger than %(most)d kB.")
        yield BrandFault(said % {"asset": row, "most": LARGEST_SIGNED // 1024}, False)


def _places(issuer: Issuer, awarding: Sequence[Organisation]) -> list[_Place]:
    """Who appears, each with the room for its logo; the alliance last."""
    shown = branding.appearing(IssuerMode(issuer.mode), issuer=issuer.organisation, awarding=awarding)
    places = [_Place(organisation, logo_box(len(shown))) for organisation in shown]
    return places + ([_Place(issuer.alliance, ALLIANCE_BOX)] if issuer.alliance else [])


def _said(box: Box) -> str:
    return "{:g} × {:g}".format(*box)
