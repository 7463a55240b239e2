"""From a report to drafts: take one in, look over what was cut, save what is ticked."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies import reading
from casestudies.models import Programme
from insights.choices import Consent
from insights.models import Candidate, Report
from insights.reports import saving, taking
from insights.reports.comparing import said_already
from web.access import signed_in
from web.pages.report import activity_of, alike_lines, comparing_of, in_groups, report_page, reports_page, take_page
from web.report_form import activity_in, changes_in, overlaid, set_for_all, ticked_all
from web.views.insights import is_htmx
from web.views.logging import KEPT_FOR_SECONDS, TYPED, keeps_what_was_typed
from web.words import counted

FORM = ["GET", "HEAD", "POST"]
HAD_TO_SIGN_IN = "You had to sign in. What you typed is here and not saved yet: check it, then send it."
ACTIVITY = ("activity", "activity_name", "activity_kind")


@signed_in
@never_cache
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Where to begin: the programmes one may cut a report for, and the reports that were cut."""
    person = cast(User, request.user)
    programmes = list(reading.programmes_to_log_in(person))
    if not programmes:
        return render(request, "insights/no_programme.html")
    return render(request, "reports/reports.html", {"page": reports_page(person, programmes)})


@keeps_what_was_typed
@signed_in
@never_cache
@require_http_methods(FORM)
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that takes a report in, pasted or as a file."""
    person = cast(User, request.user)
    programme = get_object_or_404(reading.programmes(person), slug=slug)
    if not taking.may_take(person, programme.id):
        raise PermissionDenied(f"You can cut reports only in your own programmes, not in “{programme.name}”.")
    faults: dict[str, list[str]] = {}
    typed = request.POST if request.method == "POST" else _typed_before(request) or QueryDict()
    if request.method == "POST":
        try:
            report = _taken(request, person, programme)
        except ValidationError as fault:
            faults = fault.message_dict
        else:
            return redirect("web:report", report_id=report.id)
    page = take_page(person, programme, typed={name: str(said) for name, said in typed.items()}, faults=faults)
    return render(request, "reports/take.html", {"page": page}, status=400 if faults else 200)


def _taken(request: HttpRequest, person: User, programme: Programme) -> Report:
    file = request.FILES.get("file")
    given: dict[str, Any] = {
        "text": request.POST.get("text", "").replace("\r\n", "\n"),
        "name": request.POST.get("name", ""),
    }
    if file is not None:
        if given["text"].strip():
            raise ValidationError({"text": "Paste a text or choose a file, not both. Choose the file again."})
        # One byte more than is allowed is enough to be refused for.
        given = {"name": file.name or "", "data": file.read(settings.REPORT_BYTES + 1)}
    consent = request.POST.get("consent") or Consent.NOT_NEEDED
    return taking.take(person=person, programme=programme, consent=consent, **given)


@keeps_what_was_typed
@signed_in
@never_cache
@require_http_methods(FORM)
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """A report's candidates, to tick, change and save."""
    person = cast(User, request.user)
    found = taking.the_report(person=person, report_id=report_id)
    candidates = _candidates(found)
    faults: dict[str, list[str]] = {}
    activity = activity_of(found)
    if request.method == "POST":
        try:
            return _done(request, person, found, candidates)
        except ValidationError as fault:
            faults = fault.message_dict if hasattr(fault, "error_dict") else {"candidates": fault.messages}
        overlaid(candidates, changes_in(request.POST))
        activity = {name: request.POST.get(name, "") for name in ACTIVITY}
    elif (typed := _typed_before(request)) is not None:
        overlaid(candidates, changes_in(typed))
        activity = {name: typed.get(name, "") for name in ACTIVITY}
    page = report_page(person, found, candidates, activity=activity, faults=faults)
    return render(request, "reports/report.html", {"page": page}, status=400 if faults else 200)


def _done(request: HttpRequest, person: User, found: Report, candidates: list[Candidate]) -> HttpResponseRedirect:
    """Do what the button says that was pressed; raises ValidationError."""
    changes = changes_in(request.POST)
    what, _, number = request.POST.get("do", "keep").partition(":")
    back = reverse("web:report", args=[found.id])
    if what == "save":
        activity, new = activity_in(request.POST, found.programme)
        insights = saving.save(
            person=person, report_id=found.id, changes=changes, learning_activity=activity, new_activity=new
        )
        messages.success(request, f"{counted(len(insights), 'draft')} saved. Submit each when it is ready.")
        return HttpResponseRedirect(back)
    groups = in_groups(candidates)
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(groups):
        group = groups[int(number) - 1]
        if what == "apply":
            set_for_all(changes, group, request.POST, int(number))
        else:
            ticked_all(changes, group, on=what == "tick")
        back += f"#group-{number}"
    else:
        messages.success(request, "Your changes are kept. Nothing has been saved as a draft yet.")
    saving.change(person=person, report_id=found.id, changes=changes)
    return HttpResponseRedirect(back)


@signed_in
@never_cache
@require_http_methods(FORM)
def keep(request: HttpRequest, report_id: UUID) -> HttpResponseBase:
    """Keep what was just typed or ticked, while one goes on."""
    if request.method != "POST":
        taking.the_report(person=cast(User, request.user), report_id=report_id)
        return redirect("web:report", report_id=report_id)
    # What is wrong with it is said beside its field, when the whole is sent.
    with suppress(ValidationError):
        saving.change(person=cast(User, request.user), report_id=report_id, changes=changes_in(request.POST))
    return HttpResponse(status=204)


@signed_in
@never_cache
@require_safe
def alike(request: HttpRequest, report_id: UUID) -> HttpResponseBase:
    """Part of the page: how far the comparing is, and once it is done what each candidate may repeat."""
    person = cast(User, request.user)
    found = taking.the_report(person=person, report_id=report_id)
    if not is_htmx(request):
        return redirect("web:report", report_id=report_id)
    near = said_already(person=person, report=found)
    comparing = comparing_of(found, len(near), found.candidates.filter(insight__isnull=True).count())
    lines = {} if comparing.left else {str(id): alike_lines(some) for id, some in near.items()}
    return render(request, "reports/parts/comparing.html", {"comparing": comparing, "lines": lines, "polled": True})


@signed_in
@never_cache
@require_http_methods(FORM)
def discard(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Throw a report away, once that was confirmed."""
    person = cast(User, request.user)
    found = taking.the_report(person=person, report_id=report_id)
    if request.method != "POST":
        waiting = found.candidates.filter(insight__isnull=True).count()
        return render(request, "reports/discard.html", {"report": found, "waiting": counted(waiting, "candidate")})
    taking.throw_away(person=person, report_id=report_id)
    messages.success(request, "The report has been thrown away. Drafts that were saved from it stay.")
    return redirect("web:take-report", slug=found.programme.slug)


def _candidates(found: Report) -> list[Candidate]:
    return list(
        found.candidates.select_related("insight").defer("vector", "insight__search").prefetch_related("audiences")
    )


def _typed_before(request: HttpRequest) -> QueryDict | None:
    """Return what was sent here after the session had ended, once, and say so."""
    kept = request.session.get(TYPED)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[TYPED]
    if time.time() - kept["at"] >= KEPT_FOR_SECONDS:
        return None
    messages.info(request, HAD_TO_SIGN_IN)
    return QueryDict(kept["said"])
