"""What has been said already, over the API: asked for by a text, and answered with another voice."""

from __future__ import annotations

import pytest

from api import examples
from lhs.encoder import loaded
from tests.api.conftest import Caller, faults
from tests.api.test_schema import matches
from tests.factories import EmbeddingFactory, InsightFactory, OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("swept_index")]
RINGING = "Relatives did not know whom to ring in the evening."


def embedded(**said):
    insight = InsightFactory(text=RINGING, **said)
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([RINGING])[0])
    return insight


def ask(caller: Caller, **said):
    return caller.post("insights/similar/", {"text": RINGING, **said})


def test_the_nearest_insights_are_told_with_how_often_they_were_raised(contributor):
    insight = embedded(title="", source__place="Ward 7")
    answer = ask(contributor)
    assert answer.status_code == 200
    told = answer.json()
    matches(told, "SimilarAnswer")
    assert told["note"] == ""
    [one] = told["results"]
    assert list(one) == ["id", "url", "title", "text", "similarity", "status", "voices", "places"]
    assert one["url"] == f"http://testserver/api/v1/insights/{insight.id}/"
    assert (one["text"], one["status"], one["voices"], one["places"]) == (RINGING, "published", 1, 1)


def test_each_role_is_told_of_what_it_may_open(contributor, curator, anyone, programme):
    embedded(status="draft", programme=programme)
    embedded(source__consent="withheld", programme=programme)
    assert len(ask(contributor).json()["results"]) == 2
    assert len(ask(curator).json()["results"]) == 1
    assert ask(Caller(UserFactory())).json()["results"] == []
    assert ask(anyone).status_code == 401


def test_the_limit_is_kept_to(contributor):
    for _ in range(3):
        embedded()
    assert len(ask(contributor, limit=2).json()["results"]) == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"text": "ab"}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"text": 3}, "text"),
        ({"text": "\ud800abc"}, "body"),
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"programme": "x"}, "programme"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(contributor, said, field):
    answer = ask(contributor, **said)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}


def test_without_an_encoder_the_answer_is_empty_and_says_so(contributor, monkeypatch, tmp_path):
    embedded()
    monkeypatch.setenv("LHS_ENCODER_DIR", str(tmp_path))
    answer = ask(contributor)
    assert answer.status_code == 200
    assert answer.json()["results"] == []
    assert "cannot be looked up" in answer.json()["note"]


def test_me_too_answers_with_the_insight_and_its_voices(contributor):
    insight = InsightFactory(source__place="Ward 7")
    ward = OrganisationFactory(slug="north-ward")
    said = {"kind": "family", "role": "son", "organisation": "north-ward", "collected_on": "2021-07-14"}
    answer = contributor.post(f"insights/{insight.id}/voices/", said)
    assert answer.status_code == 200
    matches(answer.json(), "SingleInsight")
    assert (answer.json()["voices"], answer.json()["places"]) == (2, 2)
    assert insight.sources.get(position=1).organisation == ward
    assert answer["ETag"]
    again = contributor.post(f"insights/{insight.id}/voices/", said)
    assert again.status_code == 409
    assert "already" in faults(again)["place"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "kind"),
        ({"kind": "doctor"}, "kind"),
        ({"kind": "staff", "consent": "given"}, "consent"),
        ({"kind": "staff", "collected_on": "2999-01-01"}, "collected_on"),
        ({"kind": "staff", "role": "a\u0000b"}, "role"),
        ({"kind": "staff", "organisation": "nowhere"}, "organisation"),
    ],
)
def test_what_is_wrong_with_a_voice_is_named(contributor, said, field):
    answer = contributor.post(f"insights/{InsightFactory().id}/voices/", said)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}


def test_the_examples_are_taken(contributor):
    assert contributor.post("insights/similar/", examples.SIMILAR.value).status_code == 200
    insight = InsightFactory()
    assert contributor.post(f"insights/{insight.id}/voices/", examples.ME_TOO.value).status_code == 200
