"""“Me too”: another voice for what is said already, from whoever logs somewhere."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from casestudies.errors import Conflict, Missing
from insights.capture import Voice
from insights.history import timeline
from insights.models import Insight, Source
from insights.voices import may_add_voice, me_too
from tests.factories import InsightFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2022, 6, 1)


def test_a_voice_is_added_behind_the_others_and_consent_is_not_needed():
    insight, person, ward = InsightFactory(), UserFactory(role="curator"), OrganisationFactory()
    voice = Voice("family", " daughter ", ward.id, "bay 3", DAY, consent="withheld")
    returned = me_too(person=person, insight_id=insight.id, voice=voice)
    assert returned == insight
    first, second = insight.sources.all()
    assert (first.position, second.position) == (0, 1)
    assert (second.kind, second.role, second.organisation, second.place, second.collected_on) == (
        *("family", "daughter", ward, "bay 3", DAY),
    )
    assert second.consent == "not-needed"
    assert second.recorded_by == person
    assert not Insight.objects.get().words_withheld


def test_a_copy_read_before_is_no_longer_the_newest():
    insight = InsightFactory()
    returned = me_too(person=UserFactory(role="curator"), insight_id=insight.id, voice=Voice("staff"))
    assert returned.modified > insight.modified
    assert Insight.objects.get().modified == returned.modified


PUBLISHED = {
    "viewer": False, "contributor": True, "analyst": False, "curator": True, "admin": True,
    "team viewer": False, "team contributor": True, "team analyst": False, "team curator": True,
    "viewer elsewhere": False, "contributor elsewhere": True, "curator elsewhere": True,
}  # fmt: skip
DRAFT = {**PUBLISHED, "contributor": None, "contributor elsewhere": None, "curator elsewhere": None,
         "viewer": None, "analyst": None, "viewer elsewhere": None}  # fmt: skip
WITHHELD = {**DRAFT, "curator": None, "admin": None, "contributor": None}


def someone(who: str, insight: Insight):
    role, _, where = who.partition(" ")
    if role == "team":
        return MembershipFactory(programme=insight.programme, role=where).user
    return MembershipFactory(role=role).user if where else UserFactory(role=role)


@pytest.mark.parametrize(
    ("said", "table"),
    [
        ({"status": "published"}, PUBLISHED),
        ({"status": "draft"}, DRAFT),
        ({"status": "submitted"}, DRAFT),
        ({"status": "published", "source__consent": "withheld"}, WITHHELD),
    ],
)
def test_who_may_add_a_voice(said, table):
    """True: may. False: reads it and may not. None: does not even know of it."""
    insight = InsightFactory(**said)
    for who, expected in table.items():
        person = someone(who, insight)
        assert may_add_voice(person, insight) == bool(expected), who
        if expected:
            me_too(person=person, insight_id=insight.id, voice=Voice("staff"))
        else:
            with pytest.raises(PermissionDenied if expected is False else Missing):
                me_too(person=person, insight_id=insight.id, voice=Voice("staff"))
    assert Source.objects.count() == 1 + sum(map(bool, table.values()))
    assert not may_add_voice(None, insight)


@pytest.mark.parametrize("status", ["declined", "withdrawn"])
def test_what_no_longer_stands_takes_no_more_voices(status):
    insight = InsightFactory(status=status)
    with pytest.raises(PermissionDenied, match=status):
        me_too(person=UserFactory(role="admin"), insight_id=insight.id, voice=Voice("staff"))


def test_the_same_person_says_so_once_of_a_place_and_a_day():
    insight, person, ward = InsightFactory(), UserFactory(role="curator"), OrganisationFactory()

    def say(who=person, **said):
        me_too(person=who, insight_id=insight.id, voice=Voice("staff", **said))

    say(place="Ward 7", collected_on=DAY)
    for again in ({"place": "ward 7", "collected_on": DAY}, {"place": "Ward 7 ", "collected_on": DAY, "role": "nurse"}):
        with pytest.raises(Conflict):
            say(**again)
    say(place="Ward 8", collected_on=DAY)
    say(place="Ward 7", collected_on=DAY + datetime.timedelta(1))
    say(place="Ward 7", collected_on=DAY, organisation_id=ward.id)
    say(UserFactory(role="curator"), place="Ward 7", collected_on=DAY)
    say()
    with pytest.raises(Conflict):
        say()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "doctor"}, "kind"),
        ({"kind": "staff", "role": "a\0b"}, "role"),
        ({"kind": "staff", "place": "x" * 121}, "place"),
        ({"kind": "staff", "collected_on": datetime.date(2999, 1, 1)}, "collected_on"),
        ({"kind": "staff", "organisation_id": uuid4()}, "organisation"),
    ],
)
def test_what_is_wrong_with_a_voice_is_said_by_field(said, field):
    insight = InsightFactory()
    with pytest.raises(ValidationError) as fault:
        me_too(person=UserFactory(role="curator"), insight_id=insight.id, voice=Voice(**said))
    assert set(fault.value.message_dict) == {field}
    assert Source.objects.count() == 1


def test_what_is_not_there_is_missing():
    with pytest.raises(Missing):
        me_too(person=UserFactory(role="admin"), insight_id=uuid4(), voice=Voice("staff"))


@pytest.mark.django_db(transaction=True)
def test_the_history_tells_of_the_voice_and_of_nothing_else():
    with transaction.atomic():
        insight, person = InsightFactory(), UserFactory(role="curator")
    me_too(person=person, insight_id=insight.id, voice=Voice("family", "daughter"))
    voice, logged = timeline(person=person, insight_id=insight.id)
    assert logged.what == "Logged"
    assert "daughter" in str(voice.changes)
