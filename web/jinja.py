"""How templates are read: our own and the NHS design system's, escaped always, with a few words of their own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from web import words


def environment(**options: Any) -> Environment:
    """Return the environment that Django's Jinja2 backend renders with."""
    options["loader"] = ChoiceLoader([options["loader"], PackageLoader("nhsuk_frontend_jinja")])
    # The design system's macros read parameters that were not given.
    options["undefined"] = ChainableUndefined
    options["trim_blocks"] = options["lstrip_blocks"] = True
    made = Environment(**{**options, "autoescape": True})  # noqa: S701 - it is on
    made.globals.update(static=asset, url=address)
    made.filters.update(
        day=words.day,
        moment=words.moment,
        number=words.number,
        paragraphs=words.paragraphs,
        percent=words.percent,
    )
    return made


def asset(path: str) -> str:
    """Return the address of a file in web/static; before the files are collected, of the file as it lies there."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of the page called `name`, such as `web:case-study`."""
    return reverse(name, args=args or None, kwargs=kwargs or None)
