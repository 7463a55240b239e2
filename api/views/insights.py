"""Insights: found, logged, edited, moved and tagged."""

from __future__ import annotations

import datetime
import hashlib
import re
from typing import Any
from uuid import UUID

import orjson
from django.urls import reverse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.bodies import body_of
from api.filters import NAMES, InsightFilters, selection_of
from api.links import links_of
from api.paging import PAGING, envelope, once, only_known, page_size_of
from api.problems import Fault, Faulty, Stale
from api.shapes import InsightPage, SingleInsight
from api.shapes_answered import InsightWithReceipts
from api.views.door import Door
from api.writing import (
    DecisionBody,
    InsightBody,
    InsightChange,
    changed_insight,
    checked,
    fields_as_sent,
    move_body,
    new_insight,
)
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import MOVE_NAMES
from casestudies.lifecycle import MOVES as LIFE_CYCLE
from insights import search
from insights.capture import edit, log
from insights.flags import listed
from insights.models import Insight
from insights.moves import move
from insights.once import Logged, log_once
from insights.receipts import receipts_of
from insights.review import decide

ETAG = re.compile(r'(?:W/)?"([^"/]+)/[0-9a-f]{16}"')
KEY = "Idempotency-Key"
NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class OneInsight(Door):
    """What the addresses of one insight share: they answer with the insight as it now stands."""

    def answer(self, insight_id: UUID, *, code: int = status.HTTP_200_OK, receipts: bool = False) -> Response:
        """Return the insight for this reader, with its entity tag, and the `receipts` of the voices they brought."""
        row = search.one(person=self.person, insight_id=insight_id, links=links_of(self.request))
        headers = {"ETag": etag_of(row)}
        flags = listed(person=self.person, insight_id=insight_id)
        if flags is not None:
            row = row.removesuffix(b"}") + b',"flags":' + orjson.dumps(flags) + b"}"
        if receipts:
            row = orjson.dumps({**orjson.loads(row), "receipts": self._receipts(insight_id)})
        return Response(row, status=code, headers=headers)

    def _receipts(self, insight_id: UUID) -> list[dict[str, str]]:
        return [
            {"code": code, "url": self.request.build_absolute_uri(reverse("web:receipt", args=[code]))}
            for code in receipts_of(insight_id=insight_id, recorded_by=self.writer)
        ]

    def written(self, insight_id: UUID) -> Response:
        """Return the answer to a change; without content where the writer may not read what they wrote."""
        try:
            return self.answer(insight_id)
        except Missing:
            # A curator from outside the programme has said that its words are withheld: from them too, from now on.
            return Response(status=status.HTTP_204_NO_CONTENT)


class InsightList(OneInsight):
    """`insights/`"""

    # For the schema, which reads the filters from them.
    queryset = Insight.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = InsightFilters

    @extend_schema(
        operation_id="list_insights",
        summary="Find insights",
        description="Newest first; with `q`, the best match first. Several values of one filter mean any of them.",
        responses={200: InsightPage},
    )
    def get(self, request: Request) -> Response:
        """Return a page of insights, each as the database made it."""
        only_known(request, (*NAMES, *PAGING))
        page = search.page(
            person=self.person,
            selection=selection_of(request.query_params, person=self.person),
            links=links_of(request),
            cursor=once(request, "cursor") or None,
            page_size=page_size_of(request),
        )
        rows = [orjson.Fragment(row) for row in page.rows]
        said = envelope(request, rows, next=page.next, previous=page.previous)
        if page.suggestion:
            said["suggestion"] = page.suggestion
        return Response(orjson.dumps(said))

    @extend_schema(
        operation_id="log_insight",
        summary="Log an insight",
        description=(
            "`text`, `kind`, `source.kind` and `programme` or `case_study` are enough. Tags follow in seconds. With an "
            "`Idempotency-Key` (a UUID that you make for each insight), sending the same again makes no second "
            "insight: the answer is the first one, with `Idempotency-Replayed: true`."
        ),
        request=InsightBody,
        responses={201: InsightWithReceipts},
        parameters=[
            OpenApiParameter("Idempotency-Key", UUID, OpenApiParameter.HEADER, description="A UUID for each insight.")
        ],
        examples=[examples.SHORTEST, examples.FULL],
    )
    def post(self, request: Request) -> Response:
        """Log an insight."""
        key, body = key_of(request), body_of(request)
        with fields_as_sent():
            said = new_insight(body, person=self.writer)
            if key is None:
                logged = Logged(log(person=self.writer, **said), new=True)
            else:
                sent = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
                logged = log_once(person=self.writer, key=key, sent=sent, **said)
        response = self.answer(logged.insight.id, code=status.HTTP_201_CREATED, receipts=True)
        response["Location"] = f"{links_of(request).insight}{logged.insight.id}/"
        if not logged.new:
            response["Idempotency-Replayed"] = "true"
        return response


