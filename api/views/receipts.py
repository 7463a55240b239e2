"""What became of a voice, for whoever has its code: the only address that asks for nothing else."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from api.links import links_of
from api.paging import only_known
from api.shapes_answered import ReceiptTellsShape
from api.throttles import ReceiptThrottle
from api.views.door import Door
from casestudies.errors import Missing
from insights.receipts import read_code, shown, told


class ReceiptDoor(Door):
    """`receipts/{code}/`"""

    permission_classes = [AllowAny]
    throttle_classes = [ReceiptThrottle]

    @extend_schema(
        operation_id="follow_receipt",
        summary="Follow a receipt",
        description=(
            "Open to anyone who has the code, signed in or not: where the insight stands, since when, why it was "
            "declined, and the address of the published insight – never its words. In any case, with O for 0 and I for "
            "1; every code that is none is answered alike."
        ),
        auth=[],
        responses={200: ReceiptTellsShape},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return what the receipt tells."""
        only_known(request, ())
        found = told(code)
        if found is None:
            raise Missing("There is no receipt with this code.")
        answer = Response(
            {
                "code": shown(read_code(code)),
                "now": asdict(found.now),
                "stages": [asdict(one) for one in found.stages],
                "reason": found.reason,
                "published": found.published and f"{links_of(request).insight}{found.published}/",
            }
        )
        answer["Cache-Control"] = "no-store"
        return answer
