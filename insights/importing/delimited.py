"""CSV: which encoding, which delimiter, and its records – each for itself, so that a broken one spoils no other."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from insights.importing.rows import LONGEST_CELL, Record

DELIMITERS = ",;\t|"
CHUNK = 1 << 20
# A quotation mark that is opened and not closed would swallow the rest of the file: no text is longer than this.
MOST_LINES = 500
MOST_CHARACTERS = 4 * LONGEST_CELL
BROKEN = (
    "The quotation marks of this row do not pair up. Close each one that is opened, and write one inside a text twice."
)
csv.field_size_limit(MOST_CHARACTERS)
# Undefined in cp1252; a file that has them is Latin-1, or damaged.
NOT_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file, by a fixed order of trials.

    A byte order mark; NULs in every other place (UTF-16 without a mark); UTF-8 if the whole file is; else Windows-1252,
    which is Latin-1 with letters where that has control characters; Latin-1 where Windows-1252 has none.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other = head[place::2]
        if len(every_other) > 1 and every_other.count(0) > 0.4 * len(every_other):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    high: set[int] = set()
    utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            high.update(chunk)
            if utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    utf8 = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        utf8 = False
    if utf8:
        return "utf-8"
    return "latin-1" if high & NOT_CP1252 else "cp1252"


def delimiter_of(sample: list[str]) -> str:
    """Return the delimiter by which the first lines fall into the most columns, alike from line to line."""
    first = sample[0] if sample else ""
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(record.cells) for record in records(sample, delimiter) if record.cells]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (usual - 1) * widths.count(usual) / len(widths)
        if score > most:
            best, most = delimiter, score
    return best


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text file with their ends, whatever those are; what cannot be decoded becomes U+FFFD."""
    with io.TextIOWrapper(path.open("rb"), encoding=encoding, errors="replace", newline="") as file:
        yield from file


def records(text: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Yield each record of a file, numbered from 1 as a spreadsheet numbers its rows.

    A record whose quotation marks do not pair up is yielded as it can be read, with what is wrong, and the reading goes
    on at the next line.
    """
    waiting: list[str] = []
    source = iter(text)
    number = 0

    def following() -> str | None:
        return waiting.pop() if waiting else next(source, None)

    while (line := following()) is not None:
        number += 1
        cells = _whole(line, delimiter)
        if cells is not None:
            yield Record(number, cells)
            continue
        taken = [line]
        size = len(line)
        while cells is None and len(taken) < MOST_LINES and size < MOST_CHARACTERS:
            more = following()
            if more is None:
                break
            taken.append(more)
            size += len(more)
            if '"' in more:
                cells = _whole("".join(taken), delimiter)
        if cells is not None:
            yield Record(number, cells)
            continue
        waiting.extend(reversed(taken[1:]))
        yield Record(number, _as_it_is(line, delimiter), BROKEN)


def _whole(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of a record, None where its quotation marks do not pair up."""
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    # A second record in what is one quoted text can only come of marks that pair up by chance.
    return (found[0] if found else []) if len(found) <= 1 else None


def _as_it_is(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]
