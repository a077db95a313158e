"""What an LMS gives a plugin, as little of it as will do.

The plugin is found and plugged in by Open edX's own machinery (edx-django-utils), so a
wiring that works here works there. Where the LMS's defaults are awkward they are kept:
`AutoField`, requests that are transactions, an API without permissions by default.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from edx_django_utils.plugins import add_plugins, get_plugin_apps

ROOT = Path(__file__).resolve().parent.parent
PROJECT_TYPE = "lms.djangoapp"

DEBUG = False
# The platform's events raise a receiver's exception into their sender when DEBUG is on,
# so every project here keeps it off, as a production LMS does.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "settings.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
X_FRAME_OPTIONS = "DENY"
SITE_NAME = "localhost:8000"
LMS_ROOT_URL = "http://localhost:8000"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "openedx_events",
    *get_plugin_apps(PROJECT_TYPE),
    "settings.apps.PluginReceiversConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "settings" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "ATOMIC_REQUESTS": True},
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "no-reply@localhost"

LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

STATIC_URL = "/static/"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
# The languages of the alliance's ten universities, and English.
LANGUAGES = [
    ("es", "Español"),
    ("ro", "Română"),
    ("it", "Italiano"),
    ("de", "Deutsch"),
    ("bg", "Български"),
    ("en", "English"),
    ("ga", "Gaeilge"),
    ("fi", "Suomi"),
    ("el", "Ελληνικά"),
    ("fr", "Français"),
    ("sv", "Svenska"),
]

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {"user": "60/minute"},
}

# Tasks run where they are queued, unless a project names a broker.
BROKER_URL = ""
CELERY_ALWAYS_EAGER = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

OPEN_EDX_FILTERS_CONFIG: dict[str, Any] = {}
EVENT_BUS_PRODUCER_CONFIG: dict[str, Any] = {}
# Reports of performance go nowhere; without this line, a missing New Relic is complained about.
OPENEDX_TELEMETRY: list[str] = []


def plug_in(module: str, *kinds: str) -> None:
    """Let the plugins set their defaults in the settings module of that name."""
    for kind in kinds:
        add_plugins(sys.modules[module].__name__, PROJECT_TYPE, kind)
