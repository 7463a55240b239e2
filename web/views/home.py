"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web.access import person_of, reader
from web.pages.home import home_page


@reader
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the five habits, and what is new."""
    return render(request, "pages/home.html", {"page": home_page(person_of(request))})
