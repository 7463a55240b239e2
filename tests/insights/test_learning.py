"""A run of training: what it keeps, what it says, and what leaves the tagger in use where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone

from casestudies.errors import Conflict
from insights import learning, tasks
from insights.learning import HALF_WAY, learn, learn_if_enough, learn_nightly, new_decisions, promote, rollback
from lhs import challenge
from lhs.artefact import ArtefactRefused
from lhs.head import Head
from lhs.models import Tagger, Training
from lhs.versions import NoTagger, champion, taggers
from tests.factories import DecisionFactory, TaggerFactory, TrainingFactory
from tests.insights.lessons import WARDS, head_for, in_use, reviewed, taught, wards

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def good() -> Head:
    return head_for(taught(seed=1))


@pytest.fixture(scope="module")
def bad() -> Head:
    """A head that was taught the two codes the wrong way round."""
    data = taught(seed=1)
    return head_for(replace(data, truth=data.truth[:, ::-1]))


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    told: list[bool] = []
    monkeypatch.setattr(learning, "nudge_after_commit", lambda: told.append(True))
    return told


def test_a_better_challenger_is_put_in_use_and_the_run_says_so(bad: Head, nudges: list[bool]):
    before = in_use(bad)
    reviewed(train=60, held_out=40)
    run = learn(codebook=WARDS)
    assert (run.state, run.cause, run.tagger) == (Training.State.DONE, Training.Cause.HAND, champion(WARDS))
    assert run.outcome.startswith("Version 2 is now in use. Better than version 1.")
    assert run.ended
    assert run.ended >= run.began
    before.refresh_from_db()
    assert before.state == Tagger.State.RETIRED
    after = champion(WARDS)
    assert after.promoted_at is not None
    assert after.reason in run.outcome
    assert (after.figures["decisions"], after.figures["held_out"]) == (200, 80)
    assert {"macro_f1", "codes", "interval", "difference", "seconds", "encoder"} <= set(after.figures)
    assert len(after.data_digest) == 64
    assert nudges == [True]


def test_one_that_is_no_better_is_kept_with_its_figures_and_the_reason(good: Head, nudges: list[bool]):
    before = in_use(good)
    reviewed(train=60, held_out=40)
    run = learn(codebook=WARDS)
    assert champion(WARDS) == before
    assert (run.state, run.tagger.state) == (Training.State.DONE, Tagger.State.CHALLENGER)
    assert "Not surely better" in run.tagger.reason
    assert run.tagger.figures["difference"]["interval"][0] <= 0
    assert nudges == []


def test_below_fifty_held_out_decisions_the_champion_stays(bad: Head):
    before = in_use(bad)
    reviewed(train=60, held_out=10)
    run = learn(codebook=WARDS)
    assert champion(WARDS) == before
    assert "20 of 50" in run.outcome


def test_a_challenger_that_scores_nan_is_refused_and_the_champion_stays(bad: Head, monkeypatch: pytest.MonkeyPatch):
    before = in_use(bad)
    reviewed(train=40, held_out=40)
    broken = replace(bad, slope=np.full(2, np.nan, dtype=np.float32))
    monkeypatch.setattr(challenge, "fit", lambda *given, **named: (broken, {}))
    run = learn(codebook=WARDS)
    assert run.state == Training.State.FAILED
    assert "broken and was refused" in run.outcome
    assert run.tagger is None
    assert taggers(WARDS) == [before]
    assert champion(WARDS) == before


def test_too_little_to_learn_from_ends_the_run_with_the_reason(good: Head):
    in_use(good)
    reviewed(train=4, held_out=0)
    run = learn(codebook=WARDS)
    assert run.state == Training.State.FAILED
    assert "cannot be learnt yet" in run.outcome


def test_a_version_put_in_use_meanwhile_is_not_pushed_aside(bad: Head, good: Head, monkeypatch: pytest.MonkeyPatch):
    in_use(bad)
    reviewed(train=60, held_out=40)
    TaggerFactory(codebook=wards(), version=2, artefact=good.to_bytes())
    fit = challenge.fit

    def meanwhile(*given, **named):
        promote(codebook=WARDS, version=2)
        return fit(*given, **named)

    monkeypatch.setattr(challenge, "fit", meanwhile)
    run = learn(codebook=WARDS)
    assert champion(WARDS).version == 2
    assert "Another version was put in use while this one was trained" in run.outcome


def test_progress_is_written_and_told_as_it_goes(bad: Head):
    in_use(bad)
    reviewed(train=40, held_out=40)
    seen: list[tuple[str, str]] = []
    learn(codebook=WARDS, progress=lambda stage, done, of: seen.append((stage, Training.objects.get().stage)))
    assert seen == [("Fitting", "Fitting"), ("Comparing on held-out decisions", "Comparing on held-out decisions")]


def test_one_at_a_time(good: Head):
    in_use(good)
    TrainingFactory(codebook=wards(), state=Training.State.RUNNING)
    with pytest.raises(Conflict, match="being trained already"):
        learn(codebook=WARDS)


def test_a_run_that_stood_still_is_marked_and_replaced(bad: Head):
    in_use(bad)
    reviewed(train=40, held_out=40)
    dead = TrainingFactory(codebook=wards(), state=Training.State.RUNNING)
    Training.objects.filter(id=dead.id).update(beat=timezone.now() - timedelta(minutes=3))
    assert learn(codebook=WARDS).state == Training.State.DONE
    dead.refresh_from_db()
    assert (dead.state, dead.outcome) == (Training.State.FAILED, HALF_WAY)
    assert dead.ended is not None


def test_a_run_that_was_given_up_keeps_nothing(bad: Head, monkeypatch: pytest.MonkeyPatch):
    in_use(bad)
    reviewed(train=40, held_out=40)
    fit = challenge.fit

    def given_up(*given, **named):
        Training.objects.update(state=Training.State.FAILED, outcome=HALF_WAY)
        return fit(*given, **named)

    monkeypatch.setattr(challenge, "fit", given_up)
    run = learn(codebook=WARDS)
    assert (run.state, run.outcome) == (Training.State.FAILED, HALF_WAY)
    assert len(taggers(WARDS)) == 1


def test_what_is_not_foreseen_is_raised_and_the_run_ends(good: Head, monkeypatch: pytest.MonkeyPatch):
    in_use(good)
    monkeypatch.setattr(learning, "teaching_rows", lambda codebook: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        learn(codebook=WARDS)
    assert Training.objects.get().outcome == "It was broken off (ZeroDivisionError)."


class TestWhen:
    def test_at_night_nothing_is_trained_where_nothing_was_decided(self, good: Head):
        in_use(good)
        assert learn_nightly(codebook=WARDS) is None
        assert not Training.objects.exists()

    def test_at_night_one_new_decision_is_enough(self, good: Head):
        in_use(good)
        insights = reviewed(train=40, held_out=10)
        assert learn_nightly(codebook=WARDS).cause == Training.Cause.NIGHT
        assert learn_nightly(codebook=WARDS) is None
        DecisionFactory(insight=insights[0], code=wards().codes.first())
        assert new_decisions(WARDS) == 1
        assert learn_nightly(codebook=WARDS).state == Training.State.DONE

    def test_what_failed_is_tried_again_at_night_but_not_each_minute(self, good: Head, settings):
        settings.LEARN_AFTER = 1
        in_use(good)
        reviewed(train=1, held_out=0)
        assert learn_if_enough(codebook=WARDS).state == Training.State.FAILED
        assert learn_if_enough(codebook=WARDS) is None
        assert learn_nightly(codebook=WARDS).state == Training.State.FAILED

    def test_the_tasks_train_nothing_where_nothing_was_decided(self, tagger):
        tasks.learn()
        tasks.learn_if_enough()
        assert not Training.objects.exists()

    def test_by_day_it_waits_for_so_many_new_decisions(self, good: Head, settings):
        settings.LEARN_AFTER = 3
        in_use(good)
        insight, _ = reviewed(train=2, held_out=0)
        assert learn_if_enough(codebook=WARDS) is None
        DecisionFactory(insight=insight, code=wards().codes.first())
        assert learn_if_enough(codebook=WARDS).cause == Training.Cause.DECISIONS
        assert learn_if_enough(codebook=WARDS) is None

    def test_while_a_run_goes_on_no_other_begins_by_itself(self, good: Head):
        in_use(good)
        reviewed(train=1, held_out=0)
        TrainingFactory(codebook=wards(), state=Training.State.RUNNING)
        assert learn_nightly(codebook=WARDS) is None

    def test_a_run_that_was_killed_is_tried_again_but_not_for_ever(self, good: Head, settings):
        settings.LEARN_AFTER = 1
        in_use(good)
        reviewed(train=1, held_out=0)
        for _ in range(2):
            TrainingFactory(codebook=wards(), state=Training.State.FAILED, outcome=HALF_WAY)
        assert new_decisions(WARDS) == 1
        TrainingFactory(codebook=wards(), state=Training.State.FAILED, outcome=HALF_WAY)
        assert learn_if_enough(codebook=WARDS) is None
        Training.objects.first().delete()
        assert learn_if_enough(codebook=WARDS) is not None

    def test_it_is_twenty_five_decisions_and_half_past_two_unless_said_otherwise(self):
        assert settings.LEARN_AFTER == 25
        assert settings.CELERY_BEAT_SCHEDULE["learn in the night"]["task"] == "insights.learn"


class TestWhichIsInUse:
    def test_a_kept_version_can_be_put_in_use_and_rolled_back(self, good: Head, bad: Head, nudges: list[bool]):
        first = in_use(bad)
        TaggerFactory(codebook=wards(), version=2, artefact=good.to_bytes(), state=Tagger.State.CHALLENGER)
        second = promote(codebook=WARDS, version=2)
        assert champion(WARDS) == second
        assert (second.reason, second.promoted_at is not None) == ("Put in use by hand.", True)
        back = rollback(codebook=WARDS)
        assert champion(WARDS) == back == first
        assert back.reason == "Rolled back to it from version 2."
        assert nudges == [True, True]

    def test_rolling_back_goes_to_the_one_in_use_before_not_to_the_one_numbered_before(self, good: Head):
        in_use(good)
        for version in (2, 3):
            TaggerFactory(codebook=wards(), version=version, artefact=good.to_bytes(), state="challenger")
        promote(codebook=WARDS, version=3)
        assert rollback(codebook=WARDS).version == 1

    def test_a_version_that_is_not_there_or_is_damaged_is_not_put_in_use(self, good: Head):
        before = in_use(good)
        TaggerFactory(codebook=wards(), version=2, artefact=good.to_bytes()[:-1])
        TaggerFactory(codebook=wards(), version=3, artefact=replace(good, encoder="another@0123").to_bytes())
        with pytest.raises(NoTagger, match="no version 9"):
            promote(codebook=WARDS, version=9)
        with pytest.raises(ArtefactRefused, match="damaged"):
            promote(codebook=WARDS, version=2)
        with pytest.raises(ArtefactRefused, match="another@0123"):
            promote(codebook=WARDS, version=3)
        assert champion(WARDS) == before

    def test_where_none_was_in_use_before_there_is_nothing_to_roll_back_to(self, good: Head):
        in_use(good)
        with pytest.raises(NoTagger, match="before this one"):
            rollback(codebook=WARDS)