class InsightDetail(OneInsight):
    """`insights/{id}/`"""

    @extend_schema(
        operation_id="get_insight",
        summary="Read an insight",
        description="Each suggested habit comes with the example that it is most like. The ETag serves `If-Match`.",
        responses={200: SingleInsight},
    )
    def get(self, request: Request, insight_id: UUID) -> Response:
        """Return one insight; 304 when the reader's copy is the same."""
        response = self.answer(insight_id)
        if response["ETag"] in {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": response["ETag"]})
        return response

    @extend_schema(
        operation_id="edit_insight",
        summary="Edit an insight",
        description=(
            "What is left out stays; `source` may be given in part, `voices` are put anew. With `If-Match: <ETag>` "
            "nothing is written where someone else has changed the insight since (412). The answer is 204, without "
            "content, where the words are now withheld from you."
        ),
        request=InsightChange,
        responses={200: SingleInsight, 204: None},
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag last seen.")],
        examples=[examples.CHANGE],
    )
    def patch(self, request: Request, insight_id: UUID) -> Response:
        """Change what is given; with If-Match, only if nobody else has changed it since."""
        seen = last_seen(request)
        with fields_as_sent():
            change = changed_insight(body_of(request), person=self.writer, insight_id=insight_id)
            if seen is not None:
                change["unless_changed_since"] = seen
            try:
                edit(person=self.writer, insight_id=insight_id, **change)
            except Conflict as conflict:
                if seen is not None and conflict.field == "text":
                    raise Stale from conflict
                raise
        return self.written(insight_id)


class InsightMove(OneInsight):
    """`insights/{id}/{move}/`: one subclass for each name in the table of moves."""

    move = ""

    def post(self, request: Request, insight_id: UUID) -> Response:
        """Make the move."""
        said = checked(move_body(self.move), body_of(request), person=self.writer)
        move(person=self.writer, insight_id=insight_id, name=self.move, **said)
        return self.written(insight_id)


def _of_move(name: str) -> type[InsightMove]:
    """Return the view of one move, described from the table of moves."""
    steps = [step for step in LIFE_CYCLE if step.name == name]
    ways = "; ".join(f"{' or '.join(sorted(step.sources))} becomes {step.target}" for step in steps)
    who = sorted({standing for step in steps for standing in step.who})
    described = extend_schema(
        operation_id=f"{name}_insight",
        summary=f"{name.capitalize()} an insight",
        description=f"{ways.capitalize()}. Open to: {', '.join(who)}.",
        request=move_body(name) if steps[0].needs_reason else None,
        responses={200: SingleInsight},
        examples=[examples.DECLINE] if steps[0].needs_reason else [],
    )
    view = type(f"Insight{name.capitalize()}", (InsightMove,), {"move": name, "__doc__": f"`insights/{{id}}/{name}/`"})
    return extend_schema_view(post=described)(view)


MOVES: dict[str, type[InsightMove]] = {name: _of_move(name) for name in MOVE_NAMES}


class InsightCode(OneInsight):
    """A person's word on one code of one codebook."""

    codebook = ""

    def put(self, request: Request, insight_id: UUID, code: str) -> Response:
        """Confirm or reject a code on an insight."""
        said = checked(DecisionBody, body_of(request), person=self.writer)
        decide(person=self.writer, insight_id=insight_id, codebook=self.codebook, code=code, verdict=said["state"])
        return self.written(insight_id)


def _of_codebook(one: str) -> Any:
    return extend_schema(
        operation_id=f"decide_{one}",
        summary=f"Confirm or reject a {one}",
        description="A person's word stands: no machine changes it. What nobody suggested may be confirmed too.",
        request=DecisionBody,
        responses={200: SingleInsight},
        examples=[examples.CONFIRM, examples.REJECT],
    )


@extend_schema_view(put=_of_codebook("habit"))
class InsightHabit(InsightCode):
    """`insights/{id}/habits/{code}/`"""


@extend_schema_view(put=_of_codebook("theme"))
class InsightTheme(InsightCode):
    """`insights/{id}/themes/{slug}/`"""


def etag_of(row: bytes) -> str:
    """Return the entity tag of an insight's row: when it was modified, and which bytes these are.

    The first half is what an edit is held to (If-Match): a new tag on an insight spoils nobody's edit.
    """
    modified: Any = orjson.loads(row)["modified"]
    return f'"{modified}/{hashlib.blake2b(row, digest_size=8).hexdigest()}"'


def key_of(request: Request) -> UUID | None:
    """Return the Idempotency-Key, bare or quoted, or None where none was sent; raises Faulty for what is no UUID."""
    said = request.headers.get(KEY)
    if said is None:
        return None
    try:
        return UUID(said.strip().strip('"'))
    except ValueError as error:
        raise Faulty(Fault(KEY, "Send a UUID, such as 0192f0c1-7a54-7c3e-9c0a-5b1d2e3f4a5b.")) from error


def last_seen(request: Request) -> datetime.datetime | None:
    """Return `modified` as If-Match has it, None where anything will do; what no tag of ours says never matches."""
    said = request.headers.get("If-Match", "*").strip()
    if said == "*":
        return None
    tag = ETAG.fullmatch(said)
    try:
        seen = datetime.datetime.fromisoformat(tag[1]) if tag else NEVER
    except ValueError:
        return NEVER
    return seen if seen.tzinfo else NEVER
