"""Django projects that run the plugin without an LMS; not part of the wheel.

`common` is what an LMS would give us, `demo` runs `make demo`, `test` and `mysql` run
the tests. What the LMS itself reads is `ingenium_credentials/settings/`.

edx-opaque-keys installs a package of this name, too. Programs that do not look into the
current folder first need `PYTHONPATH=.` or to be started as `python -m …`.
"""

from .celery import app as celery_app

__all__ = ["celery_app"]
