"""Everything but insights: lists in pages, and each thing by its id or slug. Of themes more: `api.views.themes`."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from api import serializers
from api.fields import named_by
from api.filters import themes
from api.paging import PAGING, envelope, keyset_page, once, only_known, page_size_of
from api.schema import page_of
from api.views.door import Door
from casestudies import reading
from casestudies.errors import Missing
from lhs.models import HABITS, Code


class Shelf:
    """One kind of thing: what of it a person may read, in which order, and how it is told."""

    name = "thing"
    serializer_class: type[BaseSerializer[Any]]
    by: tuple[str, ...] = ("name", "id")
    has_slug = True

    def open_to(self, person: User | None) -> QuerySet[Any]:
        """Return what `person` may read, with what telling it needs."""
        raise NotImplementedError


class ListDoor(Shelf, Door):
    """A list of such things, in pages."""

    def get(self, request: Request) -> Response:
        """Return a page."""
        only_known(request, PAGING)
        rows, next, previous = keyset_page(
            self.open_to(self.person), by=self.by, cursor=once(request, "cursor"), page_size=page_size_of(request)
        )
        told = self.serializer_class(rows, many=True, context=serializers.context_of(request))
        return Response(envelope(request, list(told.data), next=next, previous=previous))


class DetailDoor(Shelf, Door):
    """One of such things."""

    def get(self, request: Request, key: str) -> Response:
        """Return it; raises Missing where there is none that this person may open."""
        wanted = named_by(key, by_slug=self.has_slug)
        thing: Model | None = self.open_to(self.person).filter(wanted).first() if wanted is not None else None
        if thing is None:
            raise Missing(f"There is no such {self.name}, or you may not open it.")
        return Response(self.serializer_class(thing, context=serializers.context_of(request)).data)


class CaseStudies(Shelf):
    name = "case study"
    serializer_class = serializers.CaseStudyOut
    by = ("title", "id")

    def open_to(self, person: User | None) -> QuerySet[Any]:
        found = reading.case_studies(person)
        return found.prefetch_related("key_figures", "programme__levers", "programme__activities")


class Programmes(Shelf):
    name = "programme"
    serializer_class = serializers.ProgrammeOut

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return reading.programmes(person).prefetch_related("partners", "levers", "measures__points__organisation")


class Organisations(Shelf):
    name = "organisation"
    serializer_class = serializers.OrganisationOut

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return reading.organisations(person).select_related("parent")


class LearningActivities(Shelf):
    name = "learning activity"
    serializer_class = serializers.LearningActivityOut
    has_slug = False

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return reading.learning_activities(person)


class Audiences(Shelf):
    name = "audience"
    serializer_class = serializers.AudienceOut
    by = ("position", "name", "id")

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return reading.audiences(person)


class Habits(Shelf):
    name = "habit"
    serializer_class = serializers.HabitOut
    by = ("position", "id")

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return Code.objects.filter(codebook__slug=HABITS)


class Themes(Shelf):
    name = "theme"
    serializer_class = serializers.ThemeOut
    by = ("position", "name", "id")

    def open_to(self, person: User | None) -> QuerySet[Any]:
        return themes(person).select_related("parent")


# name of the address → what stands on it
SHELVES: dict[str, type[Shelf]] = {
    "case-studies": CaseStudies,
    "programmes": Programmes,
    "organisations": Organisations,
    "learning-activities": LearningActivities,
    "habits": Habits,
    "audiences": Audiences,
}


def described_list(name: str, shelf: type[Shelf]) -> Any:
    """Return what the schema says of a list."""
    plural = name.replace("-", " ")
    return extend_schema(
        operation_id=f"list_{name.replace('-', '_')}",
        summary=f"List {plural}",
        description=f"The {plural} that you may read about, in the order of {shelf.by[0]}.",
        responses={200: page_of(shelf.serializer_class, f"{shelf.__name__}Page")},
    )


def described_one(shelf: type[Shelf]) -> Any:
    """Return what the schema says of one thing."""
    return extend_schema(
        operation_id=f"get_{shelf.name.replace(' ', '_')}",
        summary=f"Read a {shelf.name}" if shelf.name[0] not in "aeiou" else f"Read an {shelf.name}",
        description=f"One {shelf.name}, by its id{' or its slug' if shelf.has_slug else ''}.",
        responses={200: shelf.serializer_class},
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="An id, or a slug.")],
    )


def _list_of(name: str, shelf: type[Shelf]) -> type[ListDoor]:
    view = type(f"{shelf.__name__}List", (shelf, ListDoor), {"__doc__": f"`{name}/`"})
    return extend_schema_view(get=described_list(name, shelf))(view)


def _detail_of(name: str, shelf: type[Shelf]) -> type[DetailDoor]:
    view = type(f"{shelf.__name__}Detail", (shelf, DetailDoor), {"__doc__": f"`{name}/{{key}}/`"})
    return extend_schema_view(get=described_one(shelf))(view)


LISTS: dict[str, type[ListDoor]] = {name: _list_of(name, shelf) for name, shelf in SHELVES.items()}
DETAILS: dict[str, type[DetailDoor]] = {name: _detail_of(name, shelf) for name, shelf in SHELVES.items()}
