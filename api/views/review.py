"""The curator's desk over the API: what comes next, judging it, taking it back, a whole filter, and agreement."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.bodies import body_of
from api.filters import NAMES, InsightFilters, selection_of
from api.links import links_of
from api.paging import once, only_known
from api.problems import Fault, Faulty
from api.shapes_review import AgreementAnswer, BulkAnswer, BulkCount, NextTurn, ReviewAnswer, TurnAnswer
from api.views.door import Door
from api.writing import BulkBody, JudgementBody, checked
from insights import bulk, desk
from insights.agreement import agreement
from insights.laid import laid
from insights.models import Bulk, Insight, Turn
from lhs.models import HABITS

UNKNOWN_ID = "Give the id of a sample."


class DeskDoor(Door):
    """An address that answers with one thing and is for people who have signed in, reading too."""

    for_people = True

    def turn(self, turn: Turn | None, *, blind: bool = False) -> dict[str, Any] | None:
        """Return what is laid before them, as it is sent."""
        if turn is None:
            return None
        told = asdict(laid(turn, blind=blind))
        return {**told, "codes": [{**code, "state": code["state"] or None} for code in told["codes"]]}


class Next(DeskDoor):
    """`review/`"""

    @extend_schema(
        operation_id="next_to_review",
        summary="What to judge next",
        description=(
            "Lays one insight before you for ten minutes, with the habits that are suggested; the same again until it "
            "is judged or skipped. For curators. With `blind=true` nothing is suggested; now and then nothing is all "
            "the same."
        ),
        parameters=[OpenApiParameter("blind", bool, description="Hide every suggestion.")],
        responses={200: NextTurn},
    )
    def get(self, request: Request) -> Response:
        """Return the next turn, and how many are left."""
        only_known(request, ("blind",))
        blind = _yes_or_no(request, "blind")
        turn = desk.next_turn(person=self.writer, blind=blind)
        return Response(
            {
                "turn": self.turn(turn, blind=blind),
                "left": desk.how_many_left(person=self.writer),
                "skipped": desk.how_many_aside(person=self.writer),
            }
        )


class Settle(DeskDoor):
    """`review/{turn}/`"""

    @extend_schema(
        operation_id="settle_review",
        summary="Judge what is before you",
        description=(
            "Your whole judgement: `codes` are in the text (none: an empty list), all others are not. What was "
            "suggested and is not among them is rejected. Where someone else has judged it meanwhile, or its words "
            "have changed, nothing is written (409)."
        ),
        request=JudgementBody,
        responses={200: ReviewAnswer},
        examples=[examples.JUDGEMENT],
    )
    def post(self, request: Request, turn_id: UUID) -> Response:
        """Settle the turn."""
        said = checked(JudgementBody, body_of(request), person=self.writer)
        made = desk.settle(person=self.writer, turn_id=turn_id, codes=said["codes"])
        return Response({"codes": made.codes})


class Skip(DeskDoor):
    """`review/{turn}/skip/`"""

    @extend_schema(
        operation_id="skip_review",
        summary="Skip what is before you",
        description="Nothing is recorded. It comes back to you within a day, and to others at once.",
        request=None,
        responses={204: None},
    )
    def post(self, request: Request, turn_id: UUID) -> Response:
        """Put the turn aside."""
        desk.skip(person=self.writer, turn_id=turn_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Undo(DeskDoor):
    """`review/undo/`"""

    @extend_schema(
        operation_id="undo_review",
        summary="Take your last judgement back",
        description=(
            "Tags stand again as they did before, and the text is before you again (`turn`; null where its words have "
            "changed since). Of the last day; before that there is nothing to take back (409)."
        ),
        request=None,
        responses={200: TurnAnswer},
    )
    def post(self, request: Request) -> Response:
        """Take the last review back."""
        return Response({"turn": self.turn(desk.undo_last(person=self.writer))})


class InBulk(DeskDoor):
    """`review/bulk/`"""

    # For the schema, which reads the filters from them.
    queryset = Insight.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = InsightFilters

    @extend_schema(
        operation_id="count_in_bulk",
        summary="Count what a decision in bulk would be on",
        description=(
            "Everything that the filter selects (as in the list of insights), whose tags you may decide, and on which "
            f"no person has decided this code yet; counted no further than {bulk.MOST + 1:,}."
        ),
        parameters=[
            OpenApiParameter("codebook", str, enum=["habits", "themes"], default=HABITS),
            OpenApiParameter("code", str, required=True, description="A habit's code, or a theme's slug."),
        ],
        responses={200: BulkCount},
    )
    def get(self, request: Request) -> Response:
        """Return the count."""
        only_known(request, (*NAMES, "codebook", "code"))
        count = bulk.preview(
            person=self.writer,
            selection=selection_of(request.query_params, person=self.person),
            codebook=once(request, "codebook") or HABITS,
            code=_code(request),
        )
        return Response({"count": count})

    @extend_schema(
        operation_id="decide_in_bulk",
        summary="Decide a code on everything that a filter selects",
        description=(
            "The filter stands in the address, as in the list of insights. `expected_count` is what was counted: "
            f"where it is another number now, nothing is decided (409). At most {bulk.MOST:,} insights."
        ),
        request=BulkBody,
        responses={201: BulkAnswer},
        parameters=[
            OpenApiParameter(name, str, description="As in the list of insights.")
            for name in ("q", "habit", "habit_state", "theme", "programme", "case_study")
        ],
        examples=[examples.BULK],
    )
    def post(self, request: Request) -> Response:
        """Decide."""
        only_known(request, NAMES)
        said = checked(BulkBody, body_of(request), person=self.writer)
        made = bulk.decide_all(
            person=self.writer,
            selection=selection_of(request.query_params, person=self.person),
            codebook=said["codebook"],
            code=said["code"],
            verdict=said["state"],
            expected_count=said["expected_count"],
        )
        return Response(_told(made), status=status.HTTP_201_CREATED)


class UndoBulk(DeskDoor):
    """`review/bulk/{id}/undo/`"""

    @extend_schema(
        operation_id="undo_in_bulk",
        summary="Take a decision in bulk back",
        description="All of it; where someone else has decided since, theirs stands.",
        request=None,
        responses={200: BulkAnswer},
    )
    def post(self, request: Request, bulk_id: UUID) -> Response:
        """Take it back."""
        return Response(_told(bulk.undo_bulk(person=self.writer, bulk_id=bulk_id)))


class AgreementDoor(DeskDoor):
    """`agreement/`"""

    @extend_schema(
        operation_id="get_agreement",
        summary="How far two people agree",
        description=(
            "Over the insights that two people have judged, or one sample's: for each habit percent agreement, Cohen's "
            "kappa and Gwet's AC1 with 95 % intervals, and the insights that they differ on. For curators."
        ),
        parameters=[OpenApiParameter("sample", {"type": "string", "format": "uuid"}, description="One sample alone.")],
        responses={200: AgreementAnswer},
    )
    def get(self, request: Request) -> Response:
        """Return the figures."""
        only_known(request, ("sample",))
        told = agreement(person=self.writer, sample_id=_sample(request))
        address = links_of(request).insight
        return Response(
            {
                "n": told.n,
                "all_alike": told.all_alike,
                "codes": [{"code": one.code, "name": one.name, **asdict(one.agreement)} for one in told.codes],
                "differ": [
                    {
                        "id": one.insight_id,
                        "url": f"{address}{one.insight_id}/",
                        "title": one.title,
                        "text": one.text,
                        "both": one.both,
                        "first_only": one.one_only,
                        "second_only": one.other_only,
                    }
                    for one in told.differ
                ],
            }
        )


def _told(made: Bulk) -> dict[str, Any]:
    return {"id": made.id, "count": made.count, "state": made.verdict, "undone": made.undone_at is not None}


def _yes_or_no(request: Request, name: str) -> bool:
    said = (once(request, name) or "false").lower()
    if said not in ("true", "false"):
        raise Faulty(Fault(name, "Choose from: true, false."))
    return said == "true"


def _code(request: Request) -> str:
    said = once(request, "code") or ""
    if not said.isprintable() or not said:
        raise Faulty(Fault("code", "Give a habit's code, or a theme's slug."))
    return said


def _sample(request: Request) -> UUID | None:
    said = once(request, "sample")
    try:
        return UUID(said) if said else None
    except ValueError as fault:
        raise Faulty(Fault("sample", UNKNOWN_ID)) from fault
