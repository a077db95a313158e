"""Logos and emblems: entered, judged one by one, and chosen for what is drawn and signed.

Nothing that is not verified, or that breaks a rule of its owner or of `branding`, is
shown; the initials of the university stand in its place. What a definition as a whole
lacks is said by `appearance`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .. import branding
from ..badges.data import preferred
from ..conf import conf
from ..document import Mark, Words, rasterised
from ..models import Achievement, BrandAsset, Organisation
from . import auditing
from .errors import NotAllowed
from .queueing import REDRAW, queue

__all__ = [
    "ALLIANCE_BOX",
    "EMBLEM_BOX",
    "LARGEST_SIGNED",
    "Box",
    "asset_faults",
    "colour_faults",
    "define_asset",
    "emblem_of",
    "faults_of",
    "logo_box",
    "mark_of",
    "redrawable",
    "signed_logo",
]

Box = tuple[float, float]
"""Width and height in mm."""
ALLIANCE_BOX: Box = (46.0, 18.0)
EMBLEM_BOX: Box = (60.0, 12.0)
_LOGO_BOXES: tuple[tuple[int, Box], ...] = ((3, (34.0, 15.0)), (6, (20.0, 11.0)), (99, (14.0, 9.0)))
"""Up to how many universities, which box of the document."""
LARGEST_SIGNED = 32_768
"""Bytes of a logo inside a signed file; a larger one would be most of it."""


def define_asset(asset: BrandAsset, *, actor_id: int | None = None) -> BrandAsset:
    """Save a logo or emblem with the hash of its file; raises `NotAllowed` when a verified one breaks a rule.

    One that is not verified yet may be saved as it is: it is shown nowhere.
    """
    content = bytes(asset.content)
    asset.sha256 = hashlib.sha256(content).hexdigest()
    asset.media_type = "image/png" if content.startswith(b"\x89PNG") else "image/svg+xml"
    if asset.verified:
        faults = faults_of(asset)
        if faults:
            raise NotAllowed("\n".join(faults))
    with transaction.atomic():
        asset.save()
        auditing.note("brand-asset-defined", asset, actor_id=actor_id)
        if shown := list(_shown_by(asset.organisation).values_list("pk", flat=True)):
            queue(REDRAW, shown)
    return asset


def _shown_by(organisation: Organisation) -> QuerySet[Achievement]:
    """The definitions with pictures that may change and on which it may appear."""
    appears = (
        Q(issuer__organisation=organisation)
        | Q(issuer__alliance=organisation)
        | Q(awarding_bodies=organisation)
    )
    return Achievement.objects.filter(appears, redrawable()).order_by("pk").distinct()


def redrawable() -> Q:
    """Which versions show the marks of today: what has been awarded keeps the pictures that it had."""
    return Q(state=Achievement.State.ACTIVE, frozen_at=None)


def faults_of(asset: BrandAsset, *, languages: Sequence[str] = ()) -> list[str]:
    """What forbids to show the asset today; texts are demanded in each of `languages`, else in one."""
    data = _data(asset)
    faults = branding.asset_faults(data, today=timezone.now().date(), languages=languages)
    if faults:
        return faults
    try:
        raster = rasterised(data.content, data.media_type)
    except ValueError as error:
        return [f"{data.name}: the file cannot be drawn: {error}"]
    return branding.asset_faults(data, today=timezone.now().date(), languages=languages, raster=raster)


def colour_faults() -> list[str]:
    """Which of the site's colours are too weak beside each other."""
    return branding.colour_faults(primary=conf.BRAND_PRIMARY, accent=conf.BRAND_ACCENT, ink=conf.BRAND_INK)


def asset_faults() -> list[str]:
    """What is wrong with the colours and with every verified asset of the site."""
    assets = BrandAsset.objects.filter(verified=True).select_related("organisation")
    return [*colour_faults(), *(fault for asset in assets for fault in faults_of(asset))]


def logo_box(universities: int) -> Box:
    """The room for the logo of each where so many universities award."""
    return next(box for most, box in _LOGO_BOXES if universities <= most)


def signed_logo(organisation: Organisation) -> BrandAsset | None:
    """The logo that goes into signed files today: the first in force that is small enough."""
    rows = organisation.assets.filter(role=BrandAsset.Role.LOGO, verified=True).order_by("position", "pk")
    today = timezone.now().date()
    for row in rows.select_related("organisation"):
        if len(row.content) <= LARGEST_SIGNED and not branding.asset_faults(_data(row), today=today):
            return row
    return None


def mark_of(organisation: Organisation, language: str, box: Box) -> Mark | None:
    """The logo that may be shown today, as large as the box allows; None when there is none."""
    rows = organisation.assets.filter(role=BrandAsset.Role.LOGO, verified=True)
    return _first(rows.select_related("organisation").order_by("position", "pk"), language, box)


def emblem_of(organisations: Iterable[Organisation | None], language: str, box: Box) -> Mark | None:
    """The first funder's emblem that those organisations have to show."""
    rows = BrandAsset.objects.filter(
        organisation__in=[row for row in organisations if row], role=BrandAsset.Role.EMBLEM, verified=True
    )
    return _first(rows.select_related("organisation").order_by("position", "pk"), language, box)


def _first(assets: Iterable[BrandAsset], language: str, box: Box) -> Mark | None:
    marks = (_mark(asset, language, box) for asset in assets)
    return next((mark for mark in marks if mark is not None), None)


def _mark(asset: BrandAsset, language: str, box: Box) -> Mark | None:
    data = _data(asset)
    if branding.asset_faults(data, today=timezone.now().date()):
        return None
    size = branding.drawn_size(data, width_mm=box[0], height_mm=box[1])
    if size is None:
        return None
    statement = preferred(data.statement, language)
    tag = next((tag for tag, text in data.statement.items() if text == statement), "")
    return Mark(
        content=data.content,
        media_type=data.media_type,
        alt=preferred(data.alt, language),
        width_mm=size[0],
        height_mm=size[1],
        clear_mm=size[2],
        statement=Words(statement, tag),
        ground=data.ground,
    )


def _data(asset: BrandAsset) -> branding.AssetData:
    return branding.AssetData(
        name=str(asset),
        content=bytes(asset.content),
        media_type=asset.media_type,
        sha256=asset.sha256,
        licence=asset.licence,
        alt=asset.alt,
        is_emblem=asset.role == BrandAsset.Role.EMBLEM,
        statement=asset.statement,
        valid_from=asset.valid_from,
        valid_until=asset.valid_until,
        min_width_mm=float(asset.min_width_mm),
        clear_space=float(asset.clear_space),
        ground=asset.ground,
    )
