"""How the encoder was adapted to the five habits: a low-rank change of its upper layers, and what it says of a text.

`python -m benchmarks.adapt` fits it once, with torch, to the exemplars and the real passages, and writes the file; the
product adds the change to the official weights as it builds the encoder's graph, and needs no torch. LoRA: Hu et al.
2021. What the adapted encoder says of the texts that it was fitted to would flatter it, so the file also keeps what
encoders say that were fitted without them (`margins_of`): heads are calibrated on these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = Path(__file__).resolve().parent / "adaptation.npz"
# Written by `python -m benchmarks.adapt`, which says the new one.
ADAPTATION_SHA256 = "2e0b28e3d6dc4b075129bd12681329e069155168c8ed15ebdb481c90161ff4c9"

Numbers = npt.NDArray[np.float32]


class AdaptationUnusable(ValueError):
    """The adaptation's file is missing or is not one that this software wrote. The message says what to do."""


@dataclass(frozen=True, eq=False)
class Adaptation:
    """Changes of weights, `down` (rank, in) and `up` (out, rank) by name, from layer `first` (0–5) on; a linear
    reading of the adapted last layer's mean: `weights` (codes, 384) and `bias` (codes,).

    `margins` are those of the texts it was fitted to, by the first 16 hex digits of a text's sha256, from encoders that
    had not seen them.
    """

    codes: tuple[str, ...]
    first: int
    down: Mapping[str, Numbers]
    up: Mapping[str, Numbers]
    weights: Numbers
    bias: Numbers
    margins: Mapping[str, Numbers]

    def adapted(self, official: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """The official weights with the change added, under the same names. Raises AdaptationUnusable."""
        changed = dict(official)
        for name, up in self.up.items():
            if name not in official or official[name].shape != (up.shape[0], self.down[name].shape[1]):
                raise AdaptationUnusable(f"{FILE.name} is of another model: {name} does not fit.")
            changed[name] = official[name] + up @ self.down[name]
        return changed

    def margins_of(self, texts: Sequence[str]) -> Numbers:
        """What encoders say of texts that had not seen them, (n, codes); NaN where a text took no part in the fit."""
        unknown = np.full(len(self.codes), np.nan, dtype=np.float32)
        return np.array([self.margins.get(digest_of(text), unknown) for text in texts], dtype=np.float32)


def digest_of(text: str) -> str:
    """The name under which a text's margin is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep_adaptation(adaptation: Adaptation, path: Path = FILE) -> None:
    """Write the file, in sixteen bits."""
    names = sorted(adaptation.up)
    arrays: dict[str, Any] = {
        "codes": np.array(adaptation.codes),
        "first": np.array(adaptation.first),
        "names": np.array(names),
        "weights": adaptation.weights.astype(np.float32),
        "bias": adaptation.bias.astype(np.float32),
        "texts": np.array(sorted(adaptation.margins)),
        "margins": np.array([adaptation.margins[text] for text in sorted(adaptation.margins)], dtype=np.float16),
    }
    for number, name in enumerate(names):
        arrays[f"down {number}"] = adaptation.down[name].astype(np.float16)
        arrays[f"up {number}"] = adaptation.up[name].astype(np.float16)
    np.savez_compressed(path, **arrays)


@cache
def load_adaptation(path: Path = FILE) -> Adaptation:
    """Read the file, of which the encoder has checked that it is the one that came. Raises AdaptationUnusable."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            names: Sequence[str] = kept["names"].tolist()
            adaptation = Adaptation(
                codes=tuple(kept["codes"].tolist()),
                first=int(kept["first"]),
                down={name: kept[f"down {number}"].astype(np.float32) for number, name in enumerate(names)},
                up={name: kept[f"up {number}"].astype(np.float32) for number, name in enumerate(names)},
                weights=kept["weights"],
                bias=kept["bias"],
                margins=dict(zip(kept["texts"].tolist(), kept["margins"].astype(np.float32), strict=True)),
            )
    except Exception as error:
        raise AdaptationUnusable(f"{path.name} cannot be read. Put the file back as it came.") from error
    return adaptation
