"""Lists in pages: `{next, previous, results}`, by keyset – never by counting rows to skip."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from api.problems import Fault, Faulty
from insights.search import LARGEST_PAGE, BadCursor

PAGE_SIZE = 50
PAGING = ("cursor", "page_size")
LARGEST_INTEGER = 2**31 - 1
NOT_OURS = "This cursor is not one that was given out. Start again without it."

M = TypeVar("M", bound=Model)


def page_size_of(request: Request) -> int:
    """Return how many to a page; raises Faulty for anything but a whole number from 1 to 500."""
    said = once(request, "page_size")
    if not said:
        return PAGE_SIZE
    if not re.fullmatch(r"[0-9]{1,4}", said) or not 1 <= int(said) <= LARGEST_PAGE:
        raise Faulty(Fault("page_size", f"Give a whole number from 1 to {LARGEST_PAGE}."))
    return int(said)


def once(request: Request, name: str) -> str | None:
    """Return the one value of a query parameter, or None; raises Faulty when it is given twice."""
    said = request.query_params.getlist(name)
    if len(said) > 1:
        raise Faulty(Fault(name, "Give this once."))
    return said[0] if said else None


def only_known(request: Request, known: Sequence[str]) -> None:
    """Raise Faulty, naming them, for query parameters that mean nothing here."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        allowed = ", ".join(known)
        raise Faulty(*(Fault(name[:80], f"There is no such filter here. There are: {allowed}.") for name in unknown))


def envelope(request: Request, results: list[Any], *, next: str | None, previous: str | None) -> dict[str, Any]:
    """Return a list as it is sent; `next` and `previous` are cursors, and become absolute links."""
    return {"next": link_to(request, next), "previous": link_to(request, previous), "results": results}


def link_to(request: Request, cursor: str | None) -> str | None:
    """Return the address of another page of the list that was asked for, or None where there is none."""
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def keyset_page(
    found: QuerySet[M], *, by: Sequence[str], cursor: str | None, page_size: int
) -> tuple[list[M], str | None, str | None]:
    """Return one page of `found` in the order of the fields `by` (the last is unique), and the cursors beside it.

    Raises BadCursor.
    """
    backwards, place = _read(cursor, found.model, by) if cursor else (False, None)
    if place is not None:
        found = found.filter(_beyond(by, place, backwards))
    rows = list(found.order_by(*(f"-{field}" if backwards else field for field in by))[: page_size + 1])
    more = len(rows) > page_size
    rows = rows[:page_size]
    if backwards:
        rows.reverse()
    after = rows and (more or backwards)
    before = rows and (more if backwards else place is not None)
    return rows, _cursor(rows[-1], by, False) if after else None, _cursor(rows[0], by, True) if before else None


def _beyond(by: Sequence[str], place: Sequence[Any], backwards: bool) -> Q:
    """Return the condition of standing after (or before) a place: row comparison, field by field."""
    beyond, level = Q(), Q()
    for field, value in zip(by, place, strict=True):
        beyond |= level & Q(**{f"{field}__{'lt' if backwards else 'gt'}": value})
        level &= Q(**{field: value})
    return beyond


def _cursor(row: Model, by: Sequence[str], backwards: bool) -> str:
    said = orjson.dumps([int(backwards), *(getattr(row, field) for field in by)])
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def _read(cursor: str, model: type[Model], by: Sequence[str]) -> tuple[bool, list[Any]]:
    try:
        backwards, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = [
            model._meta.get_field(field).to_python(value)  # type: ignore[union-attr]
            for field, value in zip(by, values, strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, ValidationError) as error:
        raise BadCursor(NOT_OURS) from error
    for value in place:
        wrong_words = isinstance(value, str) and "\0" in value
        wrong_number = isinstance(value, int) and not 0 <= value <= LARGEST_INTEGER
        if value is None or wrong_words or wrong_number:
            raise BadCursor(NOT_OURS)
    return bool(backwards), place
