"""The list of case studies."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import User
from casestudies import reading
from casestudies.lifecycle import Status
from casestudies.models import CaseStudy
from web.words import paragraphs

LEAD_WORDS = 45


@dataclass(frozen=True)
class StudyCard:
    """A case study in a list."""

    title: str
    href: str
    topic: str
    programme: str
    opening: str
    status: str


def study_cards(person: User | None, *, newest: int | None = None) -> list[StudyCard]:
    """Return the case studies that `person` (None: anyone) may open, by title; or only the `newest` published ones."""
    found = reading.case_studies(person)
    if newest is not None:
        found = found.filter(status=Status.PUBLISHED).order_by("-created", "-id")[:newest]
    return [study_card(study) for study in found]


def study_card(study: CaseStudy) -> StudyCard:
    """Return the display strings for one case study; its programme and the lead are read with it."""
    return StudyCard(
        title=study.title,
        href=reverse("web:case-study", args=[study.slug]),
        topic=study.topic,
        programme=f"{study.programme.name}, led by {study.programme.lead.name}",
        opening=_opening(study.background),
        status="" if study.status == Status.PUBLISHED else Status(study.status).label,
    )


def _opening(background: str) -> str:
    words = next(iter(paragraphs(background)), "").split()
    return " ".join(words[:LEAD_WORDS]) + ("…" if len(words) > LEAD_WORDS else "")
