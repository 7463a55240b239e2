"""The curator's desk: what Enter records, how two at once are kept apart, and how a judgement is taken back."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from casestudies.errors import Conflict, Missing
from insights.capture import edit
from insights.desk import next_turn, settle, undo_last
from insights.models import Decision, Review, Tag, Tagging, Turn
from insights.review import decide
from lhs.encoder import loaded
from lhs.models import Tagger
from tests.factories import (
    EmbeddingFactory,
    InsightFactory,
    ReviewFactory,
    TagFactory,
    TaggingFactory,
    TurnFactory,
    UserFactory,
    habit,
)
from tests.insights.desks import an_id, laid, states, tagged
from tests.insights.lessons import WARDS, head_for, taught, wards

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    return UserFactory(role="curator")


class TestSettling:
    def test_enter_confirms_what_is_chosen_and_rejects_what_was_suggested_and_is_not(self, curator):
        insight = tagged(0.6)
        TagFactory(insight=insight, code=habit("feedback"), score=0.7)
        turn = laid(curator)
        review = settle(person=curator, turn_id=turn.id, codes=["culture", "staff"])
        assert states() == {
            "staff": "confirmed person",
            "culture": "confirmed person",
            "feedback": "rejected person",
        }
        told = {one.code.slug: one for one in Decision.objects.select_related("code")}
        assert {slug: one.verdict for slug, one in told.items()} == {
            "staff": "confirmed",
            "culture": "confirmed",
            "feedback": "rejected",
        }
        assert {(one.queue, one.shown, one.teaches, one.at) for one in told.values()} == {
            ("queue", True, True, review.at)
        }
        assert (told["staff"].suggested, told["staff"].score) == (True, 0.6)
        assert (told["culture"].suggested, told["culture"].score) == (False, None)
        # In the order of the codebook.
        assert (review.codes, review.queue, review.shown, review.teaches) == (["staff", "culture"], "queue", True, True)
        assert (review.person, review.digest) == (curator, insight.digest)
        assert not Turn.objects.exists()

    def test_none_is_a_judgement_too(self, curator):
        tagged()
        review = settle(person=curator, turn_id=laid(curator).id, codes=[])
        assert (review.codes, Decision.objects.count(), Tag.objects.count()) == ([], 0, 0)
        assert next_turn(person=curator) is None

    def test_an_audited_review_says_that_nothing_was_shown(self, curator):
        tagged(0.6, audit=True)
        review = settle(person=curator, turn_id=laid(curator).id, codes=[])
        assert (review.queue, review.shown, review.teaches) == ("audit", False, True)
        decision = Decision.objects.get()
        assert (decision.verdict, decision.queue, decision.shown) == ("rejected", "audit", False)

    def test_a_code_that_there_is_not_is_named_and_nothing_is_written(self, curator):
        tagged(0.6)
        with pytest.raises(ValidationError) as fault:
            settle(person=curator, turn_id=laid(curator).id, codes=["luck"])
        assert set(fault.value.message_dict) == {"codes"}
        assert not Review.objects.exists()

    def test_pressing_twice_records_once(self, curator):
        tagged(0.6)
        turn = laid(curator)
        settle(person=curator, turn_id=turn.id, codes=["staff"])
        with pytest.raises(Missing, match="no longer before you"):
            settle(person=curator, turn_id=turn.id, codes=[])
        assert states() == {"staff": "confirmed person"}

    def test_a_turn_that_ran_out_can_be_settled_while_nobody_else_has_decided(self, curator):
        tagged(0.6)
        turn = laid(curator)
        Turn.objects.update(until=timezone.now() - datetime.timedelta(seconds=1))
        settle(person=curator, turn_id=turn.id, codes=["staff"])
        assert Review.objects.count() == 1

    def test_what_a_person_had_confirmed_and_was_shown_is_rejected_where_it_is_not_chosen(self, curator):
        insight = tagged(0.6)
        decide(
            person=UserFactory(role="curator"),
            insight_id=insight.id,
            codebook="habits",
            code="culture",
            verdict="confirmed",
        )
        settle(person=curator, turn_id=laid(curator).id, codes=["staff"])
        assert states() == {"staff": "confirmed person", "culture": "rejected person"}

    def test_what_a_person_had_decided_and_was_hidden_is_left_as_it_is(self, curator):
        insight = tagged(0.6)
        other = UserFactory(role="curator")
        for code, verdict in (("culture", "confirmed"), ("feedback", "rejected")):
            decide(person=other, insight_id=insight.id, codebook="habits", code=code, verdict=verdict)
        review = settle(person=curator, turn_id=laid(curator, blind=True).id, codes=["feedback"])
        assert states() == {"staff": "rejected person", "culture": "confirmed person", "feedback": "rejected person"}
        assert review.codes == ["feedback"]
        assert Decision.objects.filter(person=curator).count() == 1


class TestTheMachinesWord:
    @pytest.fixture
    def live(self) -> Tagger:
        codebook, data = wards(), taught()
        head = head_for(data)
        return Tagger.objects.create(
            codebook=codebook, version=1, artefact=head.to_bytes(), data_digest="0" * 64, state="champion"
        )

    def judged(self, curator, live, features: bytes) -> Review:
        insight = InsightFactory(id=an_id(audit=True))
        TaggingFactory(insight=insight, codebook=live.codebook, tagger=live)
        EmbeddingFactory(insight=insight, encoder=loaded().name, features=features)
        return settle(person=curator, turn_id=laid(curator, codebook=WARDS).id, codes=[])

    def test_the_version_in_use_scores_every_code_from_the_stored_numbers(self, curator, live):
        numbers = taught().features
        review = self.judged(curator, live, numbers[1].tobytes())
        assert review.tagger == live
        assert set(review.machine) == {"culture", "staff"}
        truth = dict(zip(("culture", "staff"), taught().truth[1], strict=True))
        assert {code: said for code, (_, said) in review.machine.items()} == truth
        assert all(0 <= score <= 1 for score, _ in review.machine.values())

    def test_without_a_tagger_the_judgement_is_kept_all_the_same(self, curator):
        tagged(0.6)
        review = settle(person=curator, turn_id=laid(curator).id, codes=["staff"])
        assert (review.tagger, review.machine) == (None, None)


class TestTwoAtOnce:
    def test_the_second_is_told_who_judged_it_and_what_they_found_and_nothing_is_overwritten(self, curator):
        insight = tagged(0.6)
        turn = laid(curator)
        other = UserFactory(role="admin")
        theirs = TurnFactory(insight=insight, person=other)
        settle(person=other, turn_id=theirs.id, codes=["staff"])
        with pytest.raises(Conflict, match=f"An administrator judged this text .* found: “{habit('staff').name}”"):
            settle(person=curator, turn_id=turn.id, codes=["culture"])
        assert states() == {"staff": "confirmed person"}
        assert Review.objects.count() == 1
        assert next_turn(person=curator) is None

    def test_one_tag_that_another_decided_meanwhile_is_told_too_and_then_shown(self, curator):
        insight = tagged(0.6)
        turn = laid(curator)
        decide(
            person=UserFactory(role="curator"),
            insight_id=insight.id,
            codebook="habits",
            code="staff",
            verdict="rejected",
        )
        with pytest.raises(Conflict, match="A curator rejected"):
            settle(person=curator, turn_id=turn.id, codes=["staff"])
        assert states() == {"staff": "rejected person"}
        again = laid(curator)
        assert again.insight == insight
        settle(person=curator, turn_id=again.id, codes=["staff"])
        assert states() == {"staff": "confirmed person"}

    def test_a_text_that_was_changed_is_not_judged_by_its_old_words(self, curator):
        insight = tagged(0.6)
        turn = laid(curator)
        edit(person=curator, insight_id=insight.id, text="Quite other words.")
        with pytest.raises(Conflict, match="The text was changed"):
            settle(person=curator, turn_id=turn.id, codes=["staff"])
        assert not Review.objects.exists()


class TestUndoing:
    def test_everything_is_as_it_was_and_both_are_kept(self, curator):
        insight = tagged(0.6)
        kept = ("id", "state", "origin", "score", "reason", "tagger_id", "decided_by_id")
        before = Tag.objects.values_list(*kept).get()
        settle(person=curator, turn_id=laid(curator).id, codes=["culture"])
        turn = undo_last(person=curator)
        assert Tag.objects.values_list(*kept).get() == before
        verdicts = [one.verdict for one in Decision.objects.order_by("id")]
        assert verdicts == ["rejected", "confirmed", "undone", "undone"]
        assert {one.undoes.undone_by for one in Decision.objects.filter(verdict="undone")} == set(
            Decision.objects.filter(verdict="undone")
        )
        assert Review.objects.get().undone_at is not None
        assert (turn.insight, turn.queue, turn.shown) == (insight, "queue", True)
        assert laid(curator) == turn

    def test_an_audited_one_comes_back_as_it_was_laid(self, curator):
        insight = tagged(0.6, audit=True)
        settle(person=curator, turn_id=laid(curator).id, codes=["staff"])
        turn = undo_last(person=curator)
        assert (turn.insight, turn.queue, turn.shown) == (insight, "audit", False)
        settle(person=curator, turn_id=turn.id, codes=[])
        assert states() == {"staff": "rejected person"}

    def test_an_earlier_persons_word_comes_back(self, curator):
        insight = tagged()
        other = UserFactory(role="curator")
        decide(person=other, insight_id=insight.id, codebook="habits", code="culture", verdict="confirmed")
        settle(person=curator, turn_id=laid(curator).id, codes=[])
        assert states() == {"culture": "rejected person"}
        undo_last(person=curator)
        assert states() == {"culture": "confirmed person"}
        assert Tag.objects.get().decided_by == other

    def test_a_later_word_of_another_stays(self, curator):
        insight = tagged(0.6)
        settle(person=curator, turn_id=laid(curator).id, codes=["staff"])
        decide(
            person=UserFactory(role="curator"),
            insight_id=insight.id,
            codebook="habits",
            code="staff",
            verdict="rejected",
        )
        undo_last(person=curator)
        assert states() == {"staff": "rejected person"}

    def test_several_are_taken_back_one_after_the_other_and_then_no_more(self, curator):
        one, other = tagged(0.5), tagged(0.6)
        for _ in range(2):
            settle(person=curator, turn_id=laid(curator).id, codes=[])
        assert [undo_last(person=curator).insight for _ in range(2)] == [other, one]
        with pytest.raises(Conflict, match="nothing to take back"):
            undo_last(person=curator)

    def test_the_tagger_looks_again_at_what_was_taken_back(self, curator):
        tagged(0.6)
        settle(person=curator, turn_id=laid(curator).id, codes=["staff"])
        undo_last(person=curator)
        assert Tagging.objects.get(codebook__slug="habits").due

    def test_nobody_takes_back_what_another_judged_or_what_is_long_past(self, curator):
        ReviewFactory()
        review = ReviewFactory(person=curator, queue="queue")
        Review.objects.filter(id=review.id).update(at=timezone.now() - datetime.timedelta(days=2))
        with pytest.raises(Conflict):
            undo_last(person=curator)
