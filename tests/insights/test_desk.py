"""The curator's desk: what is laid before whom, in which order, and what is skipped."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from uuid_utils.compat import uuid7

from casestudies.errors import Missing
from insights import desk
from insights.capture import edit
from insights.desk import how_many_aside, how_many_left, is_for_audit, next_turn, settle, skip
from insights.models import Insight, Turn
from insights.teaching import is_held_out
from tests.factories import (
    InsightFactory,
    MembershipFactory,
    ReviewFactory,
    TaggingFactory,
    TurnFactory,
    UserFactory,
)
from tests.insights.desks import an_id, laid, tagged

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    return UserFactory(role="curator")


class TestWhatComes:
    def test_the_most_doubtful_comes_first_and_what_was_not_told_last(self, curator):
        none, sure, doubtful = tagged(), tagged(0.95), tagged(0.45)
        came = []
        while (turn := next_turn(person=curator)) is not None:
            came.append(turn.insight)
            settle(person=curator, turn_id=turn.id, codes=[])
        assert came == [doubtful, sure, none]

    def test_what_is_not_suggested_comes_too_where_the_tagger_is_in_doubt(self, curator):
        sure, almost = tagged(0.95), tagged(doubt=0.9)
        assert laid(curator).insight == almost != sure

    def test_words_that_were_judged_come_again_only_when_nothing_else_waits(self, curator):
        words = "The car park is full by eight."
        copies = [tagged(0.5, text=words) for _ in range(3)]
        other = tagged(0.99)
        came = []
        while (turn := next_turn(person=curator)) is not None:
            came.append(turn.insight)
            settle(person=curator, turn_id=turn.id, codes=[])
        assert (came[0] in copies, came[1]) == (True, other)
        assert set(came) == {*copies, other}

    def test_a_copy_comes_where_the_words_were_judged_in_a_sample_or_that_was_taken_back(self, curator):
        words = "The car park is full by eight."
        for said in ({"queue": "sample"}, {"undone_at": timezone.now()}):
            ReviewFactory(insight=tagged(0.5, text=words), **said)
        copy = tagged(0.6, text=words, doubt=1)
        tagged(0.99)
        assert laid(curator).insight == copy

    def test_it_is_found_behind_many_that_are_not_for_them(self, curator, monkeypatch):
        monkeypatch.setattr(desk, "FEW", 2)
        wanted = tagged(0.9)
        for score in (0.5, 0.55, 0.6):
            tagged(score, status="draft")
        assert laid(curator).insight == wanted

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
