"""The Celery application: its settings are Django's, prefixed CELERY_."""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("lhs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_rest(**_: Any) -> None:
    """Write the worker's log as the web server writes its own (`config.logs`)."""
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """Load the encoder before the first insight comes, so that the first is tagged as fast as the next."""
    from lhs.encoder import EncoderUnavailable, loaded

    try:
        loaded().encode(["warm"])
    except EncoderUnavailable:
        # Said by name when something is due; a worker without an encoder still folds tallies.
        return
