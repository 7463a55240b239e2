"""How soon a programme answers, what waits, and what is missing before it can be answered."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.people import LIBRARY
from insights.answering import ENOUGH, answered, answered_in_words
from insights.capture import Voice, log, setting_of
from insights.moves import missing, move
from insights.waiting import waiting
from tests.factories import AudienceFactory, InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def answer(programme, curator, days, name="publish", **said):
    heard = timezone.localdate() - datetime.timedelta(days)
    insight = InsightFactory(programme=programme, status="submitted", source__collected_on=heard, **said)
    move(person=curator, insight_id=insight.id, name=name, reason="Said elsewhere.")
    return insight


def test_the_median_is_of_days_from_said_to_published_or_declined(programme, curator):
    for days in (1, 2, 10, 30):
        answer(programme, curator, days)
    answer(programme, curator, 300, "decline")
    assert answered([programme.id])[programme.id].median_days == 10
    assert answered_in_words(answered([programme.id])[programme.id]) == "Half are answered within 10 days (5 answered)."


def test_below_five_there_is_not_enough_to_say(programme, curator):
    for _ in range(ENOUGH - 1):
        answer(programme, curator, 3)
    said = answered([programme.id])[programme.id]
    assert (said.count, said.median_days) == (4, None)
    assert answered_in_words(said).startswith("Not enough yet")


def test_only_the_first_answer_counts_and_what_was_never_waited_for_does_not(programme, curator):
    insight = answer(programme, curator, 3, "decline")
    move(person=curator, insight_id=insight.id, name="reopen")
    move(person=curator, insight_id=insight.id, name="submit")
    move(person=curator, insight_id=insight.id, name="publish")
    InsightFactory(programme=programme)
    InsightFactory(programme=programme, status="submitted")
    MembershipFactory(programme=programme, user=curator)
    answer(programme, curator, 3, source__consent="withheld")
    answer(ProgrammeFactory(), curator, 3)
    assert answered([programme.id])[programme.id].count == 1


def test_what_came_with_the_case_studies_was_never_waited_for(programme, curator):
    library = UserFactory(email=LIBRARY)
    answer(programme, curator, 3, author=library)
    answer(programme, curator, 3, author=None)
    assert answered([programme.id])[programme.id].count == 1


def test_without_a_day_it_counts_from_when_it_was_logged(programme, curator):
    for _ in range(ENOUGH):
        insight = InsightFactory(programme=programme, status="submitted")
        move(person=curator, insight_id=insight.id, name="publish")
    assert answered([programme.id])[programme.id].median_days == 0


def test_what_waits_the_longest_comes_first(programme, curator):
    first, second = InsightFactory.create_batch(2, programme=programme, status="draft")
    move(person=curator, insight_id=second.id, name="submit")
    move(person=curator, insight_id=first.id, name="submit")
    InsightFactory(programme=programme)
    assert waiting(person=curator).insights == [second, first]


def test_a_curator_sees_what_waits_where_they_publish(programme):
    InsightFactory(programme=programme, status="submitted")
    InsightFactory(status="submitted")
    InsightFactory(programme=programme, status="submitted", source__consent="withheld")
    inside = MembershipFactory(programme=programme, role="curator").user
    assert waiting(person=inside).total == 2
    assert waiting(person=UserFactory(role="curator")).total == 2
    assert waiting(person=UserFactory(role="curator"), programme_id=programme.id).total == 1
    with pytest.raises(PermissionDenied):
        waiting(person=MembershipFactory(programme=programme).user)


def test_a_recommendation_is_published_once_it_says_who_should_act(curator):
    insight = InsightFactory(kind="recommendation", status="submitted")
    assert set(missing(insight=insight, name="publish")) == {"audiences"}
    assert missing(insight=insight, name="submit") == {}
    with pytest.raises(ValidationError) as fault:
        move(person=curator, insight_id=insight.id, name="publish")
    assert set(fault.value.message_dict) == {"audiences"}
    insight.audiences.add(AudienceFactory())
    assert move(person=curator, insight_id=insight.id, name="publish").status == "published"


def test_what_has_no_word_in_it_stays_a_draft(curator, programme):
    said = {"person": curator, "setting": setting_of(programme=programme), "voices": [Voice("staff")]}
    draft = log(**said, kind="finding", text="???")
    with pytest.raises(ValidationError):
        move(person=curator, insight_id=draft.id, name="submit")
    with pytest.raises(ValidationError):
        log(**said, kind="finding", text="???", status="submitted")
