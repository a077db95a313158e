"""The rule editor: what it keeps, what it offers, and what it never loses."""

from __future__ import annotations

from django.test import Client

from ingenium_credentials import api
from ingenium_credentials.models import AwardRule

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

    kept = AwardRule.objects.get().supervision
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
