"""How far a long step is, on stderr."""

from __future__ import annotations

import sys
import time


def say(line: str) -> None:
    """Write one line on stderr."""
    print(line, file=sys.stderr, flush=True)


class Progress:
    """So many of so many, told at most once a second: over itself on a terminal, else as lines, less often."""

    def __init__(self, what: str, of: int) -> None:
        self.what = what
        self.of = of
        self.done = 0
        self._began = self._told = time.monotonic()
        self._on_a_terminal = sys.stderr.isatty()

    def at(self, done: int) -> None:
        """Say that so many are done."""
        self.done = done
        now = time.monotonic()
        if now - self._told < (1 if self._on_a_terminal else 10):
            return
        self._told = now
        self._write(now, end="\r" if self._on_a_terminal else "\n")

    def end(self) -> None:
        """Say that it is over, and how long it took."""
        self._write(time.monotonic(), end="\n")

    def _write(self, now: float, end: str) -> None:
        print(f"  {self.what}: {self.done:,} of {self.of:,}, {now - self._began:.0f} s", file=sys.stderr, end=end)
        sys.stderr.flush()
