"""From a certificate to one that the operator trusts, as things stood at a moment.

Only the anchors handed in are trusted, and only for what they were handed in for.
Certificates of seals name no host and often no extended usage, so that the verification
of TLS certificates does not fit them: the path is checked here (RFC 5280, section 6, as
far as those use it). Whatever is critical and not understood breaks a path. Hidden here:
the search, and the bound on its work. Revocation is not looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import Enum

from attrs import define, field, frozen
from cryptography import x509

from .certificates import Certificate

__all__ = ["Anchor", "Paths", "Purpose"]

_MAX_INTERMEDIATES = 4
_MAX_LINKS = 150
"""Signatures of certificates that one check looks at; genuine ones need two or three each."""

_UNDERSTOOD = (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)


class Purpose(Enum):
    """What an anchor is trusted for."""

    SEAL = "seal"
    TIME_STAMP = "time-stamp"


@frozen
class Anchor:
    """A certificate that the operator trusts, of an authority or of a service itself."""

    certificate: Certificate
    purpose: Purpose = Purpose.SEAL
    qualified: bool = False
    """The trusted list of a member state names it for qualified certificates or time-stamps."""


@define
class Paths:
    """The search for paths during one check, with the work that is left for it."""

    anchors: Sequence[Anchor]
    _links: int = field(default=_MAX_LINKS, init=False)

    def find(
        self, leaf: Certificate, others: Sequence[Certificate], *, purpose: Purpose, at: dt.datetime
    ) -> Anchor | None:
        """The anchor that `leaf` leads to through `others`, valid at `at`; None if there is none.

        A qualified anchor is preferred where several are reached.
        """
        anchors = [anchor for anchor in self.anchors if anchor.purpose is purpose]
        if not leaf.is_valid_at(at) or not _is_understood(leaf):
            return None
        found = list(self._reached([leaf], others, anchors, at))
        return max(found, key=lambda anchor: anchor.qualified, default=None)

    def _reached(
        self,
        path: list[Certificate],
        others: Sequence[Certificate],
        anchors: Sequence[Anchor],
        at: dt.datetime,
    ) -> Iterator[Anchor]:
        for anchor in anchors:
            if anchor.certificate == path[-1] or self._holds(path, anchor.certificate, at):
                yield anchor
        if len(path) > _MAX_INTERMEDIATES:
            return
        for other in others:
            if other not in path and self._holds(path, other, at):
                yield from self._reached([*path, other], others, anchors, at)

    def _holds(self, path: list[Certificate], issuer: Certificate, at: dt.datetime) -> bool:
        """Whether `issuer` may have issued, and did issue, the last certificate of `path`."""
        if path[-1].x509.issuer != issuer.x509.subject or not issuer.is_valid_at(at):
            return False
        if not _may_issue(issuer, intermediates=len(path) - 1) or not _is_understood(issuer):
            return False
        self._links -= 1
        return self._links >= 0 and path[-1].is_issued_by(issuer)


def _may_issue(certificate: Certificate, *, intermediates: int) -> bool:
    constraints = certificate.extension(x509.BasicConstraints)
    usage = certificate.extension(x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage is not None and not usage.key_cert_sign):
        return False
    return constraints.path_length is None or intermediates <= constraints.path_length


def _is_understood(certificate: Certificate) -> bool:
    """Whether everything that is critical in it is heeded here."""
    return all(
        not extension.critical or isinstance(extension.value, (*_UNDERSTOOD, x509.CertificatePolicies))
        for extension in certificate.x509.extensions
    )
