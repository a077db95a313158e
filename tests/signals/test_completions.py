"""Completions: the platform sends no event of them, so its table is listened to at next to no cost."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models.signals import post_save
from opaque_keys.edx.keys import CourseKey

from ingenium_credentials import api, tasks
from ingenium_credentials.models import Achievement, Award, AwardRule, CourseResult, IncomingNews
from ingenium_credentials.signals import receivers
from tests.platform import COURSE, KEY, PROBLEM, UNIT, VIDEO, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def completions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The platform's model of completions, heard as it is where its app is installed."""

    class BlockCompletion(models.Model):
        class Meta:
            app_label = "completion"
            managed = False

        def __str__(self) -> str:
            return str(self.pk)

    with monkeypatch.context() as installed:
        is_installed = apps.is_installed
        installed.setattr(apps, "is_installed", lambda name: name == "completion" or is_installed(name))
        apps.get_app_config("ingenium_credentials").ready()
    yield BlockCompletion
    post_save.disconnect(sender=BlockCompletion, dispatch_uid="completion.BlockCompletion")
    del apps.all_models["completion"]
    apps.clear_cache()


def _completes(model: Any, learner_id: int, course: Any = KEY, **event: Any) -> None:
    instance = SimpleNamespace(user_id=learner_id, context_key=course, completion=1.0)
    with transaction.atomic():
        post_save.send(sender=model, instance=instance, created=True, using="default", **event)


@pytest.fixture
def rule(achievement: Achievement) -> AwardRule:
    """A rule that asks for a unit."""
    condition = {"version": 1, "kind": "block_completed", "course": COURSE, "block": UNIT}
    return api.define_rule(AwardRule(name="x", achievement=achievement, condition=condition, enabled=True))


def test_the_last_thing_in_a_unit_earns_the_award_at_once(
    platform: dict[str, Any],
    completions: Any,
    rule: AwardRule,
    learner: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη Παπαδάκη"))
    for block, expected in ((VIDEO, 0), (PROBLEM, 1)):
        platform["BlockCompletion"].append(done(learner.pk, block))
        with django_capture_on_commit_callbacks(execute=True):
            _completes(completions, learner.pk)
        assert Award.objects.count() == expected

    assert not IncomingNews.objects.exists()
    assert not CourseResult.objects.get().is_passing


def test_what_no_worker_has_heard_of_is_left_for_the_sweep(
    platform: dict[str, Any], completions: Any, rule: AwardRule, learner: Any
) -> None:
    platform["UserProfile"].append(SimpleNamespace(user_id=learner.pk, name="Ελένη"))
    platform["BlockCompletion"] += [done(learner.pk, VIDEO), done(learner.pk, PROBLEM)]
    _completes(completions, learner.pk)

    assert tasks.take_in(list(IncomingNews.objects.values_list("pk", flat=True))) == 1


def test_in_other_courses_it_costs_one_query_and_writes_nothing(
    completions: Any, rule: AwardRule, django_assert_num_queries: Any
) -> None:
    other = CourseKey.from_string("course-v1:UOC+OTHER+2026")

    with django_assert_num_queries(1):
        receivers.block_completed(instance=SimpleNamespace(user_id=7, context_key=other))

    assert not IncomingNews.objects.exists()


@pytest.mark.parametrize("change", [{"enabled": False}, {"condition": {"version": 99}}])
def test_a_rule_that_does_not_ask_for_it_now_is_told_nothing(
    completions: Any, rule: AwardRule, change: dict[str, Any]
) -> None:
    AwardRule.objects.update(**change)

    _completes(completions, 7)

    assert not IncomingNews.objects.exists()


def test_a_rule_that_asks_for_the_pass_alone_is_told_nothing(
    completions: Any, achievement: Achievement
) -> None:
    condition = {"version": 1, "kind": "course_passed", "course": COURSE}
    api.define_rule(AwardRule(name="x", achievement=achievement, condition=condition, enabled=True))

    _completes(completions, 7)

    assert not IncomingNews.objects.exists()


def test_neither_loaded_fixtures_nor_a_plugin_that_is_off_hear_anything(
    completions: Any, rule: AwardRule, settings: Any
) -> None:
    _completes(completions, 7, raw=True)
    settings.INGENIUM_ENABLED = False
    _completes(completions, 7)

    assert not IncomingNews.objects.exists()


def test_nothing_is_ever_raised_into_the_platform(
    completions: Any, rule: AwardRule, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        post_save.send(sender=completions, instance=SimpleNamespace(user_id="no number", context_key=KEY))
        # The platform's own transaction is as good as before.
        assert AwardRule.objects.count() == 1

    assert "A completion was not recorded (ValueError)." in caplog.text
