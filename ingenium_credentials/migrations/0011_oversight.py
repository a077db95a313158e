"""Whose staff sees to an award is written down; so is the course of a proposal, and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_CHUNK = 1000


def link_awards(apps: Any, _schema_editor: Any) -> None:
    """Each award belongs to the courses it was earned by, else its rule's, else its learner's."""
    get = apps.get_model
    links = get("ingenium_credentials", "AwardCourse")
    rules = get("ingenium_credentials", "AwardRuleCourse").objects
    of_rule = _grouped(rules.values_list("rule_id", "course_id"))
    results = get("ingenium_credentials", "CourseResult").objects
    for chunk in _chunks(get("ingenium_credentials", "Award").objects.exclude(state="erased")):
        by_hand = {row.learner_id for row in chunk if row.rule_id is None} - {None}
        of_learner = _grouped(
            results.filter(learner_id__in=by_hand).values_list("learner_id", "course_id")
        )
        made = []
        for row in chunk:
            else_by = of_learner.get(row.learner_id) if row.rule_id is None else of_rule.get(row.rule_id)
            courses = sorted(set(row.courses or else_by or ()))
            made += [links(award_id=row.pk, course_id=course) for course in courses]
        links.objects.bulk_create(made, batch_size=_CHUNK, ignore_conflicts=True)


def _chunks(awards: Any) -> Iterator[list[Any]]:
    """By number: MySQL's client would keep all of a long answer in memory."""
    last = 0
    while chunk := list(
        awards.filter(pk__gt=last).order_by("pk").only("pk", "courses", "rule_id", "learner_id")[:_CHUNK]
    ):
        yield chunk
        last = chunk[-1].pk


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for key, course in pairs:
        found.setdefault(key, set()).add(course)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("ingenium_credentials", "0010_one_logo"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[("command", "Command line")],
                default="",
                max_length=7,
                verbose_name="by way of",
            ),
        ),
        migrations.AddField(
            model_name="massrevocation",
            name="course_id",
            field=models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text="Its staff proposed it and decides; empty: the administration does.",
                max_length=255,
                verbose_name="course",
            ),
        ),
        migrations.CreateModel(
            name="AwardCourse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("course_id", models.CharField(db_index=True, max_length=255, verbose_name="course")),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overseen_by",
                        to="ingenium_credentials.award",
                    ),
                ),
            ],
            options={
                "verbose_name": "course of an award",
                "verbose_name_plural": "courses of awards",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("award", "course_id"), name="ingenium_award_course_once"
                    )
                ],
            },
        ),
        migrations.RunPython(link_awards, migrations.RunPython.noop),
    ]
