"""Addresses of the course's pages, below `ingenium/courses/<course>/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import (
    awards,
    by_hand,
    copies,
    editor,
    exports,
    history,
    imports,
    learners,
    mending,
    overview,
    revocations,
    rule_page,
    trials,
)

__all__ = ["CourseConverter", "patterns"]


class CourseConverter:
    """A course key as the platform's own addresses hold it, old ones with slashes included."""

    regex = r"[^/+]+(?:/|\+)[^/+]+(?:/|\+)[^/?]+"

    def to_python(self, value: str) -> str:
        """As it is; the view looks at it."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return str(value)


patterns: list[URLPattern] = [
    path("", overview.overview, name="instructor"),
    path("rules/new", editor.new_rule, name="instructor-new-rule"),
    path("rules/<uuid:uuid>/", rule_page.rule_page, name="instructor-rule"),
    path("rules/<uuid:uuid>/edit", editor.edit_rule, name="instructor-edit-rule"),
    path("rules/<uuid:uuid>/copy", copies.copy_rule, name="instructor-copy"),
    path("rules/<uuid:uuid>/switch", rule_page.switch_rule, name="instructor-switch"),
    path("rules/<uuid:uuid>/history", history.rule_history, name="instructor-history"),
    path("rules/<uuid:uuid>/restore", history.restore_rule, name="instructor-restore"),
    path("rules/<uuid:uuid>/try", trials.try_rule, name="instructor-try"),
    path("trials/<uuid:uuid>/", trials.trial_page, name="instructor-trial"),
    path("trials/<uuid:uuid>/progress", trials.progress, name="instructor-trial-progress"),
    path("trials/<uuid:uuid>/people.csv", trials.people, name="instructor-trial-people"),
    path("trials/<uuid:uuid>/cancel", trials.cancel_trial, name="instructor-trial-cancel"),
    path("awards/", awards.awards, name="instructor-awards"),
    path("awards/export", exports.export, name="instructor-export"),
    path("awards/<uuid:uuid>/", awards.award_page, name="instructor-award"),
    path("awards/<uuid:uuid>/name", mending.correct_name, name="instructor-correct-name"),
    path("awards/<uuid:uuid>/grade", mending.correct_grade, name="instructor-correct-grade"),
    path("awards/<uuid:uuid>/renew", mending.renew, name="instructor-renew"),
    path("revocations/", revocations.revocations, name="instructor-revocations"),
    path("revocations/<uuid:uuid>/", revocations.revocation_page, name="instructor-revocation"),
    path("learners/", learners.why, name="instructor-why"),
    path("by-hand/", by_hand.by_hand, name="instructor-by-hand"),
    path("import/", imports.upload, name="instructor-import"),
    path("import/sample.csv", imports.sample, name="instructor-import-sample"),
    path("import/<uuid:uuid>/", imports.check_page, name="instructor-import-check"),
]
