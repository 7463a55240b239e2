"""Signing in with OpenID Connect, with a provider that may be away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from requests import RequestException

log = logging.getLogger(__name__)


def go(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead to the provider."""
    return _with(views.login, request, provider_id)


def back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Read what the provider says, for whoever comes back from it."""
    return _with(views.callback, request, provider_id)


def _with(view: Callable[..., HttpResponseBase], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        return view(request, provider_id)
    except RequestException as error:
        log.error("The provider of OpenID Connect does not answer: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=HTTPStatus.BAD_GATEWAY)
