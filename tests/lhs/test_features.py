from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lhs.features import (
    PLACES,
    TOGETHER,
    learn_idf,
    letter_counts,
    letter_counts_of,
    place_of,
    seen_in,
    speaks,
    terms_of,
    weighed,
    word_counts,
    word_counts_of,
    words_of,
)


def test_words_are_lower_case_without_digits_and_marks():
    assert words_of("The NURSE’s 2nd rota – “never” agreed!") == ["the", "nurse's", "nd", "rota", "never", "agreed"]


def test_terms_are_telling_words_and_pairs_with_one():
    assert list(terms_of("we were asked about the rota")) == ["asked", "rota", "were asked", "asked about", "the rota"]


def test_a_term_stands_in_the_same_place_on_every_machine():
    assert (place_of("rota"), place_of("no one")) == (54826, 57288)


def test_a_pair_speaks_when_both_words_do_or_it_denies_something():
    assert [term for term in ("rota", "night shift", "no one", "the rota", "rota was") if speaks(term)] == [
        "rota",
        "night shift",
        "no one",
    ]


def test_runs_of_letters_are_of_words_with_their_ends_and_stand_in_the_same_place_on_every_machine():
    at, values = letter_counts("a rota")
    # “ a”, “a ” (twice), “ a ”; “ r”, “ro”, “ot”, “ta”, “ ro”, “rot”, “ota”, “ta ”, “ rot”, “rota”, “ota ” and so on.
    assert values.tolist().count(1.0) == len(at) - 1
    assert len(at) == 16
    assert at[:3].tolist() == [6526, 7663, 9040]


def test_a_word_within_another_shares_runs_with_it():
    nurse, nurses, porter = (set(letter_counts(text)[0].tolist()) for text in ("nurse", "nurses", "porter"))
    assert len(nurse & nurses) > len(nurse) / 2 > len(nurse & porter)


def test_a_word_that_would_explain_nothing_does_not_speak_alone():
    assert [
        term for term in ("said", "said three", "three beds", "no beds", "not said", "without") if speaks(term)
    ] == [
        "three beds",
        "no beds",
    ]


@given(st.text(st.characters()))
def test_any_text_has_runs_of_letters_in_ascending_places(text: str):
    at, values = letter_counts(text)
    assert (np.diff(at) > 0).all()
    assert ((at >= 0) & (at < PLACES)).all()
    assert (values >= 1).all()
    assert letter_counts(f"{text} {text}")[0].tolist() == at.tolist()


@given(st.text(st.characters()))
def test_any_text_has_finite_features_of_length_one_or_none(text: str):
    counts = word_counts(text)
    at, values = weighed(counts, learn_idf([counts]))
    assert np.isfinite(values).all()
    assert (np.diff(at) > 0).all()
    assert not len(at) or abs(float(np.linalg.norm(values)) - 1) < 1e-5


def test_a_rarer_word_weighs_more():
    counts = [word_counts(text) for text in ("rota", "rota", "rota escalator")]
    idf = learn_idf(counts)
    assert idf[place_of("escalator")] > idf[place_of("rota")] >= 1


def test_how_often_a_word_was_met_can_be_read_back():
    idf = learn_idf([word_counts(text) for text in ("rota", "rota", "escalator")])
    assert len(idf) == PLACES
    assert [int(seen_in(idf)[place_of(term)]) for term in ("rota", "escalator", "never met")] == [2, 1, 0]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_many_texts_are_counted_as_each_by_itself(texts):
    for together, alone in ((word_counts_of, word_counts), (letter_counts_of, letter_counts)):
        counted = together(texts)
        assert len(counted) == len(texts)
        for text, (at, values) in zip(texts, counted, strict=True):
            places, numbers = alone(text)
            assert (at.tolist(), values.tolist()) == (places.tolist(), numbers.tolist())


def test_more_texts_than_are_hashed_at_once_keep_their_order():
    texts = ["rota", "", "escalator"] * TOGETHER
    rota, nothing, escalator = (letter_counts(text)[0].tolist() for text in texts[:3])
    assert [at.tolist() for at, _ in letter_counts_of(texts)] == [rota, nothing, escalator] * TOGETHER
