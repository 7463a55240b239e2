"""The OpenAPI document: what every operation has in common is added here, so that no view can forget it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import BaseSerializer, Serializer

from api.problems import MEDIA_TYPE
from api.shapes import Problem
from insights.search import LARGEST_PAGE

ERRORS = {
    400: "Bad input: `errors` names each field and what is wrong with it.",
    401: "Nobody is signed in, or the token is no good.",
    403: "You may not do this.",
    404: "There is no such thing, or none that you may open.",
    406: "Answers are JSON.",
    409: "It does not fit how things stand now.",
    412: "Someone else has changed it since (If-Match).",
    413: "The body is too large.",
    415: "Bodies are JSON.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
}
WRITING = ("POST", "PUT", "PATCH")
PAGING = [
    OpenApiParameter("cursor", str, description="Where to go on: follow `next` and `previous` instead of making one."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 50},
        description="How many to a page.",
    ),
]


class TokenScheme(OpenApiAuthenticationExtension):
    """How a program signs in."""

    target_class = "api.authentication.TokenAuth"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, the word included. `manage.py token EMAIL` makes one.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """How the pages sign in."""

    target_class = "api.authentication.SessionAuth"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of the pages; writing needs the X-CSRFToken header too.",
        }


class Schema(AutoSchema):
    """Adds to each operation: who may call it, its errors as problem documents, paging to lists."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return the ways to sign in; where anonymous reading is on, reading needs none."""
        return super().get_auth() + ([] if self.method in WRITING or self._is_for_people() else [{}])

    def get_tags(self) -> list[str]:
        """Return the list that the address belongs to."""
        return [self.path.partition("/v1/")[2].partition("/")[0] or "index"]

    def get_filter_backends(self) -> list[Any]:
        """Return the filters of a list, whatever class the list is made with."""
        return getattr(self.view, "filter_backends", []) if self.method == "GET" else []

    def get_override_parameters(self) -> list[Any]:
        """Return paging for the lists."""
        return PAGING if self._is_a_list() else []

    def _is_a_list(self) -> bool:
        listed = self.method == "GET" and "{" not in self.path and self.get_tags()[0] not in ("index", "tagger")
        return listed and not self._is_for_people()

    def _is_for_people(self) -> bool:
        """Whether reading here, too, is for those who have signed in."""
        return getattr(self.view, "for_people", False)

    def _errors(self) -> list[int]:
        codes = {401, 406, 429}
        if "{" in self.path:
            codes.add(404)
        if self._is_a_list():
            codes.add(400)
        if "tagger" in self.get_tags():
            codes |= {400, 404}
        if self._is_for_people():
            codes |= {400, 403, 404}
        if self.method in WRITING:
            codes |= {400, 403, 413, 415}
        if self.method in ("POST", "PATCH"):
            codes.add(409)
        if self.method == "PATCH":
            codes.add(412)
        return sorted(codes)

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._errors():
            response = OpenApiResponse(Problem, description=ERRORS[code])
            bodies[str(code)] = self._get_response_for_code(response, str(code), [MEDIA_TYPE], direction)
        return bodies


def page_of(serializer: type[BaseSerializer[Any]], name: str) -> type[Serializer[Any]]:
    """Return the shape of a page of these, for the schema."""
    from rest_framework import serializers

    fields = {
        "__doc__": "A page.",
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": serializer(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document; it is the same for everyone, and made once in a process."""
    return SchemaGenerator().get_schema(request=None, public=True)
