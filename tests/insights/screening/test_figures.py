"""The screening reaches its aims on the written sentences: 1,362 of them, half of them clean and tempting."""

from __future__ import annotations

import pytest

from benchmarks.screening.marked import HALVES, half
from benchmarks.screening.measure import Score, overall, scores

EXACT = ("nhs-number", "hospital-number", "date-of-birth", "email", "phone", "postcode", "address")


@pytest.fixture(scope="module", params=HALVES)
def of(request: pytest.FixtureRequest) -> dict[str, Score]:
    return scores(half(request.param))


def test_there_are_at_least_250_sentences_in_each_half_and_half_of_them_are_clean():
    for name in HALVES:
        sentences = half(name)
        clean = sum(not sentence.spans for sentence in sentences)
        assert len(sentences) >= 250
        assert 0.45 <= clean / len(sentences) <= 0.55


def test_no_sentence_stands_in_both_halves():
    assert not {one.text for one in half("development")} & {one.text for one in half("held out")}


@pytest.mark.parametrize("kind", EXACT)
def test_numbers_and_addresses_are_found(of: dict[str, Score], kind: str):
    assert of[kind].marked >= 5
    assert of[kind].recall >= 0.95


def test_names_are_found(of: dict[str, Score]):
    assert of["name"].marked >= 100
    assert of["name"].recall >= 0.80


def test_little_else_is_flagged(of: dict[str, Score]):
    assert overall(of).precision >= 0.90
