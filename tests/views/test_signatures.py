"""What the pages say of who signs, and of the parts that a credential is made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingenium_credentials import api
from ingenium_credentials.models import Achievement, Award, Issuer, Mandate, Organisation

pytestmark = pytest.mark.django_db
EARNED_AT = dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)
Form = Achievement.EndorsementForm
BY_MANDATE = "Awarded by 1 of 2 universities by their own signature; issued by mandate."


@pytest.fixture
def joint(achievement: Achievement, university: Organisation) -> Achievement:
    partner = Organisation.objects.create(slug="urn", abbreviation="URN", country="FR")
    partner.names.create(language="en", value="University of Rouen", verified=True)
    return api.define(achievement, awarding_bodies=[university, partner])


def _definition_page(client: Client, achievement: Achievement) -> str:
    address = reverse("ingenium_credentials:achievement", args=[achievement.uuid])
    return client.get(address).content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (Form.AWARD, "One further university signs each credential with its own key."),
        (Form.VERSION, "One further university has signed the definition, once for all its credentials."),
        (
            Form.NONE,
            "Signed by 1 of 2 awarding universities themselves; for the others the issuer signs,",
        ),
    ],
)
def test_the_page_of_a_definition_says_how_the_universities_sign(
    client: Client, joint: Achievement, form: str, sentence: str
) -> None:
    joint.endorsement_form = form
    api.define(joint)

    assert sentence in _definition_page(client, joint)


def test_nothing_is_said_where_one_university_awards_and_signs(
    client: Client, achievement: Achievement
) -> None:
    page = _definition_page(client, achievement)

    assert "further universit" not in page
    assert "mandate" not in page


class TestByMandate:
    @pytest.fixture
    def shared(self, joint: Achievement, issuer: Issuer, learner: Any) -> Award:
        """A shared credential that one university has signed for two."""
        joint.endorsement_form = Form.NONE
        api.define(joint)
        partner = Organisation.objects.get(slug="urn")
        mandate = Mandate(organisation=partner, issuer=issuer, reference="2026/7", document_sha256="ab" * 32)
        mandate.valid_from = EARNED_AT.date()
        api.define_mandate(mandate)
        award = api.award(learner_id=learner.pk, achievement=joint, awarded_at=EARNED_AT)
        assert api.issue([award.pk]) == [award.uuid]
        api.share(award, True, learner.pk)
        return award

    def test_the_page_says_how_many_have_signed_and_by_which_agreement(
        self, client: Client, shared: Award
    ) -> None:
        page = client.get(reverse("ingenium_credentials:credential", args=[shared.uuid])).content.decode()

        head = page.partition('class="verdict-head"')[2].partition("<details")[0]
        assert BY_MANDATE in head
        assert f"SHA-256 of the agreement: {'ab' * 32}. It is not inside." in page
        assert "2 of 2" not in page

    def test_so_does_the_page_that_judges_a_file(self, client: Client, shared: Award) -> None:
        body = bytes(shared.credentials.get(format="ob3").body).decode()

        page = client.post("/ingenium/verify/", {"text": body}).content.decode()

        assert BY_MANDATE in page
        assert "2 of 2" not in page


class TestStack:
    @pytest.fixture
    def whole(
        self, achievement: Achievement, learner: Any, issuer: Issuer, university: Organisation
    ) -> Award:
        """A shared credential that is made of two others."""
        made: list[Award] = []
        for slug in ("first", "second", "whole"):
            fields = {
                field.attname: getattr(achievement, field.attname)
                for field in Achievement._meta.concrete_fields
                if field.attname not in ("id", "uuid", "slug", "version", "state", "frozen_at")
            }
            definition = Achievement(**{**fields, "slug": slug, "names": {"en": f"The {slug}"}})
            definition.descriptions = {"en": "A small sea."}
            api.activate(api.define(definition, awarding_bodies=[university]))
            made.append(
                api.award(
                    learner_id=learner.pk,
                    achievement=definition,
                    awarded_at=EARNED_AT,
                    circumstances=api.Circumstances(parts=made if slug == "whole" else ()),
                )
            )
        api.issue([one.pk for one in made])
        for one in made:
            one.refresh_from_db()
        api.share(made[-1], True, learner.pk)
        return made[-1]

    def _page(self, client: Client, award: Award) -> str:
        return client.get(reverse("ingenium_credentials:credential", args=[award.uuid])).content.decode()

    def test_strangers_see_how_many_parts_there_are_and_no_address(
        self, client: Client, whole: Award
    ) -> None:
        page = self._page(client, whole)

        assert "2 credentials that are not shared" in page
        assert not any(str(part.uuid) in page.partition("</main>")[0] for part in whole.parts.all())

    def test_the_shared_ones_are_links_both_ways(self, client: Client, whole: Award, learner: Any) -> None:
        first = whole.parts.get(definition="first")
        api.share(first, True, learner.pk)

        address = reverse("ingenium_credentials:credential", args=[first.uuid])
        assert f'<a href="{address}">' in self._page(client, whole)
        whole_address = reverse("ingenium_credentials:credential", args=[whole.uuid])
        assert f'<a href="{whole_address}">' in self._page(client, first)

    def test_the_owner_sees_all_of_them(self, client: Client, whole: Award, learner: Any) -> None:
        client.force_login(learner)

        page = self._page(client, whole)

        assert "not shared" not in page.partition('id="stack"')[2].partition("</section>")[0]
        assert all(str(part.uuid) in page for part in whole.parts.all())
