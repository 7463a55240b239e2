"""Decide what a tag is, and move an insight along its life-cycle. Each is one POST, with scripts or without."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from casestudies.errors import Conflict
from casestudies.lifecycle import MOVE_NAMES
from insights import moves, review
from insights.choices import Verdict
from lhs.models import HABITS, THEMES
from web.access import P, View, signed_in
from web.pages.tags import name_of
from web.views.insights import is_htmx, panel_of, show_insight, tags_part

DONE = {
    "submit": "Submitted. A curator will look at it.",
    "publish": "Published. Everyone who may read this site can see it now.",
    "decline": "Declined. The programme’s team can see why.",
    "withdraw": "Withdrawn. It can be reopened as a draft.",
    "reopen": "Reopened as a draft.",
}
# Whoever pressed a button after their session had ended comes back from signing in with a GET.
BUTTON = ["GET", "HEAD", "POST"]
DECIDED = {Verdict.CONFIRMED: "confirmed", Verdict.REJECTED: "rejected"}


def part_of_page(view: View[P]) -> View[P]:
    """Lead a page's script to the page it has to go to – to sign in, or back to what changed – as a whole.

    Otherwise that page would be put where the tags stood.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_htmx(request):
            return view(request, *args, **kwargs)
        try:
            response = view(request, *args, **kwargs)
        except PermissionDenied as denied:
            messages.error(request, str(denied))
            response = _back_to_tags(cast(UUID, kwargs["insight_id"]))
        if isinstance(response, HttpResponseRedirect):
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": response.url})
        return response

    return answer


@part_of_page
@signed_in
@require_http_methods(BUTTON)
def decide(request: HttpRequest, insight_id: UUID, codebook: str, code: str) -> HttpResponseBase:
    """Confirm or reject a habit or theme that is shown (`state`)."""
    if request.method != "POST":
        return _press_again(request, insight_id)
    return _decide(request, insight_id, codebook, code, request.POST.get("state", ""), shown=True)


@part_of_page
@signed_in
@require_http_methods(BUTTON)
def add(request: HttpRequest, insight_id: UUID) -> HttpResponseBase:
    """Add a habit or theme that nobody suggested: `tag` is its codebook and code, such as `habits/staff`."""
    if request.method != "POST":
        return _press_again(request, insight_id)
    codebook, _, code = request.POST.get("tag", "").partition("/")
    if codebook not in (HABITS, THEMES) or not code or not code.isprintable():
        messages.error(request, "Choose a habit or theme to add.")
        return _back_to_tags(insight_id)
    return _decide(request, insight_id, codebook, code, Verdict.CONFIRMED, shown=False)


@signed_in
@require_http_methods(BUTTON)
def move(request: HttpRequest, insight_id: UUID, name: str) -> HttpResponseBase:
    """Submit, publish, decline (with a `reason`), withdraw or reopen; `back` leads back to what else was sent in."""
    if name not in MOVE_NAMES:
        raise Http404(f"There is no move called “{name}”.")
    if request.method != "POST":
        return _press_again(request, insight_id)
    reason = request.POST.get("reason", "")
    try:
        moves.move(person=cast(User, request.user), insight_id=insight_id, name=name, reason=reason)
    except ValidationError as fault:
        if "reason" not in fault.message_dict:
            return show_insight(request, insight_id, lacks=fault.messages)
        return show_insight(request, insight_id, reason_error=fault.messages[0], reason=reason)
    except Conflict as conflict:
        messages.error(request, conflict.reason)
    else:
        messages.success(request, DONE[name])
        if request.POST.get("back") == "submitted":
            return HttpResponseRedirect(reverse("web:submitted"))
    return HttpResponseRedirect(reverse("web:insight", args=[insight_id]))


def _decide(
    request: HttpRequest, insight_id: UUID, codebook: str, code: str, verdict: str, *, shown: bool
) -> HttpResponseBase:
    person = cast(User, request.user)
    try:
        review.decide(person=person, insight_id=insight_id, codebook=codebook, code=code, verdict=verdict, shown=shown)
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
        return _back_to_tags(insight_id)
    done = f"You {DECIDED[Verdict(verdict)]} {name_of(codebook, code)}."
    if is_htmx(request):
        return tags_part(request, panel_of(person, insight_id), done=done)
    messages.success(request, done)
    return _back_to_tags(insight_id)


def _press_again(request: HttpRequest, insight_id: UUID) -> HttpResponseRedirect:
    messages.warning(request, "Nothing has been changed yet. Press the button again.")
    return HttpResponseRedirect(reverse("web:insight", args=[insight_id]))


def _back_to_tags(insight_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('web:insight', args=[insight_id])}#tags")
