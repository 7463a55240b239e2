"""The index, the OpenAPI document and its page, and the answer to addresses that do not exist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems
from api.authentication import MayRead, SessionAuth, TokenAuth
from api.links import LISTS, root_of
from api.schema import document
from api.views.door import Door, own_answer


class Index(Door):
    """`/api/v1/`"""

    @extend_schema(
        operation_id="get_index",
        summary="Everything there is",
        description="The address of each list, of the OpenAPI document and of its page.",
        responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}},
    )
    def get(self, request: Request) -> Response:
        """Return the addresses."""
        root = root_of(request)
        return Response({name: f"{root}{name}/" for name in (*LISTS, "schema", "docs")})


@extend_schema(exclude=True)
class SchemaDocument(Door):
    """`schema/`: as JSON, or as YAML where that is asked for."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def get(self, request: Request) -> Response:
        """Return the OpenAPI document."""
        return Response(document())


class Docs(SpectacularSwaggerSplitView):
    """`docs/`: the document to read and try, with everything from this server."""

    authentication_classes = [TokenAuth, SessionAuth]
    permission_classes = [MayRead]
    url_name = "api:schema"
    template_name = "api/docs.html"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say that the answer is for the one who asked."""
        response = super().finalize_response(request, response, *args, **kwargs)
        own_answer(response)
        return response


@csrf_exempt
def unknown(request: HttpRequest, **_: Any) -> HttpResponse:
    """Answer for every address that is none: as a problem document, however the request was made."""
    return problems.not_found(request)
