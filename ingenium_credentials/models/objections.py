"""Who wants to be left alone, without saying who."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Objection(models.Model):
    """A learner has had a credential erased and is not to be given it again.

    Holds a keyed hash of learner and definition: it can be asked for, and leads from
    nobody's award to nobody. No moment either, which the award's erasure could be matched by.

    .. no_pii: A keyed hash that names neither learner nor award.
    """

    digest = models.CharField(_("digest"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")

    def __str__(self) -> str:
        return self.digest[:8]
