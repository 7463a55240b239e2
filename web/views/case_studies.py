"""Case studies: the list, and each on its page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casestudies import reading
from web.access import person_of, reader


@reader
def case_studies(request: HttpRequest) -> HttpResponse:
    found = reading.case_studies(person_of(request))
    return render(request, "pages/case_studies.html", {"case_studies": found})


@reader
def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    found = reading.case_study(person=person_of(request), slug=slug)
    return render(request, "pages/case_study.html", {"case_study": found})
