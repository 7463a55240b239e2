"""How the software is put together. Importing it makes the Celery application the current one, for shared tasks."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
