"""Open edX filter steps: what the plugin adds to the platform's own pages.

Steps run inside the LMS's requests. They read, never write, and a fault in one leaves
the page as it was.
"""

from __future__ import annotations

import logging
from typing import Any

from openedx_filters import PipelineStep

from .api import credential_for_certificate
from .conf import conf

logger = logging.getLogger(__name__)


class AddCredentialToCertificate(PipelineStep):
    """Offer the credential's address to the certificate page's template.

    Filter: `org.openedx.learning.certificate.render.started.v1`. Adds `ingenium_credential`
    (`url`, `verify_url`) to the context when one was issued for this learner and course; the
    address shows its content only to the learner until the learner shares it.
    """

    def run_filter(self, context: dict[str, Any], custom_template: Any, **_kwargs: Any) -> dict[str, Any]:
        """Return the context with the credential's addresses, or unchanged."""
        if conf.ENABLED:
            try:
                found = credential_for_certificate(
                    learner_id=int(context["accomplishment_user_id"]), course_id=str(context["course_id"])
                )
            except Exception as problem:  # the certificate page must not suffer, whatever happens here
                logger.warning("The certificate page gets no credential: %s", type(problem).__name__)
                found = None
            if found:
                context["ingenium_credential"] = found
        return {"context": context, "custom_template": custom_template}
