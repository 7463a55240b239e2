"""Tell the worker that something may be due. The database knows what is; this only saves the wait for a sweep.

Whoever logs an insight never waits for a broker: a nudge gives up after half a second, and after one that failed
nobody in this process tries again for a few seconds.
"""

from __future__ import annotations

import logging
import time
from enum import StrEnum
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from kombu.pools import producers

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.5
QUIET_SECONDS = 5.0


class Work(StrEnum):
    """What the worker can be told of, each by the name of its task: the tasks call the verbs, and the verbs nudge."""

    TAG = "insights.tag_due"
    LEARN_THEMES = "insights.learn_themes"
    COMPARE = "insights.compare_candidates"
    IMPORT = "insights.import_due"
    SEND = "insights.send_notices"


class _Line:
    """Until when this process leaves the broker alone (on the monotonic clock)."""

    quiet_until = 0.0


def nudge_after_commit() -> None:
    """Once this transaction is saved, wake the tagging worker; without a broker, leave it to the next sweep."""
    transaction.on_commit(_nudge, robust=True)


def nudge_themes_after_commit() -> None:
    """Once this transaction is saved, have the themes' tagger fitted; without a broker, leave it to the next look."""
    transaction.on_commit(partial(_nudge, Work.LEARN_THEMES), robust=True)


def nudge_comparing_after_commit() -> None:
    """The same for what was cut out of a report and is to be compared."""
    transaction.on_commit(partial(_nudge, Work.COMPARE), robust=True)


def nudge_imports_after_commit() -> None:
    """The same for a spreadsheet to import."""
    transaction.on_commit(partial(_nudge, Work.IMPORT), robust=True)


def nudge_mail_after_commit() -> None:
    """The same for notices to send."""
    transaction.on_commit(partial(_nudge, Work.SEND), robust=True)


def _nudge(work: Work = Work.TAG) -> None:
    if time.monotonic() < _Line.quiet_until:
        return
    # Not the worker's own connection settings: its reads wait longer than a person at a form should.
    impatient = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    connection = current_app.connection_for_write(
        transport_options={**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **impatient}
    )
    try:
        with producers[connection].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            current_app.send_task(work.value, producer=producer, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        _Line.quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The broker cannot be reached (%s); the next sweep does what is due.", type(error).__name__)
