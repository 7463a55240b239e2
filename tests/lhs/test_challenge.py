"""A challenger takes the place of the tagger in use only if it is better by more than chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lhs import challenge as module
from lhs.challenge import Challenge, ChallengerRefused, Taught, challenge
from lhs.head import Head
from tests.insights.lessons import head_for, taught


@pytest.fixture(scope="module")
def good() -> Head:
    return head_for(taught(seed=1))


@pytest.fixture(scope="module")
def bad() -> Head:
    """A head that was taught the two codes the wrong way round."""
    data = taught(seed=1)
    return head_for(replace(data, truth=data.truth[:, ::-1]))


def judged(data: Taught, champion: Head | None, **said) -> Challenge:
    return challenge("wards", data, champion=champion, champion_version=3, **said)


def test_a_challenger_that_is_better_wins_and_says_by_how_much(bad: Head):
    result = judged(taught(), bad)
    assert result.wins
    assert result.reason.startswith("Better than version 3. On 160 held-out decisions")
    low, high = result.figures["difference"]["interval"]
    assert 0 < low <= result.figures["difference"]["by"] <= high
    assert result.figures["champion"]["version"] == 3
    assert result.figures["champion"]["macro_f1"] < result.figures["macro_f1"]


def test_a_challenger_that_is_no_better_is_kept_out_with_the_reason(good: Head):
    result = judged(taught(), good)
    assert not result.wins
    assert "Not surely better than version 3" in result.reason
    assert "95 % interval" in result.reason


def test_below_fifty_held_out_decisions_the_champion_stays_however_bad_it_is(bad: Head):
    data = taught()
    data.known[data.held_out] = False
    data.known[np.flatnonzero(data.held_out)[:49], 0] = True
    result = judged(data, bad)
    assert not result.wins
    assert "49 of 50" in result.reason
    assert result.figures["interval"] is None
    assert "Cross-validated" in result.figures["measured_on"]
    data.known[np.flatnonzero(data.held_out)[49], 0] = True
    assert judged(data, bad).wins


@pytest.mark.parametrize(("low", "high", "wins"), [(0.01, 0.1, True), (0.0, 0.1, False), (-0.01, 0.1, False)])
def test_it_wins_only_if_the_whole_interval_lies_above_nothing(low: float, high: float, wins: bool):
    figures = {
        "held_out": 60,
        "macro_f1": 0.6,
        "champion": {"version": 3, "macro_f1": 0.55},
        "difference": {"by": 0.05, "interval": [low, high]},
    }
    assert module._verdict(figures, 3)[0] is wins


def test_where_no_tagger_is_in_use_there_is_nothing_to_beat():
    assert challenge("wards", taught(), champion=None).wins


def test_what_is_held_out_is_never_learnt_from(good: Head):
    data = taught()
    spoilt = replace(data, truth=np.where(data.held_out[:, None], ~data.truth, data.truth))
    once, other = judged(data, good), judged(spoilt, good)
    assert once.artefact == other.artefact
    assert once.data_digest == other.data_digest
    assert once.figures["macro_f1"] > other.figures["macro_f1"]


def test_only_what_a_person_said_is_counted(good: Head):
    data = taught()
    data.known[:, 0] &= np.arange(len(data.texts)) % 2 == 0
    result = judged(data, good)
    held = data.known[data.held_out]
    assert result.figures["held_out"] == held.sum()
    assert result.figures["decisions"] == data.known.sum()
    assert result.figures["codes"]["culture"]["decisions"] == held[:, 0].sum()
    # Where nothing is known, what stands there changes nothing.
    turned = replace(data, truth=np.where(data.known, data.truth, ~data.truth))
    assert judged(turned, good).data_digest == result.data_digest


def test_a_code_that_nobody_confirmed_on_a_held_out_text_is_left_out_of_the_mean(good: Head):
    data = taught()
    data.truth[data.held_out, 0] = False
    result = judged(data, good)
    assert result.figures["judged_codes"] == 1
    assert result.figures["macro_f1"] == result.figures["codes"]["staff"]["f1"]


def test_a_challenger_whose_numbers_are_none_is_refused(good: Head, monkeypatch: pytest.MonkeyPatch):
    broken = replace(good, bias=np.full(2, np.nan, dtype=np.float32))
    monkeypatch.setattr(module, "fit", lambda *given, **named: (broken, {}))
    with pytest.raises(ChallengerRefused, match=r"broken and was refused.*“bias”"):
        judged(taught(), good)


def test_the_same_data_gives_the_same_head_digest_and_figures(good: Head):
    once, again = judged(taught(), good), judged(taught(), good)
    assert (once.artefact, once.data_digest, once.reason) == (again.artefact, again.data_digest, again.reason)
    assert {**once.figures, "seconds": 0} == {**again.figures, "seconds": 0}


def test_the_digest_covers_what_was_taught(good: Head):
    data = taught()
    other = replace(data, truth=data.truth.copy())
    other.truth[1, 0] = ~other.truth[1, 0]
    assert judged(data, good).data_digest != judged(other, good).data_digest


def test_the_bootstrap_agrees_with_f1_counted_by_hand():
    truth = np.array([[1], [1], [0], [0], [1]], dtype=bool)
    said = np.array([[1], [0], [1], [0], [1]], dtype=bool)
    data = Taught(("a",), ("",) * 5, np.zeros((5, 384), np.float32), truth, np.ones_like(truth), truth[:, 0])
    macro = module._macro(data, said)
    assert macro[0] == pytest.approx(2 / 3)
    assert len(macro) == 1001
    assert macro[1:].min() < 2 / 3 < macro[1:].max()


def test_each_stage_is_told(good: Head):
    stages: list[str] = []
    judged(taught(), good, told=lambda stage, done, of: stages.append(stage))
    assert stages == ["Fitting", "Comparing on held-out decisions"]
