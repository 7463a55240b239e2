"""Sign in with a password or with a link that works once, and sign out."""

from __future__ import annotations

from typing import cast

from allauth.account.views import login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from sesame.utils import get_user

from accounts.models import User
from web.access import public
from web.entrance.entering import enter

PAGE = ["GET", "HEAD", "POST"]


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(PAGE)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for e-mail and password, or show the other ways; then go where the person was going."""
    return login(request)


@public
@never_cache
@require_http_methods(PAGE)
def sign_in_link(request: HttpRequest) -> HttpResponseBase:
    """Show whom the link signs in, and sign them in when they say so.

    Opening the link changes nothing: programs that look at links in messages before people do would use it up.
    """
    token, after = _given(request, settings.SESAME_TOKEN_NAME), _after(request)
    found = cast("User | None", get_user(token, update_last_login=False)) if token else None
    if found is None:
        return render(request, "pages/link_used.html", {"after": after}, status=410)
    if request.method == "POST":
        return enter(request, found, after)
    return render(request, "pages/sign_in_link.html", {"found": found, "token": token, "after": after})


@public
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "You have signed out.")
    return redirect(settings.LOGOUT_REDIRECT_URL if settings.ANONYMOUS_READING else settings.LOGIN_URL)


def _after(request: HttpRequest) -> str:
    """Return the page to go to afterwards: one of this site, whatever the address or the form says."""
    wanted = _given(request, "next")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _given(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name) or ""
