"""Pages for what goes wrong, each with a way back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from web import context


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: what was sent could not be read."""
    return _quiet("errors/400.html", HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403: signed in, but not allowed. The exception's words, if any, are ours and for people."""
    return render(request, "errors/403.html", {"reason": _words_of(exception)}, status=HTTPStatus.FORBIDDEN)


def missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404: no such page, or none that this person may open."""
    return render(request, "errors/404.html", status=HTTPStatus.NOT_FOUND)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """429: tried too often."""
    return render(request, "errors/429.html", status=HTTPStatus.TOO_MANY_REQUESTS)


def failed(request: HttpRequest) -> HttpResponseBase:
    """500: our fault. Asks neither the database nor the session, because either may be what failed."""
    return _quiet("errors/500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403: a form was sent without the mark that shows it came from our own page."""
    return _quiet("errors/csrf.html", HTTPStatus.FORBIDDEN)


def _words_of(exception: Exception) -> str:
    return str(exception.args[0]) if exception.args and isinstance(exception.args[0], str) else ""


def _quiet(template: str, status: HTTPStatus, **more: Any) -> HttpResponse:
    return HttpResponse(render_to_string(template, {**context.without_anyone(), **more}), status=status)
