"""Tell the worker that something may be due. The database knows what is; this only saves the wait for a sweep."""

from __future__ import annotations

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge_after_commit() -> None:
    """Once this transaction is saved, wake the tagging worker; without a broker, leave it to the next sweep."""
    transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    from insights.tasks import tag_due

    try:
        tag_due.apply_async(retry=False, expires=60)
    except (OperationalError, OSError) as error:
        logger.warning("The broker cannot be reached (%s); the next sweep tags what is due.", type(error).__name__)
