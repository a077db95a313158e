"""How often one address may have something verified, on the page and through the API."""

from __future__ import annotations

import logging

from django.utils.crypto import salted_hmac
from edx_django_utils.ip import get_safest_client_ip
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from ..conf import conf

__all__ = ["VerifyThrottle"]

logger = logging.getLogger(__name__)


class VerifyThrottle(SimpleRateThrottle):
    """INGENIUM_VERIFY_RATE for each client address; the LMS's own rates are not touched."""

    scope = "ingenium_verify"

    def get_rate(self) -> str:
        """The rate as the setting is now."""
        return conf.VERIFY_RATE

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """A key without the address itself: caches are dumped and logged."""
        address = get_safest_client_ip(request)
        return f"{self.scope}:{salted_hmac('ingenium_credentials.verify', address).hexdigest()}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more is allowed. A cache that is away refuses nobody: each check is bounded."""
        try:
            return super().allow_request(request, view)
        except Exception as error:
            logger.warning("The rate of verifications is not limited: %s", type(error).__name__)
            return True
