"""Keep a trained head as bytes, arrays and JSON only, and refuse bytes that are damaged or of another making."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"lhs-head\n"
FORMAT = 2
LARGEST = 256 * 1024 * 1024

Arrays = dict[str, npt.NDArray[Any]]


class ArtefactRefused(ValueError):
    """These bytes are not a head that this software can trust. The message says why."""


def pack(settings: dict[str, Any], arrays: Arrays) -> bytes:
    """Settings (JSON) and arrays as bytes, with a sha256 of the rest in front. Equal input gives equal bytes."""
    told = json.dumps({**settings, "format": FORMAT}, sort_keys=True, ensure_ascii=False, allow_nan=False)
    kept: Arrays = {**arrays, "settings": np.frombuffer(told.encode("utf-8"), dtype=np.uint8)}
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **kept)
    body = held.getvalue()
    return MAGIC + hashlib.sha256(body).digest() + body


def unpack(artefact: bytes) -> tuple[dict[str, Any], Arrays]:
    """Settings and arrays of an artefact. Raises ArtefactRefused where a byte has changed or a number is not finite."""
    head, body = artefact[: len(MAGIC) + 32], artefact[len(MAGIC) + 32 :]
    if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 32:
        raise ArtefactRefused("This is not a tagger's artefact.")
    if hashlib.sha256(body).digest() != head[len(MAGIC) :]:
        raise ArtefactRefused("The tagger's artefact is damaged: its checksum does not match.")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise ArtefactRefused("The tagger's artefact is larger than any head can be.")
        with np.load(io.BytesIO(body), allow_pickle=False) as held:
            arrays: Arrays = {name: held[name] for name in held.files}
        settings = json.loads(arrays.pop("settings").tobytes().decode("utf-8"))
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile, RecursionError) as error:
        if isinstance(error, ArtefactRefused):
            raise
        raise ArtefactRefused("The tagger's artefact cannot be read.") from error
    if not isinstance(settings, dict) or settings.get("format") != FORMAT:
        raise ArtefactRefused("The tagger's artefact is of a format this version of the software does not know.")
    for name, array in arrays.items():
        if not np.issubdtype(array.dtype, np.number) and array.dtype != np.bool_:
            raise ArtefactRefused(f"The tagger's artefact holds something else than numbers in “{name}”.")
        if not np.isfinite(array).all():
            raise ArtefactRefused(f"The tagger's artefact holds a number that is none in “{name}”.")
    return settings, arrays
