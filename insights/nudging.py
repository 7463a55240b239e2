"""Tell the worker that something may be due. The database knows what is; this only saves the wait for a sweep.

Whoever logs an insight never waits for a broker: a nudge gives up after half a second, and after one that failed
nobody in this process tries again for a few seconds.
"""

from __future__ import annotations

import logging
import time

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from kombu.pools import producers

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.5
QUIET_SECONDS = 5.0


class _Line:
    """Until when this process leaves the broker alone (on the monotonic clock)."""

    quiet_until = 0.0


def nudge_after_commit() -> None:
    """Once this transaction is saved, wake the tagging worker; without a broker, leave it to the next sweep."""
    transaction.on_commit(_nudge, robust=True)


def nudge_themes_after_commit() -> None:
    """Once this transaction is saved, have the themes' tagger fitted; without a broker, leave it to the next look."""
    transaction.on_commit(lambda: _nudge("learn_themes"), robust=True)


def nudge_mail_after_commit() -> None:
    """Once this transaction is saved, have notices sent; without a broker, leave it to the next sweep."""
    transaction.on_commit(lambda: _nudge("send_notices"), robust=True)


def _nudge(name: str = "tag_due") -> None:
    from insights import tasks

    if time.monotonic() < _Line.quiet_until:
        return
    # Not the worker's own connection settings: its reads wait longer than a person at a form should.
    impatient = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    connection = current_app.connection_for_write(
        transport_options={**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **impatient}
    )
    try:
        with producers[connection].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            getattr(tasks, name).apply_async(producer=producer, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        _Line.quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The broker cannot be reached (%s); the next sweep finds what is due.", type(error).__name__)
