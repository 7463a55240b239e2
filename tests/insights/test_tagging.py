"""Tag what is due: by the tagger in use, for words as they stand, and never against a person."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
from django.db import connection

from insights import tagging
from insights.capture import edit
from insights.learning import promote, rollback
from insights.models import Embedding, Insight, Tag, Tagging
from insights.review import decide
from insights.tagging import how_many_due, tag_due
from lhs.encoder import loaded
from lhs.models import HABITS, Tagger
from lhs.scoring import score_texts
from tests.factories import InsightFactory, TaggerFactory, UserFactory

pytestmark = pytest.mark.django_db
TIRED = "Nurses are exhausted by entering the same data twice into two systems."
LEARNING = "We meet each week to look at our numbers and decide what to try next."


@pytest.fixture
def insight():
    return InsightFactory(text=TIRED)


def suggested(tagger: Tagger, text: str) -> set[str]:
    return {one.code for one in score_texts(tagger, [text])[0] if one.suggested}


def tags(insight: Insight, **which) -> set[str]:
    return set(insight.tags.filter(**which).values_list("code__slug", flat=True))


def test_each_suggestion_has_a_score_a_version_and_a_reason_in_words(tagger, insight):
    assert (how_many_due(), tag_due(), how_many_due()) == (1, 1, 0)
    scored = {one.code: one for one in score_texts(tagger, [TIRED])[0]}
    assert tags(insight) == suggested(tagger, TIRED) != set()
    for tag in insight.tags.select_related("code"):
        assert (tag.state, tag.origin, tag.tagger) == ("suggested", "machine", tagger)
        assert tag.score == pytest.approx(scored[tag.code.slug].score, abs=1e-4)
        assert tag.reason == scored[tag.code.slug].reason != ""
    row = Tagging.objects.get(insight=insight, codebook__slug=HABITS)
    assert (row.tagger, row.digest, row.due) == (tagger, insight.digest, False)
    assert row.at is not None
    embedding = Embedding.objects.get()
    assert (embedding.digest, embedding.encoder) == (insight.digest, loaded().name)


def test_what_is_not_due_is_left_alone(tagger, insight):
    tag_due()
    before = list(Tag.objects.values())
    assert tag_due() == 0
    assert list(Tag.objects.values()) == before


def test_other_words_get_other_tags(tagger, insight):
    tag_due()
    edit(person=UserFactory(role="curator"), insight_id=insight.id, text=LEARNING)
    assert tag_due() == 1
    assert tags(insight) == suggested(tagger, LEARNING) != suggested(tagger, TIRED)


def test_the_title_is_read_too(tagger):
    insight = InsightFactory(title=TIRED, text="See the title.")
    tag_due()
    assert tags(insight) == suggested(tagger, f"{TIRED}\nSee the title.")


def test_a_persons_word_stands_whatever_the_machine_would_say(tagger, insight):
    curator = UserFactory(role="curator")
    said = suggested(tagger, TIRED)
    rejected = sorted(said)[0]
    confirmed = next(code for code in ("feedback", "priorities", "culture") if code not in said)
    decide(person=curator, insight_id=insight.id, codebook=HABITS, code=rejected, verdict="rejected")
    decide(person=curator, insight_id=insight.id, codebook=HABITS, code=confirmed, verdict="confirmed")
    assert tag_due() == 1
    assert tags(insight, state="rejected") == {rejected}
    assert tags(insight, state="confirmed") == {confirmed}
    assert tags(insight, state="suggested") == said - {rejected}


def test_words_that_are_withheld_are_tagged_for_their_team(tagger):
    insight = InsightFactory(text=TIRED, source__consent="withheld")
    assert tag_due() == 1
    assert tags(insight)


def test_batches_go_on_until_nothing_is_due_and_say_how_far_they_are(tagger):
    InsightFactory.create_batch(7)
    told: list[int] = []
    assert tag_due(batch=3, told=told.append) == 7
    assert told == [3, 6, 7]


def test_without_a_tagger_everything_stays_due(insight, caplog):
    with caplog.at_level(logging.ERROR):
        assert tag_due() == 0
    assert "Nothing can be tagged yet" in caplog.text
    assert how_many_due() == 1


def test_with_a_tagger_that_cannot_be_read_everything_stays_due(insight, caplog):
    TaggerFactory(version=1, state=Tagger.State.CHAMPION, artefact=b"no artefact")
    with caplog.at_level(logging.ERROR):
        assert tag_due() == 0
    assert how_many_due() == 1


def test_a_head_is_not_read_against_another_encoders_numbers(fitted, insight, caplog):
    head = replace(fitted[0], encoder="another encoder")
    TaggerFactory(version=1, state=Tagger.State.CHAMPION, artefact=head.to_bytes())
    with caplog.at_level(logging.ERROR):
        assert tag_due() == 0
    assert "another encoder" in caplog.text
    assert not Tag.objects.exists()


def test_one_that_cannot_be_tagged_is_named_and_stays_due_while_the_others_go_on(tagger, caplog):
    insights = InsightFactory.create_batch(6, text=TIRED)
    bad = insights[3]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE insights_embedding ADD CONSTRAINT never CHECK (insight_id <> '{bad.id}')")
    with caplog.at_level(logging.ERROR):
        assert tag_due(batch=4) == 5
    assert str(bad.id) in caplog.text
    assert TIRED not in caplog.text, "logs name an insight, they do not quote it"
    assert list(Tagging.objects.filter(codebook__slug=HABITS, due=True).values_list("insight_id", flat=True)) == [
        bad.id
    ]


def test_a_new_head_tags_again_from_the_embeddings_there_are(tagger, fitted, insight):
    tag_due()
    Embedding.objects.update(vector=[0.0] * 383 + [1.0])
    Tagger.objects.update(state="retired")
    second = TaggerFactory(version=2, state=Tagger.State.CHAMPION, artefact=fitted[0].to_bytes())
    assert tag_due() == 1
    assert Tagging.objects.get(codebook__slug=HABITS).tagger == second
    assert Embedding.objects.get().vector[383] == 1.0, "the text was not embedded again"


def test_what_another_process_tagged_with_a_version_that_came_and_went_is_due_again(
    tagger, fitted, insight, monkeypatch
):
    eager = replace(fitted[0], thresholds=np.zeros_like(fitted[0].thresholds))
    TaggerFactory(version=2, artefact=eager.to_bytes(), figures=tagger.figures, state="challenger")
    tag_due()
    before = dict(tagging._looked_through)
    promote(version=2)
    tag_due()
    assert len(tags(insight)) == 5
    rollback()
    # As it is for a process that was idle while another one tagged with version 2.
    monkeypatch.setattr(tagging, "_looked_through", before)
    assert tag_due() == 1
    assert tags(insight) == suggested(tagger, TIRED)


def test_what_needs_no_encoding_is_tagged_in_batches_that_grow(tagger):
    InsightFactory.create_batch(15, text=TIRED)
    tag_due()
    Tagging.objects.update(due=True)
    told: list[int] = []
    assert tag_due(batch=2, told=told.append) == 15
    assert told == [4, 12, 15]


def test_a_batch_that_has_grown_encodes_no_more_than_one_does(tagger):
    insights = InsightFactory.create_batch(6, text=TIRED)
    tag_due()
    Embedding.objects.filter(insight__in=insights[:2]).delete()
    Tagging.objects.update(due=True)
    told: list[int] = []
    assert tag_due(batch=1, told=told.append) == 6
    # Two; then four, of which two need encoding and one of these is left; then that one.
    assert told == [2, 5, 6]


def test_numbers_of_another_width_are_made_anew(tagger, insight):
    tag_due()
    Embedding.objects.update(features=b"\x00\x3c" * 384)
    Tagging.objects.update(due=True)
    assert tag_due() == 1
    assert len(bytes(Embedding.objects.get().features or b"")) == 2 * loaded().width


def test_texts_that_were_read_ahead_get_the_tags_they_get_alone(tagger):
    texts = [TIRED, LEARNING, "Thanks to all.", TIRED, "😀 thanks 😀", LEARNING, f"{TIRED} {LEARNING}"]
    insights = [InsightFactory(text=text) for text in texts]
    assert tag_due(batch=2) == len(texts)
    for insight in insights:
        assert tags(insight) == suggested(tagger, insight.text)


def test_what_was_edited_after_it_was_read_ahead_is_tagged_as_it_stands(tagger):
    curator = UserFactory(role="curator")
    older, newer = InsightFactory(text=TIRED), InsightFactory(text="Thanks to all.")

    def change_the_next(done: int) -> None:
        if done == 1:
            edit(person=curator, insight_id=older.id, text=LEARNING)

    assert tag_due(batch=1, told=change_the_next) == 2
    assert tags(older) == suggested(tagger, LEARNING) != suggested(tagger, TIRED)
    assert tags(newer) == suggested(tagger, "Thanks to all.")
