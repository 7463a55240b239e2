"""How a line of the log is written: what failed and where, never what was typed.

The message of an exception may hold it: a database names the row that broke a rule, Python the text that was no number.
So of an exception stand its kind, its place in the code and, of a database's, its code and the rule's name.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
DEEPEST = 10


class Line(logging.Formatter):
    """A line for each record; what an exception says of itself is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the exception's way through the code beneath it."""
        # Another handler may have written the exception out already, and the record carries that along.
        mine = logging.makeLogRecord({**record.__dict__, "exc_text": None})
        if isinstance(mine.args, dict) and "exc" in mine.args:
            # A task that failed: Celery tells the exception in the line itself.
            mine.args = {**mine.args, "exc": _name(mine.exc_info[1]) if mine.exc_info else "", "traceback": ""}
        elif isinstance(mine.args, tuple):
            mine.args = tuple(said_of(arg) if isinstance(arg, psycopg.Error) else arg for arg in mine.args)
        return super().format(mine)

    def formatException(self, ei: Any) -> str:
        """Return where each exception of the chain was raised, and what kind it is."""
        return "\n".join(_told(ei[1])) if ei and ei[1] else ""


def said_of(error: BaseException) -> str:
    """Return what may be known of an exception: its kind, and what a system's or a database's code for it is."""
    if isinstance(error, psycopg.Error):
        parts = [error.sqlstate, error.diag.constraint_name, error.diag.table_name]
        return f"{_name(error)} ({', '.join(part for part in parts if part) or 'no code'})"
    if isinstance(error, OSError) and error.strerror:
        return f"{_name(error)} ({error.strerror})"
    return _name(error)


def _name(error: BaseException | None) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _told(error: BaseException) -> Iterator[str]:
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain and len(chain) < DEEPEST:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    for one in reversed(chain):
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(one.__traceback__)).rstrip("\n")
        yield said_of(one)
