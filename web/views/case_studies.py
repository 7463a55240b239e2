"""Case studies: the list, and each on its page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from casestudies import reading
from web.access import person_of, reader
from web.pages.case_studies import study_cards
from web.pages.case_study import case_study_page


@reader
@require_safe
def case_studies(request: HttpRequest) -> HttpResponse:
    """Every case study that the reader may open."""
    return render(request, "pages/case_studies.html", {"case_studies": study_cards(person_of(request))})


@reader
@require_safe
def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study."""
    person = person_of(request)
    study = reading.case_study(person=person, slug=slug)
    return render(request, "pages/case_study.html", {"page": case_study_page(person, study)})


@reader
@require_safe
def case_study_by_id(request: HttpRequest, case_study_id: UUID) -> HttpResponse:
    """Lead from the address that an insight's row gives to the one that people read."""
    study = get_object_or_404(reading.case_studies(person_of(request)), id=case_study_id)
    return redirect("web:case-study", study.slug, permanent=True)
