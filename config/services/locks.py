"""Locks in the data folder. The kernel drops them with the process that holds them, so none is ever stale."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class Lock:
    """One lock file, held shared or alone. Use it in one place at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    def take(self, *, alone: bool, wait: bool) -> bool:
        """Take the lock, alone or shared; with `wait` until it is free. Returns whether it is held now."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        # Python's own open() makes the file close in children, so a child never keeps the lock alive.
        handle = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                handle.close()
                return False
            print("Waiting for another start or stop on this data folder…", file=sys.stderr, flush=True)  # noqa: T201
            fcntl.flock(handle, kind)
        self._file = handle
        return True

    def drop(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def sign(self) -> None:
        """Write this process's number into the lock file, for the sentence that a second start gets."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(str(os.getpid()))
            self._file.flush()

    def signed(self) -> int | None:
        """The process number last written into the lock file, if any."""
        try:
            return int(self.path.read_text() or "0") or None
        except (OSError, ValueError):
            return None


@contextmanager
def held(lock: Lock) -> Iterator[None]:
    """Hold `lock` alone for the length of a block, waiting for it if need be."""
    lock.take(alone=True, wait=True)
    try:
        yield
    finally:
        lock.drop()
