"""Earlier versions of an insight, going back to one, and erasing all of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights.erasing import erase, may_erase
from insights.models import Insight
from insights.versions import restore
from insights.visibility import Reader
from web.access import signed_in
from web.pages.past import past_page

BUTTON = ["GET", "HEAD", "POST"]


@signed_in
@require_safe
@never_cache
def versions(request: HttpRequest, insight_id: UUID, number: int | None = None) -> HttpResponse:
    """A version of an insight beside how it stands now."""
    return render(request, "answered/versions.html", {"page": past_page(cast(User, request.user), insight_id, number)})


@signed_in
@require_http_methods(BUTTON)
def go_back(request: HttpRequest, insight_id: UUID, number: int) -> HttpResponse:
    """Make an insight say again what it said in that version."""
    if request.method != "POST":
        messages.warning(request, "Nothing has been changed yet. Press the button again.")
        return HttpResponseRedirect(reverse("web:version", args=[insight_id, number]))
    try:
        restore(person=cast(User, request.user), insight_id=insight_id, number=number)
    except Conflict as conflict:
        messages.error(request, conflict.reason)
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
        return HttpResponseRedirect(reverse("web:version", args=[insight_id, number]))
    else:
        messages.success(request, f"Version {number} is back. What it said before stands in the history.")
    return HttpResponseRedirect(reverse("web:insight", args=[insight_id]))


@signed_in
@never_cache
@require_http_methods(BUTTON)
def erase_words(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """Ask an administrator why, and erase the words for good."""
    person = cast(User, request.user)
    insight = get_object_or_404(Insight, id=insight_id)
    readable = Reader.of(person).insights().filter(id=insight_id).exists()
    if not may_erase(person, insight):
        if readable:
            raise PermissionDenied("Words are erased by administrators.")
        raise Missing("There is no such insight, or you may not open it.")
    back = reverse("web:insight", args=[insight_id]) if readable else reverse("web:insights")
    reason, error = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            erase(person=person, insight_id=insight_id, reason=reason)
        except ValidationError as fault:
            error = fault.messages[0]
        except Conflict as conflict:
            messages.error(request, conflict.reason)
            return HttpResponseRedirect(back)
        else:
            messages.success(request, "Erased. Nobody can read these words any more.")
            return HttpResponseRedirect(back)
    context = {"id": insight_id, "reason": reason, "error": error, "errors": ((error, "#reason"),) if error else ()}
    status = HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK
    return render(request, "answered/erase.html", {"page": context}, status=status)
