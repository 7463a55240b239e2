"""Tell the worker that something may be due. The database knows what is; this only saves the wait for a sweep.

Whoever logs an insight never waits for a broker: a nudge gives up after half a second, and after one that failed
nobody in this process tries again for a few seconds.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

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
    from insights.tasks import learn_themes

    transaction.on_commit(partial(_nudge, learn_themes), robust=True)


def nudge_comparing_after_commit() -> None:
    """The same for what was cut out of a report and is to be compared."""
    from insights.tasks import compare_candidates

    transaction.on_commit(partial(_nudge, compare_candidates), robust=True)


def nudge_imports_after_commit() -> None:
    """The same for a spreadsheet to import."""
    from insights.tasks import import_due

    transaction.on_commit(partial(_nudge, import_due), robust=True)


def nudge_mail_after_commit() -> None:
    """The same for notices to send."""
    from insights.tasks import send_notices

    transaction.on_commit(partial(_nudge, send_notices), robust=True)


def _nudge(task: Any = None) -> None:
    from insights.tasks import tag_due

    if time.monotonic() < _Line.quiet_until:
        return
    # Not the worker's own connection settings: its reads wait longer than a person at a form should.
    impatient = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    connection = current_app.connection_for_write(
        transport_options={**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **impatient}
    )
    try:
        with producers[connection].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            (task or tag_due).apply_async(producer=producer, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        _Line.quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The broker cannot be reached (%s); the next sweep does what is due.", type(error).__name__)
