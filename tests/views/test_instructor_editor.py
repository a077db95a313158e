"""The rule editor: what it keeps, what it offers, and what it never loses."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from ingenium_credentials import api, rules
from ingenium_credentials.models import Achievement, AwardRule, OfferedCourse
from tests import course_platform as platforms

from .test_instructor import at, form_of, press

SUPERVISED = "http://data.europa.eu/snb/supervision-verification/70be69aaf9"


def test_what_a_rule_shows_of_supervision_is_chosen_from_the_published_list(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    opened = staff.get(edit)
    assert "Choose only what truly happens" in opened.content.decode()
    assert form_of(opened)["supervision"] == [""]

    press(staff, edit, opened, "save", supervision=SUPERVISED)

    kept = AwardRule.objects.get().supervision or {}
    assert kept["iri"] == SUPERVISED
    assert kept["labels"]["en"] == "Supervised with ID Verification"
    for name in ("instructor-rule", "instructor-history"):
        assert kept["labels"]["en"] in staff.get(at(name, course_id, course_rule.uuid)).content.decode()

    press(staff, edit, staff.get(edit), "save", name="Another name")
    assert AwardRule.objects.get().supervision == kept
    press(staff, edit, staff.get(edit), "save", supervision="")
    assert AwardRule.objects.get().supervision is None


def test_supervision_of_no_list_is_refused_and_what_the_rule_has_stays(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    course_rule.supervision = {"labels": {"en": "Proctored on site"}}
    api.define_rule(course_rule)
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)

    refused = press(staff, edit, staff.get(edit), "save", supervision="made-up")
    saved = press(staff, edit, staff.get(edit), "save", name="Another name")

    assert refused.status_code == 200
    assert saved.status_code == 302
    assert AwardRule.objects.get().supervision == {"labels": {"en": "Proctored on site"}}


def large(course_id: str, count: int) -> dict[str, object]:
    """A condition with that many requirements, in groups of ten."""
    leaf = {"kind": "course_passed", "course": course_id}
    grades = [leaf | {"min_grade": round(number / 1000, 3)} for number in range(1, count + 1)]
    groups = [{"any": grades[start : start + 10]} for start in range(0, count, 10)]
    return {"version": 1, "all": groups}


def test_the_largest_rule_that_there_can_be_is_edited_on_the_page(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    course_rule.condition = large(course_id, rules.MAX_LEAVES)
    api.define_rule(course_rule)
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)

    opened = staff.get(edit)
    fields = form_of(opened)
    assert sum(map(len, fields.values())) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS / 2
    press(staff, edit, opened, "save", name="Only its name")
    assert AwardRule.objects.get().condition == course_rule.condition

    assert "n.19-folded" in fields
    group = press(staff, edit, staff.get(edit), "open:n.19")
    leaf = press(staff, edit, group, "open:n.19.9")
    saved = press(staff, edit, leaf, "save", **{"n.19.9-min_grade": "99"})

    assert saved.status_code == 302
    expected = large(course_id, rules.MAX_LEAVES)
    expected["all"][19]["any"][9]["min_grade"] = 0.99  # type: ignore[index]
    assert AwardRule.objects.get().condition == expected


def test_one_more_than_there_can_be_is_refused_before_it_is_lost(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    course_rule.condition = large(course_id, rules.MAX_LEAVES)
    api.define_rule(course_rule)
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)

    answer = press(staff, edit, staff.get(edit), "add:n", **{"n-new": "manual_approval"})

    assert "No more fits in here." in answer.content.decode()


def test_what_is_wrong_in_a_folded_part_is_opened(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    course_rule.condition = large(course_id, 100)
    api.define_rule(course_rule)
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    fields = form_of(staff.get(edit))
    folded = json.loads(fields["n.9.4-folded"][0])
    folded[1]["min_grade"] = ["a lot"]

    answer = press(staff, edit, staff.get(edit), "save", **{"n.9.4-folded": json.dumps(folded)})

    page = answer.content.decode()
    assert "“a lot” is not a number." in page
    assert form_of(answer)["n.9.4-min_grade"] == ["a lot"]
    assert AwardRule.objects.get().condition == course_rule.condition


def test_the_last_step_is_undone_and_done_again(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)
    opened = staff.get(edit)
    assert "Undo the last step" not in opened.content.decode()

    removed = press(staff, edit, opened, "remove:n.0")
    assert "there is no requirement" in removed.content.decode()
    undone = press(staff, edit, removed, "undo")
    assert form_of(undone)["n.0-min_grade"] == ["80"]
    assert "there is no requirement" in press(staff, edit, undone, "undo").content.decode()
    press(staff, edit, undone, "save", name="As before")

    assert AwardRule.objects.get().condition == course_rule.condition


@pytest.mark.parametrize("before", ["", "[]", "{", '["course_passed",{},[]]', "[" * 9999])
def test_what_cannot_be_undone_leaves_everything_as_it_is(
    before: str, staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)

    answer = press(staff, edit, staff.get(edit), "undo", before=before)

    assert answer.status_code == 200
    assert form_of(answer)["n.0-min_grade"] == ["80"]


def test_the_words_alone_are_told_without_the_page(
    staff: Client, course_rule: AwardRule, course_id: str
) -> None:
    edit = at("instructor-edit-rule", course_id, course_rule.uuid)

    told = press(staff, edit, staff.get(edit), "tell", **{"n.0-min_grade": "65"}).content.decode()

    assert "with at least 65 %" in told
    assert "<form" not in told


class TestCopy:
    """A rule for another run, with its course in the place of this one."""

    LATER = "course-v1:UOC+MED101+2027"
    BLOCK = "block-v1:UOC+MED101+{}+type@vertical+block@unit1"

    @pytest.fixture
    def rule(self, course_rule: AwardRule, definition: Achievement, course_id: str) -> AwardRule:
        """A rule that names its course in every way."""
        api.define_offered_course(OfferedCourse(course_id=self.LATER, definitions=[definition.slug]))
        course_rule.condition = self.on(course_id, "2026")
        course_rule.review_days, course_rule.enabled = 21, True
        course_rule.ends_at = timezone.now() + dt.timedelta(days=30)
        course_rule.supervision = {"labels": {"en": "Proctored on site"}}
        return api.define_rule(course_rule)

    def on(self, course: str, run: str) -> dict[str, object]:
        block = {"course": course, "block": self.BLOCK.format(run), "name": "Project"}
        return {
            "version": 1,
            "all": [
                {"kind": "course_passed", "course": course, "min_grade": 0.8},
                {"any": [{"kind": "block_completed", **block}, {"kind": "manual_approval"}]},
                {"kind": "ects", "least": 5, "courses": [course, "course-v1:HIS+AI+2026"]},
            ],
        }

    def test_it_is_a_new_rule_that_is_off(self, staff: Client, rule: AwardRule, course_id: str) -> None:
        page = staff.get(at("instructor-rule", course_id, rule.uuid)).content.decode()
        assert f'<option value="{self.LATER}">' in page
        copied = staff.get(at("instructor-copy", course_id, rule.uuid), {"to": self.LATER})
        editor = staff.get(copied["Location"])
        assert not AwardRule.objects.exclude(pk=rule.pk).exists()
        OfferedCourse.objects.create(course_id="course-v1:HIS+AI+2026", definitions=["cities"])

        saved = press(staff, copied["Location"], editor, "save", name="In the next year")

        assert saved.status_code == 302
        copy = AwardRule.objects.exclude(pk=rule.pk).get()
        assert copy.condition == self.on(self.LATER, "2027")
        assert (copy.enabled, copy.review_days, copy.ends_at) == (False, 21, None)
        assert copy.supervision == rule.supervision
        assert AwardRule.objects.get(pk=rule.pk).condition == self.on(course_id, "2026")

    @pytest.mark.parametrize("to", ["", "course-v1:HIS+AI+2026", "nonsense"])
    def test_there_is_no_copy_where_it_is_not_offered(
        self, to: str, staff: Client, rule: AwardRule, course_id: str
    ) -> None:
        assert staff.get(at("instructor-copy", course_id, rule.uuid), {"to": to}).status_code == 404

    def test_nobody_copies_a_rule_that_they_may_not_see(
        self, staff: Client, rule: AwardRule, monkeypatch: pytest.MonkeyPatch, course_id: str
    ) -> None:
        platform = platforms.install(monkeypatch)
        platform.add(self.LATER, "The Mediterranean", {})
        wanted = {"definition": "cities", "template": "blank", "copy": str(rule.uuid), "from": course_id}

        editor = staff.get(at("instructor-new-rule", self.LATER), wanted)

        assert "with at least 80 %" not in editor.content.decode()
        assert "there is no requirement" in editor.content.decode()

    def test_runs_of_one_name_are_told_apart(
        self, staff: Client, rule: AwardRule, monkeypatch: pytest.MonkeyPatch, course_id: str
    ) -> None:
        platform = platforms.install(monkeypatch)
        for course in (course_id, self.LATER):
            platform.add(course, "The Mediterranean", {})

        page = staff.get(at("instructor-edit-rule", course_id, rule.uuid)).content.decode()

        assert "The Mediterranean (UOC MED101 2026)" in page
        assert "The Mediterranean (UOC MED101 2027)" in page
