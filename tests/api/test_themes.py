"""Themes over the API: begun, changed, merged, split, retired; and what is wrong is named."""

from __future__ import annotations

import pytest

from insights.models import Tag
from lhs.models import Code
from tests.api.conftest import faults
from tests.api.test_schema import matches
from tests.factories import InsightFactory, TagFactory, ThemeFactory

pytestmark = pytest.mark.django_db
TEXTS = ["She may come at two.", "No visits after six.", "Open visiting made the evenings calmer."]
GOOD = {"name": "Visiting", "definition": "Who may come, and when.", "examples": TEXTS}


@pytest.fixture
def visiting():
    return ThemeFactory(slug="visiting", name="Visiting")


def test_a_theme_is_begun_and_read_at_its_address(curator):
    answer = curator.post("themes/", {**GOOD, "threshold": 0.4})
    assert answer.status_code == 201
    told = answer.json()
    matches(told, "ThemeOut")
    assert (told["slug"], told["threshold"], told["examples"], told["learnt"]) == ("visiting", 0.4, 3, None)
    assert answer["Location"] == told["url"]
    assert curator.get(told["url"]).json() == told


def test_insights_are_examples_too_and_are_confirmed(curator):
    chosen = InsightFactory()
    answer = curator.post("themes/", {**GOOD, "examples": TEXTS[:2], "insights": [str(chosen.id)]})
    assert answer.status_code == 201
    assert curator.get(f"insights/{chosen.id}/").json()["themes"][0]["state"] == "confirmed"


def test_a_theme_stands_under_another(curator, visiting):
    told = curator.post("themes/", {**GOOD, "name": "Evenings", "parent": "visiting"}).json()
    assert told["parent"] == "visiting"
    changed = curator.patch("themes/evenings/", {"parent": None, "name": "In the evening"}).json()
    assert (changed["parent"], changed["name"], changed["slug"]) == (None, "In the evening", "evenings")


def test_a_merge_answers_with_the_theme_that_was_kept_and_the_other_says_where_it_went(curator, visiting):
    said = TagFactory(code=ThemeFactory(slug="visits", name="Visits"), confirmed=True).insight
    answer = curator.post("themes/visits/merge/", {"into": "visiting"})
    assert (answer.status_code, answer.json()["slug"]) == (200, "visiting")
    assert [one["slug"] for one in curator.get(f"insights/{said.id}/").json()["themes"]] == ["visiting"]
    assert "visits" not in {one["slug"] for one in curator.get("themes/").json()["results"]}
    gone = curator.put(f"insights/{said.id}/themes/visits/", {"state": "confirmed"})
    for answer in (gone, curator.get("themes/visits/")):
        assert answer.status_code == 404
        assert "merged into “Visiting” (visiting)" in answer.json()["detail"]


def test_a_split_answers_with_the_new_theme(curator, visiting):
    picked = [TagFactory(code=visiting).insight for _ in range(3)]
    said = {"name": "Evenings", "definition": "Late visits.", "insights": [str(one.id) for one in picked]}
    answer = curator.post("themes/visiting/split/", said)
    assert answer.status_code == 201
    states = Tag.objects.filter(insight__in=picked).values_list("code__slug", "state").distinct()
    assert set(states) == {("evenings", "confirmed"), ("visiting", "rejected")}


def test_what_is_retired_is_gone_from_lists_and_insights(curator, anyone, visiting):
    said = TagFactory(code=visiting, confirmed=True).insight
    assert curator.post("themes/visiting/retire/").status_code == 204
    assert anyone.get("themes/visiting/").status_code == 404
    assert anyone.get(f"insights/{said.id}/").json()["themes"] == []
    assert curator.post("themes/visiting/retire/").status_code == 404


def test_it_may_be_named_by_its_id(curator, visiting):
    assert curator.patch(f"themes/{visiting.id}/", {"name": "Visits"}).json()["name"] == "Visits"


BAD = (
    ({**GOOD, "examples": TEXTS[:2]}, "examples", "at least 3"),
    ({**GOOD, "examples": "one text"}, "examples", "list"),
    ({**GOOD, "examples": [1, 2, 3]}, "examples", "string"),
    ({**GOOD, "name": ""}, "name", "blank"),
    ({**GOOD, "name": "x" * 161}, "name", "160"),
    ({**GOOD, "name": "a\u0000b"}, "name", "ull characters"),
    ({**GOOD, "name": "visiting"}, "name", "already"),
    ({**GOOD, "definition": 5}, "definition", "string"),
    ({**GOOD, "threshold": 1}, "threshold", "between 0 and 1"),
    ({**GOOD, "threshold": "0.5"}, "threshold", "number"),
    ({**GOOD, "threshold": True}, "threshold", "number"),
    ({**GOOD, "name": "Other", "parent": "nowhere"}, "parent", "nowhere"),
    ({**GOOD, "name": "Other", "insights": ["nonsense"]}, "insights", "UUID"),
    ({**GOOD, "slug": "mine"}, "slug", "no such field"),
)


@pytest.mark.parametrize(("sent", "field", "words"), BAD, ids=range(len(BAD)))
def test_what_is_wrong_with_a_new_theme_is_named(curator, visiting, sent, field, words):
    answer = curator.post("themes/", sent)
    assert answer.status_code == 400
    told = {name.partition(".")[0]: reason for name, reason in faults(answer).items()}
    assert words in told[field]
    assert Code.objects.filter(codebook__slug="themes").count() == 1


def test_numbers_that_are_none_are_refused(curator, visiting):
    for number in ("NaN", "Infinity", "1e999"):
        raw = f'{{"threshold": {number}}}'.encode()
        answer = curator.client.generic(
            "PATCH", "/api/v1/themes/visiting/", raw, content_type="application/json", headers=curator.headers
        )
        assert answer.status_code == 400, number


@pytest.mark.parametrize(
    ("address", "sent", "field"),
    [
        ("", {}, "body"),
        ("merge/", {}, "into"),
        ("merge/", {"into": "visiting"}, "into"),
        ("merge/", {"into": "nowhere"}, "into"),
        ("split/", {"name": "A", "definition": "About."}, "insights"),
        ("split/", {"name": "A", "definition": "About.", "insights": []}, "insights"),
        ("retire/", {"why": "because"}, "why"),
    ],
)
def test_what_is_wrong_with_a_change_is_named(curator, visiting, address, sent, field):
    ask = curator.post if address else curator.patch
    answer = ask(f"themes/visiting/{address}", sent)
    assert answer.status_code == 400
    told = faults(answer)
    assert field in told or (field == "body" and len(told) == 1)


def test_an_insight_that_is_not_there_is_not_found(curator):
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    answer = curator.post("themes/", {**GOOD, "insights": [unknown]})
    assert answer.status_code == 404
    assert not Code.objects.filter(slug="visiting").exists()


@pytest.mark.parametrize("address", ["themes/nowhere/", "themes/nowhere/merge/", "themes/nowhere/split/"])
def test_a_theme_that_is_not_there_is_not_found(curator, address):
    bodies = {"merge/": {"into": "x"}, "split/": {"name": "A", "definition": "About.", "insights": []}}
    sent = next((body for end, body in bodies.items() if address.endswith(end)), {"name": "A"})
    ask = curator.patch if address == "themes/nowhere/" else curator.post
    assert ask(address, sent).status_code == 404
