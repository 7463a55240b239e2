"""What has been said already: shown while one types, answered with “me too”, and merged by curators."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights import merging
from insights.visibility import Reader
from insights.voices import may_add_voice, me_too
from web.access import signed_in
from web.pages.said import alike_panel, duplicates_page, voice_page
from web.views.insights import is_htmx
from web.voice_form import VoiceForm

FORM = ["GET", "HEAD", "POST"]
# Whoever pressed a button after their session had ended comes back from signing in with a GET.
BUTTON = ["GET", "HEAD", "POST"]
PRESS_AGAIN = "Nothing has been changed yet. Press the button again."


@signed_in
@never_cache
@require_http_methods(FORM)
def similar(request: HttpRequest) -> HttpResponseBase:
    """Part of the form: what is like the `text` that is being typed. Nothing of it is kept."""
    if request.method != "POST" or not is_htmx(request):
        return redirect("web:log")
    panel = alike_panel(cast(User, request.user), request.POST.get("text", ""))
    return render(request, "insights/parts/alike.html", {"panel": panel})


@signed_in
@never_cache
@require_http_methods(FORM)
def add_voice(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """The form that adds a voice to an insight."""
    person = cast(User, request.user)
    insight = get_object_or_404(Reader.of(person).insights(), id=insight_id)
    if not may_add_voice(person, insight):
        raise PermissionDenied(f"You cannot add a voice to this insight while it is {insight.status}.")
    checked = request.method == "POST"
    form = VoiceForm(request.POST if checked else None, person=person)
    status = 400 if checked else 200
    if checked and form.is_valid():
        try:
            me_too(person=person, insight_id=insight_id, voice=form.voice)
        except ValidationError as fault:
            form.blame(fault)
        except Conflict as conflict:
            form.add_error("place", conflict.reason)
            status = 409
        else:
            messages.success(request, "Thank you. Your voice stands beside the others.")
            return HttpResponseRedirect(f"{reverse('web:insight', args=[insight_id])}#voice")
    page = voice_page(insight, form, checked=checked)
    return render(request, "insights/me_too.html", {"page": page}, status=status)


@signed_in
@never_cache
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Likely duplicates, side by side, for curators."""
    return render(request, "insights/duplicates.html", {"page": duplicates_page(cast(User, request.user))})


@signed_in
@require_http_methods(BUTTON)
def merge(request: HttpRequest) -> HttpResponse:
    """Merge `gone` into `kept`, two ids."""
    return _done(
        request,
        "Merged. Every voice stands with the insight that was kept.",
        lambda person, ids: merging.merge(person=person, kept_id=ids["kept"], gone_id=ids["gone"]),
        "kept",
        "gone",
    )


@signed_in
@require_http_methods(BUTTON)
def keep_apart(request: HttpRequest) -> HttpResponse:
    """Say that `first` and `second`, two ids, are not the same."""
    return _done(
        request,
        "Kept apart. The two are not offered again.",
        lambda person, ids: merging.keep_apart(person=person, first_id=ids["first"], second_id=ids["second"]),
        "first",
        "second",
    )


@signed_in
@require_http_methods(BUTTON)
def undo_merge(request: HttpRequest) -> HttpResponse:
    """Take `merge`, an id, back."""
    return _done(
        request,
        "Undone. Both insights stand as they did.",
        lambda person, ids: merging.undo_merge(person=person, merge_id=ids["merge"]),
        "merge",
    )


def _done(
    request: HttpRequest, said: str, verb: Callable[[User, dict[str, UUID]], object], *names: str
) -> HttpResponse:
    """Call a verb with the ids of these names that were sent, and lead back to the list."""
    back = HttpResponseRedirect(reverse("web:duplicates"))
    if request.method != "POST":
        messages.warning(request, PRESS_AGAIN)
        return back
    try:
        ids = {name: UUID(request.POST.get(name, "")) for name in names}
    except ValueError as error:
        raise Missing("There is no such insight, or you may not open it.") from error
    try:
        verb(cast(User, request.user), ids)
    except Conflict as conflict:
        messages.error(request, conflict.reason)
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
    else:
        messages.success(request, said)
    return back
