"""What is sent from the pages of a report: candidates by their ids, in and out of the verbs' arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict

from casestudies.models import LearningActivity, Programme
from insights.models import Candidate
from insights.reports.saving import CHANGEABLE, CHOICES, NewActivity

NEW = "new"
# What may be set for all under a heading at once.
OF_A_HEADING = ("kind", "perspective", "source_kind")


def changes_in(said: QueryDict) -> dict[UUID, dict[str, Any]]:
    """Return what was sent of each candidate that stood on the page (`ids`); a box without a tick is not sent."""
    changes: dict[UUID, dict[str, Any]] = {}
    for sent in said.getlist("ids"):
        try:
            id = UUID(sent)
        except ValueError:
            continue
        changes[id] = {field: said[f"{id}.{field}"] for field in CHANGEABLE if f"{id}.{field}" in said}
        changes[id]["ticked"] = f"{id}.ticked" in said
    return changes


def ticked_all(changes: dict[UUID, dict[str, Any]], group: Iterable[Candidate], *, on: bool) -> None:
    """Tick, or take the tick off, every candidate under a heading."""
    for one in group:
        if one.insight_id is None:
            changes.setdefault(one.id, {})["ticked"] = on


def set_for_all(
    changes: dict[UUID, dict[str, Any]], group: Iterable[Candidate], said: Mapping[str, str], number: int
) -> None:
    """Set what was chosen for a heading on every candidate under it; what was not chosen stays as it is."""
    chosen = {field: said.get(f"group-{number}.{field}", "") for field in OF_A_HEADING}
    for one in group:
        if one.insight_id is None:
            changes.setdefault(one.id, {}).update({field: value for field, value in chosen.items() if value})


def activity_in(said: QueryDict, programme: Programme) -> tuple[LearningActivity | None, NewActivity | None]:
    """Return the activity that was chosen, or the new one that is described; raises ValidationError."""
    name = said.get("activity_name", "").strip()
    chosen = said.get("activity", "")
    if name or chosen == NEW:
        return None, NewActivity(kind=said.get("activity_kind", ""), name=name)
    if not chosen:
        return None, None
    try:
        found = LearningActivity.objects.filter(programme=programme, id=UUID(chosen)).first()
    except ValueError:
        found = None
    if found is None:
        raise ValidationError({"learning_activity": "This activity is not one you can choose. Choose another."})
    return found, None


def overlaid(candidates: Iterable[Candidate], changes: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Show what was typed, whether or not it could be kept; a choice that is none shows as it was."""
    for one in candidates:
        for field, value in changes.get(one.id, {}).items():
            if one.insight_id is None and (field not in CHOICES or value in CHOICES[field][0].values or value == ""):
                setattr(one, field, value)
