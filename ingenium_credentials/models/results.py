"""What the LMS told us of learners and courses."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncomingNews(models.Model):
    """What the LMS has told us in a transaction of its own, until it is merged into the results.

    The LMS's transaction only ever appends here. So there is no unique key, no foreign key
    and no index: nothing that another transaction could have locked.

    .. pii: The name printed on the LMS certificate; gone when it is merged, seconds later.
    .. pii_types: name
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """What it is news of."""

        PASSING = "passing", _("Passing")
        GRADE = "grade", _("Grade")
        CERTIFICATE = "certificate", _("Certificate")
        ENROLMENT = "enrolment", _("Enrolment")
        COMPLETION = "completion", _("Completion")
        FAREWELL = "farewell", _("End of the account")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    learner_id = models.BigIntegerField(_("learner"))
    content = models.JSONField(_("content"), default=dict)
    heard_at = models.DateTimeField(_("heard at"))

    class Meta:
        verbose_name = _("incoming news")
        verbose_name_plural = _("incoming news")

    def __str__(self) -> str:
        return f"{self.learner_id} / {self.kind}"


class CourseResult(models.Model):
    """One row per learner and course: the newest of each kind of news. It is the outbox, too.

    `dirty` says that news has not been evaluated yet; the sweep finds such rows when a
    worker or the broker was away. A result that cannot be evaluated, because its learner
    has no name say, stays dirty with `last_problem` and is tried again. The four stamps
    (time and id of the event) order the news: older never overwrites newer, and the same
    one twice changes nothing. The two turns are the stamps that tell since when it is so.
    The learner is held by the LMS's user id without a foreign key, so that the end of an
    account does not take the issuer's evidence with it.

    .. pii: The name printed on the LMS certificate; cleared on retirement.
    .. pii_types: name
    .. pii_retirement: local_api
    """

    learner_id = models.BigIntegerField(_("learner"))
    course_id = models.CharField(_("course"), max_length=255)
    is_passing = models.BooleanField(_("passing"), default=False)
    passing_since = models.DateTimeField(_("passing since"), null=True, blank=True)
    grade = models.DecimalField(_("grade"), max_digits=5, decimal_places=4, null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=63, blank=True)
    certificate_status = models.CharField(_("certificate status"), max_length=63, blank=True)
    certificate_since = models.DateTimeField(_("certificate since"), null=True, blank=True)
    is_enrolled = models.BooleanField(_("enrolled"), null=True, blank=True)
    enrolled_mode = models.CharField(_("enrolment mode"), max_length=63, blank=True)
    printed_name = models.CharField(_("printed name"), max_length=255, blank=True)
    passing_stamp = models.CharField(max_length=80, blank=True, editable=False)
    certificate_stamp = models.CharField(max_length=80, blank=True, editable=False)
    grade_stamp = models.CharField(max_length=80, blank=True, editable=False)
    enrolment_stamp = models.CharField(max_length=80, blank=True, editable=False)
    passing_turn = models.JSONField(default=list, blank=True, editable=False)
    certificate_turn = models.JSONField(default=list, blank=True, editable=False)
    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    dirty = models.BooleanField(_("not evaluated yet"), default=False, db_index=True)
    attempts = models.PositiveIntegerField(_("attempts to evaluate"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), null=True, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=255, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("course result")
        verbose_name_plural = _("course results")
        ordering = ("-changed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("learner_id", "course_id"), name="ingenium_one_result_per_course"
            ),
        )
        indexes = (models.Index(fields=("course_id",), name="ingenium_result_course"),)

    def __str__(self) -> str:
        return f"{self.learner_id} / {self.course_id}"


class PartResult(models.Model):
    """What a learner has reached in one part of a course, told by an import or seen in the LMS.

    What the LMS says is asked of it anew each time; the row of what was seen there only tells
    since when it has been so, which the LMS does not keep.

    .. no_pii: The learner is the LMS's user id.
    """

    class Kind(models.TextChoices):
        """What the part is; its `key` names it."""

        CATEGORY = "category", _("Assignment category")
        SUBSECTION = "subsection", _("Subsection")
        BLOCK = "block", _("Unit")

    learner_id = models.BigIntegerField(_("learner"))
    course_id = models.CharField(_("course"), max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(_("key"), max_length=255)
    value = models.DecimalField(
        _("value"), max_digits=5, decimal_places=4, help_text=_("Share of the maximum; 1 is complete.")
    )
    at = models.DateTimeField(_("at"))
    seen = models.BooleanField(_("seen in the LMS"), default=False)
    reports = models.JSONField(default=list, blank=True, editable=False)
    """What was reported so far, oldest first: moment (ISO 8601, UTC) and value, both as text."""

    class Meta:
        verbose_name = _("result in a part")
        verbose_name_plural = _("results in parts")
        constraints = (
            models.UniqueConstraint(
                fields=("learner_id", "course_id", "kind", "key", "seen"), name="ingenium_part_once"
            ),
        )
        indexes = (models.Index(fields=("course_id", "kind"), name="ingenium_part_course"),)

    def __str__(self) -> str:
        return f"{self.learner_id} / {self.kind} {self.key}"


class Reconciliation(models.Model):
    """One comparison of the LMS with the ledger; the next nightly one begins where the last ended.

    With `due_at`, the fetch of one course that has begun to concern us.

    .. no_pii:
    """

    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(
        _("finished at"), null=True, blank=True, help_text=_("Empty: it is running, or was interrupted.")
    )
    due_at = models.DateTimeField(
        _("due at"),
        null=True,
        blank=True,
        db_index=True,
        editable=False,
        help_text=_("When a course is fetched, or fetched once more. Empty: not at all."),
    )
    nightly = models.BooleanField(_("nightly"), default=False)
    course_id = models.CharField(_("course"), max_length=255, blank=True)
    since = models.DateTimeField(
        _("changes since"), null=True, blank=True, help_text=_("Empty: everything was compared.")
    )
    looked_at = models.PositiveBigIntegerField(_("rows looked at"), default=0)
    found = models.JSONField(_("found"), default=dict, help_text=_("Kind of difference to how many."))
    left = models.JSONField(_("left open"), default=dict, help_text=_("Kind of difference to how many."))

    class Meta:
        verbose_name = _("comparison with the LMS")
        verbose_name_plural = _("comparisons with the LMS")
        ordering = ("-started_at", "-id")
        indexes = (models.Index(fields=("nightly", "finished_at"), name="ingenium_reconciliations"),)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
