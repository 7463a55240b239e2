"""Two at once: a verb on a connection of its own, and whether anyone waits for anyone's lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection


def in_a_thread(pool: ThreadPoolExecutor, verb: Callable[..., Any], **arguments: Any) -> Future[Any]:
    """Run `verb` on a connection of its own."""

    def run() -> Any:
        try:
            return verb(**arguments)
        finally:
            connection.close()

    return pool.submit(run)


def waiting() -> int:
    """Return how many sessions of this database wait for a lock that another holds."""
    with connection.cursor() as cursor:
        # A transaction sees the activity as it stood when it first looked, unless it forgets that.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])
