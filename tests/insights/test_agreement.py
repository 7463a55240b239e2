"""Two curators judge the same sample: each blind, no tag changes, and how far they agree is told code by code."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from casestudies.errors import Missing
from insights.agreement import agreement, code_next, make_sample, samples
from insights.capture import edit
from insights.desk import next_turn, settle, undo_last
from insights.models import Decision, Insight, Review, Tag
from tests.factories import (
    InsightFactory,
    MembershipFactory,
    ReviewFactory,
    SampleFactory,
    TagFactory,
    TaggingFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    return UserFactory(role="curator")


@pytest.fixture
def other():
    return UserFactory(role="curator")


def judged(insight: Insight, person, *codes: str, **said) -> Review:
    return ReviewFactory(insight=insight, person=person, codes=list(codes), **said)


class TestSamples:
    def test_published_insights_are_drawn_by_chance(self, curator):
        InsightFactory.create_batch(12)
        InsightFactory(status="draft")
        InsightFactory(source__consent="withheld")
        drawn = [frozenset(make_sample(person=curator, name="A", size=6).insights.all()) for _ in range(6)]
        assert {len(one) for one in drawn} == {6}
        assert len(set(drawn)) > 1
        assert {one.status for sample in drawn for one in sample} == {"published"}
        assert make_sample(person=curator, name="B", size=100).insights.count() == 12

    @pytest.mark.parametrize(
        ("field", "said"), [("name", {"name": " "}), ("size", {"size": 0}), ("size", {"size": 501})]
    )
    def test_what_makes_no_sample_is_named(self, curator, field, said):
        InsightFactory()
        with pytest.raises(ValidationError) as fault:
            make_sample(**{"person": curator, "name": "A", "size": 5, **said})
        assert set(fault.value.message_dict) == {field}

    def test_each_is_laid_once_blind_and_then_there_are_no_more(self, curator):
        InsightFactory.create_batch(3)
        sample = make_sample(person=curator, name="A", size=3)
        seen = []
        while (turn := code_next(person=curator, sample_id=sample.id)) is not None:
            assert (turn.queue, turn.shown) == ("sample", False)
            assert code_next(person=curator, sample_id=sample.id) == turn
            seen.append(turn.insight)
            settle(person=curator, turn_id=turn.id, codes=["staff"])
        assert set(seen) == set(Insight.objects.all())
        assert [(one.size, one.mine, one.by_two) for one in samples(person=curator)] == [(3, 3, 0)]

    def test_a_judgement_in_a_sample_changes_no_tag_and_teaches_nothing(self, curator, other):
        confirmed = TagFactory(confirmed=True)
        TagFactory(insight=confirmed.insight, code=habit("culture"))
        sample = SampleFactory()
        sample.insights.add(confirmed.insight)
        for person in (curator, other):
            turn = code_next(person=person, sample_id=sample.id)
            review = settle(person=person, turn_id=turn.id, codes=["feedback"])
            assert (review.queue, review.codes, review.teaches) == ("sample", ["feedback"], False)
        assert not Decision.objects.exists()
        assert {tag.code.slug: tag.state for tag in Tag.objects.all()} == {"staff": "confirmed", "culture": "suggested"}

    def test_it_can_be_taken_back_and_judged_again_apart_from_the_desk(self, curator):
        insight = TaggingFactory().insight
        sample = SampleFactory()
        sample.insights.add(insight)
        settle(person=curator, turn_id=code_next(person=curator, sample_id=sample.id).id, codes=["staff"])
        turn = undo_last(person=curator, sample=True)
        assert (turn.queue, turn.shown) == ("sample", False)
        assert code_next(person=curator, sample_id=sample.id) == turn

    def test_what_was_judged_at_the_desk_is_not_asked_again(self, curator):
        insight = InsightFactory()
        judged(insight, curator)
        sample = SampleFactory()
        sample.insights.add(insight)
        assert code_next(person=curator, sample_id=sample.id) is None

    def test_the_desk_does_not_lay_what_is_before_them_in_a_sample(self, curator):
        insight = TaggingFactory().insight
        sample = SampleFactory()
        sample.insights.add(insight)
        code_next(person=curator, sample_id=sample.id)
        assert next_turn(person=curator) is None

    def test_a_sample_does_not_ask_for_what_is_before_them_at_the_desk_with_its_suggestions(self, curator):
        insight = TaggingFactory().insight
        sample = SampleFactory()
        sample.insights.add(insight)
        next_turn(person=curator)
        assert code_next(person=curator, sample_id=sample.id) is None


class TestForWhom:
    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_samples_and_agreement_are_for_curators(self, role):
        sample = SampleFactory()
        person = MembershipFactory(role="contributor", user__role=role).user
        for verb in (
            lambda: make_sample(person=person, name="A", size=1),
            lambda: code_next(person=person, sample_id=sample.id),
            lambda: samples(person=person),
            lambda: agreement(person=person),
        ):
            with pytest.raises(PermissionDenied):
                verb()

    def test_withheld_words_are_compared_inside_their_programme_only(self, curator, other):
        insight = InsightFactory(source__consent="withheld")
        for person in (curator, other):
            judged(insight, person, *(["staff"] if person == curator else []))
        assert agreement(person=curator).n == 0
        member = MembershipFactory(programme=insight.programme, role="curator").user
        assert [one.insight_id for one in agreement(person=member).differ] == [insight.id]

    def test_a_sample_or_codebook_that_there_is_not_is_missing(self, curator):
        with pytest.raises(Missing):
            code_next(person=curator, sample_id=curator.id)
        with pytest.raises(Missing):
            agreement(person=curator, codebook="luck")


class TestAgreement:
    def test_each_code_is_compared_over_what_two_have_judged(self, curator, other):
        for ours, theirs in ((["staff"], ["staff"]), (["staff", "culture"], ["culture"]), ([], [])):
            insight = InsightFactory()
            judged(insight, curator, *ours)
            judged(insight, other, *theirs)
        judged(InsightFactory(), curator, "feedback")
        told = agreement(person=curator)
        assert (told.n, told.all_alike) == (3, 2)
        assert [one.code for one in told.codes] == ["priorities", "staff", "every-patient", "feedback", "culture"]
        by_code = {one.code: one.agreement for one in told.codes}
        staff = by_code["staff"]
        assert (staff.both, staff.first, staff.second, staff.neither) == (1, 1, 0, 1)
        assert staff.percent.value == pytest.approx(2 / 3)
        assert by_code["culture"].kappa.value == pytest.approx(1)
        assert by_code["feedback"].kappa.value is None

    def test_what_they_differ_on_is_told_with_who_found_what(self, curator, other):
        insight = InsightFactory(text="Nobody answers the telephone.")
        judged(insight, other, "culture", "feedback")
        judged(insight, curator, "staff", "culture")
        [one] = agreement(person=curator).differ
        assert (one.insight_id, one.text) == (insight.id, "Nobody answers the telephone.")
        assert (one.both, one.one_only, one.other_only) == (("culture",), ("staff",), ("feedback",))

    def test_other_words_and_what_was_taken_back_are_not_compared(self, curator, other):
        changed, undone = InsightFactory(), InsightFactory()
        judged(changed, curator)
        edit(person=curator, insight_id=changed.id, text="Quite other words.")
        changed.refresh_from_db()
        judged(changed, other)
        judged(undone, curator)
        judged(undone, other, undone_at=changed.created)
        assert agreement(person=curator).n == 0

    def test_of_three_the_first_two_count(self, curator, other):
        insight = InsightFactory()
        for person, codes in ((other, []), (curator, []), (UserFactory(role="curator"), ["staff"])):
            judged(insight, person, *codes)
        told = agreement(person=curator)
        assert (told.n, told.all_alike) == (1, 1)

    def test_one_sample_alone_can_be_asked_for(self, curator, other):
        inside, outside = InsightFactory.create_batch(2)
        for insight in (inside, outside):
            judged(insight, curator)
            judged(insight, other, queue="sample")
        sample = SampleFactory()
        sample.insights.add(inside)
        assert agreement(person=curator).n == 2
        assert agreement(person=curator, sample_id=sample.id).n == 1
        assert [one.by_two for one in samples(person=curator)] == [1]
