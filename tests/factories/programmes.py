"""Programmes and their case studies, organisations and measures."""

from __future__ import annotations

import datetime
from typing import Any

import factory
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Role
from casestudies.lifecycle import Status
from casestudies.models import (
    Audience,
    CaseStudy,
    Invitation,
    KeyFigure,
    LearningActivity,
    Lever,
    Loaded,
    Measure,
    MeasurePoint,
    Membership,
    Organisation,
    Programme,
    Topic,
)
from tests.factories.people import UserFactory
from tests.factories.rows import RowFactory


class OrganisationFactory(RowFactory[Organisation]):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"organisation-{n}")
    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.TRUST


class AudienceFactory(RowFactory[Audience]):
    class Meta:
        model = Audience

    slug = factory.Sequence(lambda n: f"audience-{n}")
    name = factory.Sequence(lambda n: f"Audience {n}")
    position = factory.Sequence(int)


class ProgrammeFactory(RowFactory[Programme]):
    class Meta:
        model = Programme
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"programme-{n}")
    name = factory.Sequence(lambda n: f"Programme {n}")
    summary = "What this programme set out to do."
    lead = factory.SubFactory(OrganisationFactory)
    starts_on = datetime.date(2021, 4, 1)

    @factory.post_generation
    def partners(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.partners.set(extracted)


class MembershipFactory(RowFactory[Membership]):
    """A person in a programme, as a contributor unless `role=` says otherwise."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    programme = factory.SubFactory(ProgrammeFactory)
    role = Role.CONTRIBUTOR


class LeverFactory(RowFactory[Lever]):
    class Meta:
        model = Lever

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"lever-{n}")
    name = factory.Sequence(lambda n: f"Lever {n}")
    position = factory.Sequence(int)


class LearningActivityFactory(RowFactory[LearningActivity]):
    class Meta:
        model = LearningActivity

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"activity-{n}")
    kind = LearningActivity.Kind.INTERVIEW
    name = factory.Sequence(lambda n: f"Activity {n}")
    position = factory.Sequence(int)


class MeasureFactory(RowFactory[Measure]):
    class Meta:
        model = Measure

    programme = factory.SubFactory(ProgrammeFactory)
    slug = factory.Sequence(lambda n: f"measure-{n}")
    name = factory.Sequence(lambda n: f"Measure {n}")
    unit = "people"


class MeasurePointFactory(RowFactory[MeasurePoint]):
    class Meta:
        model = MeasurePoint

    measure = factory.SubFactory(MeasureFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    on = factory.Sequence(lambda n: datetime.date(2021, 1, 1) + datetime.timedelta(n))
    value = 100


class CaseStudyFactory(RowFactory[CaseStudy]):
    """A published case study of a programme of its own."""

    class Meta:
        model = CaseStudy

    slug = factory.Sequence(lambda n: f"case-study-{n}")
    programme = factory.SubFactory(ProgrammeFactory)
    title = factory.Sequence(lambda n: f"Case study {n}")
    topic = Topic.ELECTIVE_RECOVERY
    background = "Why this was done."
    status = Status.PUBLISHED


class KeyFigureFactory(RowFactory[KeyFigure]):
    class Meta:
        model = KeyFigure

    case_study = factory.SubFactory(CaseStudyFactory)
    slug = factory.Sequence(lambda n: f"figure-{n}")
    name = factory.Sequence(lambda n: f"Figure {n}")
    value = 100
    unit = "people"
    position = factory.Sequence(int)


class LoadedFactory(RowFactory[Loaded]):
    class Meta:
        model = Loaded

    kind = "programme"
    key = factory.Sequence(lambda n: f"entry-{n}")
    object_id = factory.LazyFunction(uuid7)
    digest = "0" * 64


class InvitationFactory(RowFactory[Invitation]):
    """An open invitation whose link nobody knows."""

    class Meta:
        model = Invitation

    programme = factory.SubFactory(ProgrammeFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    digest = factory.Sequence(lambda n: f"{n:064}")
    invited_by = factory.SubFactory(UserFactory, role=Role.ADMIN)
    expires = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=14))
