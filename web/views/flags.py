"""Settle what may tell who somebody is, and show it while one types. Works without scripts, by one button each."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights import flags
from insights.visibility import Reader
from web.access import signed_in
from web.pages.flags import typed_panel
from web.views.insights import is_htmx

# Whoever pressed a button after their session had ended comes back from signing in with a GET.
BUTTON = ["GET", "HEAD", "POST"]
REDACT, CLEAR, ALL = "redact", "not-identifying", "all"


@signed_in
@require_http_methods(BUTTON)
def settle(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """Settle a flag: `redact` replaces the words, `not-identifying` records that; each names the flag, or is `all`."""
    person = cast(User, request.user)
    back = HttpResponseRedirect(f"{reverse('web:insight', args=[insight_id])}#flags")
    if not Reader.of(person).insights().filter(id=insight_id).exists():
        raise Missing("There is no such insight, or you may not open it.")
    if request.method != "POST":
        messages.warning(request, "Nothing has been changed yet. Press the button again.")
        return back
    verb = next((name for name in (REDACT, CLEAR) if name in request.POST), "")
    try:
        chosen = _chosen(request.POST.get(verb, ""))
    except ValueError:
        messages.error(request, "Choose what to do with what was found.")
        return back
    try:
        if verb == REDACT:
            flags.redact(person=person, insight_id=insight_id, flag_ids=chosen)
            messages.success(request, "Replaced. What it said before is in the history, for the team and curators.")
        else:
            note = request.POST.get("note", "")
            flags.not_identifying(person=person, insight_id=insight_id, flag_ids=chosen, note=note)
            messages.success(request, "Recorded: it tells nobody’s identity.")
    except Missing:
        messages.error(request, "The words have been changed since. Look at them again.")
    except Conflict as conflict:
        messages.error(request, conflict.reason)
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
    return back


@signed_in
@never_cache
@require_http_methods(BUTTON)
def typed(request: HttpRequest) -> HttpResponse:
    """Part of the form: what may tell who somebody is in the `text` that is being typed. Nothing of it is kept."""
    if request.method != "POST" or not is_htmx(request):
        return redirect("web:log")
    panel = typed_panel(request.POST.get("text", ""))
    return render(request, "insights/parts/typed_flags.html", {"panel": panel})


def _chosen(said: str) -> list[UUID] | None:
    """Return the flag that was chosen, None for all; raises ValueError where none was."""
    return None if said == ALL else [UUID(said)]
