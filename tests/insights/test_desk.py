"""The curator's desk: what is laid before whom, what Enter records, and how it is taken back."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from uuid_utils.compat import uuid7

from casestudies.errors import Conflict, Missing
from insights import desk
from insights.capture import edit
from insights.desk import how_many_aside, how_many_left, is_for_audit, next_turn, settle, skip, undo_last
from insights.models import Decision, Insight, Review, Tag, Tagging, Turn
from insights.review import decide
from insights.teaching import is_held_out
from lhs.encoder import loaded
from lhs.models import Tagger
from tests.factories import (
    EmbeddingFactory,
    InsightFactory,
    MembershipFactory,
    ReviewFactory,
    TagFactory,
    TaggingFactory,
    TurnFactory,
    UserFactory,
    habit,
)
from tests.insights.lessons import WARDS, head_for, taught, wards

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def an_id(*, audit: bool):
    return next(id for id in iter(uuid7, None) if is_for_audit(id) == audit)


def tagged(score: float | None = None, *, audit: bool = False, code: str = "staff", **said) -> Insight:
    """An insight that the tagger has read, with a suggestion of this score, outside the audit unless said."""
    insight = InsightFactory(id=an_id(audit=audit), **said)
    TaggingFactory(insight=insight)
    if score is not None:
        TagFactory(insight=insight, code=habit(code), score=score)
    return insight


def laid(person, **how) -> Turn:
    turn = next_turn(person=person, **how)
    assert turn is not None
    return turn


def states() -> dict[str, str]:
    return {tag.code.slug: f"{tag.state} {tag.origin}" for tag in Tag.objects.select_related("code")}


class TestWhatComes:
    def test_the_most_uncertain_comes_first_and_what_has_no_suggestion_last(self, curator):
        none, sure, doubtful = tagged(), tagged(0.95), tagged(0.45)
        came = []
        while (turn := next_turn(person=curator)) is not None:
            came.append(turn.insight)
            settle(person=curator, turn_id=turn.id, codes=[])
        assert came == [doubtful, sure, none]

    def test_of_several_suggestions_the_nearest_to_the_middle_counts(self, curator):
        one, other = tagged(0.95), tagged(0.7)
        TagFactory(insight=one, code=habit("culture"), score=0.5)
        assert laid(curator).insight == one != other

    def test_what_the_audit_draws_from_is_left_alone_by_the_queue_and_laid_without_suggestions(self, curator):
        audited, queued = tagged(0.5, audit=True), tagged(0.9)
        for _ in range(30):
            turn = laid(curator)
            assert (turn.insight, turn.queue, turn.shown) in {
                (audited, "audit", False),
                (queued, "queue", True),
            }
            turn.delete()

    def test_one_in_five_is_drawn_for_the_audit(self, curator, monkeypatch):
        audited, queued = tagged(0.5, audit=True), tagged(0.9)
        drawn = []
        for n in range(5):
            monkeypatch.setattr(desk.secrets, "randbelow", lambda below, n=n: n % below)
            turn = laid(curator)
            drawn.append(turn.insight)
            turn.delete()
        assert drawn == [audited, queued, queued, queued, queued]

    def test_a_fifth_of_all_insights_may_be_drawn_the_same_in_sql_and_whatever_is_held_out(self):
        ids = [uuid7() for _ in range(2000)]
        share = sum(map(is_for_audit, ids)) / len(ids)
        assert 0.15 < share < 0.26
        assert {(is_for_audit(id), is_held_out(id)) for id in ids} == {(a, b) for a in (0, 1) for b in (0, 1)}
        InsightFactory.create_batch(20)
        told = Insight.objects.annotate(audit=desk.ForAudit("id")).values_list("id", "audit")
        assert all(audit == is_for_audit(id) for id, audit in told)

    def test_once_only_the_audit_is_left_that_comes(self, curator):
        insight = tagged(0.9, audit=True)
        for _ in range(3):
            turn = laid(curator)
            assert (turn.insight, turn.queue) == (insight, "audit")
            turn.delete()

    def test_whoever_comes_back_gets_the_same_again_and_nobody_else_does(self, curator):
        first, second = tagged(0.5), tagged(0.6)
        turn = laid(curator)
        assert turn.insight == first
        assert laid(curator) == turn
        assert laid(UserFactory(role="curator")).insight == second

    def test_after_ten_minutes_another_may_have_it_and_then_it_is_theirs(self, curator):
        insight = tagged(0.5)
        turn = laid(curator)
        assert turn.until - turn.at == datetime.timedelta(minutes=10)
        Turn.objects.update(until=timezone.now() - datetime.timedelta(seconds=1))
        assert laid(UserFactory(role="curator")).insight == insight
        assert next_turn(person=curator) is None

    @pytest.mark.parametrize("status", ["draft", "declined", "withdrawn"])
    def test_what_is_not_for_readers_yet_or_any_more_does_not_come(self, curator, status):
        tagged(0.5, status=status)
        assert next_turn(person=curator) is None

    def test_what_the_tagger_has_not_read_yet_does_not_come(self, curator):
        InsightFactory(id=an_id(audit=False))
        insight = tagged(0.5)
        Insight.objects.filter(id=insight.id).update(text="Other words than the tagger has read.")
        assert next_turn(person=curator) is None

    def test_what_was_judged_does_not_come_again_until_its_words_change(self, curator):
        insight = tagged(0.5)
        ReviewFactory(insight=insight)
        assert next_turn(person=curator) is None
        edit(person=curator, insight_id=insight.id, text="Quite other words.")
        TaggingFactory(insight=Insight.objects.get(id=insight.id))
        assert laid(curator).insight == insight

    def test_what_was_judged_in_a_sample_still_comes_but_not_to_whoever_judged_it(self, curator):
        insight = tagged(0.5)
        ReviewFactory(insight=insight, person=curator, queue="sample")
        assert next_turn(person=curator) is None
        assert laid(UserFactory(role="curator")).insight == insight

    def test_how_many_are_left_is_told_and_not_counted_without_end(self, curator):
        for _ in range(4):
            tagged(0.5)
        assert how_many_left(person=curator) == 4
        assert how_many_left(person=curator, limit=2) == 3


class TestForWhom:
    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_the_queue_is_for_curators(self, role):
        insight = tagged(0.5)
        member = MembershipFactory(programme=insight.programme, role=role, user__role=role).user
        with pytest.raises(PermissionDenied, match="for curators"):
            next_turn(person=member)

    def test_a_curator_of_a_programme_is_laid_what_is_of_it(self):
        insight, _ = tagged(0.5), tagged(0.5)
        member = MembershipFactory(programme=insight.programme, role="curator").user
        assert how_many_left(person=member) == 1
        assert laid(member).insight == insight

    def test_withheld_words_are_laid_only_before_their_own_team(self, curator):
        insight = tagged(0.5, source__consent="withheld")
        assert next_turn(person=curator) is None
        member = MembershipFactory(programme=insight.programme, role="curator").user
        assert laid(member).insight == insight

    def test_nobody_settles_or_skips_a_turn_of_another(self, curator):
        turn = TurnFactory()
        for verb in (
            lambda: settle(person=curator, turn_id=turn.id, codes=[]),
            lambda: skip(person=curator, turn_id=turn.id),
        ):
            with pytest.raises(Missing):
                verb()

    def test_a_codebook_that_there_is_not_is_missing(self, curator):
        with pytest.raises(Missing, match="no codebook"):
            next_turn(person=curator, codebook="luck")


class TestBlind:
    def test_blind_hides_the_suggestions(self, curator):
        tagged(0.5)
        assert laid(curator, blind=True).shown is False

    def test_what_was_shown_once_was_shown(self, curator):
        tagged(0.5)
        assert laid(curator).shown is True
        assert laid(curator, blind=True).shown is True

    def test_who_looks_after_all_is_shown_them(self, curator):
        tagged(0.5)
        laid(curator, blind=True)
        assert laid(curator).shown is True

    def test_the_audit_is_blind_whatever_is_asked(self, curator):
        tagged(0.5, audit=True)
        laid(curator)
        assert laid(curator, blind=False).shown is False


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


class TestSkipping:
    def test_what_is_skipped_comes_to_others_at_once_and_to_them_after_a_day(self, curator):
        insight = tagged(0.5)
        skip(person=curator, turn_id=laid(curator).id)
        assert next_turn(person=curator) is None
        assert how_many_aside(person=curator) == 1
        other = laid(UserFactory(role="curator"))
        assert other.insight == insight
        other.delete()
        long_ago = timezone.now() - datetime.timedelta(hours=25)
        Turn.objects.update(at=long_ago, until=long_ago)
        assert laid(curator).insight == insight

    def test_what_was_skipped_cannot_be_settled(self, curator):
        tagged(0.5)
        turn = laid(curator)
        skip(person=curator, turn_id=turn.id)
        with pytest.raises(Missing):
            settle(person=curator, turn_id=turn.id, codes=[])


class TestUndoing:
    def test_everything_is_as_it_was_and_both_are_kept(self, curator):
        insight = tagged(0.6)
        before = dict(Tag.objects.values().get())
        settle(person=curator, turn_id=laid(curator).id, codes=["culture"])
        turn = undo_last(person=curator)
        after = dict(Tag.objects.values().get())
        assert {name: after[name] for name in after if name != "modified"} == {
            name: before[name] for name in before if name != "modified"
        }
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
