"""The next batch is read while this one is written, and no words are read twice."""

from __future__ import annotations

import numpy as np

from insights.reading import Ahead
from lhs.encoder import EncoderUnavailable, Reading, loaded


class Counting:
    """The encoder in use, which keeps what it was asked to read; it fails as often as it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.asked: list[list[str]] = []
        self.failures = failures

    def read(self, texts) -> Reading:
        self.asked.append(list(texts))
        if self.failures:
            self.failures -= 1
            raise EncoderUnavailable("Its file was altered.")
        return loaded().read(texts)


def test_words_that_were_read_ahead_are_not_read_again():
    encoder = Counting()
    with Ahead() as ahead:
        ahead.begin(encoder, ["one rota", "two rotas", "one rota"])
        reading = ahead.read(encoder, ["two rotas", "three rotas", "one rota"])
    assert encoder.asked == [["one rota", "two rotas"], ["three rotas"]]
    now = loaded().read(["two rotas", "three rotas", "one rota"])
    assert np.array_equal(reading.features, now.features)
    assert np.array_equal(reading.embeddings, now.embeddings)


def test_where_reading_ahead_failed_they_are_read_when_they_are_needed():
    encoder = Counting(failures=1)
    with Ahead() as ahead:
        ahead.begin(encoder, ["one rota"])
        assert len(ahead.read(encoder, ["one rota"]).features) == 1
    assert encoder.asked == [["one rota"]] * 2


def test_without_anything_begun_all_is_read():
    encoder = Counting()
    with Ahead() as ahead:
        ahead.begin(encoder, [])
        assert len(ahead.read(encoder, ["one rota"]).features) == 1
    assert encoder.asked == [["one rota"]]
