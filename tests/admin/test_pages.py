# long: one subject; every table of the administration is asked the same questions
from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingenium_credentials import api
from ingenium_credentials.models import (
    Achievement,
    AchievementPicture,
    AuditEntry,
    Award,
    AwardImport,
    AwardRule,
    BrandAsset,
    Credential,
    Endorsement,
    IncomingNews,
    Issuer,
    Letter,
    Mandate,
    MassRevocation,
    Objection,
    OfferedCourse,
    Organisation,
    PartResult,
    SealingCertificate,
    SigningKey,
    Simulation,
)

MODELS = list(apps.get_app_config("ingenium_credentials").get_models())
REGISTERED = [model for model in MODELS if admin.site.is_registered(model)]
READ_ONLY = [
    *("award", "credential", "auditentry", "statuslist", "signingkey", "courseresult", "partresult"),
    "incomingnews",
    *("ruleversion", "approval", "simulation", "awardimport", "massrevocation", "letter", "reconciliation"),
]


def _url(name: str, page: str, *args: object) -> str:
    return reverse(f"admin:ingenium_credentials_{name}_{page}", args=args)


@pytest.fixture
def award(achievement: Achievement, learner: Any) -> Award:
    row = api.award(learner_id=learner.pk, achievement=achievement, awarded_at=timezone.now())
    api.issue([row.pk])
    BrandAsset.objects.create(organisation=achievement.issuer.organisation)
    AchievementPicture.objects.get_or_create(achievement=achievement, language="en")
    api.reconcile()
    row.refresh_from_db()
    return row


@pytest.fixture
def joint(award: Award, sealing_certificate: SealingCertificate) -> None:
    """What only a joint award has: a mandate, and an endorsement of the version."""
    issuer = award.issuer
    Mandate.objects.create(
        organisation=issuer.organisation,
        issuer=issuer,
        reference="2026/1",
        statements={"en": "Signs for the university."},
        document_sha256="0" * 64,
        valid_from=timezone.now().date(),
    )
    Endorsement.objects.create(
        achievement=award.achievement,
        issuer=issuer,
        document={},
        signing_key=issuer.keys.earliest("pk"),
        signed_at=timezone.now(),
    )


@pytest.fixture
def life(award: Award, rule: AwardRule) -> None:
    """A row of each table that the life of rules and awards writes."""
    api.define_offered_course(OfferedCourse(course_id="course-v1:A+B+C", definitions=["ecosystems"]))
    api.approve(rule, 1, True, actor_id=2, reason="Seen")
    now, whole = timezone.now(), {"course_id": "course-v1:A+B+C", "achievement": award.achievement}
    PartResult.objects.create(
        learner_id=1, course_id="course-v1:A+B+C", kind="block", key="unit", value=1, at=now
    )
    IncomingNews.objects.create(learner_id=1, kind="passing", heard_at=now)
    Simulation.objects.create(**whole, condition=rule.condition, asked_at=now)
    AwardImport.objects.create(**whole, sha256="0" * 64, at=now)
    MassRevocation.objects.create(awards=[str(award.uuid)], reason="x", proposed_at=now, proposed_by=1)
    Letter.objects.get_or_create(award=award, kind="corrected", defaults={"created_at": now})


def test_every_table_is_administered() -> None:
    inlines = {inline.model for model in REGISTERED for inline in admin.site._registry[model].inlines}

    # There is nothing to see in it but hashes, and nobody is to look for anybody there.
    assert set(MODELS) - {Objection} == set(REGISTERED) | inlines


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_every_list_can_be_searched_and_filtered(model: Any) -> None:
    shown = admin.site._registry[model]

    assert len(shown.list_display) > 1
    assert shown.list_filter
    assert shown.search_fields


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_every_list_opens_and_searches(
    admin_client: Client, award: Award, rule: AwardRule, model: Any
) -> None:
    api.record_passing(
        learner_id=1, course_id="course-v1:A+B+C", is_passing=True, at=timezone.now(), event_id="1"
    )
    url = _url(model._meta.model_name, "changelist")

    assert admin_client.get(url).status_code == 200
    assert admin_client.get(url, {"q": "uoc"}).status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
