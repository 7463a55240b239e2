"""Withheld and flagged words beside other insights: as their evidence, as what is alike, as a spelling, as a reason."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from insights import search
from insights.flagging import rewrite
from insights.history import timeline
from insights.loading import load
from insights.models import Flag, Insight
from insights.similar import similar
from insights.themes import create
from insights.visibility import Reader
from lhs.encoder import loaded
from tests.factories import (
    EmbeddingFactory,
    EvidenceFactory,
    InsightFactory,
    MembershipFactory,
    TagFactory,
    UserFactory,
    habit,
)
from web.cards import page_links

pytestmark = pytest.mark.django_db
TOLD = "Nurse Sarah Jones said that the lift is slow."


def hidden(how, **said) -> Insight:
    insight = InsightFactory(text=TOLD, **({"source__consent": "withheld"} if how == "withheld" else {}), **said)
    if how == "flagged":
        rewrite([insight.id])
    return insight


@pytest.fixture(params=["withheld", "flagged"])
def how(request):
    return request.param


def outsiders():
    return [None, UserFactory(), UserFactory(role="analyst"), MembershipFactory(role="curator").user]


def test_it_is_no_evidence_of_another_insight_for_anyone_outside(how):
    open_one = InsightFactory(text="The lift is slow.")
    other = hidden(how, programme=open_one.programme)
    EvidenceFactory(insight=open_one, other=other, relation="supports")
    for person in outsiders():
        row = search.one(person=person, insight_id=open_one.id, links=page_links())
        assert orjson.loads(row)["evidence"] == []
        assert "Sarah" not in str(timeline(person=person, insight_id=open_one.id))
    member = MembershipFactory(programme=open_one.programme, role="viewer").user
    assert b"Sarah" in search.one(person=member, insight_id=open_one.id, links=page_links())


def test_it_is_not_told_of_as_alike_nor_as_a_spelling(how):
    insight = hidden(how)
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([TOLD])[0])
    for person in outsiders():
        assert not similar(person=person, text=TOLD).results
        assert search.suggest(Reader.of(person), "Sarrah") is None
    member = MembershipFactory(programme=insight.programme, role="viewer").user
    assert [one.id for one in similar(person=member, text=TOLD).results] == [insight.id]


def test_it_is_nobody_elses_reason(how, tagger):
    told = InsightFactory(text="The lift is slow.")
    TagFactory(insight=told, code=habit("staff"), state="suggested", origin="machine", score=0.7, tagger=tagger)
    EmbeddingFactory(insight=told, encoder=loaded().name, vector=loaded().encode([told.text])[0])
    near = hidden(how, programme=told.programme)
    TagFactory(insight=near, code=habit("staff"), state="confirmed", origin="person", decided_by=UserFactory())
    EmbeddingFactory(insight=near, encoder=loaded().name, vector=loaded().encode([TOLD])[0])
    for person in outsiders():
        row = search.one(person=person, insight_id=told.id, links=page_links())
        assert b"Sarah" not in row


def test_nothing_that_is_loaded_is_flagged_and_authors_that_are_cited_are_cleared_by_the_library():
    load(folder=Path(settings.BASE_DIR) / "fixtures")
    assert not Insight.objects.filter(flagged=True).exists()
    cleared = Flag.objects.exclude(state="open")
    assert cleared.exists()
    assert {(flag.field, flag.state, flag.settled_by.email) for flag in cleared} == {
        ("locator", "not-identifying", "library@lhs.invalid")
    }


def test_words_that_are_loaded_before_anything_was_screened_are_cleared_on_the_next_load():
    folder = Path(settings.BASE_DIR) / "fixtures"
    load(folder=folder)
    Flag.objects.all().delete()
    load(folder=folder)
    rewrite(list(Insight.objects.values_list("id", flat=True)))
    assert not Insight.objects.filter(flagged=True).exists()


def test_what_is_flagged_is_no_example_of_a_theme():
    said = {
        "name": "Lifts",
        "definition": "Lifts that are slow.",
        "examples": ["It is slow.", "It broke.", "It stuck."],
    }
    with pytest.raises(ValidationError, match="settle its flags"):
        create(person=UserFactory(role="curator"), insight_ids=[hidden("flagged").id], **said)
