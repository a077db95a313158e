"""Definitions that a learner does not want to be given again, kept so that they lead to nobody."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ..models import Achievement, Objection
from .errors import NotAllowed

__all__ = ["allow_again", "demand_no_objection", "has_objected", "object_to", "objections_of", "objectors"]


def object_to(learner_id: int, definition: str) -> None:
    """The learner is not to be given the definition again; twice changes nothing."""
    Objection.objects.get_or_create(digest=_digest(learner_id, definition))


def allow_again(learner_id: int, definition: str) -> bool:
    """The learner may be given it again, once it is earned anew; whether there was an objection."""
    return bool(Objection.objects.filter(digest=_digest(learner_id, definition)).delete()[0])


def has_objected(learner_id: int, definition: str) -> bool:
    """Whether the learner has had a credential of this definition erased, and has not allowed it again."""
    return Objection.objects.filter(digest=_digest(learner_id, definition)).exists()


def objectors(learner_ids: Iterable[int], definition: str) -> frozenset[int]:
    """Who of these has objected to the definition; one query."""
    asked = {_digest(learner_id, definition): learner_id for learner_id in learner_ids}
    found = Objection.objects.filter(digest__in=asked).values_list("digest", flat=True)
    return frozenset(asked[digest] for digest in found)


def objections_of(learner_id: int) -> list[str]:
    """The definitions that the learner has objected to; only whoever knows the learner can ask."""
    slugs = Achievement.objects.order_by("slug").values_list("slug", flat=True).distinct()
    asked = {_digest(learner_id, slug): slug for slug in slugs}
    found = Objection.objects.filter(digest__in=asked).values_list("digest", flat=True)
    return sorted(asked[digest] for digest in found)


def demand_no_objection(learner_id: int, definition: str) -> None:
    """Raise `NotAllowed` if the learner does not want it."""
    if has_objected(learner_id, definition):
        raise NotAllowed(
            _(
                "The learner has had this credential erased. It is issued again only after the learner"
                " has allowed it."
            )
        )


def _digest(learner_id: int, definition: str) -> str:
    # With the site's secret key: from the rows alone nobody can try all learners.
    value = f"{learner_id}:{definition}"
    return salted_hmac("ingenium_credentials.objection", value, algorithm="sha256").hexdigest()
