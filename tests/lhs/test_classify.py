"""`manage.py classify`, as its users see it: lines in, lines out, what went wrong on standard error."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lhs.codebooks import ensure_habits
from lhs.encoder import BUILT_IN
from lhs.habits import CODES
from lhs.head import Head
from lhs.lines import BadLine, Line, read_batches, read_line
from lhs.models import Tagger


@pytest.fixture
def in_use(db: None, head: Head) -> Tagger:
    return Tagger.objects.create(
        codebook=ensure_habits(),
        version=1,
        artefact=head.to_bytes(),
        figures={"encoder": BUILT_IN},
        data_digest="0" * 64,
        state=Tagger.State.CHAMPION,
    )


class Run:
    """One run of the command over some bytes of input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, given: bytes, *arguments: str) -> None:
        reading, writing = os.pipe()

        def write() -> None:
            with open(writing, "wb") as pipe:
                pipe.write(given)

        threading.Thread(target=write, daemon=True).start()
        out, err = io.StringIO(), io.StringIO()
        self.failure = ""
        with open(reading, encoding="utf-8") as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            try:
                call_command("classify", *arguments, stdout=out, stderr=err)
            except CommandError as error:
                self.failure = str(error)
        self.answers: list[dict[str, Any]] = [json.loads(line) for line in out.getvalue().splitlines()]
        self.told = err.getvalue()


def test_each_text_gets_a_score_for_every_habit_and_the_suggested_ones(in_use: Tagger, monkeypatch: pytest.MonkeyPatch):
    texts = ["My mum was frightened and nobody explained anything to her.", "Room four is painted."]
    run = Run(
        monkeypatch, b"".join(json.dumps({"id": at, "text": text}).encode() + b"\n" for at, text in enumerate(texts))
    )
    assert run.failure == ""
    assert [set(answer) for answer in run.answers] == [{"id", "habits", "suggested"}] * 2
    assert [answer["id"] for answer in run.answers] == [0, 1]
    for answer in run.answers:
        assert tuple(answer["habits"]) == CODES
        assert all(0 <= score <= 1 for score in answer["habits"].values())
    assert "every-patient" in run.answers[0]["suggested"]
    assert "2 texts scored" in run.told


def test_a_line_that_cannot_be_used_is_named_and_the_others_are_answered(
    in_use: Tagger, monkeypatch: pytest.MonkeyPatch
):
    run = Run(
        monkeypatch,
        b'{"id": 1, "text": "The rota is too long"}\nnot json\n\n{"id": 2}\n{"id": 3, "text": "We meet as equals"}\n',
    )
    assert [answer["id"] for answer in run.answers] == [1, 3]
    assert "Line 2: it is not JSON." in run.told
    assert "Line 4: “text” is missing." in run.told
    assert "2 of 4 lines" in run.failure


def test_nothing_in_is_nothing_out(in_use: Tagger, monkeypatch: pytest.MonkeyPatch):
    run = Run(monkeypatch, b"")
    assert (run.answers, run.failure) == ([], "")


@pytest.mark.django_db
def test_without_a_tagger_it_says_so(monkeypatch: pytest.MonkeyPatch):
    assert "“stars”" in Run(monkeypatch, b'{"id": 1, "text": "words"}', "--codebook", "stars").failure


@pytest.mark.parametrize("id", [7, -1.5, "a", None, True, [1, {"b": None}], {"c": "d"}, 10**30, "\ud800"])
def test_an_id_may_be_any_json_value_and_comes_back_as_it_was(
    in_use: Tagger, monkeypatch: pytest.MonkeyPatch, id: object
):
    run = Run(monkeypatch, json.dumps({"id": id, "text": "The rota"}).encode())
    assert [answer["id"] for answer in run.answers] == [id]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[1, 2]", "should be an object"),
        (b'"words"', "should be an object"),
        (b'{"text": "words"}', "“id” is missing"),
        (b'{"id": 1, "text": null}', "“text” is missing"),
        (b'{"id": 1, "text": 5}', "“text” should be words"),
        (b'{"id": 1, "text": ["words"]}', "“text” should be words"),
        (b'{"id": 1, "text": ""}', "“text” is empty"),
        (b'{"id": 1, "text": " \\n\\t"}', "“text” is empty"),
        (b'{"id": 1, "text": "' + b"a" * 5001 + b'"}', "5,001 characters; 5,000 is the most"),
        (b'{"id": 1, "text": "\\ud800 half"}', "half of a character"),
        (b'{"id": 1, "text": "caf\xe9"}', "not UTF-8"),
        (b'{"id": NaN, "text": "words"}', "not JSON"),
        (b'{"id": 1e999, "text": "words"}', "not JSON"),
        (b'{"id": 1, "text": "words"', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 5000, "not JSON"),
        (b'{"id": "' + b"a" * 1024 * 1024 + b'", "text": "words"}', "longer than a megabyte"),
    ],
)
def test_why_a_line_cannot_be_used(raw: bytes, reason: str):
    line = read_line(raw, 12)
    assert isinstance(line, BadLine)
    assert line.number == 12
    assert reason in line.reason


def test_a_mark_at_the_start_and_windows_line_ends_are_no_hindrance():
    assert read_line(b'\xef\xbb\xbf{"id": 1, "text": "words", "more": 2}\r\n', 1) == Line(1, 1, "words")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_line_or_a_reason(raw: bytes):
    assert isinstance(read_line(raw, 1), Line | BadLine)


@given(st.lists(st.sampled_from([b'{"id": 1, "text": "words"}\n', b"\n", b"no\n"]), max_size=40), st.integers(1, 9))
def test_lines_are_counted_and_none_is_lost(lines: list[bytes], size: int):
    batches = list(read_batches(io.BytesIO(b"".join(lines)), size=size))
    assert [one.number for batch in batches for one in batch] == [
        number for number, line in enumerate(lines, start=1) if line.strip()
    ]
    assert all(len(batch) <= size for batch in batches)


def test_a_line_longer_than_a_megabyte_does_not_spill_into_the_next():
    given = b'{"id": 1, "text": "' + b"a" * 3_000_000 + b'"}\n{"id": 2, "text": "words"}\n'
    first, second = (one for batch in read_batches(io.BytesIO(given)) for one in batch)
    assert isinstance(first, BadLine)
    assert second == Line(2, 2, "words")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)


def test_a_slow_writer_is_answered_before_the_end(pipe: tuple[int, int]):
    reading, writing = pipe
    batches = read_batches(open(reading, "rb"))  # noqa: SIM115 - the reading thread outlives the test
    os.write(writing, b'{"id": 1, "text": "words"}\n')
    assert next(batches) == [Line(1, 1, "words")]
