"""Insights over the API: logged, edited, moved and tagged."""

from __future__ import annotations

import pytest

from insights.models import Decision, Insight
from tests.api.conftest import faults
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    InsightFactory,
    LearningActivityFactory,
    OrganisationFactory,
    ProgrammeFactory,
    SourceFactory,
    TagFactory,
    ThemeFactory,
    habit,
)

pytestmark = pytest.mark.django_db


LEAST = {"text": "Nobody answers the telephone.", "kind": "finding", "source": {"kind": "staff"}}


def test_text_kind_source_and_programme_are_enough_to_log_an_insight(contributor, programme):
    answer = contributor.post("insights/", {**LEAST, "programme": str(programme.id)})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert answer["Location"] == told["url"]
    assert (told["status"], told["source"]["kind"], told["tagged"]) == ("draft", "staff", None)
    assert Insight.objects.get().author == contributor.person


def test_sent_again_under_its_key_it_is_the_same_insight(contributor, programme):
    said = {**LEAST, "programme": str(programme.id), "external_id": "n-1"}
    key = "0192f0c1-7a54-7c3e-9c0a-5b1d2e3f4a5b"
    first = contributor.post("insights/", said, headers={"Idempotency-Key": key})
    second = contributor.post("insights/", dict(reversed(said.items())), headers={"Idempotency-Key": f'"{key}"'})
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), first["Location"], first["ETag"]) == (second.json(), second["Location"], second["ETag"])
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Insight.objects.count() == 1


def test_another_insight_under_a_used_key_is_refused(contributor, programme):
    headers = {"Idempotency-Key": "0192f0c1-7a54-7c3e-9c0a-5b1d2e3f4a5b"}
    contributor.post("insights/", {**LEAST, "programme": str(programme.id)}, headers=headers)
    other = {**LEAST, "programme": str(programme.id), "text": "Nobody answers the door."}
    answer = contributor.post("insights/", other, headers=headers)
    assert answer.status_code == 409
    assert set(faults(answer)) == {"Idempotency-Key"}
    assert Insight.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "0" * 31, "12345678-1234-1234-1234-1234567890123", "é"])
def test_a_key_that_is_no_uuid_is_refused_by_name(contributor, programme, key):
    answer = contributor.post("insights/", {**LEAST, "programme": str(programme.id)}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert set(faults(answer)) == {"Idempotency-Key"}
    assert not Insight.objects.exists()


def test_the_programme_follows_from_the_case_study(contributor, programme):
    case_study = CaseStudyFactory(programme=programme)
    told = contributor.post("insights/", {**LEAST, "case_study": case_study.slug}).json()
    assert told["programme"]["id"] == str(programme.id)
    assert told["case_study"]["id"] == str(case_study.id)


def test_everything_that_can_be_said_of_an_insight_is_kept(contributor, programme):
    place = OrganisationFactory(slug="north-ward")
    audience = AudienceFactory(slug="ward-managers")
    activity = LearningActivityFactory(programme=programme)
    said = {
        **LEAST,
        "kind": "recommendation",
        "programme": programme.slug,
        "learning_activity": str(activity.id),
        "title": "One number",
        "perspective": "patient",
        "level": "team",
        "effect": "enabler",
        "response": "improve",
        "section": "Second week",
        "position": 4,
        "locator": "page 12",
        "external_id": "n-12",
        "illustrative": True,
        "audiences": ["ward-managers"],
        "status": "submitted",
        "source": {
            "kind": "family",
            "role": "daughter",
            "organisation": "north-ward",
            "place": "Bay 3",
            "collected_on": "2021-07-14",
            "consent": "given",
        },
        "voices": [{"kind": "staff"}, {"kind": "patient", "organisation": str(place.id)}],
    }
    told = contributor.post("insights/", said).json()
    for name in ("title", "perspective", "level", "effect", "response", "section", "position", "locator", "status"):
        assert told[name] == said[name], name
    assert told["illustrative"] is True
    assert told["external_id"] == "n-12"
    assert told["voices"] == 3
    assert told["learning_activity"]["id"] == str(activity.id)
    assert [one["id"] for one in told["audiences"]] == [str(audience.id)]
    assert told["source"] | {"organisation": None} == said["source"] | {"organisation": None}
    assert told["source"]["organisation"]["id"] == str(place.id)


def test_the_same_external_id_twice_in_a_programme_is_a_conflict(contributor, programme):
    said = {**LEAST, "programme": programme.slug, "external_id": "n-1"}
    assert contributor.post("insights/", said).status_code == 201
    answer = contributor.post("insights/", said)
    assert answer.status_code == 409
    assert list(faults(answer)) == ["external_id"]


def test_only_what_is_given_changes(contributor, programme):
    insight = InsightFactory(programme=programme, status="draft", title="Old", source__role="porter")
    SourceFactory(insight=insight, kind="patient")
    answer = contributor.patch(f"insights/{insight.id}/", {"title": "New", "source": {"place": "Bay 3"}})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["title"], told["text"]) == ("New", insight.text)
    assert (told["source"]["role"], told["source"]["place"], told["voices"]) == ("porter", "Bay 3", 2)


def test_voices_are_put_anew(contributor, programme):
    insight = InsightFactory(programme=programme, status="draft")
    SourceFactory(insight=insight, kind="patient")
    assert contributor.patch(f"insights/{insight.id}/", {"voices": []}).json()["voices"] == 1
    assert contributor.patch(f"insights/{insight.id}/", {"voices": [{"kind": "data"}] * 2}).json()["voices"] == 3


def test_an_insight_moves_with_its_case_study(contributor, programme):
    insight = InsightFactory(status="draft", programme=programme)
    case_study = CaseStudyFactory(programme=programme)
    told = contributor.patch(f"insights/{insight.id}/", {"case_study": case_study.slug}).json()
    assert told["case_study"]["id"] == str(case_study.id)
    assert contributor.patch(f"insights/{insight.id}/", {"case_study": None}).json()["case_study"] is None


