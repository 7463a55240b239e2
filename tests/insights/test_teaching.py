"""What people decided becomes rows to learn from; nothing else does."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from insights.choices import Queue, Verdict
from insights.models import Insight
from insights.teaching import TeachingRows, decisions_after, is_held_out, new_decisions_since, teaching_rows
from lhs.encoder import configured_name
from lhs.habits import CODES
from lhs.models import HABITS, THEMES
from tests.factories import (
    WIDTH,
    DecisionFactory,
    EmbeddingFactory,
    InsightFactory,
    ReviewFactory,
    TagFactory,
    TaggerFactory,
    ThemeFactory,
    habit,
)

pytestmark = pytest.mark.django_db


def embedded(**said) -> Insight:
    """An insight whose words have been through the encoder."""
    insight = InsightFactory(**said)
    EmbeddingFactory(insight=insight, encoder=configured_name())
    return insight


def said_of(insight: Insight, rows: TeachingRows | None = None) -> dict[str, bool] | None:
    """What the rows say of an insight; None where it is no row."""
    rows = rows or teaching_rows(HABITS)
    if insight.id not in rows.insight_ids:
        return None
    row = rows.insight_ids.index(insight.id)
    return {code: bool(rows.truth[row, at]) for at, code in enumerate(rows.codes) if rows.known[row, at]}


def test_where_nobody_decided_there_are_no_rows():
    habit("staff")
    embedded()
    rows = teaching_rows(HABITS)
    assert (rows.codes, rows.texts, rows.features.shape, rows.truth.shape) == (CODES, (), (0, WIDTH), (0, 5))


def test_a_confirmed_tag_is_a_positive_and_a_rejected_one_a_negative_and_the_rest_is_unknown():
    insight = embedded(title="Beds", text="The rota leaves two of us.")
    DecisionFactory(insight=insight, code=habit("staff"))
    DecisionFactory(insight=insight, code=habit("culture"), verdict=Verdict.REJECTED)
    rows = teaching_rows(HABITS)
    assert said_of(insight, rows) == {"staff": True, "culture": False}
    assert rows.texts == ("Beds\nThe rota leaves two of us.",)
    assert rows.features.dtype == np.float16
    assert rows.features[0, 0] == 1


def test_a_machines_tag_never_is_a_row():
    insight = embedded()
    TagFactory(insight=insight)
    assert said_of(insight) is None


def test_withheld_words_never_train():
    insight = embedded(source__consent="withheld")
    DecisionFactory(insight=insight)
    ReviewFactory(insight=insight, teaches=True)
    assert said_of(insight) is None
    assert decisions_after(HABITS, None) == 0


def test_a_decision_that_does_not_teach_is_no_row_and_hides_none():
    insight = embedded()
    DecisionFactory(insight=insight)
    DecisionFactory(insight=insight, verdict=Verdict.REJECTED, teaches=False)
    assert said_of(insight) == {"staff": True}
    other = embedded()
    DecisionFactory(insight=other, teaches=False, queue=Queue.LOADED)
    assert said_of(other) is None


def test_what_came_with_a_case_study_trains_only_if_it_teaches():
    insight = embedded()
    DecisionFactory(insight=insight, queue=Queue.LOADED)
    assert said_of(insight) == {"staff": True}


def test_a_decision_that_was_taken_back_does_not_teach_and_the_one_before_it_stands():
    insight = embedded()
    DecisionFactory(insight=insight)
    mistaken = DecisionFactory(insight=insight, verdict=Verdict.REJECTED)
    assert said_of(insight) == {"staff": False}
    DecisionFactory(insight=insight, verdict=Verdict.UNDONE, undoes=mistaken)
    assert said_of(insight) == {"staff": True}


def test_a_decision_on_words_that_have_been_edited_does_not_teach():
    insight = embedded()
    DecisionFactory(insight=insight, digest="0" * 32)
    ReviewFactory(insight=insight, digest="0" * 32, teaches=True)
    assert said_of(insight) is None


@pytest.mark.parametrize("stored", [{"digest": "0" * 32}, {"encoder": "another@0123"}])
def test_without_an_embedding_of_these_words_by_this_encoder_there_is_no_row(stored):
    insight = InsightFactory()
    EmbeddingFactory(insight=insight, **{"encoder": configured_name(), **stored})
    DecisionFactory(insight=insight)
    assert said_of(insight) is None


def test_a_review_says_something_of_every_code():
    insight = embedded()
    ReviewFactory(insight=insight, teaches=True, codes=["staff"])
    assert said_of(insight) == {code: code == "staff" for code in CODES}


def test_a_reviewed_none_is_five_negatives():
    insight = embedded()
    ReviewFactory(insight=insight, teaches=True, codes=[])
    assert said_of(insight) == dict.fromkeys(CODES, False)


@pytest.mark.parametrize("said", [{"teaches": False}, {"teaches": True, "undone_at": timezone.now()}])
def test_a_review_that_does_not_teach_or_was_taken_back_is_no_row(said):
    insight = embedded()
    ReviewFactory(insight=insight, **said)
    assert said_of(insight) is None


def test_of_a_review_and_a_decision_the_newer_wins():
    then = timezone.now() - timedelta(hours=1)
    before, after = embedded(), embedded()
    for insight in (before, after):
        ReviewFactory(insight=insight, teaches=True, codes=["staff"], at=then)
    DecisionFactory(insight=before, verdict=Verdict.REJECTED, at=then - timedelta(minutes=1))
    DecisionFactory(insight=after, verdict=Verdict.REJECTED, at=then + timedelta(minutes=1))
    assert [(said_of(insight) or {}).get("staff") for insight in (before, after)] == [True, False]


def test_another_codebooks_decisions_are_not_rows():
    insight = embedded()
    theme = ThemeFactory()
    DecisionFactory(insight=insight, code=theme)
    assert said_of(insight) is None
    assert said_of(insight, teaching_rows(THEMES)) == {theme.slug: True}


def test_a_fifth_is_held_out_and_stays_so():
    ids = [InsightFactory.build().id for _ in range(2000)]
    held = [is_held_out(id) for id in ids]
    assert 300 < sum(held) < 500
    assert held == [is_held_out(id) for id in ids]


def test_a_text_that_is_held_out_elsewhere_is_not_trained_on():
    twins: dict[bool, Insight] = {}
    while len(twins) < 2:
        insight = embedded(text="The very same words.")
        twins[is_held_out(insight.id)] = insight
    for insight in twins.values():
        DecisionFactory(insight=insight)
    rows = teaching_rows(HABITS)
    assert rows.insight_ids == (twins[True].id,)
    assert rows.held_out.tolist() == [True]


def test_new_decisions_are_those_that_teach_since_the_tagger_was_trained():
    old = DecisionFactory(at=timezone.now() - timedelta(days=1))
    tagger = TaggerFactory()
    assert new_decisions_since(tagger) == 0
    later = timezone.now() + timedelta(minutes=1)
    DecisionFactory(at=later)
    DecisionFactory(at=later, teaches=False)
    DecisionFactory(at=later, verdict=Verdict.UNDONE, undoes=old)
    reviewed = ReviewFactory(at=later, teaches=True)
    assert new_decisions_since(tagger) == 3
    DecisionFactory(at=later, insight=reviewed.insight, person=reviewed.person)
    assert new_decisions_since(tagger) == 3
