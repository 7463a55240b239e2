"""What every address of the API has in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from api.authentication import person_of
from api.bodies import BoundedRequest


class Door(APIView):
    """Parse, call one verb, render. Whatever a verb raises becomes a problem document (`api.problems`)."""

    @property
    def person(self) -> User | None:
        """Who is asking, or None."""
        return person_of(self.request)

    @property
    def writer(self) -> User:
        """Who is asking, where only people who have signed in come (`MayRead`)."""
        person = self.person
        if person is None:
            self.permission_denied(self.request)
        return person

    def body_limit(self) -> int | None:
        """Return how many bytes a body may have here; None: as many as anywhere."""
        return None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Return the request with a body that is bounded."""
        bounded = BoundedRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )
        bounded.body_limit = self.body_limit()
        return bounded

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say that the answer is for the one who asked."""
        response = super().finalize_response(request, response, *args, **kwargs)
        own_answer(response)
        return response


def own_answer(response: HttpResponseBase) -> None:
    """Keep caches between here and the reader from giving one person's answer to another."""
    patch_vary_headers(response, ("Authorization", "Cookie"))
    response.headers.setdefault("Cache-Control", "private, no-cache")
