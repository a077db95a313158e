"""Status lists: where verifiers look whether an award still stands."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from .alliance import Issuer


class StatusList(models.Model):
    """One Bitstring Status List. Its bits are computed from the awards; only bytes are kept here.

    `stale` says that the awards have changed since `document` was signed. `capacity` is about
    how many places are given out before the next list is begun, less than `length`, so that
    finding a free place at random stays cheap.

    .. no_pii:
    """

    uuid = models.UUIDField(_("public id"), default=uuid4, unique=True, editable=False)
    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="status_lists")
    purpose = models.CharField(_("purpose"), max_length=15, default="revocation")
    length = models.PositiveIntegerField(_("entries"))
    capacity = models.PositiveIntegerField(_("places given out at most"))
    open = models.BooleanField(_("has free places"), default=True)
    stale = models.BooleanField(_("to be signed anew"), default=True, db_index=True)
    document = models.BinaryField(_("signed document"), default=b"", blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("status list")
        verbose_name_plural = _("status lists")
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.uuid)
