"""Labelled texts in files of JSON lines, as the benchmarks read them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Labelled:
    """One text with the codes it is labelled with; `source` groups texts of one kind, "" where the file says none."""

    id: str
    text: str
    labels: tuple[str, ...]
    source: str


def read(path: Path) -> list[Labelled]:
    """Read `{"id", "text", "labels"}` a line. Raises ValueError naming the line that is not one."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            labels = tuple(dict.fromkeys(str(label) for label in said["labels"]))
            rows.append(Labelled(str(said["id"]), str(said["text"]), labels, str(said.get("source", ""))))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{path.name}, line {number}: expected {{"id", "text", "labels": […]}}.') from error
    return rows


SETTLED = Path(__file__).resolve().parent / "settled.json"


def read_settled(path: Path) -> list[Labelled]:
    """Read passages with the labels that most of three model readers gave, where they differ from the file's.

    `settled.json` has them by id (`python -m benchmarks.adapt` and `keep_passages` learn from these).
    """
    settled: dict[str, list[str]] = json.loads(SETTLED.read_text(encoding="utf-8"))
    return [replace(row, labels=tuple(settled.get(row.id, row.labels))) for row in read(path)]
