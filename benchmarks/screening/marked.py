"""Sentences with their spans marked inline: `[[name:Priya]] sorted the drip`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

MARK = re.compile(r"\[\[([a-z-]+):(.*?)\]\]", re.DOTALL)
FOLDER = Path(__file__).parents[2] / "tests" / "insights" / "screening"
HALVES = {"development": FOLDER / "development.yaml", "held out": FOLDER / "held_out.yaml"}


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
    themes = yaml.safe_load(HALVES[name].read_text(encoding="utf-8"))
    return [read(line) for lines in themes.values() for line in lines]
