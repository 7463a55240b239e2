"""Whatever goes wrong is told as a problem document (RFC 9457), never as a page.

`{type, title, status, detail, instance, errors: [{field, reason}]}`: `detail` is for people, `errors` names each field
at fault. What verbs raise is turned into an HTTP status here and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

import orjson
from django.core import exceptions as django
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import iri_to_uri
from rest_framework import exceptions as rest

from casestudies.errors import Conflict, Missing
from insights.search import BadCursor

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
WHOLE_BODY = "body"
# The names of RFC 9110; Python's differ from version to version.
TITLES = {413: "Content Too Large"}
AMISS = "Put right what the errors name, and send it again."
NOWHERE = "There is nothing at this address, or nothing that you may open."


@dataclass(frozen=True)
class Fault:
    """A field of the body or the address (`source.kind`, `voices.0.role`, `page_size`) and what is wrong with it."""

    field: str
    reason: str


class Faulty(Exception):
    """Bad input, with its faults: 400."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(AMISS)
        self.faults = faults


class TooLarge(rest.APIException):
    """More was sent than is read."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Stale(rest.APIException):
    """The copy that If-Match speaks of is not how things stand now."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "Someone else has changed this since. Get it again, and look at theirs first."


def problem(
    request: HttpRequest,
    status: int,
    *,
    detail: str,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a problem document."""
    said = {
        "type": "about:blank",
        "title": TITLES.get(status, HTTPStatus(status).phrase),
        "status": int(status),
        "detail": detail,
        "instance": iri_to_uri(request.path),
        "errors": [asdict(fault) for fault in faults],
    }
    answer = HttpResponse(orjson.dumps(said), status=status, content_type=MEDIA_TYPE)
    # A refusal is for the one who asked: whoever comes with another token may be answered otherwise.
    answer["Cache-Control"] = "private, no-store"
    for name, value in (headers or {}).items():
        answer[name] = value
    return answer


def bad_request(request: HttpRequest) -> HttpResponse:
    """400, for what Django refuses before a view is reached."""
    return problem(request, 400, detail="This request could not be read.")


def forbidden(request: HttpRequest) -> HttpResponse:
    """403, for what Django refuses before a view is reached."""
    return problem(request, 403, detail="You may not do this.")


def not_found(request: HttpRequest) -> HttpResponse:
    """404, for an address that does not exist; it helps those who left out the slash at the end."""
    slash = "" if request.path.endswith("/") else " Addresses here end with a slash."
    return problem(request, 404, detail=NOWHERE + slash)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with no details: they are in the log."""
    return problem(request, 500, detail="Something went wrong here, not with what you sent. It has been noted.")


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """Turn what a view raised into a problem document: the framework's exception handler."""
    request: HttpRequest = context["request"]
    match error:
        case Faulty():
            return problem(request, 400, detail=AMISS, faults=error.faults)
        case rest.ValidationError():
            return problem(request, 400, detail=AMISS, faults=list(faults_in(error.detail)))
        case django.ValidationError():
            said = error.message_dict if hasattr(error, "error_dict") else {WHOLE_BODY: error.messages}
            return problem(request, 400, detail=AMISS, faults=list(faults_in(said)))
        case rest.ParseError():
            return problem(request, 400, detail=AMISS, faults=[Fault(WHOLE_BODY, str(error.detail))])
        case BadCursor():
            return problem(request, 400, detail=AMISS, faults=[Fault("cursor", str(error))])
        case Conflict():
            return problem(request, 409, detail=error.reason, faults=[Fault(error.field, error.reason)])
        case Missing():
            return problem(request, 404, detail=str(error))
        case Http404():
            return not_found(request)
        case django.PermissionDenied():
            return problem(request, 403, detail=str(error) or "You may not do this.")
        case rest.UnsupportedMediaType():
            taken = " or ".join(parser.media_type for parser in context["view"].parser_classes)
            return problem(request, error.status_code, detail=f"Send {taken}.")
        case rest.APIException():
            return problem(request, error.status_code, detail=_words_of(error), headers=_headers_of(error))
        case django.RequestDataTooBig():
            return problem(request, 413, detail="That is more than is read here.")
        case django.SuspiciousOperation() | django.BadRequest() | MultiPartParserError() | UnreadablePostError():
            return bad_request(request)
        case OperationalError() | InterfaceError():
            _note(request, error)
            return problem(
                request,
                503,
                detail="The database does not answer. Try again in a moment.",
                headers={"Retry-After": "5"},
            )
        case _:
            _note(request, error)
            return server_error(request)


def faults_in(detail: Any, at: str = "") -> Iterator[Fault]:
    """Yield the faults of a serializer's nested errors, or of a ValidationError's, each field as a dotted path."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            own = key in ("non_field_errors", django.NON_FIELD_ERRORS)
            yield from faults_in(inner, at if own else f"{at}.{key}" if at else str(key))
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping)
            yield from faults_in(inner, f"{at}.{place}" if nested and at else at)
    else:
        yield Fault(at or WHOLE_BODY, str(detail))


def _words_of(error: rest.APIException) -> str:
    match error:
        case rest.MethodNotAllowed():
            return "This address does not take that method; the Allow header names those that it takes."
        case rest.NotAcceptable():
            return "Answers are application/json: ask for that, or leave the Accept header out."
        case rest.Throttled():
            return "Too many requests. Wait as long as the Retry-After header says, in seconds."
        case rest.NotAuthenticated():
            return "Sign in: send the header “Authorization: Token …”."
    return str(error.detail)


def _headers_of(error: rest.APIException) -> dict[str, str]:
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    return headers


def _note(request: HttpRequest, error: Exception) -> None:
    # The path, and not the query: it may hold what a person searched for.
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
