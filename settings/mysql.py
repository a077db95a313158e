"""The tests' project on MariaDB or MySQL, which is what Open edX runs on.

`scripts/with-services mariadb -- command` starts a server and sets the variables read here.
"""

from __future__ import annotations

import os

from .test import *  # noqa: F403
from .test import DATABASES

DATABASES |= {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ.get("INGENIUM_TEST_MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("INGENIUM_TEST_MYSQL_PORT", "3306"),
        "USER": os.environ.get("INGENIUM_TEST_MYSQL_USER", "ingenium"),
        "PASSWORD": os.environ.get("INGENIUM_TEST_MYSQL_PASSWORD", ""),
        "NAME": os.environ.get("INGENIUM_TEST_MYSQL_NAME", "ingenium"),
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    },
}