@pytest.mark.usefixtures("joint", "life")
def test_every_row_opens(admin_client: Client, award: Award, rule: AwardRule, model: Any) -> None:
    api.record_passing(
        learner_id=1, course_id="course-v1:A+B+C", is_passing=True, at=timezone.now(), event_id="1"
    )
    row = model.objects.first()

    assert admin_client.get(_url(model._meta.model_name, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_verbs_write_cannot_be_added_changed_or_deleted(
    admin_client: Client, award: Award, name: str
) -> None:
    model = apps.get_model("ingenium_credentials", name)
    row = model.objects.first()

    assert admin_client.get(_url(name, "add")).status_code == 403
    if row is not None:
        assert admin_client.post(_url(name, "change", row.pk), {"reason": "x"}).status_code == 403
        assert admin_client.post(_url(name, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


class TestRevoking:
    def _post(self, client: Client, award: Award, **data: str) -> Any:
        chosen = {"action": "revoke", "_selected_action": str(award.pk)}
        return client.post(_url("award", "changelist"), {**chosen, **data}, follow=True)

    def test_asks_first_and_says_what_would_happen(self, admin_client: Client, award: Award) -> None:
        response = self._post(admin_client, award)

        award.refresh_from_db()
        page = response.content.decode()
        assert award.state == "issued"
        assert str(award.uuid) in page
        assert "Mediterranean ecosystems" in page
        assert "ob3, ob3-jwt" in page
        assert "within 300 seconds" in page

    def test_revokes_with_a_reason_and_notes_who_did(
        self, admin_client: Client, admin_user: Any, award: Award
    ) -> None:
        response = self._post(admin_client, award, confirmed="yes", reason="Awarded by mistake")

        award.refresh_from_db()
        entry = AuditEntry.objects.get(action="revoked")
        assert award.state == "revoked"
        assert award.revocation_reason == "Awarded by mistake"
        assert entry.actor_id == admin_user.pk
        assert "1 award was revoked" in response.content.decode()

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 256])
    def test_needs_a_reason(self, admin_client: Client, award: Award, reason: str) -> None:
        response = self._post(admin_client, award, confirmed="yes", reason=reason)

        award.refresh_from_db()
        assert award.state == "issued"
        assert "errorlist" in response.content.decode()

    def test_twice_keeps_the_first_reason(self, admin_client: Client, award: Award) -> None:
        self._post(admin_client, award, confirmed="yes", reason="First")

        response = self._post(admin_client, award, confirmed="yes", reason="Second")

        award.refresh_from_db()
        assert award.revocation_reason == "First"
        assert "0 awards were revoked" in response.content.decode()

    def test_is_for_those_who_may(self, client: Client, django_user_model: Any, award: Award) -> None:
        clerk = django_user_model.objects.create_user("clerk", password="secret", is_staff=True)
        clerk.user_permissions.add(Permission.objects.get(codename="view_award"))
        client.force_login(clerk)

        assert client.get(_url("award", "changelist")).status_code == 200
        self._post(client, award, confirmed="yes", reason="I am not allowed to")

        award.refresh_from_db()
        assert award.state == "issued"


class TestDefinitions:
    def _form(self, achievement: Achievement, **changes: Any) -> dict[str, Any]:
        data = model_to_dict(achievement, exclude=["awarding_bodies"])
        texts_of = {name: json.dumps(value) for name, value in data.items() if isinstance(value, dict | list)}
        plain = {name: value for name, value in data.items() if value is not None}
        rows = list(achievement.awarding.all())
        inlines: dict[str, Any] = {"awarding-TOTAL_FORMS": len(rows), "awarding-INITIAL_FORMS": len(rows)}
        for number, row in enumerate(rows):
            inlines[f"awarding-{number}-id"] = row.pk
            inlines[f"awarding-{number}-achievement"] = achievement.pk
            inlines[f"awarding-{number}-organisation"] = row.organisation_id
            inlines[f"awarding-{number}-position"] = row.position
        return {**plain, **texts_of, **inlines, **changes}

    def test_an_open_version_is_changed_and_drawn_anew(
        self, admin_client: Client, achievement: Achievement
    ) -> None:
        data = self._form(achievement, names='{"en": "The deep sea", "el": "Η βαθιά θάλασσα"}')

        response = admin_client.post(_url("achievement", "change", achievement.pk), data)

        achievement.refresh_from_db()
        assert response.status_code == 302, response.content.decode()
        assert achievement.names == {"en": "The deep sea", "el": "Η βαθιά θάλασσα"}
        assert b"The deep sea" in bytes(achievement.image_svg)

    def test_an_optional_text_that_is_emptied_is_an_empty_map(
        self, admin_client: Client, achievement: Achievement
    ) -> None:
        data = self._form(achievement, prerequisites="", tags="", isced_f="")

        response = admin_client.post(_url("achievement", "change", achievement.pk), data)

        achievement.refresh_from_db()
        assert response.status_code == 302, response.content.decode()
        assert (achievement.prerequisites, achievement.tags, achievement.isced_f) == ({}, [], None)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("names", "{}"),
            ("names", '["en"]'),
            ("names", '{"English": "Title"}'),
            ("names", "{not json"),
            ("outcomes", '[{"text": "x"}]'),
            ("mode", '{"iri": "online"}'),
            ("prerequisites", '{"en": 1}'),
        ],
    )
    def test_a_text_that_is_not_well_formed_is_refused_at_its_field(
        self, admin_client: Client, achievement: Achievement, field: str, value: str
    ) -> None:
        data = self._form(achievement, **{field: value})

        response = admin_client.post(_url("achievement", "change", achievement.pk), data)

        assert response.status_code == 200
        assert field in response.context["errors"].data or field in response.context["adminform"].form.errors

    def test_a_version_that_was_awarded_cannot_be_changed(self, admin_client: Client, award: Award) -> None:
        achievement = award.achievement
        url = _url("achievement", "change", achievement.pk)

        response = admin_client.post(url, self._form(achievement, names='{"en": "Another"}'))

        achievement.refresh_from_db()
        assert response.status_code == 403
        assert achievement.names["en"] == "Mediterranean ecosystems"
        assert b'name="names"' not in admin_client.get(url).content

    def test_a_version_awarded_while_the_form_was_open_says_so(
        self, admin_client: Client, achievement: Achievement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = _url("achievement", "change", achievement.pk)
        data = self._form(achievement, names='{"en": "Another"}')
        define = api.define

        def awarded_meanwhile(row: Achievement, **options: Any) -> Achievement:
            api.freeze(Achievement.objects.get(pk=row.pk))
            return define(row, **options)

        monkeypatch.setattr(api, "define", awarded_meanwhile)
        response = admin_client.post(url, data, follow=True)

        achievement.refresh_from_db()
        assert "make the next version" in response.content.decode()
        assert achievement.names["en"] == "Mediterranean ecosystems"

    def test_the_next_version_is_made_by_an_action(self, admin_client: Client, award: Award) -> None:
        chosen = {"action": "next_version", "_selected_action": str(award.achievement.pk)}

        response = admin_client.post(_url("achievement", "changelist"), chosen, follow=True)

        draft = Achievement.objects.get(slug="ecosystems", version=2)
        assert draft.state == "draft"
        assert "cosystems v2 was made" in response.content.decode()

    def test_versions_are_activated_and_retired_by_actions(self, admin_client: Client, award: Award) -> None:
        draft = api.new_version(award.achievement)
        url = _url("achievement", "changelist")

        admin_client.post(url, {"action": "activate", "_selected_action": str(draft.pk)})
        draft.refresh_from_db()
        assert draft.state == "active"

        admin_client.post(url, {"action": "retire", "_selected_action": str(draft.pk)})
        draft.refresh_from_db()
        assert draft.state == "retired"


class TestRules:
    def _data(self, achievement: Achievement, condition: str) -> dict[str, Any]:
        inlines = {
            f"{prefix}-{name}_FORMS": 0 for prefix in ("courses", "parts") for name in ("TOTAL", "INITIAL")
        }
        return {
            "name": "New",
            "achievement": achievement.pk,
            "condition": condition,
            "enabled": "on",
            "on_loss": "review",
            "review_days": 14,
            "confirm_days": 0,
            **inlines,
        }

    def test_a_rule_notes_its_courses(self, admin_client: Client, achievement: Achievement) -> None:
        condition = '{"version": 1, "kind": "course_passed", "course": "course-v1:A+B+C"}'

        admin_client.post(_url("awardrule", "add"), self._data(achievement, condition))

        assert AwardRule.objects.get().courses.get().course_id == "course-v1:A+B+C"

    def test_a_rule_that_is_not_understood_is_refused_with_the_reason(
        self, admin_client: Client, achievement: Achievement
    ) -> None:
        data = self._data(achievement, '{"version": 1, "kind": "luck"}')

        response = admin_client.post(_url("awardrule", "add"), data)

        assert "is not known" in response.content.decode()
        assert not AwardRule.objects.exists()

    def _change(self, rule: AwardRule, **changes: Any) -> dict[str, Any]:
        data = self._data(rule.achievement, json.dumps(rule.condition))
        row = rule.courses.get()
        inline = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1, "0-id": row.pk, "0-rule": rule.pk}
        return {**data, **{f"courses-{name}": value for name, value in inline.items()}, **changes}

    def test_a_rule_is_changed_with_the_revision_that_the_form_shows(
        self, admin_client: Client, admin_user: Any, rule: AwardRule
    ) -> None:
        url = _url("awardrule", "change", rule.pk)
        shown = admin_client.get(url).context["adminform"].form.initial["seen_revision"]

        response = admin_client.post(url, self._change(rule, name="Better", seen_revision=shown))

        rule.refresh_from_db()
        assert response.status_code == 302, response.content.decode()
        assert (rule.name, rule.revision) == ("Better", 2)
        assert rule.versions.get(revision=2).actor_id == admin_user.pk

    @pytest.mark.parametrize("seen", ["1", "", "0"])
    def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(
        self, admin_client: Client, rule: AwardRule, seen: str
    ) -> None:
        rule.name = "By the first"
        api.define_rule(rule, actor_id=77)

        response = admin_client.post(
            _url("awardrule", "change", rule.pk), self._change(rule, name="By the second", seen_revision=seen)
        )

        page = response.content.decode()
        rule.refresh_from_db()
        assert rule.name == "By the first"
        assert "changed since you opened it: user 77" in page
        assert "By the second" in page

    def test_a_course_offers_only_definitions_that_exist(
        self, admin_client: Client, achievement: Achievement
    ) -> None:
        url, data = _url("offeredcourse", "add"), {"course_id": "course-v1:A+B+C"}

        response = admin_client.post(url, {**data, "definitions": '["nothing"]'}, follow=True)
        admin_client.post(url, {**data, "definitions": '["ecosystems"]'})

        assert "There is no definition nothing" in response.content.decode()
        assert OfferedCourse.objects.get().definitions == ["ecosystems"]


