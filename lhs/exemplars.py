"""The exemplars: short texts written for this project, each with the codes it is evidence about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from lhs.habits import CODES

FOLDER = Path(__file__).resolve().parent / "exemplars" / "habits"
NEAR_DUPLICATE = 0.92


class ExemplarsUnusable(ValueError):
    """The exemplars' file is missing or a row of it is wrong. The message names the file and row."""


@dataclass(frozen=True)
class Exemplar:
    """One text, the codes it is evidence about (in the codebook's order; none is an answer), and how it sounds."""

    text: str
    labels: tuple[str, ...]
    register: str = ""


def load_exemplars(folder: Path | None = None, *, codes: Sequence[str] = CODES) -> tuple[Exemplar, ...]:
    """Read and check the exemplars: every file of the folder (one for each register), in order of names and rows.

    Raises ExemplarsUnusable naming the file and the row that is wrong.
    """
    folder = folder or FOLDER
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ExemplarsUnusable(f"There are no exemplars in {folder.name}.")
    exemplars: list[Exemplar] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, row in enumerate(_rows(path), start=1):
            place = f"{path.stem} {number}"
            one = _checked(row, place, codes)
            if (first := seen.setdefault(one.text.casefold(), place)) != place:
                raise ExemplarsUnusable(f"Exemplar {place} says the same as exemplar {first}.")
            exemplars.append(one)
    return tuple(exemplars)


def _rows(path: Path) -> list[object]:
    try:
        rows = yaml.load(path.read_bytes(), Loader=_loader())  # noqa: S506 - both loaders are the safe one
    except (OSError, yaml.YAMLError) as error:
        raise ExemplarsUnusable(f"The exemplars in {path.name} cannot be read: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise ExemplarsUnusable(f"{path.name} should be a list of exemplars.")
    return rows


def _loader() -> Any:
    # The C loader reads the file ten times faster; not every build of PyYAML has it.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _checked(row: object, number: str, codes: Sequence[str]) -> Exemplar:
    if not isinstance(row, dict) or not set(row) <= {"text", "labels", "register"}:
        raise ExemplarsUnusable(f"Exemplar {number} should have text, labels and register, and nothing else.")
    text, labels = row.get("text"), row.get("labels")
    if not isinstance(text, str) or not 3 <= len(text.strip()) <= 5000:
        raise ExemplarsUnusable(f"Exemplar {number} needs a text of 3 to 5,000 characters.")
    if not isinstance(labels, list):
        raise ExemplarsUnusable(f"Exemplar {number} needs a list of labels; an empty one says “none”.")
    for label in labels:
        if label not in codes:
            raise ExemplarsUnusable(f"Exemplar {number} has the label “{label}”, which is not in the codebook.")
    if len(set(labels)) != len(labels):
        raise ExemplarsUnusable(f"Exemplar {number} names a label twice.")
    return Exemplar(text.strip(), tuple(code for code in codes if code in labels), str(row.get("register") or ""))


def near_duplicates(
    embeddings: npt.NDArray[np.float32], *, similarity: float = NEAR_DUPLICATE
) -> list[tuple[int, int, float]]:
    """Pairs of rows (first, second, cosine) that say nearly the same, the most alike first. Rows have length 1."""
    cosines = np.triu(embeddings @ embeddings.T, k=1)
    pairs = [(int(a), int(b), float(cosines[a, b])) for a, b in np.argwhere(cosines >= similarity)]
    return sorted(pairs, key=lambda pair: -pair[2])
