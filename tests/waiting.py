"""Waiting for what other processes do, without guessing how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(predicate: Callable[[], Found | None], seconds: float = 30, *, every: float = 0.05, what: str = "") -> Found:
    """Ask again and again until the answer is true, and return it; fail the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := predicate():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds} s in vain for {what or predicate}.")
        time.sleep(every)
