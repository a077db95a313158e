"""The Celery application that an LMS would bring: settings by their upper-case names."""

from __future__ import annotations

from celery import Celery

app = Celery("settings")
app.config_from_object("django.conf:settings")
app.autodiscover_tasks()
