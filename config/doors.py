"""Whose words an error gets that came before any view, or out of one: the API's under /api/, the pages' elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from api import problems
from web import errors


def _of_its_door(
    api: Callable[[HttpRequest], HttpResponseBase], web: Callable[..., HttpResponseBase]
) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            return api(request)
        return web(request, exception) if exception is not None else web(request)

    return answer


bad_request = _of_its_door(problems.bad_request, errors.bad_request)
forbidden = _of_its_door(problems.forbidden, errors.forbidden)
missing = _of_its_door(problems.not_found, errors.missing)
failed = _of_its_door(problems.server_error, errors.failed)
