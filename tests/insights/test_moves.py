"""Move an insight along its life-cycle: by the table, by who one is, and with a reason where one is owed."""

from __future__ import annotations

import itertools
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import MOVE_NAMES, legal_move
from casestudies.permissions import may
from insights.models import Insight
from insights.moves import move, moves_open_to
from tests.factories import InsightFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
STATUSES = ["draft", "submitted", "published", "declined", "withdrawn"]


def people(programme):
    return {
        "viewer": UserFactory(),
        "curator": UserFactory(role="curator"),
        "member viewer": MembershipFactory(programme=programme, role="viewer").user,
        "member contributor": MembershipFactory(programme=programme, role="contributor").user,
        "member curator": MembershipFactory(programme=programme, role="curator").user,
    }


@pytest.mark.parametrize(("name", "status"), list(itertools.product(MOVE_NAMES, STATUSES)))
def test_every_move_from_every_status_by_everyone_goes_by_the_table(name, status):
    insight = InsightFactory(status=status)
    for who, person in people(insight.programme).items():
        Insight.objects.filter(id=insight.id).update(status=status, decline_reason="Said elsewhere.")
        step = legal_move(name=name, status=status)
        asked = {"programme_id": insight.programme_id, "status": status}
        insight.refresh_from_db()
        offered = name in moves_open_to(person=person, insight=insight)
        if not may(person, "read", "insight", **asked):
            outcome: type[Exception] | None = Missing
        elif step is None:
            outcome = Conflict
        else:
            outcome = None if may(person, name, "insight", **asked) else PermissionDenied
        assert offered == (outcome is None), who
        if outcome is None:
            moved = move(person=person, insight_id=insight.id, name=name, reason="Not clear.")
            assert Insight.objects.get().status == moved.status == step.target
            assert moved.modified == Insight.objects.get().modified
        else:
            with pytest.raises(outcome):
                move(person=person, insight_id=insight.id, name=name, reason="Not clear.")
            assert Insight.objects.get().status == status, who


def test_declining_owes_a_reason_and_reopening_clears_it():
    insight, curator = InsightFactory(status="submitted"), UserFactory(role="curator")
    for reason in ("", "  \n"):
        with pytest.raises(ValidationError) as fault:
            move(person=curator, insight_id=insight.id, name="decline", reason=reason)
        assert set(fault.value.message_dict) == {"reason"}
    assert move(person=curator, insight_id=insight.id, name="decline", reason=" Twice. ").decline_reason == "Twice."
    assert move(person=curator, insight_id=insight.id, name="reopen").decline_reason == ""


def test_publishing_notes_the_time():
    insight, curator = InsightFactory(status="submitted"), UserFactory(role="curator")
    assert insight.published_at is None
    move(person=curator, insight_id=insight.id, name="publish")
    assert Insight.objects.get().published_at is not None


def test_who_comes_second_is_told_how_things_stand():
    insight, curator = InsightFactory(status="submitted"), UserFactory(role="curator")
    move(person=curator, insight_id=insight.id, name="publish")
    with pytest.raises(Conflict, match="is published; only what is submitted"):
        move(person=curator, insight_id=insight.id, name="publish")


def test_withheld_words_are_moved_by_their_team_only():
    insight = InsightFactory(status="submitted", source__consent="withheld")
    curator = UserFactory(role="curator")
    assert moves_open_to(person=curator, insight=insight) == []
    with pytest.raises(Missing):
        move(person=curator, insight_id=insight.id, name="publish")
    MembershipFactory(user=curator, programme=insight.programme, role="viewer")
    move(person=curator, insight_id=insight.id, name="publish")


def test_what_is_not_there_is_missing_and_nobody_is_offered_anything():
    with pytest.raises(Missing):
        move(person=UserFactory(role="admin"), insight_id=uuid4(), name="submit")
    assert moves_open_to(person=None, insight=InsightFactory()) == []
