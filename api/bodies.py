"""What comes in and what goes out: strict JSON, bounded, and answers made by orjson."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, cast

import orjson
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api.problems import TooLarge

NOT_AN_OBJECT = "Send a JSON object: {…}."


class BoundedRequest(Request):
    """A request whose body is read up to the limit, also where it comes in chunks and so without a length.

    `body_limit` is the limit in bytes of an address that takes more than others do; None: as the setting says.
    """

    body_limit: int | None = None

    def _load_stream(self) -> None:
        limit = self.body_limit or settings.API_BODY_LIMIT
        too_large = TooLarge(f"A body may hold {limit:,} bytes at most.")
        if "chunked" in self._request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            # Django reads nothing where no length is given; the server (gunicorn) ends the stream by itself.
            body = self._request.META["wsgi.input"].read(limit + 1)
            if len(body) > limit:
                raise too_large
            self._stream: Any = io.BytesIO(body) if body else None
            return
        try:
            length = int(self._request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > limit:
            raise too_large
        super()._load_stream()  # type: ignore[misc]


class JSONBody(BaseParser):
    """Read a JSON object, strictly: UTF-8, no NaN, no half characters, no key twice, not nested without end."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object; raises ParseError saying what is wrong with the JSON, and where."""
        said = stream.read()
        try:
            # orjson is strict about everything but keys that come twice and very long numbers.
            orjson.loads(said)
            read = json.loads(said, object_pairs_hook=_once)
        except orjson.JSONDecodeError as fault:
            raise ParseError(f"This is not JSON: {fault}.") from fault
        except RecursionError as fault:
            raise ParseError("This is nested too deeply.") from fault
        except ValueError as fault:
            raise ParseError(str(fault)) from fault
        if not isinstance(read, dict):
            raise ParseError(NOT_AN_OBJECT)
        return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("A name stands twice in one object.")
    return read


class ORJSONAnswer(BaseRenderer):
    """Write JSON with orjson. What a query has already made ready (bytes) goes out as it is."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return `data` as JSON, and nothing for None."""
        if data is None:
            return b""
        return data if isinstance(data, bytes) else to_json(data)


def to_json(data: Any) -> bytes:
    """Return `data` as JSON; a decimal becomes a number."""
    return orjson.dumps(data, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value)} has no place in JSON")


def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent; an empty body is an empty object. Raises ParseError, TooLarge."""
    said = request.data
    return {} if isinstance(said, QueryDict) else cast(dict[str, Any], said)
