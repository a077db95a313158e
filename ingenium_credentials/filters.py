"""Open edX filter steps: what the plugin adds to the platform's own pages.

Steps run inside the LMS's requests. They read, never write, and a fault in one leaves
the page as it was.
"""

from __future__ import annotations

import logging
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from openedx_filters import PipelineStep

from . import lms
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


class AddSectionToInstructorDashboard(PipelineStep):
    """Lead from the legacy instructor dashboard to the course's page of credentials.

    Filter: `org.openedx.learning.instructor.dashboard.render.started.v1`. Appends a section to
    `context["sections"]`; the platform draws it with the Mako template of its key.
    """

    def run_filter(self, context: dict[str, Any], template_name: Any, **_kwargs: Any) -> dict[str, Any]:
        """Return the context with one more section, or unchanged."""
        if conf.ENABLED:
            try:
                sections = context["sections"]
                if all(section["section_key"] != _SECTION for section in sections):
                    sections.append(_section(str(context["course"].id)))
            except Exception as problem:  # the dashboard must not suffer, whatever happens here
                logger.warning("The instructor dashboard gets no section: %s", type(problem).__name__)
        return {"context": context, "template_name": template_name}


class AddTabToInstructorDashboard(PipelineStep):
    """Lead from the newer instructor dashboard to the course's page of credentials.

    Filter: `org.openedx.learning.instructor.dashboard.tabs.requested.v1` (openedx-filters 3.4).
    """

    def run_filter(self, tabs: list[Any], user: Any, course_key: Any, **_kwargs: Any) -> dict[str, Any]:
        """Return the tabs with one more at the end, or unchanged."""
        if conf.ENABLED:
            try:
                tabs = _with_tab(tabs, user, str(course_key))
            except Exception as problem:  # the dashboard must not suffer, whatever happens here
                logger.warning("The instructor dashboard gets no tab: %s", type(problem).__name__)
        return {"tabs": tabs, "user": user, "course_key": course_key}


_SECTION = "ingenium_credentials"


def _section(course_id: str) -> dict[str, str]:
    return {
        "section_key": _SECTION,
        "section_display_name": _("Credentials"),
        "course_id": course_id,
        "template_path_prefix": "/ingenium_credentials/dashboard/",
        "text": _("Decide who earns which credential in this course, and see who has."),
        "link": _("Open the page of credentials"),
        "url": _address(course_id),
    }


def _with_tab(tabs: list[Any], user: Any, course_id: str) -> list[Any]:
    if any(tab.get("tab_id") == _SECTION for tab in tabs) or not lms.is_course_staff(user, course_id):
        return tabs
    last = max((tab.get("sort_order") or 0 for tab in tabs), default=0)
    tab = {
        "tab_id": _SECTION,
        "title": _("Credentials"),
        # The dashboard is served from another address than the LMS.
        "url": f"{conf.BASE_URL}{_address(course_id)}",
        "sort_order": last + 10,
    }
    return [*tabs, tab]


def _address(course_id: str) -> str:
    return reverse("ingenium_credentials:instructor", args=(course_id,))
