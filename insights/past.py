"""What an insight was before counts for who may know its past: another programme's, or withheld."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import User
from casestudies.permissions import may
from insights.choices import Consent
from insights.models import Insight, Source


def past(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return the kept versions of `model`'s rows, each with who was at work when it was made."""
    events: type[models.Model] = model.pgh_event_model  # type: ignore[attr-defined]
    return events._default_manager.select_related("pgh_context").order_by("pgh_id")


def may_with_its_past(person: User | None, verb: str, object: str, insight: Insight) -> bool:
    """Say whether `person` may do this in every programme that the insight ever stood in, with all it ever withheld."""
    if not may(person, verb, object, programme_id=insight.programme_id, status=insight.status):
        return False
    withheld = insight.words_withheld or past(Source).filter(insight=insight.id, consent=Consent.WITHHELD).exists()
    versions = past(Insight).filter(pgh_obj=insight.id).order_by()
    programmes = {insight.programme_id, *versions.values_list("programme_id", flat=True).distinct()}
    return all(
        may(person, verb, object, programme_id=programme, status=insight.status, withheld=withheld)
        for programme in programmes
    )