class TestAlliance:
    def _issuer(self, issuer: Issuer, **changes: Any) -> dict[str, Any]:
        data = model_to_dict(issuer)
        keys = {"keys-TOTAL_FORMS": 0, "keys-INITIAL_FORMS": 0}
        return {**data, **keys, **changes}

    def test_a_new_issuer_gets_the_did_of_the_site(
        self, admin_client: Client, university: Organisation
    ) -> None:
        data = {"slug": "new", "organisation": university.pk, "mode": "own", "active": "on", "did": ""}

        admin_client.post(_url("issuer", "add"), {**data, "keys-TOTAL_FORMS": 0, "keys-INITIAL_FORMS": 0})

        assert Issuer.objects.get(slug="new").did == "did:web:ingenium.example:ingenium:issuers:new"

    def test_the_did_of_what_was_signed_cannot_be_changed(self, admin_client: Client, award: Award) -> None:
        issuer = award.issuer
        data = self._issuer(issuer, did="did:web:elsewhere.example")

        response = admin_client.post(_url("issuer", "change", issuer.pk), data, follow=True)

        stored = Issuer.objects.get(pk=issuer.pk)
        assert stored.did == issuer.did
        assert "cannot be changed" in response.content.decode()

    def test_keys_can_be_seen_and_not_typed(self, admin_client: Client, issuer: Issuer) -> None:
        page = admin_client.get(_url("issuer", "change", issuer.pk)).content.decode()

        assert "key-1" in page
        assert "keys-0-fragment" not in page
        assert SigningKey.objects.count() == 2

    def _organisation(self, organisation: Organisation, **changes: Any) -> dict[str, Any]:
        data = {name: value for name, value in model_to_dict(organisation).items() if value is not None}
        for prefix in ("names", "identifiers", "accreditations"):
            data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
        return {**data, **changes}

    def test_a_demand_for_a_logo_is_kept(self, admin_client: Client, university: Organisation) -> None:
        data = self._organisation(university, logo_required="on", emblem_required="on")

        response = admin_client.post(_url("organisation", "change", university.pk), data)

        university.refresh_from_db()
        assert response.status_code == 302, response.content.decode()
        assert university.logo_required
        assert university.emblem_required

    @pytest.mark.parametrize("country", ["GRC", "G1", "Ελ"])
    def test_a_country_that_is_no_code_is_refused(
        self, admin_client: Client, university: Organisation, country: str
    ) -> None:
        data = self._organisation(university, country=country)

        response = admin_client.post(_url("organisation", "change", university.pk), data)

        assert response.status_code == 200


def test_the_document_itself_is_not_shown(admin_client: Client, award: Award) -> None:
    credential = Credential.objects.get(award=award, format="ob3")

    page = admin_client.get(_url("credential", "change", credential.pk)).content.decode()

    assert credential.sha256 in page
    assert "proofValue" not in page
