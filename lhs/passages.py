"""Real passages as numbers: what the built-in encoder and the hashes made of them, with their labels, never a word.

The passages themselves may not be part of this project; their numbers may, so that a head trained anew – on a fresh
machine, or from people's decisions – keeps what they taught. `python -m benchmarks.keep_passages` writes the file.
The labels are one model reader's, not people's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lhs.features import Counts
from lhs.files import digest_of_file
from lhs.fitting import Rows
from lhs.habits import CODES

FILE = Path(__file__).resolve().parent / "passages.npz"
# Written by `python -m benchmarks.keep_passages`, which says the new one.
PASSAGES_SHA256 = "72f2efe1e0b0311e04bf9e111349533f59e9d20faf28b682ac4f545c272efeb8"


class PassagesUnusable(ValueError):
    """The passages' file is missing or is not one that this software wrote. The message says what to do."""


def keep_passages(rows: Rows, path: Path = FILE) -> None:
    """Write rows as numbers of eight bits, with one scale for each feature (half a per cent of its range).

    Their `prior` goes with them: what encoders said that were adapted without them.
    """
    features = rows.features.astype(np.float32)
    scale = np.maximum(np.abs(features).max(axis=0) / 127, 1e-8)
    arrays: dict[str, Any] = {
        "features": np.rint(features / scale).astype(np.int8),
        "scale": scale,
        "truth": rows.truth,
        "groups": rows.groups.astype(np.int16),
        "prior": np.full(rows.truth.shape, np.nan) if rows.prior is None else rows.prior.astype(np.float16),
        **_flat("words", rows.words),
        **_flat("letters", rows.letters),
    }
    np.savez_compressed(path, **arrays)


def check_passages(path: Path = FILE) -> None:
    """See that the file is the one that came with the software. Raises PassagesUnusable, naming it and the way out."""
    try:
        found = digest_of_file(path)
    except OSError as error:
        raise PassagesUnusable(
            f"The numbers of the passages, {path}, cannot be read ({error.strerror}). Put the file back as it came."
        ) from error
    if found != PASSAGES_SHA256:
        raise PassagesUnusable(
            f"The numbers of the passages, {path}, are not those this software was made with (the sha256 differs). "
            "Put the file back as it came."
        )


def load_passages(path: Path = FILE) -> Rows:
    """Read the rows back. Raises PassagesUnusable."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            features = (kept["features"] * kept["scale"]).astype(np.float16)
            truth = kept["truth"].astype(bool)
            words, letters = _unflat("words", kept), _unflat("letters", kept)
            groups = kept["groups"].astype(np.int64)
            prior = kept["prior"].astype(np.float32)
    except Exception as error:
        raise PassagesUnusable(
            f"The numbers of the passages, {path.name}, cannot be read. Put the file back as it came."
        ) from error
    if truth.shape != (len(features), len(CODES)) or not len(words) == len(letters) == len(groups) == len(features):
        raise PassagesUnusable(f"The numbers in {path.name} do not fit together. Put the file back as it came.")
    return Rows(features, words, letters, truth, groups, prior=prior)


def _flat(name: str, counted: Sequence[Counts]) -> dict[str, npt.NDArray[Any]]:
    return {
        # Places are below 2**16.
        f"{name}_at": np.concatenate([at for at, _ in counted]).astype(np.uint16),
        f"{name}_values": np.concatenate([values for _, values in counted]).astype(np.float16),
        f"{name}_ends": np.cumsum([len(at) for at, _ in counted]).astype(np.int32),
    }


def _unflat(name: str, kept: Any) -> tuple[Counts, ...]:
    ends = kept[f"{name}_ends"][:-1]
    at = np.split(kept[f"{name}_at"].astype(np.int32), ends)
    values = np.split(kept[f"{name}_values"].astype(np.float32), ends)
    return tuple(zip(at, values, strict=True))
