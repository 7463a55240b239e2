"""The neighbour beside a suggestion: what people confirmed, as far as the reader may open it; else an exemplar."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest

from insights.models import Insight
from insights.rows import Links
from insights.search import one
from lhs.encoder import loaded
from tests.factories import (
    EmbeddingFactory,
    InsightFactory,
    MembershipFactory,
    TagFactory,
    UserFactory,
    habit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("swept_index")]
LINKS = Links("/i/", "/p/", "/c/", "/l/", "/o/", "/a/")
TEXT = "Qualle, Quaste, Quitte: nothing that an exemplar says."


def at(angle: float, *, encoder: str | None = None, **said) -> Insight:
    """Make an insight whose embedding stands at this angle to the first, far from every exemplar."""
    insight = InsightFactory(**said)
    vector = np.zeros(384)
    vector[:2] = np.cos(angle), np.sin(angle)
    EmbeddingFactory(insight=insight, encoder=encoder or loaded().name, vector=vector)
    return insight


@pytest.fixture
def insight(tagger) -> Insight:
    """An insight to which the tagger in use suggests “staff”."""
    made = at(0, text=TEXT)
    TagFactory(insight=made, code=habit("staff"), tagger=tagger)
    return made


def neighbour(insight: Insight, person=None) -> dict[str, Any]:
    said = orjson.loads(one(person=person, insight_id=insight.id, links=LINKS))
    return said["habits"][0]["neighbour"]


def confirmed(angle: float, code: str = "staff", **said) -> Insight:
    made = at(angle, **said)
    TagFactory(insight=made, code=habit(code), confirmed=True)
    return made


def test_it_is_the_nearest_insight_that_a_person_confirmed(insight):
    confirmed(0.5)
    near = confirmed(0.2)
    assert neighbour(insight) == {
        "text": near.text,
        "similarity": pytest.approx(np.cos(0.2), abs=0.001),
        "url": f"/i/{near.id}/",
    }


def test_an_exemplar_that_is_nearer_is_shown_instead_without_an_address(insight):
    confirmed(np.pi)
    shown = neighbour(insight)
    assert shown["url"] is None
    assert shown["similarity"] > -1


def test_a_machines_own_word_a_rejection_and_another_habit_are_no_neighbours(insight):
    TagFactory(insight=at(0.1), code=habit("staff"))
    TagFactory(insight=at(0.1), code=habit("staff"), rejected=True)
    confirmed(0.1, code="culture")
    assert neighbour(insight)["url"] is None


def test_numbers_of_another_encoder_or_of_earlier_words_are_not_compared(insight):
    confirmed(0.1, encoder="another")
    Insight.objects.filter(id=confirmed(0.1).id).update(text="Other words than before.")
    assert neighbour(insight)["url"] is None


def test_each_reader_sees_the_nearest_that_they_may_open(insight):
    published = confirmed(0.4)
    draft = confirmed(0.1, status="draft")
    member = MembershipFactory(programme=draft.programme, role="viewer").user
    for person, shown in ((None, published), (UserFactory(), published), (member, draft)):
        assert neighbour(insight, person)["url"] == f"/i/{shown.id}/"
        assert neighbour(insight, person)["text"] == shown.text
    assert neighbour(insight, UserFactory(role="curator"))["url"] == f"/i/{draft.id}/"


def test_withheld_words_are_shown_beside_insights_of_their_own_programme_only(insight):
    far = confirmed(0.1, source__consent="withheld")
    of_both = MembershipFactory(programme=far.programme).user
    MembershipFactory(user=of_both, programme=insight.programme)
    for person in (None, UserFactory(role="admin"), of_both):
        assert neighbour(insight, person)["url"] is None
    own = confirmed(0.1, source__consent="withheld", programme=insight.programme)
    assert neighbour(insight, of_both)["url"] == f"/i/{own.id}/"
    assert neighbour(insight, UserFactory(role="admin"))["url"] is None


def test_what_is_decided_has_no_neighbour(insight):
    confirmed(0.1)
    TagFactory(insight=insight, code=habit("culture"), confirmed=True)
    said = orjson.loads(one(person=None, insight_id=insight.id, links=LINKS))
    assert [bool(tag["neighbour"]) for tag in said["habits"]] == [True, False]
