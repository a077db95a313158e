"""The plugin is found, configured, addressed and connected by Open edX's own machinery."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import resolve, reverse
from django.utils.module_loading import import_string
from edx_django_utils.plugins import (
    add_plugins,
    get_plugin_app_configs,
    get_plugin_apps,
    get_plugin_url_patterns,
)
from openedx_events.learning import signals

from ingenium_credentials.apps import IngeniumCredentialsConfig
from ingenium_credentials.conf import DEFAULTS
from ingenium_credentials.settings.common import FILTER_STEPS

LMS = "lms.djangoapp"
CONFIG = "ingenium_credentials.apps.IngeniumCredentialsConfig"


@pytest.fixture
def lms_settings() -> Iterator[ModuleType]:
    """A settings module like the LMS's, importable by name as the loader needs it."""
    module = ModuleType("an_lms_settings_module")
    module.CELERYBEAT_SCHEDULE = {"nightly": {"task": "other", "schedule": 1}}  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_the_installed_package_names_the_plugin_to_the_lms() -> None:
    [entry_point] = [found for found in entry_points(group=LMS) if found.name == "ingenium_credentials"]

    assert entry_point.load() is IngeniumCredentialsConfig


def test_the_platforms_loader_finds_the_plugin() -> None:
    """A plugin that fails to import is dropped silently, so its presence is asserted."""
    assert CONFIG in get_plugin_apps(LMS)
    assert IngeniumCredentialsConfig in get_plugin_app_configs(LMS)
    assert apps.is_installed("ingenium_credentials")


def test_tables_have_big_keys_even_where_the_lms_defaults_to_small_ones() -> None:
    assert settings.DEFAULT_AUTO_FIELD == "django.db.models.AutoField"

    fields = {
        model._meta.pk.get_internal_type()
        for model in apps.get_app_config("ingenium_credentials").get_models()
    }

    assert fields == {"BigAutoField"}


def test_addresses_are_mounted_by_the_platforms_loader() -> None:
    assert get_plugin_url_patterns(LMS)
    assert resolve("/ingenium/health/").namespace == "ingenium_credentials"
    assert reverse("ingenium_credentials:verify") == "/ingenium/verify/"


@pytest.mark.parametrize(
    ("signal", "receiver"),
    [
        (signals.COURSE_PASSING_STATUS_UPDATED, "course_passing_status_updated"),
        (signals.CCX_COURSE_PASSING_STATUS_UPDATED, "ccx_course_passing_status_updated"),
        (signals.CERTIFICATE_CREATED, "certificate_created"),
        (signals.CERTIFICATE_CHANGED, "certificate_changed"),
        (signals.CERTIFICATE_REVOKED, "certificate_revoked"),
        (signals.PERSISTENT_GRADE_SUMMARY_CHANGED, "persistent_grade_summary_changed"),
    ],
)
def test_each_event_is_heard_once(signal: signals.OpenEdxPublicSignal, receiver: str) -> None:
    name = f"ingenium_credentials.signals.receivers.{receiver}"

    heard = [key for key, *_ in signal.receivers if key[0] == name]

    assert len(heard) == 1


