"""Log an insight and edit one. Nothing that was typed is lost: not to a mistake, a sign-in or someone else's edit."""

from __future__ import annotations

import time
import uuid
from functools import wraps
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies import reading
from casestudies.errors import Conflict
from casestudies.lifecycle import Status
from insights import capture
from insights.capture import Voice
from insights.models import Insight
from insights.receipts import receipts_of
from insights.visibility import Reader, may_here
from web.access import P, View, person_of, signed_in
from web.forms import InsightForm, as_typed
from web.pages.flags import flags_panel
from web.pages.log import Difference, differences, form_page
from web.pages.today import today_page
from web.saving import after_saving, save, starting_with
from web.views.insights import waiting_panel

FORM = ["GET", "HEAD", "POST"]
TYPED = "typed before signing in"
KEPT_FOR_SECONDS = 60 * 60
KEPT_UP_TO = 50_000
SAVED = {
    Status.DRAFT: "Saved as a draft. Submit it when it is ready.",
    Status.SUBMITTED: "Submitted. A curator will look at it.",
}


def keeps_what_was_typed(view: View[P]) -> View[P]:
    """Keep a form that is sent after the session has ended, for the page that signing in leads back to."""

    @wraps(view)
    def keep(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and person_of(request) is None:
            said = request.POST.copy()
            said.pop("csrfmiddlewaretoken", None)
            if len(typed := said.urlencode()) <= KEPT_UP_TO:
                request.session[TYPED] = {"path": request.path, "said": typed, "at": time.time()}
        return view(request, *args, **kwargs)

    return keep


@keeps_what_was_typed
@signed_in
@never_cache
@require_http_methods(FORM)
def log(request: HttpRequest, bedside: bool = False) -> HttpResponse:
    """The form to log an insight; at the `bedside` with a list of what its writer logged today."""
    person = cast(User, request.user)
    if not reading.programmes_to_log_in(person).exists():
        return render(request, "insights/no_programme.html")
    form = _opened(request, person, initial=starting_with(person, bedside=bedside))
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, person, form, bedside=bedside)
        except ValidationError as fault:
            form.blame(fault)
        except PermissionDenied as denied:
            form.add_error(None, str(denied))
    checked = request.method == "POST"
    once = (request.POST.get("once") if checked else "") or str(uuid.uuid4())
    page = form_page(form, checked=checked, once=once)
    more = _at_the_bedside(request, person) if bedside else {}
    return render(
        request, "insights/log.html", {"page": page, "bedside": bedside, **more}, status=400 if checked else 200
    )


@signed_in
@never_cache
@require_safe
def logged(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """What was just logged, with its habits as soon as they are there, to accept or correct, and the way on."""
    person = cast(User, request.user)
    insight = get_object_or_404(Reader.of(person).insights(), id=insight_id)
    if insight.author_id != person.id or insight.status not in SAVED:
        return HttpResponseRedirect(reverse("web:insight", args=[insight_id]))
    context = {
        "insight": insight,
        "done": SAVED[Status(insight.status)],
        "flags_panel": flags_panel(person, insight),
        "codes": receipts_of(insight_id=insight.id, recorded_by=person),
        **waiting_panel(person, insight_id),
    }
    return render(request, "insights/logged.html", context)


@keeps_what_was_typed
@signed_in
@never_cache
@require_http_methods(FORM)
def edit(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """The same form for an insight that is there, with a guard against writing over someone else's words."""
    person = cast(User, request.user)
    insight = get_object_or_404(Reader.of(person).insights(), id=insight_id)
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.get_status_display().lower()}.")
    saved = as_typed(insight)
    form = _opened(request, person, initial=saved)
    theirs: tuple[Difference, ...] = ()
    seen = form["seen"].value() or ""
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, person, form, insight)
        except ValidationError as fault:
            form.blame(fault)
        except Conflict:
            theirs = differences(form, saved, person)
            seen = saved["seen"]
            if not theirs:
                messages.info(request, "This is how the insight stands already.")
                return HttpResponseRedirect(reverse("web:insight", args=[insight.id]))
    checked = request.method == "POST"
    page = form_page(form, checked=checked, seen=seen, theirs=theirs)
    status = 409 if theirs else 400 if checked else 200
    return render(request, "insights/edit.html", {"page": page, "insight": insight}, status=status)


def _opened(request: HttpRequest, person: User, *, initial: dict) -> InsightForm:
    """Return the form as it was sent, as it was typed before signing in, or as it starts."""
    if request.method == "POST":
        return InsightForm(request.POST, person=person)
    kept = request.session.get(TYPED)
    if kept and kept["path"] == request.path:
        del request.session[TYPED]
        if time.time() - kept["at"] < KEPT_FOR_SECONDS:
            messages.info(
                request, "You had to sign in. What you typed is here and not saved yet: check it, then save it."
            )
            return InsightForm(QueryDict(kept["said"]), person=person)
    return InsightForm(initial=initial, person=person)


def _saved(request: HttpRequest, person: User, form: InsightForm, *, bedside: bool) -> HttpResponseRedirect:
    """Log what the form says, once, and lead to what comes next."""
    saved = save(person=person, form=form, status=request.POST.get("status", ""))
    if not saved.new:
        messages.info(request, "This was saved already, once. Here it is.")
    return HttpResponseRedirect(after_saving(saved.insight, bedside=bedside))


def _at_the_bedside(request: HttpRequest, person: User) -> dict[str, object]:
    """Return what the bedside page shows beside its form: today's, and the tags of the one saved just now."""
    today = today_page(person)
    asked = request.GET.get("saved", "")
    just_now = next((one for one in today if one.id == asked), None)
    panel = waiting_panel(person, UUID(just_now.id)) if just_now else {}
    return {"today": today, "just_now": just_now, **panel}


def _changed(request: HttpRequest, person: User, form: InsightForm, insight: Insight) -> HttpResponseRedirect:
    """Write the form over the insight, unless it changed since the form was opened; raises Conflict then."""
    others = [
        Voice(voice.kind, voice.role, voice.organisation_id, voice.place, voice.collected_on, voice.consent)
        for voice in insight.sources.all()[1:]
    ]
    try:
        seen = parse_datetime(form.cleaned_data["seen"])
    except ValueError:
        seen = None
    if seen is None:
        raise Conflict("This form does not say which version it was opened on.", field="text")
    capture.edit(
        person=person,
        insight_id=insight.id,
        setting=form.setting,
        voices=[form.voice, *others],
        audiences=list(form.cleaned_data["audiences"]),
        unless_changed_since=seen,
        **form.said,
    )
    messages.success(request, "Saved. Tags for new words appear in a few seconds.")
    return HttpResponseRedirect(reverse("web:insight", args=[insight.id]))
