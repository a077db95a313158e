"""The learner as an award freezes them: the one function behind every way to an award."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator

from attrs import frozen
from django.utils.translation import gettext as _

from .. import lms
from ..badges.errors import MalformedCredential
from ..badges.names import clean_name, latin_name
from ..models import CourseResult
from .errors import NotReady

__all__ = ["Recipient", "recipient"]

_SALT_BYTES = 16


@frozen(kw_only=True)
class Recipient:
    """What an award keeps of the learner."""

    name: str
    latin_name: str
    name_source: str
    """`profile` or `certificate`."""
    email_hash: str
    """`sha256$<hex>`; empty when the account has no address."""
    email_salt: str


def recipient(learner_id: int) -> Recipient:
    """The learner now; raises `NotReady` without an account or without a name to print."""
    account = lms.account(learner_id)
    if account is None:
        raise NotReady(_("The learner's account does not exist any more."))
    name, source = _name(account)
    email_hash, email_salt = _hashed(account.email)
    return Recipient(
        name=name,
        latin_name=latin_name(name),
        name_source=source,
        email_hash=email_hash,
        email_salt=email_salt,
    )


def _name(account: lms.Account) -> tuple[str, str]:
    for name, source in _candidates(account):
        try:
            return clean_name(name), source
        except MalformedCredential:
            continue
    raise NotReady(_("The learner's account has no name that can be printed."))


def _candidates(account: lms.Account) -> Iterator[tuple[str, str]]:
    yield account.name, "profile"
    printed = CourseResult.objects.filter(learner_id=account.learner_id).exclude(printed_name="")
    for name in printed.order_by("-certificate_stamp").values_list("printed_name", flat=True)[:1]:
        yield name, "certificate"


def _hashed(email: str) -> tuple[str, str]:
    """The address as given but trimmed, with a salt of its own (Open Badges 3.0, IdentityHash)."""
    address = email.strip()
    if not address:
        return "", ""
    salt = secrets.token_hex(_SALT_BYTES)
    return f"sha256${hashlib.sha256((address + salt).encode()).hexdigest()}", salt
