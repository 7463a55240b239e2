"""What became of it: receipts for anyone, what waits for a curator, comments, notices, a programme's own page."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies.errors import Conflict
from insights import notices
from insights.choices import NoticeKind
from insights.comments import comment
from insights.models import Notice
from insights.visibility import Reader
from web.access import person_of, public, reader, signed_in
from web.pace import too_often
from web.pages.answered import notices_page, programme_page, receipt_page, waiting_page
from web.views.insights import show_insight

BUTTON = ["GET", "HEAD", "POST"]
PRESS_AGAIN = "Nothing has been changed yet. Press the button again."


@public
@require_safe
@never_cache
def receipts(request: HttpRequest) -> HttpResponse:
    """The form that asks for a code."""
    code = "".join(request.GET.get("code", "").split()).replace("/", "")
    if code and code.isprintable() and len(code) <= 40:
        return redirect("web:receipt", code)
    return _unlisted(render(request, "answered/receipts.html", {"unknown": "code" in request.GET}))


@public
@require_safe
@never_cache
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What became of the voice with this code; for every other code the same answer."""
    if too_often(request, "receipt", settings.RECEIPTS_RATE):
        answer = render(request, "answered/too_often.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        answer["Retry-After"] = "60"
        return _unlisted(answer)
    page = receipt_page(code)
    if page is None:
        return _unlisted(render(request, "answered/receipts.html", {"unknown": True}, status=HTTPStatus.NOT_FOUND))
    return _unlisted(render(request, "answered/receipt.html", {"page": page}))


@signed_in
@require_safe
@never_cache
def submitted(request: HttpRequest) -> HttpResponse:
    """What was sent in and waits for this curator, the longest first."""
    page = waiting_page(cast(User, request.user), request.GET.get("programme", ""))
    return render(request, "answered/submitted.html", {"page": page})


@signed_in
@require_http_methods(BUTTON)
def say(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """Comment on an insight (`text`)."""
    back = HttpResponseRedirect(f"{reverse('web:insight', args=[insight_id])}#comments")
    if request.method != "POST":
        messages.warning(request, PRESS_AGAIN)
        return back
    text = request.POST.get("text", "")
    try:
        comment(person=cast(User, request.user), insight_id=insight_id, text=text)
    except ValidationError as fault:
        return show_insight(request, insight_id, comment_error=fault.messages[0], comment=text)
    except Conflict as conflict:
        messages.error(request, conflict.reason)
        return back
    messages.success(request, "Said. The other side is told that there is a comment.")
    return back


@signed_in
@never_cache
@require_http_methods(BUTTON)
def all_notices(request: HttpRequest) -> HttpResponse:
    """A person's notices; a POST marks all as read, or notes how they wish to be told by e-mail (`mail`)."""
    person = cast(User, request.user)
    if request.method == "POST":
        try:
            if "mail" in request.POST:
                notices.wish_for(person=person, mail=request.POST["mail"])
                messages.success(request, "Saved.")
            else:
                notices.mark_read(person=person)
        except ValidationError as fault:
            messages.error(request, fault.messages[0])
        return redirect("web:notices")
    return render(request, "answered/notices.html", {"page": notices_page(person)})


@signed_in
@never_cache
@require_safe
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one of a person's notices as read, and lead on to what it is about."""
    person = cast(User, request.user)
    notices.mark_read(person=person, notice_id=notice_id)
    found = Notice.objects.get(id=notice_id)
    if found.kind in (NoticeKind.SUBMITTED, NoticeKind.IMPORTED):
        return HttpResponseRedirect(f"{reverse('web:submitted')}?programme={found.programme_id}")
    if found.insight_id and Reader.of(person).insights().filter(id=found.insight_id).exists():
        part = "#comments" if found.kind == NoticeKind.COMMENT else ""
        return HttpResponseRedirect(f"{reverse('web:insight', args=[found.insight_id])}{part}")
    messages.info(request, f"{notices.in_words(found)} You cannot open it; your receipt tells what became of it.")
    return redirect("web:notices")


@reader
@require_safe
@never_cache
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme, and how soon it answers."""
    return render(request, "answered/programme.html", {"page": programme_page(person_of(request), slug)})


def _unlisted(answer: HttpResponse) -> HttpResponse:
    """Keep a page out of search engines, and its address out of what other pages are told."""
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
