"""The history of an insight: all of it to colleagues, without the words and the names to everyone else."""

from __future__ import annotations

import datetime
from typing import Any

import pghistory
import pytest
from django.db import connection

from accounts.models import Role, User
from casestudies.errors import Missing
from casestudies.models import Programme
from insights import capture, evidence, moves, review
from insights.capture import Setting, Voice
from insights.history import Change, Event, timeline
from insights.models import Evidence, Insight, Source, Tag
from tests.factories import (
    EvidenceFactory,
    InsightFactory,
    MembershipFactory,
    ProgrammeFactory,
    TagFactory,
    TaggingFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db
MAYA = "maya@example.org"


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory()


@pytest.fixture
def maya(programme: Programme) -> User:
    """A contributor whose only name is her e-mail address."""
    person = UserFactory(email=MAYA, name="")
    MembershipFactory(user=person, programme=programme)
    return person


@pytest.fixture
def curator() -> User:
    return UserFactory(name="Cora", role=Role.CURATOR)


def logged(person: User, programme: Programme, **said: Any) -> Insight:
    said = {"text": "The booking screen is slow.", "kind": "finding"} | said
    return capture.log(person=person, setting=Setting(programme), voices=[Voice("staff", role="nurse")], **said)


def a_minute_later() -> None:
    """Let a minute pass. One transaction is one moment to the database, and a test is one transaction."""
    with connection.cursor() as cursor:
        for model in (Insight, Source, Evidence, Tag):
            table = model.pgh_event_model._meta.db_table
            cursor.execute(f"UPDATE {table} SET pgh_created_at = pgh_created_at - interval '1 minute'")


def whats(person: User | None, insight: Insight) -> list[str]:
    return [event.what for event in timeline(person=person, insight_id=insight.id)]


def latest(person: User | None, insight: Insight) -> Event:
    return timeline(person=person, insight_id=insight.id)[0]


def test_it_tells_the_road_from_draft_to_published_latest_first(programme, maya, curator) -> None:
    insight = logged(maya, programme)
    a_minute_later()
    moves.move(person=maya, insight_id=insight.id, name="submit")
    a_minute_later()
    moves.move(person=curator, insight_id=insight.id, name="publish")
    assert whats(maya, insight) == ["Published", "Submitted", "Logged as a draft"]


def test_a_curator_sees_what_an_edit_changed_word_by_word(programme, maya, curator) -> None:
    insight = logged(maya, programme)
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, text="The booking screen is very slow.", kind="observation")
    assert latest(curator, insight).changes == (
        Change("Text", "The booking screen is slow.", "The booking screen is very slow."),
        Change("Kind", "Finding", "Observation"),
    )


def test_a_reader_sees_that_it_changed_and_no_earlier_word(programme, maya, curator) -> None:
    insight = logged(maya, programme, text="Bed 12 waited all day.", status="submitted")
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, text="A patient waited all day.")
    a_minute_later()
    moves.move(person=curator, insight_id=insight.id, name="publish")
    events = timeline(person=None, insight_id=insight.id)
    assert [(event.what, event.hidden) for event in events] == [
        ("Published", False),
        ("Edited", True),
        ("Logged", False),
    ]
    assert "Bed 12" not in str(events)


def test_no_one_but_colleagues_learns_a_name_or_an_address(programme, maya, curator) -> None:
    insight = logged(maya, programme, status="submitted")
    with pghistory.context(user=str(curator.id)):
        a_minute_later()
        moves.move(person=curator, insight_id=insight.id, name="publish")
    assert [event.who for event in timeline(person=curator, insight_id=insight.id)] == ["Cora", MAYA]
    for stranger in (None, UserFactory(role=Role.ANALYST)):
        events = timeline(person=stranger, insight_id=insight.id)
        assert [event.who for event in events] == ["A curator", "A member of the programme team"]


def test_text_and_voice_changed_together_are_one_edit(programme, maya) -> None:
    insight = logged(maya, programme)
    voice = Voice("patient", role="in-patient", collected_on=datetime.date(2021, 3, 4))
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, text="The screen is slow.", voices=[voice])
    assert whats(maya, insight) == ["Edited", "Logged as a draft"]
    assert latest(maya, insight).changes == (
        Change("Text", "The booking screen is slow.", "The screen is slow."),
        Change("Who said it", "Staff", "Patient"),
        Change("Role", "nurse", "in-patient"),
        Change("Date collected", "", "4 March 2021"),
    )


