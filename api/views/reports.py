"""From a report to drafts: sent in as text or a file, read again, and saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api import examples
from api.bodies import JSONBody, body_of
from api.links import links_of, root_of
from api.problems import Fault, Faulty, TooLarge
from api.report_bodies import ReportBody, ReportFileBody, SaveBody, changes_of, new_activity_of
from api.shapes_reports import ReportAnswer, SavedAnswer
from api.views.door import Door
from api.writing import checked
from insights.models import Candidate, Report
from insights.reports import saving, taking
from insights.reports.comparing import said_already, to_compare
from insights.reports.screening import details_in
from insights.search import Links

# What the form around a file may add to it.
AROUND = 64 * 1024


class ReportDoor(Door):
    """What the addresses of reports share. Reading, too, is for people: those who may log in the programme."""

    for_people = True

    def told(self, report: Report) -> dict[str, Any]:
        """Return a report with its candidates, for whoever asks."""
        links = links_of(self.request)
        alike = said_already(person=self.writer, report=report)
        programme, activity = report.programme, report.learning_activity
        candidates = report.candidates.defer("vector").prefetch_related("audiences")
        return {
            "id": report.id,
            "url": self.address(report),
            "name": report.name,
            "form": report.form,
            "consent": report.consent,
            "programme": _ref(programme.id, programme.name, links.programme),
            "learning_activity": activity and _ref(activity.id, activity.name, links.learning_activity),
            "left_out": report.left_out,
            "created": report.created,
            "to_compare": to_compare(report),
            "candidates": [_candidate(one, alike.get(one.id, ()), links) for one in candidates],
        }

    def address(self, report: Report) -> str:
        """Return where a report is found."""
        return f"{root_of(self.request)}reports/{report.id}/"


def _ref(id: UUID, name: str, address: str) -> dict[str, Any]:
    return {"id": id, "name": name, "url": f"{address}{id}/"}


def _candidate(one: Candidate, alike: Any, links: Links) -> dict[str, Any]:
    return {
        "id": one.id,
        "position": one.position,
        "section": one.section,
        "locator": one.locator,
        "title": one.title,
        "text": one.text,
        "kind": one.kind,
        "perspective": one.perspective,
        "level": one.level,
        "effect": one.effect,
        "source_kind": one.source_kind,
        "audiences": [_ref(audience.id, audience.name, links.audience) for audience in one.audiences.all()],
        "ticked": one.ticked,
        "why": one.why,
        "same_as": one.same_as_id,
        "details": list(details_in(one.text)),
        "said_already": [
            {
                "id": said.id,
                "url": f"{links.insight}{said.id}/",
                "title": said.title,
                "text": said.text,
                "status": said.status,
                "similarity": said.similarity,
            }
            for said in alike
        ],
        "insight": f"{links.insight}{one.insight_id}/" if one.insight_id else None,
    }


class Reports(ReportDoor):
    """`reports/`"""

    parser_classes = [JSONBody, MultiPartParser]

    def body_limit(self) -> int | None:
        """A file may be as large as the settings say, JSON as everywhere."""
        is_form = self.request is not None and (self.request.content_type or "").startswith("multipart/")
        return settings.REPORT_BYTES + AROUND if is_form else None

    @extend_schema(
        operation_id="cut_report",
        summary="Cut a report into candidates",
        description=(
            "Send `text`, or `file` (.docx, .pdf, .txt, .md) as multipart/form-data. It is cut into candidates under "
            "its headings, with kind, perspective, level and audiences guessed from them; nothing is logged yet, and "
            "the file is not kept. Comparing with what was said already follows in seconds (`to_compare`)."
        ),
        request={"application/json": ReportBody, "multipart/form-data": ReportFileBody},
        responses={201: ReportAnswer},
        examples=[examples.REPORT, examples.REPORT_FILE],
    )
    def post(self, request: Request) -> Response:
        """Take a report in."""
        sent = request.data
        if not isinstance(sent, QueryDict) or not sent:
            said = checked(ReportBody, body_of(request), person=self.writer)
            given = {"text": said.get("text", ""), "name": said.get("name", "")}
        else:
            said = checked(ReportFileBody, _once_each(sent), person=self.writer)
            file = said["file"]
            if file.size > settings.REPORT_BYTES:
                raise TooLarge(f"A report may hold {settings.REPORT_BYTES:,} bytes at most.")
            given = {"data": file.read(), "name": file.name}
            if said.get("name"):
                # Its ending tells what it is; what it is called is told beside it.
                given["name"] = _called(said["name"], file.name)
        report = taking.take(
            person=self.writer,
            programme=said["programme"],
            learning_activity=said.get("learning_activity"),
            consent=said.get("consent", "not-needed"),
            **given,
        )
        answer = Response(self.told(report), status=status.HTTP_201_CREATED)
        answer["Location"] = self.address(report)
        return answer


def _once_each(sent: QueryDict) -> dict[str, Any]:
    """Return a form's fields, each of which may come once; raises Faulty."""
    twice = [name for name in sent if len(sent.getlist(name)) > 1]
    if twice:
        raise Faulty(*(Fault(name[:80], "Send this once.") for name in twice))
    return dict(sent.items())


def _called(name: str, file: str) -> str:
    ending = file.rpartition(".")[2]
    return name if name.endswith(f".{ending}") or "." not in file else f"{name}.{ending}"


class OneReport(ReportDoor):
    """`reports/{id}/`"""

    @extend_schema(
        operation_id="get_report",
        summary="Read what was cut out of a report",
        description="For those who may log in its programme; for its team alone where consent is withheld.",
        responses={200: ReportAnswer},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """Return a report with its candidates."""
        return Response(self.told(taking.the_report(person=self.writer, report_id=report_id)))


class Save(ReportDoor):
    """`reports/{id}/save/`"""

    @extend_schema(
        operation_id="save_report",
        summary="Save ticked candidates as drafts",
        description=(
            "Changes are kept first. Then every candidate that is ticked and not saved yet becomes a draft, or none "
            "does: each fault is named as `candidates.ID.field`. Sent again, nothing is saved twice."
        ),
        request=SaveBody,
        responses={200: SavedAnswer},
        examples=[examples.SAVE_REPORT],
    )
    def post(self, request: Request, report_id: UUID) -> Response:
        """Save what is ticked."""
        person: User = self.writer
        # What nobody may open is not there, whatever is sent to it.
        taking.the_report(person=person, report_id=report_id)
        said = checked(SaveBody, body_of(request), person=person)
        insights = saving.save(
            person=person,
            report_id=report_id,
            changes=changes_of(said),
            learning_activity=said.get("learning_activity"),
            new_activity=new_activity_of(said),
        )
        links = links_of(request)
        report = taking.the_report(person=person, report_id=report_id)
        return Response({**self.told(report), "saved": [f"{links.insight}{one.id}/" for one in insights]})
