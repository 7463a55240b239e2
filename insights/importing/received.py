"""A file that a door was sent, as a path to read from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import File


@contextmanager
def on_disk(file: File[Any]) -> Iterator[Path]:
    """Give the path of a file that was sent; a small one that is in memory is written out first."""
    if path := getattr(file, "temporary_file_path", None):
        yield Path(path())
        return
    with NamedTemporaryFile(prefix="lhs-upload-") as out:
        for chunk in file.chunks():
            out.write(chunk)
        out.flush()
        yield Path(out.name)
