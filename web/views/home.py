"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.access import reader


@reader
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/home.html")
