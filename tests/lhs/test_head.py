from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lhs.artefact import MAGIC, ArtefactRefused, pack, unpack
from lhs.encoder import BUILT_IN, Encoder
from lhs.exemplars import Exemplar
from lhs.features import PLACES, learn_idf, letter_counts, place_of, word_counts
from lhs.habits import CODES
from lhs.head import MEANING_MORE, WHOLE_MEANING, Head, Numbers


def small_head(**changed: object) -> Head:
    """Two codes; “rota” speaks for staff, “trust” for culture, and so do the first two directions of the meaning."""
    texts = ["rota rota exhausted trust"] * 3 + ["something else"] * 5
    words = np.zeros((PLACES, 2), dtype=np.float32)
    words[place_of("rota"), 0], words[place_of("exhausted"), 0], words[place_of("trust"), 1] = 3, 2, 4
    meaning = np.zeros((2, 384), dtype=np.float32)
    meaning[0, 0] = meaning[1, 1] = 1
    exemplars = (Exemplar("Tired again", ("staff",)), Exemplar("They trust us", ("culture",)), Exemplar("Noon", ()))
    head = Head(
        codebook="habits",
        codes=("staff", "culture"),
        encoder=BUILT_IN,
        places=PLACES,
        width=384,
        meaning=meaning,
        words=words,
        letters=np.zeros((PLACES, 2), dtype=np.float32),
        bias=np.array([-1, -1], dtype=np.float32),
        slope=np.array([2, 2], dtype=np.float32),
        offset=np.zeros(2, dtype=np.float32),
        thresholds=np.array([0.4, 0.3], dtype=np.float32),
        idf=learn_idf([word_counts(text) for text in texts]),
        letters_idf=learn_idf([letter_counts(text) for text in texts]),
        centre=np.zeros(384, dtype=np.float32),
        exemplars=exemplars,
        exemplar_embeddings=np.eye(3, 384, dtype=np.float32),
    )
    return replace(head, **changed) if changed else head  # type: ignore[arg-type]


def direction(place: int) -> Numbers:
    one: Numbers = np.zeros(384, dtype=np.float32)
    one[place] = 1
    return one


def test_scores_are_between_0_and_1_for_each_text_and_code():
    scores = small_head().scores(np.stack([direction(0), direction(1)]), ["the rota", ""])
    assert scores.shape == (2, 2)
    assert scores.dtype == np.float32
    assert ((scores > 0) & (scores < 1)).all()
    assert scores[0, 0] > 0.9 > scores[0, 1]


def test_a_code_is_suggested_from_its_own_threshold_up():
    head = small_head()
    scores = np.array([[0.4, 0.29], [0.39, 0.3]], dtype=np.float32)
    assert head.suggested(scores).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_refused_and_not_scored(wrong: float):
    embeddings = np.full((1, 384), wrong, dtype=np.float32)
    with pytest.raises(ValueError, match="number that is none"):
        small_head().scores(embeddings, ["text"])


def test_embeddings_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 384\)"):
        small_head().scores(np.zeros((1, 383), dtype=np.float32), ["text"])


def test_a_run_of_letters_speaks_for_a_code_too():
    at, _ = letter_counts("rotas")
    letters = np.zeros((PLACES, 2), dtype=np.float32)
    letters[at, 0] = 9
    plain, spelt = (small_head(letters=kept).scores(direction(5)[None], ["rottas"]) for kept in (letters * 0, letters))
    assert spelt[0, 0] > plain[0, 0]
    assert spelt[0, 1] == plain[0, 1]


def test_the_words_that_weighed_most_come_first_and_only_for_their_code():
    head = small_head()
    assert [word for word, _ in head.words_that_weighed("Exhausted: the ROTA, and trust", "staff")] == [
        "rota",
        "exhausted",
    ]
    assert [word for word, _ in head.words_that_weighed("Exhausted: the ROTA, and trust", "culture")] == ["trust"]
    assert head.words_that_weighed("nothing of the kind", "staff") == []


def test_a_word_met_too_seldom_is_not_called_a_reason():
    head = small_head()
    seldom = replace(head, idf=learn_idf([word_counts("rota rota")] * 2 + [word_counts("exhausted")] * 3))
    assert [word for word, _ in seldom.words_that_weighed("rota exhausted", "staff")] == ["exhausted"]


def test_a_code_the_head_does_not_know_is_an_error():
    with pytest.raises(ValueError, match="feedback"):
        small_head().words_that_weighed("rota", "feedback")


