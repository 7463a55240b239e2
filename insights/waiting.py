"""What was sent in and waits for a curator, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from casestudies.lifecycle import Status
from casestudies.models import Programme
from casestudies.permissions import programmes_open_to
from insights.models import Insight, Move
from insights.visibility import Reader

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """The insights that wait the longest, each with `since`; how many wait in all; and in which programmes."""

    insights: Sequence[Insight]
    total: int
    programmes: Sequence[Programme]


def publishes_anywhere(person: User | None) -> bool:
    """Say whether `person` may publish insights in any programme at all."""
    return person is not None and programmes_open_to(person, "publish", "insight", status=Status.SUBMITTED) != []


def waiting(*, person: User, programme_id: UUID | None = None) -> Waiting:
    """Return what waits for this curator, of all programmes or of one. Raises PermissionDenied."""
    open_to = programmes_open_to(person, "publish", "insight", status=Status.SUBMITTED)
    if open_to == []:
        raise PermissionDenied("What was sent in is read by curators.")
    here = Reader.of(person).insights().filter(status=Status.SUBMITTED)
    if open_to is not None:
        here = here.filter(programme_id__in=open_to)
    programmes = Programme.objects.filter(Q(id__in=here.values("programme_id")) | Q(id=programme_id))
    if programme_id is not None:
        here = here.filter(programme_id=programme_id)
    sent = Move.objects.filter(insight=OuterRef("id"), status=Status.SUBMITTED).order_by("-id").values("at")[:1]
    found = (
        here.annotate(since=Coalesce(Subquery(sent), "created"))
        .select_related("programme")
        .defer("search")
        .order_by("since", "id")[:SHOWN]
    )
    return Waiting(list(found), here.count(), list(programmes))
