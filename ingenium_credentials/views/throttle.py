"""How often one address may ask: for what is verified or drawn, and for pages and files."""

from __future__ import annotations

import logging
from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from edx_django_utils.ip import get_safest_client_ip
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from ..conf import conf
from .pages import Problem

__all__ = ["DiplomaThrottle", "PublicThrottle", "VerifyThrottle", "demand_rate"]

logger = logging.getLogger(__name__)


class VerifyThrottle(SimpleRateThrottle):
    """INGENIUM_VERIFY_RATE for each client address; the LMS's own rates are not touched."""

    scope = "ingenium_verify"

    def get_rate(self) -> str:
        """The rate as the setting is now."""
        return conf.VERIFY_RATE

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """A key without the address itself: caches are dumped and logged."""
        address = _whose(get_safest_client_ip(request))
        return f"{self.scope}:{salted_hmac('ingenium_credentials.verify', address).hexdigest()}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more is allowed. A cache that is away refuses nobody: each request is bounded."""
        try:
            return super().allow_request(request, view)
        except Exception as error:
            logger.warning("The rate of %s is not limited: %s", self.scope, type(error).__name__)
            return True


def _whose(address: str) -> str:
    """An IPv6 address counts for its /64: one household or server has as many as it likes of those."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


class DiplomaThrottle(VerifyThrottle):
    """As often as things may be verified, counted apart: drawing one takes as long."""

    scope = "ingenium_diploma"


class PublicThrottle(VerifyThrottle):
    """INGENIUM_PUBLIC_RATE for each client address."""

    scope = "ingenium_public"

    def get_rate(self) -> str:
        """The rate as the setting is now."""
        return conf.PUBLIC_RATE


def demand_rate(request: HttpRequest, throttle: VerifyThrottle, title: str = "") -> None:
    """Raise `Problem`, with when to come again, if this address has asked too often; else count it."""
    if throttle.allow_request(Request(request), APIView()):
        return
    wait = max(1, round(throttle.wait() or 60))
    advice = ngettext("Try again in a second.", "Try again in %(count)d seconds.", wait) % {"count": wait}
    raise Problem(429, title or _("Too many at once"), advice, retry_after=wait)
