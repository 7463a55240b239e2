"""What a person may read of places, programmes and case studies: querysets that keep to the permission table."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from casestudies.models import Audience, CaseStudy, LearningActivity, Organisation, Programme
from casestudies.permissions import allowed, programmes_open_to, reach, site_standings


def reads_the_site(person: User | None) -> bool:
    """Say whether this person (None: not signed in) may read published things here at all."""
    return allowed(verb="read", object="programme", status=Status.PUBLISHED, standings=site_standings(person))


def programmes(person: User | None) -> QuerySet[Programme]:
    """Return the programmes that `person` may read about, with their lead."""
    found = Programme.objects.select_related("lead")
    return found if reads_the_site(person) else found.none()


def programmes_to_log_in(person: User) -> QuerySet[Programme]:
    """Return the programmes in which `person` may log an insight."""
    allowed_in = programmes_open_to(person, "log", "insight", status=Status.DRAFT)
    found = Programme.objects.select_related("lead")
    return found if allowed_in is None else found.filter(id__in=allowed_in)


def organisations(person: User | None) -> QuerySet[Organisation]:
    """Return the organisations that `person` may read about."""
    return Organisation.objects.all() if reads_the_site(person) else Organisation.objects.none()


def learning_activities(person: User | None) -> QuerySet[LearningActivity]:
    """Return the learning activities that `person` may read about, with their programmes."""
    found = LearningActivity.objects.select_related("programme")
    return found if reads_the_site(person) else found.none()


def audiences(person: User | None) -> QuerySet[Audience]:
    """Return the audiences that recommendations are for."""
    return Audience.objects.all() if reads_the_site(person) else Audience.objects.none()


def case_studies(person: User | None) -> QuerySet[CaseStudy]:
    """Return the case studies that `person` may open, with their programmes: published ones, and their own teams'."""
    open_to = reach(person, "case study")
    wanted = Q(status__in=open_to.everywhere)
    for programme_id, statuses in open_to.inside.items():
        wanted |= Q(programme_id=programme_id, status__in=statuses)
    return CaseStudy.objects.select_related("programme", "programme__lead").filter(wanted)


def case_study(*, person: User | None, slug: str) -> CaseStudy:
    """Return the case study at this address; raises Missing when there is none that `person` may open."""
    found = case_studies(person).filter(slug=slug).first()
    if found is None:
        raise Missing("There is no such case study, or you may not open it.")
    return found