def test_the_reason_names_words_or_the_meaning_or_which_weighed_more():
    head = small_head()
    assert head.reason_in_words("The rota: exhausted", "staff") == "Words that weighed most: “rota”, “exhausted”."
    assert head.reason_in_words("Nothing of the kind", "staff") == WHOLE_MEANING
    assert head.reason_in_words("The rota", "staff", direction(5)) == "Words that weighed most: “rota”."
    strong = small_head(meaning=np.full((2, 384), 9, dtype=np.float32))
    assert (
        strong.reason_in_words("The rota", "staff", direction(5)) == f"Words that weighed most: “rota”. {MEANING_MORE}"
    )


def test_the_nearest_exemplar_is_one_of_that_code():
    nearest = small_head().nearest_exemplar((0.6 * direction(0) + 0.8 * direction(2)).astype(np.float32), "staff")
    assert nearest is not None
    exemplar, similarity = nearest
    assert exemplar.text == "Tired again"
    assert similarity == pytest.approx(0.6, abs=1e-3)


def test_there_is_no_neighbour_where_the_code_has_no_exemplar():
    assert (
        small_head(exemplars=(), exemplar_embeddings=np.zeros((0, 384))).nearest_exemplar(direction(0), "staff") is None
    )


def test_an_artefact_reads_back_as_the_same_head():
    head = small_head()
    again = Head.from_bytes(memoryview(head.to_bytes()))
    texts = ["The rota: exhausted", "trust"]
    embeddings = np.stack([direction(0), direction(1)])
    np.testing.assert_array_equal(again.scores(embeddings, texts), head.scores(embeddings, texts))
    assert (again.codes, again.encoder, again.exemplars) == (head.codes, head.encoder, head.exemplars)
    assert again.to_bytes() == head.to_bytes()


ARTEFACT = small_head().to_bytes()


@settings(max_examples=200)
@given(st.integers(0, len(ARTEFACT) - 1), st.integers(1, 255))
def test_a_single_changed_byte_is_refused(place: int, change: int):
    damaged = bytearray(ARTEFACT)
    damaged[place] ^= change
    with pytest.raises(ArtefactRefused):
        Head.from_bytes(bytes(damaged))


@settings(max_examples=100)
@given(st.binary(max_size=300), st.booleans())
def test_foreign_bytes_are_refused(foreign: bytes, sealed: bool):
    with pytest.raises(ArtefactRefused):
        Head.from_bytes(MAGIC + hashlib.sha256(foreign).digest() + foreign if sealed else foreign)


def test_a_cut_artefact_is_refused():
    with pytest.raises(ArtefactRefused, match="damaged"):
        Head.from_bytes(ARTEFACT[:-1])


def test_a_pickle_inside_is_never_opened():
    held = io.BytesIO()
    np.savez(held, settings=np.array([{"a": 1}], dtype=object))
    body = held.getvalue()
    with pytest.raises(ArtefactRefused, match="cannot be read"):
        Head.from_bytes(MAGIC + hashlib.sha256(body).digest() + body)


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lhs.artefact.FORMAT", 99)
    newer = small_head().to_bytes()
    monkeypatch.undo()
    with pytest.raises(ArtefactRefused, match="format"):
        Head.from_bytes(newer)


def test_arrays_that_do_not_fit_together_are_refused():
    settings_, arrays = unpack(ARTEFACT)
    with pytest.raises(ArtefactRefused, match="fit together in “bias”"):
        Head.from_bytes(pack(settings_, arrays | {"bias": np.zeros(3)}))
    del arrays["bias"]
    with pytest.raises(ArtefactRefused, match="lacks a part"):
        Head.from_bytes(pack(settings_, arrays))


def test_an_artefact_is_neither_written_nor_read_with_a_number_that_is_none():
    wrong = np.array([np.nan, 1], dtype=np.float32)
    with pytest.raises(ArtefactRefused, match="“bias”"):
        small_head(bias=wrong).to_bytes()
    settings_, arrays = unpack(ARTEFACT)
    with pytest.raises(ArtefactRefused, match="“bias”"):
        Head.from_bytes(pack(settings_, arrays | {"bias": wrong}))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("By the end of the night shift everyone was worn out, and the obs still had to be typed in twice.", "staff"),
        ("My mum was frightened and nobody explained the operation to her.", "every-patient"),
        ("We should look first at the boroughs where uptake is lowest.", "priorities"),
        ("We changed the form on Monday, looked at the numbers on Friday and changed it again.", "feedback"),
        ("Leaders from both trusts began to trust each other and share their lists.", "culture"),
    ],
)
def test_the_trained_head_suggests_what_a_reader_would(head: Head, encoder: Encoder, text: str, code: str):
    reading = encoder.read([text])
    suggested = head.suggested(head.scores(reading.features, [text]))[0]
    assert code in [one for one, said in zip(CODES, suggested, strict=True) if said]
    assert head.reason_in_words(text, code, reading.features[0]).endswith(".")
    nearest = head.nearest_exemplar(reading.embeddings[0], code)
    assert nearest is not None
    assert code in nearest[0].labels
