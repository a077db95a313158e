"""Where Open edX plugs us in: addresses, settings and signals.

Kept light on imports: an entry point that fails to import is dropped by the
platform without a word.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.db.models.signals import post_save

_RECEIVERS = (
    ("course_passing_status_updated", "openedx_events.learning.signals.COURSE_PASSING_STATUS_UPDATED"),
    (
        "ccx_course_passing_status_updated",
        "openedx_events.learning.signals.CCX_COURSE_PASSING_STATUS_UPDATED",
    ),
    ("certificate_created", "openedx_events.learning.signals.CERTIFICATE_CREATED"),
    ("certificate_changed", "openedx_events.learning.signals.CERTIFICATE_CHANGED"),
    ("certificate_revoked", "openedx_events.learning.signals.CERTIFICATE_REVOKED"),
    ("persistent_grade_summary_changed", "openedx_events.learning.signals.PERSISTENT_GRADE_SUMMARY_CHANGED"),
    ("course_enrollment_created", "openedx_events.learning.signals.COURSE_ENROLLMENT_CREATED"),
    ("course_enrollment_changed", "openedx_events.learning.signals.COURSE_ENROLLMENT_CHANGED"),
    ("course_unenrollment_completed", "openedx_events.learning.signals.COURSE_UNENROLLMENT_COMPLETED"),
)
_COMPLETION = "completion.BlockCompletion"
_RETIREMENT_RECEIVERS = (
    ("user_retire_lms_misc", "openedx.core.djangoapps.user_api.accounts.signals.USER_RETIRE_LMS_MISC"),
    (
        "user_retire_lms_critical",
        "openedx.core.djangoapps.user_api.accounts.signals.USER_RETIRE_LMS_CRITICAL",
    ),
)


def _platform_has_retirement() -> bool:
    """Whether we are inside the platform, whose retirement signals exist nowhere else.

    Asks for a parent package only: looking for the signals' module would import the
    platform's code while its settings are still being read.
    """
    try:
        return find_spec("openedx.core.djangoapps") is not None
    except ModuleNotFoundError:
        return False


def _receivers() -> list[dict[str, str]]:
    pairs = _RECEIVERS + (_RETIREMENT_RECEIVERS if _platform_has_retirement() else ())
    return [{"receiver_func_name": function, "signal_path": signal} for function, signal in pairs]


class IngeniumCredentialsConfig(AppConfig):
    """The plugin as the platform's loader reads it (edx-django-utils, plugins)."""

    name = "ingenium_credentials"
    verbose_name = "INGENIUM credentials"
    # The LMS's own default is AutoField; without this line migrations would differ there.
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "ingenium_credentials",
                # Several roots are mounted, so the prefixes stand in urls.py.
                "regex": r"",
                "relative_path": "urls",
            },
        },
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "settings.common"},
                "production": {"relative_path": "settings.production"},
                "devstack": {"relative_path": "settings.devstack"},
                "test": {"relative_path": "settings.test"},
            },
        },
        "signals_config": {
            "lms.djangoapp": {"relative_path": "signals.receivers", "receivers": _receivers()},
        },
    }

    def ready(self) -> None:
        """Register the checks, read the operator's labels, and listen to completions where there are some."""
        from . import checks  # noqa: F401  (registers on import)
        from .badges import vocabularies
        from .conf import conf

        vocabularies.use(conf.VOCABULARIES_DIR)
        if apps.is_installed("completion"):
            from .signals.receivers import block_completed

            # The platform sends no event of it. By name: the model need not be loaded yet.
            post_save.connect(block_completed, sender=_COMPLETION, dispatch_uid=_COMPLETION)
