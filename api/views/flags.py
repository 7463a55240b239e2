"""What may tell who somebody is: replaced, or said to tell nobody's identity."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.bodies import body_of
from api.shapes import SingleInsight
from api.views.insights import OneInsight
from api.writing import MoveBody, SettledBody, checked
from insights.flags import not_identifying, redact


class RedactAll(OneInsight):
    """`insights/{id}/flags/redact/`"""

    @extend_schema(
        operation_id="redact_insight",
        summary="Replace all that may tell who somebody is",
        description="Puts the suggested words (`redaction`) in place of every open flag. Open to whoever may edit it.",
        request=None,
        responses={200: SingleInsight},
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        """Replace every open flag."""
        checked(MoveBody, body_of(request), person=self.writer)
        redact(person=self.writer, insight_id=insight_id)
        return self.written(insight_id)


class Redact(OneInsight):
    """`insights/{id}/flags/{flag}/redact/`"""

    @extend_schema(
        operation_id="redact_flag",
        summary="Replace what a flag stands on",
        description="Puts the suggested words in its place. The flags after it then stand elsewhere.",
        request=None,
        responses={200: SingleInsight},
    )
    def post(self, request: Request, insight_id: UUID, flag_id: UUID) -> Response:
        """Replace one."""
        checked(MoveBody, body_of(request), person=self.writer)
        redact(person=self.writer, insight_id=insight_id, flag_ids=[flag_id])
        return self.written(insight_id)


class NotIdentifying(OneInsight):
    """`insights/{id}/flags/{flag}/not-identifying/`"""

    @extend_schema(
        operation_id="clear_flag",
        summary="Record that a flag tells nobody's identity",
        description="For curators. It holds for exactly these words in this place, and survives an edit elsewhere.",
        request=SettledBody,
        responses={200: SingleInsight},
        examples=[examples.SETTLED],
    )
    def post(self, request: Request, insight_id: UUID, flag_id: UUID) -> Response:
        """Record it."""
        said = checked(SettledBody, body_of(request), person=self.writer)
        not_identifying(person=self.writer, insight_id=insight_id, flag_ids=[flag_id], **said)
        return self.written(insight_id)
