"""What a phone needs to keep what is typed while there is no network, and to send it afterwards (decision 20)."""

from __future__ import annotations

import base64
from http import HTTPStatus
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from insights.remembering import queue_key
from web import context
from web.access import public, signed_in
from web.forms import InsightForm
from web.jinja import asset
from web.pages.log import form_page
from web.saving import after_saving, save, starting_with

ICONS = (("images/icon-192.png", "192x192", "any"), ("images/icon-512.png", "512x512", "any maskable"))


@signed_in
@never_cache
@require_safe
def here(request: HttpRequest) -> JsonResponse:
    """Whose session this is, by the name of their queue, and a fresh mark against forged forms."""
    person = cast(User, request.user)
    name = str(queue_key(person=person).name)
    return JsonResponse({"person": name, "whose": context.whose(person), "csrf": get_token(request)})


@signed_in
@never_cache
@require_safe
def key(request: HttpRequest) -> JsonResponse:
    """What this person's words are sealed with, handed to their own session alone."""
    person = cast(User, request.user)
    found = queue_key(person=person)
    sealing = base64.b64encode(bytes(found.key)).decode()
    # No longer on a phone than the session that it was handed to.
    lasts = request.session.get_expiry_age()
    return JsonResponse({"person": str(found.name), "whose": context.whose(person), "key": sealing, "lasts": lasts})


@signed_in
@never_cache
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Save one insight that waited. The answer says where it is, or what is wrong with it, field by field.

    `person` names whose queue it comes from: where that is not who is signed in by now, nothing is saved.
    """
    person = cast(User, request.user)
    if request.POST.get("person") != str(queue_key(person=person).name):
        return JsonResponse({"person": "Somebody else is signed in."}, status=HTTPStatus.CONFLICT)
    form = InsightForm(request.POST, person=person)
    if form.is_valid():
        try:
            saved = save(person=person, form=form, status=request.POST.get("status", ""))
        except ValidationError as fault:
            form.blame(fault)
        except PermissionDenied as denied:
            return JsonResponse({"errors": [str(denied)]}, status=HTTPStatus.FORBIDDEN)
        else:
            bedside = bool(request.POST.get("bedside"))
            return JsonResponse({"id": str(saved.insight.id), "next": after_saving(saved.insight, bedside=bedside)})
    faults = form_page(form, checked=True).errors
    return JsonResponse({"errors": [words for words, _ in faults]}, status=HTTPStatus.BAD_REQUEST)


@signed_in
@never_cache
@require_safe
def shell(request: HttpRequest, bedside: bool = False) -> HttpResponse:
    """The empty form, for a phone to keep: nobody's words are on it."""
    form = InsightForm(
        initial=starting_with(cast(User, request.user), bedside=bedside), person=cast(User, request.user)
    )
    page = form_page(form, checked=False)
    return render(request, "insights/log.html", {"page": page, "bedside": bedside, "today": (), "shell": True})


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root of the site, where it may look after every page."""
    built = finders.find("built/worker.js")
    if not built:
        raise Http404("The front-end assets are not built.")
    return HttpResponse(
        Path(built).read_text(encoding="utf-8"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in for a page that cannot be fetched; it knows nobody, so a phone may keep it."""
    return HttpResponse(render_to_string("pages/offline.html", {**context.without_anyone(), "shell": True}))


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the site among its applications."""
    name = settings.SITE_NAME
    said = {
        "name": name,
        "short_name": name if len(name) <= 12 else "Insights",
        "id": "/insights/log/",
        "start_url": "/insights/log/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f0f4f5",
        "theme_color": "#005eb8",
        "icons": [
            {"src": asset(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in ICONS
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")