def test_a_case_study_of_another_programme_is_refused(contributor, programme):
    insight = InsightFactory(status="draft", case_study=CaseStudyFactory(programme=programme))
    answer = contributor.patch(f"insights/{insight.id}/", {"programme": ProgrammeFactory().slug})
    assert answer.status_code == 400
    assert list(faults(answer)) == ["case_study"]


def test_an_edit_made_from_an_old_copy_is_refused(contributor, programme):
    insight = InsightFactory(status="draft", programme=programme)
    address = f"insights/{insight.id}/"
    seen = contributor.get(address)["ETag"]
    assert contributor.patch(address, {"title": "Mine"}, headers={"If-Match": seen}).status_code == 200
    late = contributor.patch(address, {"title": "Theirs"}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert faults(late) == {}
    assert contributor.get(address).json()["title"] == "Mine"


@pytest.mark.parametrize(
    "tag", ['"nonsense"', '"2021-01-01/0123456789abcdef"', "W/", '"9999-99-99T00:00/0123456789abcdef"']
)
def test_an_entity_tag_that_was_never_given_out_matches_nothing(contributor, programme, tag):
    insight = InsightFactory(status="draft", programme=programme)
    answer = contributor.patch(f"insights/{insight.id}/", {"title": "Mine"}, headers={"If-Match": tag})
    assert answer.status_code == 412


def test_a_tag_that_came_meanwhile_spoils_nobodys_edit(contributor, programme):
    insight = InsightFactory(status="draft", programme=programme)
    seen = contributor.get(f"insights/{insight.id}/")["ETag"]
    TagFactory(insight=insight)
    answer = contributor.patch(f"insights/{insight.id}/", {"title": "Mine"}, headers={"If-Match": seen})
    assert answer.status_code == 200


def test_an_insight_walks_through_its_life_by_the_moves(contributor, curator, programme):
    insight = InsightFactory(status="draft", programme=programme)
    address = f"insights/{insight.id}"
    assert contributor.post(f"{address}/submit/").json()["status"] == "submitted"
    assert curator.post(f"{address}/decline/", {"reason": "Said elsewhere."}).json()["status"] == "declined"
    assert contributor.post(f"{address}/reopen/").json()["status"] == "draft"
    assert contributor.post(f"{address}/submit/").json()["status"] == "submitted"
    assert curator.post(f"{address}/publish/").json()["status"] == "published"
    assert curator.post(f"{address}/withdraw/").json()["status"] == "withdrawn"


def test_a_move_may_be_made_without_a_body(contributor, programme):
    insight = InsightFactory(status="draft", programme=programme)
    address = f"/api/v1/insights/{insight.id}/submit/"
    assert contributor.client.generic("POST", address, headers=contributor.headers).status_code == 200


def test_to_decline_takes_a_reason(curator):
    insight = InsightFactory(status="submitted")
    answer = curator.post(f"insights/{insight.id}/decline/")
    assert answer.status_code == 400
    assert list(faults(answer)) == ["reason"]


def test_a_move_that_the_life_cycle_does_not_have_is_a_conflict(curator):
    insight = InsightFactory(status="draft")
    answer = curator.post(f"insights/{insight.id}/publish/")
    assert answer.status_code == 409
    assert list(faults(answer)) == ["status"]


@pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
def test_a_person_decides_what_a_habit_is_on_an_insight(curator, verdict):
    insight = InsightFactory()
    TagFactory(insight=insight, code=habit("culture"))
    answer = curator.put(f"insights/{insight.id}/habits/culture/", {"state": verdict})
    assert answer.status_code == 200, answer.content
    [tag] = answer.json()["habits"]
    assert (tag["code"], tag["state"], tag["origin"], tag["score"]) == ("culture", verdict, "person", 0.8)
    assert Decision.objects.get().verdict == verdict


def test_a_person_decides_what_a_theme_is_on_an_insight(curator):
    insight, theme = InsightFactory(), ThemeFactory(slug="visiting")
    told = curator.put(f"insights/{insight.id}/themes/visiting/", {"state": "confirmed"}).json()
    assert [(tag["slug"], tag["state"]) for tag in told["themes"]] == [(theme.slug, "confirmed")]


@pytest.mark.parametrize("address", ["habits/joy/", "themes/none/", "habits/priorities%00/", "themes/%E2%82%AC/"])
def test_a_code_that_is_none_is_not_there(curator, address):
    answer = curator.put(f"insights/{InsightFactory().id}/{address}", {"state": "confirmed"})
    assert answer.status_code == 404


def test_rejected_tags_are_shown_to_those_who_may_decide(anyone, curator):
    insight = InsightFactory()
    TagFactory(insight=insight, rejected=True)
    assert anyone.get(f"insights/{insight.id}/").json()["habits"] == []
    assert [tag["state"] for tag in curator.get(f"insights/{insight.id}/").json()["habits"]] == ["rejected"]


def test_a_curator_from_outside_is_not_told_words_that_they_have_just_withheld(curator):
    insight = InsightFactory(status="draft")
    answer = curator.patch(f"insights/{insight.id}/", {"source": {"consent": "withheld"}})
    assert (answer.status_code, answer.content) == (204, b"")
    assert curator.get(f"insights/{insight.id}/").status_code == 404


def test_withheld_words_are_logged_by_the_team_alone(curator, contributor, programme):
    said = {**LEAST, "source": {"kind": "patient", "consent": "withheld"}, "programme": programme.slug}
    assert curator.post("insights/", said).status_code == 403
    assert contributor.post("insights/", said).status_code == 201