def test_a_second_voice_coming_and_going_is_told(programme, maya) -> None:
    insight = logged(maya, programme)
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, voices=[Voice("staff", role="nurse"), Voice("family")])
    assert Change("Who said it (voice 2)", "", "Family or carer") in latest(maya, insight).changes
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, voices=[Voice("staff", role="nurse")])
    assert Change("Who said it (voice 2)", "Family or carer", "") in latest(maya, insight).changes


def test_the_reason_of_a_refusal_is_for_colleagues(programme, maya, curator) -> None:
    insight = logged(maya, programme, status="submitted")
    a_minute_later()
    moves.move(person=curator, insight_id=insight.id, name="decline", reason="Said elsewhere already.")
    assert latest(maya, insight).what == "Declined"
    assert latest(maya, insight).changes == (Change("Reason", "", "Said elsewhere already."),)
    for name in ("reopen", "submit", "publish"):
        a_minute_later()
        moves.move(person=curator, insight_id=insight.id, name=name)
    assert "Said elsewhere" not in str(timeline(person=None, insight_id=insight.id))


def test_words_from_while_they_were_withheld_stay_with_the_team(programme, maya, curator) -> None:
    """A site-wide curator who is no member reads the insight now, but not what was said while consent was withheld."""
    insight = logged(maya, programme, text="I am afraid of the night shift.", status="submitted")
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, voices=[Voice("staff", consent="withheld")])
    a_minute_later()
    capture.edit(person=maya, insight_id=insight.id, text="Night shifts worry staff.", voices=[Voice("staff")])
    assert "I am afraid" in str(timeline(person=maya, insight_id=insight.id))
    assert "I am afraid" not in str(timeline(person=curator, insight_id=insight.id))


def test_words_from_another_programme_stay_with_those_who_read_it_there(programme, maya, curator) -> None:
    elsewhere = ProgrammeFactory()
    mover = MembershipFactory(programme=elsewhere).user
    MembershipFactory(user=mover, programme=programme)
    newcomer = MembershipFactory(programme=elsewhere).user
    insight = logged(maya, programme, text="What was said at first.")
    a_minute_later()
    capture.edit(person=mover, insight_id=insight.id, text="What is said now.", setting=Setting(elsewhere))
    assert Change("Programme", programme.name, elsewhere.name) in latest(mover, insight).changes
    assert "at first" not in str(timeline(person=newcomer, insight_id=insight.id))


def test_a_decision_on_a_tag_is_told_with_who_made_it(curator) -> None:
    tag = TagFactory(code=habit("staff"))
    a_minute_later()
    review.decide(person=curator, insight_id=tag.insight_id, codebook="habits", code="staff", verdict="confirmed")
    event = latest(curator, tag.insight)
    assert event.who == "Cora"
    assert event.what == f"Confirmed the habit “{tag.code.name}”"


def test_which_tag_was_rejected_is_told_only_to_those_who_may_decide(curator) -> None:
    tag = TagFactory(code=habit("staff"))
    a_minute_later()
    review.decide(person=curator, insight_id=tag.insight_id, codebook="habits", code="staff", verdict="rejected")
    assert latest(curator, tag.insight).what == f"Rejected the habit “{tag.code.name}”"
    assert latest(None, tag.insight).what == "Decided on a habit"


def test_it_says_which_version_of_the_tagger_read_the_words() -> None:
    tagging = TaggingFactory(tagger__version=3)
    event = latest(None, tagging.insight)
    assert event.who == "The tagger, version 3"
    assert event.at == tagging.at


def test_a_link_is_told_at_both_ends(programme, maya) -> None:
    recommendation = logged(maya, programme, kind="recommendation", title="Buy faster screens")
    finding = logged(maya, programme, title="Slow screens")
    a_minute_later()
    evidence.link(person=maya, insight_id=recommendation.id, other_id=finding.id, relation="rests-on")
    assert whats(maya, recommendation)[0] == "Linked: this rests on “Slow screens”"
    assert whats(maya, finding)[0] == "Linked: “Buy faster screens” rests on this"


def test_a_link_to_what_the_reader_may_not_open_is_not_told() -> None:
    link = EvidenceFactory(other=InsightFactory(status="draft", title="Not yet said in public"))
    assert not any("Linked" in what for what in whats(None, link.insight))


def test_what_cannot_be_opened_has_no_history(programme, maya) -> None:
    insight = logged(maya, programme)
    with pytest.raises(Missing):
        timeline(person=None, insight_id=insight.id)
