"""In whose name a credential is signed, as one sentence: each university, once for all, or by mandate."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Achievement, Issuer

__all__ = ["signatures"]

_Form = Achievement.EndorsementForm


def signatures(achievement: Achievement, issuer: Issuer) -> str:
    """Who signs the badges of a definition beside the issuer, and what; empty where nobody else awards."""
    others = achievement.awarding.exclude(organisation=issuer.organisation_id).count()
    if not others:
        return ""
    if achievement.endorsement_form == _Form.NONE:
        named = achievement.awarding.count()
        return _(
            "Signed by %(some)d of %(all)d awarding universities themselves; "
            "for the others the issuer signs, by a mandate that they have given."
        ) % {"some": named - others, "all": named}
    if achievement.endorsement_form == _Form.VERSION:
        return ngettext(
            "One further university has signed the definition, once for all its credentials.",
            "%(count)d further universities have signed the definition, once for all its credentials.",
            others,
        ) % {"count": others}
    return ngettext(
        "One further university signs each credential with its own key.",
        "%(count)d further universities sign each credential with their own keys.",
        others,
    ) % {"count": others}
