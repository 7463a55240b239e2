"""Themes: read by everyone, made and changed by curators."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples, serializers
from api.bodies import body_of
from api.fields import named_by
from api.problems import WHOLE_BODY, Fault, Faulty
from api.theme_bodies import MergeBody, RetireBody, SplitBody, ThemeBody, ThemeChange
from api.views import library
from api.views.door import Door
from api.writing import checked
from casestudies.errors import Missing
from insights import themes as verbs
from insights.review import code_of
from lhs.models import THEMES, Code

KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="An id, or a slug.")


class ThemeDoor(Door):
    """What the addresses of themes share: they answer with a theme as it now stands."""

    def slug_of(self, key: str) -> str:
        """Return the slug of the theme in use that `key` names; raises Missing, saying what it was merged into."""
        wanted = named_by(key)
        found = Code.objects.filter(wanted, codebook__slug=THEMES).first() if wanted is not None else None
        if found is None:
            raise Missing("There is no such theme.")
        return code_of(THEMES, found.slug).slug

    def told(self, slug: str, *, code: int = status.HTTP_200_OK) -> Response:
        """Return the answer to a change."""
        theme = Code.objects.select_related("parent").get(codebook__slug=THEMES, slug=slug)
        said = serializers.ThemeOut(theme, context=serializers.context_of(self.request)).data
        return Response(said, status=code)


@extend_schema_view(get=library.described_list("themes", library.Themes))
class ThemeList(library.Themes, ThemeDoor, library.ListDoor):
    """`themes/`"""

    @extend_schema(
        operation_id="create_theme",
        summary="Begin a theme",
        description=(
            "For curators. At least three `examples` (texts of your own) or `insights` (ids; the theme is confirmed on "
            "them). It suggests within a minute, by likeness; from 20 examples on it is learnt."
        ),
        request=ThemeBody,
        responses={201: serializers.ThemeOut},
        examples=[examples.THEME],
    )
    def post(self, request: Request) -> Response:
        """Begin a theme."""
        said = checked(ThemeBody, body_of(request), person=self.writer)
        theme = verbs.create(person=self.writer, insight_ids=said.pop("insights", []), **said)
        answer = self.told(theme.slug, code=status.HTTP_201_CREATED)
        answer["Location"] = answer.data["url"]
        return answer


@extend_schema_view(get=library.described_one(library.Themes))
class ThemeDetail(library.Themes, ThemeDoor, library.DetailDoor):
    """`themes/{key}/`"""

    def get(self, request: Request, key: str) -> Response:
        """Return it; of one that was merged, say into which."""
        return super().get(request, self.slug_of(key))

    @extend_schema(
        operation_id="change_theme",
        summary="Rename, redefine or nest a theme, or set its threshold",
        description=(
            "For curators. What is left out stays. `parent` null: it stands by itself; `threshold` null: as the tagger "
            "finds it. The slug never changes."
        ),
        request=ThemeChange,
        responses={200: serializers.ThemeOut},
        parameters=[KEY],
        examples=[examples.THEME_CHANGE],
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change what is given."""
        said = checked(ThemeChange, body_of(request), person=self.writer)
        if not said:
            raise Faulty(Fault(WHOLE_BODY, "Say at least one thing that changes."))
        return self.told(verbs.change(person=self.writer, slug=self.slug_of(key), **said).slug)


@extend_schema_view(
    post=extend_schema(
        operation_id="merge_theme",
        summary="Merge a theme into another",
        description=(
            "For curators. Every tag goes to the other theme with its author, every decision stays as it was made and "
            "counts for that one. Where an insight has both, a person’s word wins over the machine’s, and confirmed "
            "over rejected. It cannot be undone. The answer is the other theme."
        ),
        request=MergeBody,
        responses={200: serializers.ThemeOut},
        parameters=[KEY],
        examples=[examples.THEME_MERGE],
    )
)
class ThemeMerge(ThemeDoor):
    """`themes/{key}/merge/`"""

    def post(self, request: Request, key: str) -> Response:
        """Merge it."""
        said = checked(MergeBody, body_of(request), person=self.writer)
        return self.told(verbs.merge(person=self.writer, slug=self.slug_of(key), **said).slug)


@extend_schema_view(
    post=extend_schema(
        operation_id="split_theme",
        summary="Split a theme",
        description=(
            "For curators. The `insights` that you pick go to a new theme: it is confirmed on them and the old one "
            "rejected, by you. With them and `examples` it needs three. The answer is the new theme."
        ),
        request=SplitBody,
        responses={201: serializers.ThemeOut},
        parameters=[KEY],
        examples=[examples.THEME_SPLIT],
    )
)
class ThemeSplit(ThemeDoor):
    """`themes/{key}/split/`"""

    def post(self, request: Request, key: str) -> Response:
        """Split it."""
        said: dict[str, Any] = checked(SplitBody, body_of(request), person=self.writer)
        new = verbs.split(person=self.writer, slug=self.slug_of(key), insight_ids=said.pop("insights"), **said)
        return self.told(new.slug, code=status.HTTP_201_CREATED)


@extend_schema_view(
    post=extend_schema(
        operation_id="retire_theme",
        summary="Retire a theme",
        description="For curators. It is suggested and shown no more; it and every decision on it stay. Send nothing.",
        request=None,
        responses={204: None},
        parameters=[KEY],
    )
)
class ThemeRetire(ThemeDoor):
    """`themes/{key}/retire/`"""

    def post(self, request: Request, key: str) -> Response:
        """Retire it."""
        checked(RetireBody, body_of(request), person=self.writer)
        verbs.retire(person=self.writer, slug=self.slug_of(key))
        return Response(status=status.HTTP_204_NO_CONTENT)
