"""The room of the pages."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


class WebConfig(AppConfig):
    """Checks, beside holding the pages, that the site's colour is one that its name can be read on."""

    name = "web"

    def ready(self) -> None:
        register(colour_can_be_read_on)


def colour_can_be_read_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where SITE_COLOUR is set to what cannot be used, because pages leave it out without a word."""
    from web.colours import ENOUGH, usable

    if not settings.SITE_COLOUR or usable(settings.SITE_COLOUR):
        return []
    return [
        Warning(
            f"SITE_COLOUR {settings.SITE_COLOUR!r} is not used.",
            hint=f"Give six digits, such as #005eb8, of a colour with a contrast of {ENOUGH} or more to white.",
            id="web.W001",
        )
    ]
