"""What has been said already: insights like a text, and one more voice for one of them."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.bodies import body_of
from api.links import links_of
from api.shapes import SimilarAnswer
from api.shapes_answered import InsightWithReceipts
from api.views.door import Door
from api.views.insights import OneInsight
from api.writing import SimilarBody, VoiceBody, checked, voice_of
from insights.similar import similar
from insights.voices import me_too


class Similar(Door):
    """`insights/similar/`"""

    @extend_schema(
        operation_id="find_similar_insights",
        summary="Find what has been said already",
        description=(
            "The insights nearest in meaning to a text, of those that you may open, the nearest first. Nothing is "
            "kept of the text. Where nothing can be compared just now, `results` is empty and `note` says so."
        ),
        request=SimilarBody,
        responses={200: SimilarAnswer},
        examples=[examples.SIMILAR],
    )
    def post(self, request: Request) -> Response:
        """Return what is like the text."""
        asked = checked(SimilarBody, body_of(request), person=self.writer)
        said = similar(person=self.writer, **asked)
        address = links_of(request).insight
        results = [{"id": one.id, "url": f"{address}{one.id}/", **asdict(one)} for one in said.results]
        return Response({"results": results, "note": said.note})


class InsightVoices(OneInsight):
    """`insights/{id}/voices/`"""

    @extend_schema(
        operation_id="add_voice",
        summary="Say “me too”",
        description=(
            "Adds another voice, place and day to an insight, instead of a second insight that says the same. Open "
            "to whoever logs insights anywhere. `receipts` has the codes of the voices that you brought. "
            "The same person, place and day twice is a conflict."
        ),
        request=VoiceBody,
        responses={200: InsightWithReceipts},
        examples=[examples.ME_TOO],
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        """Add a voice."""
        said = checked(VoiceBody, body_of(request), person=self.writer)
        me_too(person=self.writer, insight_id=insight_id, voice=voice_of(said))
        return self.answer(insight_id, receipts=True)
