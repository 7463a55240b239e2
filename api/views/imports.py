"""Imports: a spreadsheet is sent, checked row by row, and its good rows written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.bodies import body_of
from api.links import links_of, root_of
from api.paging import PAGING, envelope, keyset_page, once, only_known, page_size_of
from api.problems import Fault, Faulty
from api.schema import PAGING as PAGES
from api.shapes_imports import ImportPage, ImportRowPage, ImportShape
from api.uploads import ImportBody, Upload, flag_in, import_body, mapping_in, upload_limit
from api.views.door import Door
from api.writing import MoveBody, checked
from insights.importing import sheets, verbs
from insights.importing.columns import mapping_of
from insights.importing.received import on_disk
from insights.models import Import, ImportRow
from insights.models.imported import Fate


class OfImports(Door):
    """What the addresses of imports share: all are for people who have signed in."""

    for_people = True

    def shown(self, found: Import) -> dict[str, Any]:
        """Return an import as it is sent."""
        return {
            "id": found.id,
            "url": f"{root_of(self.request)}imports/{found.id}/",
            "programme": {
                "id": found.programme_id,
                "name": found.programme.name,
                "url": f"{links_of(self.request).programme}{found.programme_id}/",
            },
            "name": found.name,
            "state": found.state,
            "status": found.status,
            "headings": found.headings,
            "mapping": {field: column + 1 for field, column in found.mapping.items()},
            "layout": found.layout,
            "done": found.done,
            "of": found.of,
            "counts": {fate: getattr(found, fate) for fate in Fate.values},
            "written": found.written,
            "failure": found.failure,
            "created": found.created,
            "ended": found.ended,
        }

    def found(self, import_id: UUID) -> Import:
        """Return the import; raises Missing."""
        return verbs.one_import(person=self.writer, import_id=import_id)


class ImportList(OfImports):
    """`imports/`"""

    parser_classes = [Upload]

    def body_limit(self) -> int | None:
        """Return what a spreadsheet and the words beside it may have."""
        return upload_limit()

    @extend_schema(
        operation_id="list_imports",
        summary="Your imports",
        description="The imports of the programmes that you write in, and those you brought, in the order they came.",
        responses={200: ImportPage},
        parameters=PAGES,
    )
    def get(self, request: Request) -> Response:
        """Return a page of imports."""
        only_known(request, PAGING)
        rows, next, previous = keyset_page(
            verbs.imports(person=self.writer).order_by(),
            by=("id",),
            cursor=once(request, "cursor"),
            page_size=page_size_of(request),
        )
        return Response(envelope(request, [self.shown(row) for row in rows], next=next, previous=previous))

    @extend_schema(
        operation_id="import_insights",
        summary="Import a spreadsheet",
        description=(
            "Every row is checked first, in the background: ask the address in `Location` how far it is, and `rows/` "
            "what becomes of each. Nothing is written before `apply/`, unless `apply` is true. The same file again "
            "changes nothing; an edited one finds its insights by their references."
        ),
        request={"multipart/form-data": ImportBody},
        responses={201: ImportShape},
        examples=[examples.IMPORT],
    )
    def post(self, request: Request) -> Response:
        """Take a file in, and have it checked."""
        sent = import_body(request)
        said = checked(ImportBody, sent, person=self.writer)
        if not verbs.may_import(self.writer, said["programme"]):
            raise PermissionDenied("You can import insights only into your own programmes.")
        mapping, apply = mapping_in(said), flag_in(said, "apply")
        with on_disk(said["file"]) as path:
            begun = verbs.begin(
                person=self.writer, programme=said["programme"], path=path, name=str(said["file"].name or "")
            )
        defaults: dict[str, Any] = {name: said[name] for name in ("kind", "source_kind") if name in said}
        accepted = False
        try:
            begun = verbs.check(
                person=self.writer,
                import_id=begun.id,
                mapping=None if mapping is None else mapping_of(mapping, begun.headings),
                defaults={**begun.defaults, **defaults},
                status=said["status"],
                apply=apply,
            )
            accepted = True
        finally:
            if not accepted:
                # What was refused leaves nothing to be written.
                verbs.cancel(person=self.writer, import_id=begun.id)
        shown = self.shown(begun)
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": shown["url"]})


class ImportDetail(OfImports):
    """`imports/{id}/`"""

    @extend_schema(operation_id="get_import", summary="How far an import is", responses={200: ImportShape})
    def get(self, request: Request, import_id: UUID) -> Response:
        """Return one import."""
        return Response(self.shown(self.found(import_id)))


class ImportRows(OfImports):
    """`imports/{id}/rows/`"""

    @extend_schema(
        operation_id="list_import_rows",
        summary="What becomes of each row",
        responses={200: ImportRowPage},
        parameters=[
            OpenApiParameter("fate", str, enum=Fate.values, description="Only rows of this fate."),
            *PAGES,
        ],
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """Return a page of rows."""
        only_known(request, ("fate", *PAGING))
        fate = once(request, "fate") or ""
        if fate and fate not in Fate.values:
            raise Faulty(Fault("fate", f"Choose one of: {', '.join(Fate.values)}."))
        rows, next, previous = keyset_page(
            verbs.rows_of(self.found(import_id), fate=fate).order_by(),
            by=("number",),
            cursor=once(request, "cursor"),
            page_size=page_size_of(request),
        )
        return Response(envelope(request, [_row(row) for row in rows], next=next, previous=previous))


class FailedRows(OfImports):
    """`imports/{id}/failed/`"""

    @extend_schema(
        operation_id="get_failed_rows",
        summary="The rows in error, as a spreadsheet",
        description="In the format of the file that came, with the reasons in the last column, to send back.",
        responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, sheets.MEDIA["xlsx"]): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, import_id: UUID) -> HttpResponseBase:
        """Return the file."""
        found = self.found(import_id)
        format = sheets.failed_format(found)
        answer = HttpResponse(sheets.failed(found), content_type=sheets.MEDIA[format])
        answer["Content-Disposition"] = f'attachment; filename="rows-to-correct.{format}"'
        return answer


class Apply(OfImports):
    """`imports/{id}/apply/`"""

    @extend_schema(
        operation_id="apply_import",
        summary="Write the good rows",
        description="Of an import that has been checked. It goes on in the background.",
        request=None,
        responses={200: ImportShape},
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Have the good rows written."""
        checked(MoveBody, body_of(request), person=self.writer)
        verbs.write(person=self.writer, import_id=import_id)
        return Response(self.shown(self.found(import_id)))


class Cancel(OfImports):
    """`imports/{id}/cancel/`"""

    @extend_schema(
        operation_id="cancel_import",
        summary="Cancel an import",
        description="Rows that were written stay, `written` says how many; the rest of the file is thrown away.",
        request=None,
        responses={200: ImportShape},
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """End it where it stands."""
        checked(MoveBody, body_of(request), person=self.writer)
        verbs.cancel(person=self.writer, import_id=import_id)
        return Response(self.shown(self.found(import_id)))


def _row(row: ImportRow) -> dict[str, Any]:
    return {"number": row.number, "fate": row.fate, "note": row.note, "errors": row.faults, "cells": row.cells}
