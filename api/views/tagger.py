"""The tagger: what is in use, how far to trust it, how it learns – the same as its page says."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.paging import once, only_known
from api.shapes_tagger import TaggerReport
from api.views.door import Door
from insights.reporting import report
from lhs.estimates import FEWEST_AUDITED, FEWEST_ON_A_SIDE
from lhs.models import HABITS


class Tagger(Door):
    """`tagger/`"""

    @extend_schema(
        operation_id="get_tagger",
        summary="How far to trust the tagger",
        description=(
            "The version in use, every version, the latest trainings, and precision, recall and F1 with 95 % intervals "
            "from the audit sample alone: insights chosen by chance and judged blind. Below `needed` audited insights "
            "the figures of a code say little, and `enough` is false."
        ),
        parameters=[OpenApiParameter("codebook", str, description="Which codebook's tagger: `habits` unless said.")],
        responses={200: TaggerReport},
    )
    def get(self, request: Request) -> Response:
        """Return all there is to say of it."""
        only_known(request, ("codebook",))
        found = report(codebook=(once(request, "codebook") or HABITS).replace("\0", ""))
        told: dict[str, Any] = {
            "codebook": found.codebook,
            "name": found.name,
            "in_use": found.in_use,
            "needed": {"audited": FEWEST_AUDITED, "on_a_side": FEWEST_ON_A_SIDE},
            "figures": found.figures,
            "due": found.due,
            "new_decisions": found.new_decisions,
            "versions": found.versions,
            "trainings": found.trainings,
        }
        return Response(TaggerReport(told).data)