@pytest.mark.parametrize("kind", ["common", "production", "devstack", "test"])
def test_every_kind_of_settings_sets_the_defaults(lms_settings: ModuleType, kind: str) -> None:
    add_plugins(lms_settings.__name__, LMS, kind)

    assert {name: getattr(lms_settings, name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("kind", ["common", "production", "devstack", "test"])
def test_what_the_operator_has_set_wins(lms_settings: ModuleType, kind: str) -> None:
    for name in DEFAULTS:
        setattr(lms_settings, name, f"the operator's {name}")

    add_plugins(lms_settings.__name__, LMS, kind)

    assert all(getattr(lms_settings, name) == f"the operator's {name}" for name in DEFAULTS)


@pytest.mark.parametrize(("filter_type", "step"), FILTER_STEPS.items())
def test_filter_steps_survive_a_yaml_that_replaces_the_configuration(
    lms_settings: ModuleType, filter_type: str, step: str
) -> None:
    """The LMS reads its YAML between `common` and `production`, over what plugins have set."""
    add_plugins(lms_settings.__name__, LMS, "common")
    lms_settings.OPEN_EDX_FILTERS_CONFIG = {  # type: ignore[attr-defined]
        filter_type: {"fail_silently": False, "pipeline": ["others.Step"], "log_level": "debug"}
    }

    add_plugins(lms_settings.__name__, LMS, "production")

    assert lms_settings.OPEN_EDX_FILTERS_CONFIG[filter_type] == {
        "fail_silently": False,
        "pipeline": ["others.Step", step],
        "log_level": "debug",
    }


@pytest.mark.parametrize("configured", ["others.Step", ["others.Step"], {"pipeline": "others.Step"}])
@pytest.mark.parametrize(("filter_type", "step"), FILTER_STEPS.items())
def test_filter_steps_join_every_form_of_configuration(
    lms_settings: ModuleType, filter_type: str, step: str, configured: object
) -> None:
    lms_settings.OPEN_EDX_FILTERS_CONFIG = {filter_type: configured}  # type: ignore[attr-defined]

    add_plugins(lms_settings.__name__, LMS, "common")
    add_plugins(lms_settings.__name__, LMS, "production")

    assert lms_settings.OPEN_EDX_FILTERS_CONFIG[filter_type]["pipeline"] == ["others.Step", step]


@pytest.mark.parametrize("step", FILTER_STEPS.values())
def test_every_filter_step_can_be_imported(step: str) -> None:
    """The platform skips a step that it cannot import, with no more than a line in the log."""
    assert import_string(step)


def test_the_platforms_mako_finds_our_section_of_the_dashboard(lms_settings: ModuleType) -> None:
    lms_settings.MAKO_TEMPLATE_DIRS_BASE = ["/the/platform/templates"]  # type: ignore[attr-defined]

    add_plugins(lms_settings.__name__, LMS, "common")
    add_plugins(lms_settings.__name__, LMS, "production")

    first, ours = lms_settings.MAKO_TEMPLATE_DIRS_BASE
    assert first == "/the/platform/templates"
    assert (ours / "ingenium_credentials/dashboard/ingenium_credentials.html").is_file()


def test_production_schedules_the_sweep_beside_the_operators_tasks(lms_settings: ModuleType) -> None:
    add_plugins(lms_settings.__name__, LMS, "common")
    add_plugins(lms_settings.__name__, LMS, "production")

    schedule = lms_settings.CELERYBEAT_SCHEDULE
    assert schedule["nightly"] == {"task": "other", "schedule": 1}
    assert schedule["ingenium-credentials-sweep"]["task"] == "ingenium_credentials.tasks.sweep"
    assert schedule["ingenium-credentials-reconcile"]["task"] == "ingenium_credentials.tasks.reconcile"
    assert schedule["ingenium-credentials-reconcile"]["schedule"].hour == {3}


def test_an_operators_own_sweep_schedule_wins(lms_settings: ModuleType) -> None:
    own = {"task": "ingenium_credentials.tasks.sweep", "schedule": 60}
    lms_settings.CELERYBEAT_SCHEDULE = {"ingenium-credentials-sweep": own}  # type: ignore[attr-defined]
    lms_settings.INGENIUM_RECONCILE_HOUR = None  # type: ignore[attr-defined]

    add_plugins(lms_settings.__name__, LMS, "common")
    add_plugins(lms_settings.__name__, LMS, "production")

    schedule = lms_settings.CELERYBEAT_SCHEDULE
    assert schedule == {"ingenium-credentials-sweep": own}


@pytest.mark.parametrize("hour", [None, "three", 24])
def test_without_an_hour_nothing_is_compared_at_night(lms_settings: ModuleType, hour: object) -> None:
    lms_settings.INGENIUM_RECONCILE_HOUR = hour  # type: ignore[attr-defined]

    add_plugins(lms_settings.__name__, LMS, "common")
    add_plugins(lms_settings.__name__, LMS, "production")

    assert "ingenium-credentials-reconcile" not in lms_settings.CELERYBEAT_SCHEDULE
