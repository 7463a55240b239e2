"""The Celery application: its settings are Django's, prefixed CELERY_."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("lhs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def warm_up(**_: Any) -> None:
    """Load the encoder before the first insight comes, so that the first is tagged as fast as the next."""
    from lhs.encoder import EncoderUnavailable, loaded

    try:
        loaded().encode(["warm"])
    except EncoderUnavailable:
        # Said by name when something is due; a worker without an encoder still folds tallies.
        return
