"""Find insights and read one."""

from __future__ import annotations

import time
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from web.access import person_of, reader
from web.filters import asked
from web.pages.insight import insight_page, read
from web.pages.insights import insights_page
from web.pages.tags import TagsPanel, tags_panel

# How long a page asks, each second, whether the tags are there; then it leaves it to its reader.
ASKS_FOR_SECONDS = 30
STOP_ASKING = 286


@reader
@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """The list, with its filters and search."""
    person = person_of(request)
    page = insights_page(person, asked(request.GET, person), cursor=request.GET.get("cursor") or None)
    return render(request, "insights/insights.html", {"page": page})


@reader
@require_safe
@never_cache
def insight(request: HttpRequest, insight_id: UUID) -> HttpResponse:
    """One insight with all that is known of it."""
    return show_insight(request, insight_id)


@reader
@require_safe
@never_cache
def tags(request: HttpRequest, insight_id: UUID) -> HttpResponseBase:
    """The tags alone, for a page that waits for the tagger; it asks `until` a time (seconds since 1970)."""
    if not is_htmx(request):
        return redirect(f"{reverse('web:insight', args=[insight_id])}#tags")
    panel = panel_of(person_of(request), insight_id)
    if not panel.waiting:
        return tags_part(request, panel, status=STOP_ASKING, said=panel.in_words)
    until = request.GET.get("until", "")
    if until.isascii() and until.isdigit() and len(until) < 12 and time.time() < int(until):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return tags_part(request, panel, status=STOP_ASKING, gave_up=True, said="Not tagged yet.")


def show_insight(request: HttpRequest, insight_id: UUID, **more: object) -> HttpResponse:
    """Answer with the page of an insight; `more` goes to its template (what a form on it got wrong)."""
    page = insight_page(person_of(request), insight_id)
    status = HTTPStatus.BAD_REQUEST if more else HTTPStatus.OK
    context = {"page": page, "panel": page.tags, "until": _until(), **more}
    return render(request, "insights/insight.html", context, status=status)


def waiting_panel(person: User | None, insight_id: UUID) -> dict[str, object]:
    """Return what `insights/parts/tags.html` needs to show the tags, and to ask for them while there are none yet."""
    return {"panel": panel_of(person, insight_id), "until": _until()}


def _until() -> int:
    """Return when a page that is sent now stops asking, in seconds since 1970."""
    return int(time.time()) + ASKS_FOR_SECONDS


def panel_of(person: User | None, insight_id: UUID) -> TagsPanel:
    """Return the tags of an insight as `person` sees them. Raises Missing."""
    row, found = read(person, insight_id)
    return tags_panel(person, found, row)


def tags_part(request: HttpRequest, panel: TagsPanel, *, status: int = 200, **more: object) -> HttpResponse:
    """Answer with the tags alone."""
    return render(request, "insights/parts/tags.html", {"panel": panel, **more}, status=status)


def is_htmx(request: HttpRequest) -> bool:
    """Say whether the page's own script asks, and wants a part of it."""
    return bool(getattr(request, "htmx", False))
