from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def keep_codebooks(**_: Any) -> None:
    """The habits are fixed in code: every migrated (or flushed) database holds them as the code tells them."""
    from lhs.codebooks import ensure_habits

    ensure_habits()


class LearningSystemConfig(AppConfig):
    name = "lhs"
    verbose_name = "learning health system"

    def ready(self) -> None:
        post_migrate.connect(keep_codebooks, sender=self, dispatch_uid="keep the codebooks")
