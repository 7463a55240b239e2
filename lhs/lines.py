"""Read JSON lines of texts as they arrive, and say of each line that cannot be used which it is and why."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

LONGEST_TEXT = 5000
LONGEST_LINE = 1024 * 1024
BATCH = 64


@dataclass(frozen=True)
class Line:
    """A usable line: its number (from 1), its id (any JSON value) and its text."""

    number: int
    id: Any
    text: str


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be used, and why in words."""

    number: int
    reason: str


def read_line(raw: bytes, number: int) -> Line | BadLine:
    """One line `{"id": …, "text": …}` of UTF-8 bytes; other fields are passed over."""
    if len(raw) > LONGEST_LINE:
        return BadLine(number, "the line is longer than a megabyte")
    try:
        row = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
        json.dumps(row, allow_nan=False)
    except UnicodeDecodeError:
        return BadLine(number, "it is not UTF-8")
    except (ValueError, RecursionError):
        return BadLine(number, "it is not JSON")
    if not isinstance(row, dict):
        return BadLine(number, "it should be an object with “id” and “text”")
    if "id" not in row:
        return BadLine(number, "“id” is missing")
    text = row.get("text")
    if not isinstance(text, str):
        return BadLine(number, "“text” is missing" if text is None else "“text” should be words in quotation marks")
    if not text.strip():
        return BadLine(number, "“text” is empty")
    if len(text) > LONGEST_TEXT:
        return BadLine(number, f"“text” has {len(text):,} characters; {LONGEST_TEXT:,} is the most")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return BadLine(number, "“text” holds half of a character (a lone surrogate)")
    return Line(number, row["id"], text)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def read_batches(stream: BinaryIO, *, size: int = BATCH) -> Iterator[list[Line | BadLine]]:
    """Lines of a stream in batches of up to `size`: whatever has arrived, so that a slow writer is answered at once.

    Empty lines are passed over, but counted.
    """
    arrived: queue.Queue[Line | BadLine | OSError | None] = queue.Queue(maxsize=4 * size)

    def read() -> None:
        try:
            for number, raw in enumerate(_raw_lines(stream), start=1):
                if raw.strip():
                    arrived.put(read_line(raw, number))
            arrived.put(None)
        except OSError as error:
            arrived.put(error)

    threading.Thread(target=read, daemon=True, name="reading lines").start()
    more = True
    while more:
        batch: list[Line | BadLine] = []
        while more and len(batch) < size:
            try:
                one = arrived.get(block=not batch)
            except queue.Empty:
                break
            if isinstance(one, OSError):
                raise one
            if one is None:
                more = False
            else:
                batch.append(one)
        if batch:
            yield batch


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE + 1)
        yield line
