"""The tagger, for everyone who may read the site: how far to trust it, and the record of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from insights.transparency import STANDARD, TO_FILL_IN, record
from lhs.models import HABITS
from web.access import reader
from web.pages.tagger import tagger_page, training_panel


@reader
@require_safe
def tagger(request: HttpRequest) -> HttpResponse:
    """Everything about the tagger; `?codebook=` names another than that of the habits."""
    return render(request, "pages/tagger.html", {"page": tagger_page(_codebook(request))})


@reader
@require_safe
def training(request: HttpRequest) -> HttpResponse:
    """The part that follows a training, asked for again while one runs."""
    codebook = _codebook(request)
    return render(request, "parts/training.html", {"panel": training_panel(codebook), "codebook": codebook})


@reader
@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """The algorithmic transparency record, as things stand."""
    made = record(website=request.build_absolute_uri(reverse("web:tagger")))
    shown = {"record": made, "standard": STANDARD, "to_fill_in": TO_FILL_IN}
    return render(request, "pages/transparency.html", shown)


def _codebook(request: HttpRequest) -> str:
    return request.GET.get("codebook", "").replace("\0", "") or HABITS
