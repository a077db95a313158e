"""What can be earned: definitions, their versions, their pictures.

A version that has been awarded is frozen, its picture included: nobody can change what a
credential out in the world refers to. Hides how the next version comes about and how
rules move to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from ..models import Achievement, AwardingBody, AwardRule, AwardRuleCourse, AwardRulePart, Organisation
from . import auditing, documents, pictures, queueing, recording
from .appearance import demand_branding
from .branding import redrawable
from .completeness import demand_complete
from .errors import NotAllowed, NotReady
from .languages import demand_language

State = Achievement.State


def define(
    achievement: Achievement,
    *,
    awarding_bodies: Sequence[Organisation] | None = None,
    actor_id: int | None = None,
) -> Achievement:
    """Save a new or changed version; raises `NotAllowed` once it has been awarded.

    An active one stays fit to be awarded: a change that makes it unfit is refused, as `activate` is.
    Raises Django's `ValidationError` for a value that its field does not take.
    `awarding_bodies` in the order in which the document names them; None leaves them.
    """
    with transaction.atomic():
        demand_open(achievement)
        achievement.clean_fields()
        achievement.image_svg = achievement.image_png = b""
        achievement.save()
        achievement.pictures.all().delete()
        if awarding_bodies is not None:
            _set_awarding_bodies(achievement, awarding_bodies)
        if achievement.state == State.ACTIVE:
            _demand_fit(achievement)
            _draw(achievement)
        auditing.note("achievement-defined", achievement, actor_id=actor_id)
    return achievement


def demand_open(achievement: Achievement) -> None:
    """Refuse, with `NotAllowed`, unless the version may still be changed."""
    stored = Achievement.objects.select_for_update().filter(pk=achievement.pk).first()
    if stored is not None and stored.frozen_at is not None:
        raise NotAllowed(f"{stored} has been awarded and cannot be changed; make the next version.")


def freeze(achievement: Achievement) -> Achievement:
    """Fix the version and its pictures for good. Twice changes nothing."""
    if achievement.frozen_at is not None:
        return achievement
    with transaction.atomic():
        stored = Achievement.objects.select_for_update().get(pk=achievement.pk)
        if stored.frozen_at is None:
            _draw(stored)
            stored.frozen_at = timezone.now()
            stored.save(update_fields=["frozen_at"])
            auditing.note("achievement-frozen", stored)
    for name in ("image_svg", "image_png", "frozen_at"):
        setattr(achievement, name, getattr(stored, name))
    return achievement


def activate(achievement: Achievement, *, actor_id: int | None = None) -> Achievement:
    """Let the version be awarded, in place of the versions before it.

    The rules of former versions come over to this one. Twice changes nothing. Raises
    `NotAllowed`, naming each, while a micro-credential lacks an element of Annex I, or while
    no language is complete, or while a fault of its branding blocks it.
    """
    with transaction.atomic():
        stored = Achievement.objects.select_for_update().get(pk=achievement.pk)
        if stored.state != State.ACTIVE:
            _demand_fit(stored)
            former = Achievement.objects.filter(slug=stored.slug).exclude(pk=stored.pk)
            AwardRule.objects.filter(achievement__in=former).update(achievement=stored)
            named = AwardRuleCourse.objects.filter(rule__achievement=stored, rule__enabled=True)
            recording.reconsider(named.values_list("course_id", flat=True))
            parts = AwardRulePart.objects.filter(rule__achievement=stored, rule__enabled=True)
            recording.reconsider_awards(parts.values_list("definition", flat=True))
            for rule_id in stored.rules.filter(enabled=True).values_list("pk", flat=True):
                queueing.queue(queueing.AWARD_OTHERS, rule_id)
            former.filter(state=State.ACTIVE).update(state=State.RETIRED)
            stored.state = State.ACTIVE
            stored.save(update_fields=["state"])
            _draw(stored)
            auditing.note("achievement-activated", stored, actor_id=actor_id)
    achievement.state = stored.state
    achievement.image_svg, achievement.image_png = stored.image_svg, stored.image_png
    return achievement


def retire_achievement(achievement: Achievement, *, actor_id: int | None = None) -> Achievement:
    """Award the version no more; what was awarded stands. Twice changes nothing."""
    with transaction.atomic():
        changed = Achievement.objects.filter(pk=achievement.pk).exclude(state=State.RETIRED)
        if changed.update(state=State.RETIRED):
            auditing.note("achievement-retired", achievement, actor_id=actor_id)
    achievement.state = State.RETIRED
    return achievement


def new_version(achievement: Achievement, *, actor_id: int | None = None) -> Achievement:
    """A draft of the next version, equal to this one but for its number."""
    with transaction.atomic():
        versions = Achievement.objects.select_for_update().filter(slug=achievement.slug)
        latest = max(versions.values_list("version", flat=True))
        draft = Achievement(**_copied(achievement), uuid=uuid4(), version=latest + 1, state=State.DRAFT)
        draft.save()
        _set_awarding_bodies(draft, list(achievement.awarding_bodies.order_by("awarding__position")))
        auditing.note("achievement-versioned", draft, actor_id=actor_id)
    return draft


_IMAGES = ("image_svg", "image_png")
_NOT_COPIED = frozenset({"id", "uuid", "version", "state", "frozen_at", "drawn_from", *_IMAGES})


def _copied(achievement: Achievement) -> dict[str, Any]:
    fields = (field for field in Achievement._meta.concrete_fields if field.name not in _NOT_COPIED)
    return {field.attname: getattr(achievement, field.attname) for field in fields}


def _set_awarding_bodies(achievement: Achievement, organisations: Sequence[Organisation]) -> None:
    achievement.awarding.all().delete()
    AwardingBody.objects.bulk_create(
        AwardingBody(achievement=achievement, organisation=organisation, position=position)
        for position, organisation in enumerate(organisations)
    )


def _demand_fit(achievement: Achievement) -> None:
    demand_complete(achievement)
    demand_language(achievement)
    demand_branding(achievement)


def outdated() -> Iterator[int]:
    """The versions whose pictures show marks or colours of yesterday."""
    rows = Achievement.objects.filter(redrawable()).select_related("issuer__organisation", "issuer__alliance")
    return (row.pk for row in rows.defer(*_IMAGES).order_by("pk") if row.drawn_from != pictures.look(row))


def redraw(achievement_ids: Sequence[int]) -> int:
    """Draw the pictures of these versions anew, where they are out of date; returns how many were.

    What has been awarded is left as it is. Twice changes nothing.
    """
    return sum(_redraw(achievement_id) for achievement_id in achievement_ids)


def _redraw(achievement_id: int) -> bool:
    with transaction.atomic():
        rows = Achievement.objects.select_for_update().filter(redrawable(), pk=achievement_id)
        stored = rows.first()
        if stored is None or not _draw(stored):
            return False
        languages = list(stored.pictures.values_list("language", flat=True))
        stored.pictures.all().delete()
        # One that cannot be told now is drawn when it is needed.
        with suppress(NotReady):
            for language in languages:
                documents.document_image(stored, language)
        auditing.note("achievement-redrawn", stored)
        return True


def _draw(achievement: Achievement) -> bool:
    """Draw its pictures, if they do not show what they would show now; says whether it did."""
    look = pictures.look(achievement)
    if achievement.image_svg and achievement.image_png and achievement.drawn_from == look:
        return False
    achievement.image_svg, achievement.image_png = pictures.draw(achievement)
    achievement.drawn_from = look
    achievement.save(update_fields=[*_IMAGES, "drawn_from"])
    return True
