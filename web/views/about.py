"""Pages about the site itself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.access import public
from web.colours import usable


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """What everyone can do here, how that is tested, and what is not right yet."""
    return render(request, "pages/accessibility.html")


@public
def colours(request: HttpRequest) -> HttpResponse:
    """The organisation's own colour, as a stylesheet: pages hold no styles of their own."""
    css = f":root {{ --site-colour: {settings.SITE_COLOUR}; }}\n" if usable(settings.SITE_COLOUR) else ""
    return HttpResponse(css, content_type="text/css; charset=utf-8")
