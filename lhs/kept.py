"""What the encoder made of the exemplars, kept in the data folder: training again reads no text again.

A file that is missing, damaged or of other texts or another encoder is made anew; where it cannot be written, training
only takes longer.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from django.conf import settings

from lhs import encoder
from lhs.encoder import DIMENSIONS, Encoder, Progress, Reading

logger = logging.getLogger(__name__)
FOLDER = "exemplars"


def read_kept(texts: Sequence[str], progress: Progress | None = None) -> Reading:
    """What the configured encoder makes of these texts, as it was kept, or read now and kept.

    Raises EncoderUnavailable.
    """
    reader = encoder.loaded()
    path = _path(reader, texts)
    found = _found(path, len(texts), reader.width)
    if found is None:
        found = reader.read(texts, progress=progress)
        _keep(path, found)
    return found


def _path(reader: Encoder, texts: Sequence[str]) -> Path:
    digest = hashlib.sha256(reader.name.encode())
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "replace")).digest())
    return Path(settings.DATA_DIR) / FOLDER / f"{digest.hexdigest()[:32]}.npz"


def _found(path: Path, texts: int, width: int) -> Reading | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            reading = Reading(kept["embeddings"], kept["features"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        logger.warning("What was kept of the exemplars cannot be read; it is made anew.")
        return None
    shapes = (reading.embeddings.shape, reading.features.shape)
    finite = bool(np.isfinite(reading.embeddings).all() and np.isfinite(reading.features).all())
    return reading if shapes == ((texts, DIMENSIONS), (texts, width)) and finite else None


def _keep(path: Path, reading: Reading) -> None:
    """Write it whole or not at all, in the place of what was kept of other texts."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, embeddings=reading.embeddings, features=reading.features)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        for other in path.parent.glob("*.npz"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError:
        logger.warning("What the encoder made of the exemplars could not be kept in the data folder.")
