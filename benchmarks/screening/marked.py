"""Sentences with their spans marked inline: `[[name:Priya]] sorted the drip`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

MARK = re.compile(r"\[\[([a-z-]+):(.*?)\]\]", re.DOTALL)
FOLDER = Path(__file__).parents[2] / "tests" / "insights" / "screening"
HALVES = {
    "development": tuple(FOLDER / f"{name}.yaml" for name in ("development", "fresh", "ward_talk", "corridor")),
    "held out": tuple(FOLDER / f"{name}.yaml" for name in ("held_out", "unmet", "last_met")),
}


@dataclass(frozen=True)
class Marked:
    """A text without its marks, and the marks as (kind, start, end) in code points."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def read(line: str) -> Marked:
    """Take the marks out of a sentence and keep where they stood."""
    text, spans, at = "", [], 0
    for mark in MARK.finditer(line):
        text += line[at : mark.start()]
        spans.append((mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        at = mark.end()
    return Marked(text + line[at:], tuple(spans))


def half(name: str) -> list[Marked]:
    """One half of the test set: "development" or "held out"."""
    return [read(line) for line in lines_of(name)]


def lines_of(name: str) -> list[str]:
    """The sentences of one half with their marks still in them."""
    themes = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in HALVES[name]]
    return [line for of in themes for lines in of.values() for line in lines]
