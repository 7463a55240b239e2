"""Honest figures: measured on the audit sample alone, and every count corrected by it or not at all."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from insights.counting import counts
from insights.desk import is_for_audit, next_turn, settle, undo_last
from insights.figures import audit_sample, estimate_of, figures
from insights.review import decide
from lhs.estimates import Cells, corrected_count
from lhs.habits import CODES
from lhs.models import Tagger
from tests.factories import (
    CaseStudyFactory,
    DecisionFactory,
    InsightFactory,
    ReviewFactory,
    TagFactory,
    TaggerFactory,
    TaggingFactory,
    UserFactory,
    habit,
)
from tests.insights.audits import audited, sample
from tests.insights.lessons import WARDS, head_for, in_use, taught, wards

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _habits():
    habit("staff")


@pytest.fixture
def curator():
    return UserFactory(role="curator")


@pytest.fixture
def live():
    return TaggerFactory(version=2, state=Tagger.State.CHAMPION)


def of_staff():
    return next(one for one in figures().codes if one.code == "staff")


def counted():
    return estimate_of(counts(), codes=CODES)["staff"]


class TestWhatIsMeasured:
    def test_each_code_is_told_with_precision_recall_and_f1_on_the_audit(self):
        sample(6, 2, 4, 10)
        staff = of_staff()
        assert staff.cells == Cells(6, 2, 4, 10)
        assert (staff.precision.value, staff.recall.value) == (6 / 8, 6 / 10)
        assert staff.f1.value == pytest.approx(12 / 18)
        assert [one.code for one in figures().codes] == list(CODES)

    def test_of_nothing_nothing_is_claimed(self):
        told = figures()
        assert (told.audited, told.together.f1.value, told.calibration_error) == (0, None, None)
        assert (told.by_version, told.by_month, told.reviews, told.waiting) == ((), (), 0, 0)
        assert of_staff().f1.value is None
        assert not of_staff().enough

    def test_scores_are_held_against_what_is_true(self):
        for n in range(4):
            audited(score=0.75, suggested=True, true=n < 3)
        assert of_staff().calibration_error == pytest.approx(0)
        # Of the twenty cells, sixteen say 0.1 where nothing is true.
        assert figures().calibration_error == pytest.approx(0.1 * 16 / 20)


class TestWhatNeverEnters:
    def test_decisions_in_the_queue_on_a_page_and_in_bulk_move_nothing(self, curator):
        sample(6, 2, 4, 10)
        before = figures()
        for queue in ("page", "queue", "bulk"):
            audited(suggested=True, queue=queue)
            DecisionFactory(queue=queue, verdict="rejected")
        audited(suggested=True, queue="sample")
        decide(person=curator, insight_id=TagFactory().insight_id, codebook="habits", code="staff", verdict="rejected")
        after = figures()
        assert (after.codes, after.audited, after.by_month) == (before.codes, before.audited, before.by_month)

    def test_nor_does_what_was_not_blind_was_taken_back_or_could_not_be_scored(self):
        audited(shown=True)
        audited(undone_at=timezone.now())
        audited(machine=None)
        assert audit_sample() == []

    def test_nor_words_that_are_withheld(self):
        audited(insight=InsightFactory(source__consent="withheld"))
        assert audit_sample() == []

    def test_nor_the_same_words_again_whichever_insight_says_them(self):
        first = InsightFactory(text="The screen is slow.")
        audited(insight=first, suggested=True)
        audited(insight=first, true=True)
        audited(insight=InsightFactory(text="The screen is slow."), true=True)
        assert [one.found for one in audit_sample()] == [frozenset()]

    @pytest.mark.parametrize("taught_by", [DecisionFactory, ReviewFactory])
    def test_nor_words_that_a_person_had_taught_before(self, taught_by):
        insight = InsightFactory()
        taught_by(insight=insight, at=timezone.now() - datetime.timedelta(days=1))
        audited(insight=insight)
        assert audit_sample() == []

    def test_what_was_judged_in_a_sample_for_several_had_taught_nothing(self):
        insight = InsightFactory()
        ReviewFactory(insight=insight, queue="sample", at=timezone.now() - datetime.timedelta(days=1))
        audited(insight=insight)
        assert len(audit_sample()) == 1

    def test_what_people_decide_afterwards_does_not_spoil_it(self):
        review = audited()
        DecisionFactory(insight=review.insight)
        ReviewFactory(insight=review.insight)
        assert len(audit_sample()) == 1

    def test_a_judgement_that_was_taken_back_and_given_anew_counts_as_given_anew(self):
        insight = InsightFactory()
        yesterday = timezone.now() - datetime.timedelta(days=1)
        audited(insight=insight, true=True, at=yesterday, undone_at=timezone.now())
        taken = DecisionFactory(insight=insight, at=yesterday)
        DecisionFactory(insight=insight, verdict="undone", undoes=taken, at=yesterday)
        audited(insight=insight)
        assert [one.found for one in audit_sample()] == [frozenset()]

    def test_a_code_that_the_tagger_did_not_know_is_not_held_against_it(self):
        audited(true=True, machine={"culture": [0.2, False]})
        assert of_staff().cells.n == 0
        assert figures().together.recall.value is None


class TestVersionsAndDrift:
    def test_the_version_in_use_is_measured_alone_as_soon_as_enough_of_its_own_was_audited(self, live):
        old = TaggerFactory(version=1)
        sample(0, 10, 10, 10, tagger=old)
        sample(20, 0, 5, 24, tagger=live)
        staff = of_staff()
        assert (staff.live, staff.cells) == (False, Cells(20, 10, 15, 34))
        audited(tagger=live)
        staff = of_staff()
        assert (staff.live, staff.cells) == (True, Cells(20, 0, 5, 25))
        assert (figures().audited, figures().audited_live) == (80, 50)

    def test_each_version_and_each_month_is_told_apart(self, live):
        old = TaggerFactory(version=1)
        may, june = (datetime.datetime(2026, month, 3, 12, tzinfo=datetime.UTC) for month in (5, 6))
        sample(1, 1, 0, 0, tagger=old, at=may)
        sample(3, 0, 1, 0, tagger=live, at=june)
        told = figures()
        assert [(one.version, one.pooled.n, one.pooled.precision.value) for one in told.by_version] == [
            (2, 4, 1.0),
            (1, 2, 0.5),
        ]
        assert [(one.month, one.pooled.recall.value) for one in told.by_month] == [
            (datetime.date(2026, 5, 1), 1.0),
            (datetime.date(2026, 6, 1), 0.75),
        ]


class TestWhatPeopleDid:
    def test_decisions_are_counted_by_verdict_without_those_taken_back(self):
        DecisionFactory.create_batch(2)
        taken = DecisionFactory(verdict="rejected")
        DecisionFactory(verdict="rejected")
        DecisionFactory(insight=taken.insight, verdict="undone", undoes=taken)
        DecisionFactory(queue="loaded")
        assert figures().decisions == {"confirmed": 2, "rejected": 1}

    def test_reviews_and_what_waits_for_one_are_counted(self):
        ReviewFactory()
        InsightFactory.create_batch(2)
        InsightFactory(status="draft")
        ReviewFactory(queue="sample", insight=InsightFactory())
        told = figures()
        assert (told.reviews, told.waiting) == (2, 3)


class TestCounts:
    SAMPLE = (30, 10, 5, 35)

    def test_below_fifty_audited_a_count_is_told_without_an_estimate(self):
        sample(30, 10, 5, 4)
        TagFactory(confirmed=True)
        TagFactory.create_batch(2)
        told = counted()
        assert (told.confirmed, told.suggested, told.estimate, told.audited) == (1, 2, None, 49)

    def test_with_enough_it_is_corrected_for_what_the_tagger_gets_wrong(self):
        sample(*self.SAMPLE)
        TagFactory(confirmed=True)
        TagFactory(rejected=True)
        TagFactory.create_batch(4)
        InsightFactory.create_batch(6)
        assert counted().estimate == corrected_count(Cells(*self.SAMPLE), confirmed=1, suggested=4, not_suggested=6)

    def test_what_was_reviewed_and_not_found_is_not_guessed_at_again(self):
        sample(*self.SAMPLE)
        ReviewFactory(insight=InsightFactory())
        ReviewFactory(insight=TagFactory().insight)
        ReviewFactory(insight=TagFactory(confirmed=True).insight, codes=["staff"])
        told = counted()
        assert (told.confirmed, told.suggested) == (1, 1)
        assert (told.estimate.estimate, told.estimate.low, told.estimate.high) == (1, 1, 1)

    def test_what_was_judged_in_a_sample_for_several_is_still_undecided(self):
        sample(*self.SAMPLE)
        ReviewFactory(insight=TagFactory().insight, queue="sample")
        assert counted().estimate == corrected_count(Cells(*self.SAMPLE), confirmed=0, suggested=1, not_suggested=0)

    def test_of_one_case_study_only_its_own_insights_are_looked_at(self):
        sample(*self.SAMPLE)
        study = CaseStudyFactory()
        TagFactory(insight=InsightFactory(case_study=study))
        ReviewFactory(insight=InsightFactory(case_study=study))
        TagFactory.create_batch(3)
        told = estimate_of(counts(case_study_id=study.id), codes=CODES, case_study_id=study.id)["staff"]
        assert told.estimate == corrected_count(Cells(*self.SAMPLE), confirmed=0, suggested=1, not_suggested=0)

    def test_of_nothing_there_is_nothing(self):
        told = counted()
        assert (told.confirmed, told.suggested, told.estimate, told.audited) == (0, 0, None, 0)


def test_what_the_desk_records_in_the_audit_is_what_is_measured_until_it_is_taken_back(curator):
    data = taught()
    in_use(head_for(data))
    insight = InsightFactory(id=next(id for id in iter(uuid7, None) if is_for_audit(id)), text=data.texts[0])
    TaggingFactory(insight=insight, codebook=wards())
    turn = next_turn(person=curator, codebook=WARDS)
    settle(person=curator, turn_id=turn.id, codes=["staff"])
    [one] = audit_sample(WARDS)
    assert (one.version, one.live, one.found, set(one.scores)) == (1, True, {"staff"}, {"staff", "culture"})
    undo_last(person=curator, codebook=WARDS)
    assert audit_sample(WARDS) == []
