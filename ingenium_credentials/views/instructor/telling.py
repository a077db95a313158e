"""Whether the learner is told of what was done, in a sentence for whoever has done it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ... import api
from ...models import Award, Letter

__all__ = ["once_signed", "told"]


def told(award: Award, kind: str) -> str:
    """After a deed that may have queued a letter of this kind."""
    if api.is_told(award, kind):
        return _("The learner is told by e-mail.")
    if award.issued_at is None:
        return _("The learner is not told, because nothing was signed yet.")
    if kind == Letter.Kind.REINSTATED and api.can_be_told(award):
        return _("The learner is not told, because no letter about the review has gone out.")
    return _not_told()


def once_signed(award: Award) -> str:
    """Before a credential is signed whose letter goes out with it."""
    if api.can_be_told(award):
        return _("The learner is told by e-mail once it is signed.")
    return _not_told()


def _not_told() -> str:
    return _("The learner is not told: mail is switched off here, or the account has no confirmed address.")
