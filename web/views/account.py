"""A person's own pages: what they sign in with, where they are signed in, their tokens and their programmes."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Scope, User
from accounts.tokens import issue, revoke, tokens_of
from casestudies.models import Membership
from web.access import signed_in
from web.entrance.sessions import device_of
from web.pages.account import TokenForm, TokenPage

PAGE = ["GET", "HEAD", "POST"]


@signed_in
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What is mine here."""
    person = cast(User, request.user)
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return render(
        request,
        "account/account.html",
        {
            "has_password": person.has_usable_password(),
            "has_app": Authenticator.Type.TOTP in kinds,
            "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
            "sessions": len(UserSession.objects.purge_and_list(person)),
            "tokens": tokens_of(person).filter(expiry__gt=timezone.now()).count(),
            "memberships": Membership.objects.select_related("programme")
            .filter(user=person)
            .order_by("programme__name"),
            "elsewhere": bool(settings.OIDC_ISSUER),
        },
    )


@signed_in
@never_cache
@require_http_methods(PAGE)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in, and signing out there: at one place, everywhere else, or everywhere."""
    person = cast(User, request.user)
    if request.method == "POST":
        wanted = request.POST.get("which", "")
        if wanted == "everywhere":
            end_sessions(request, list(UserSession.objects.filter(user=person)))
            messages.success(request, "You have signed out everywhere.")
            return redirect(settings.LOGIN_URL)
        if wanted == "others":
            end_other_sessions(request, person)
            messages.success(request, "You are signed out everywhere else.")
        elif wanted.isdigit() and len(wanted) < 18:
            gone = UserSession.objects.filter(user=person, id=int(wanted)).exclude(
                session_key=request.session.session_key
            )
            if gone:
                messages.success(request, f"Signed out: {device_of(gone[0].user_agent)}.")
                end_sessions(request, list(gone))
        return redirect("web:sessions")
    UserSession.objects.create_from_request(request)
    found = sorted(UserSession.objects.purge_and_list(person), key=lambda one: one.last_seen_at, reverse=True)
    return render(
        request,
        "account/sessions.html",
        {
            "sessions": [(one, device_of(one.user_agent), one.is_current()) for one in found],
            "tokens": tokens_of(person).filter(expiry__gt=timezone.now()),
        },
    )


@signed_in
@never_cache
@require_http_methods(PAGE)
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens, and a new one; the new one is shown in this answer and never again."""
    person = cast(User, request.user)
    page = TokenPage(tokens_of(person), TokenForm.of(request.POST if request.method == "POST" else {}))
    if request.method == "POST":
        try:
            page.new = issue(
                person=person, name=page.form.name, scope=page.form.scope, lasts=timedelta(days=page.form.days)
            )
            page.form = TokenForm()
        except ValidationError as fault:
            page.faults = {field: said[0] for field, said in fault.message_dict.items()}
    return render(request, "account/tokens.html", {"page": page, "scopes": Scope})


@signed_in
@never_cache
@require_http_methods(PAGE)
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Take one of my tokens back; whoever comes here from signing in again is led to the list."""
    if request.method == "POST" and revoke(
        person=cast(User, request.user), digest=request.POST.get("token", "").replace("\0", "")
    ):
        messages.success(request, "The token is revoked. Whatever used it can no longer sign in.")
    return redirect("web:tokens")
