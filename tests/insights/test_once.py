"""An insight that is sent twice under one key is one insight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from casestudies.errors import Conflict
from insights.capture import Setting, Voice
from insights.models import Insight, Sent, Source
from insights.once import Logged, log_once
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory

WORDS = "The list is printed twice."


def say(person, programme, key, *, sent: str = "so", **said: Any) -> Logged:
    said = {"voices": [Voice(kind="staff")], "kind": "finding", "text": WORDS} | said
    return log_once(person=person, key=key, sent=sent, setting=Setting(programme), **said)


@pytest.fixture
def programme(db):
    return ProgrammeFactory()


@pytest.fixture
def contributor(programme):
    return MembershipFactory(programme=programme).user


@pytest.mark.django_db
class TestOneKey:
    def test_the_second_sending_is_answered_with_the_first(self, contributor, programme):
        key = uuid4()
        first, second = say(contributor, programme, key), say(contributor, programme, key)
        assert (first.new, second.new, first.insight) == (True, False, second.insight)
        assert Insight.objects.count() == Sent.objects.count() == 1

    def test_another_insight_under_the_same_key_is_refused(self, contributor, programme):
        key = uuid4()
        say(contributor, programme, key)
        with pytest.raises(Conflict) as conflict:
            say(contributor, programme, key, sent="otherwise")
        assert conflict.value.field == "Idempotency-Key"
        assert Insight.objects.count() == 1

    def test_a_key_is_a_persons_own(self, contributor, programme):
        key = uuid4()
        other = MembershipFactory(programme=programme).user
        assert say(contributor, programme, key).insight != say(other, programme, key).insight

    def test_what_was_refused_leaves_the_key_free(self, contributor, programme):
        key = uuid4()
        with pytest.raises(ValidationError):
            say(contributor, programme, key, text="x")
        assert say(contributor, programme, key).new

    def test_who_may_not_log_uses_up_no_key(self, programme):
        with pytest.raises(PermissionDenied):
            say(UserFactory(), programme, uuid4())
        assert not Sent.objects.exists()

    def test_an_external_id_of_its_own_does_not_stand_in_the_way_of_the_second_sending(self, contributor, programme):
        key = uuid4()
        first = say(contributor, programme, key, external_id="n-1")
        assert say(contributor, programme, key, external_id="n-1") == Logged(first.insight, new=False)
        with pytest.raises(Conflict) as conflict:
            say(contributor, programme, uuid4(), external_id="n-1")
        assert conflict.value.field == "external_id"

    def test_what_is_kept_of_it_tells_nothing_of_the_words(self, contributor, programme):
        say(contributor, programme, uuid4(), sent=WORDS)
        kept = Sent.objects.get()
        assert len(kept.said) == 64
        assert WORDS not in str(vars(kept))

    def test_the_database_holds_it(self, contributor):
        key = uuid4()
        Sent.objects.create(person=contributor, key=key, said="x", insight=InsightFactory())
        with pytest.raises(IntegrityError, match="sent_key_once_by_a_person"), transaction.atomic():
            Sent.objects.create(person=contributor, key=key, said="x", insight=InsightFactory())


@pytest.mark.django_db(transaction=True)
def test_sent_from_several_places_at_once_it_is_one_insight_with_one_voice():
    programme = ProgrammeFactory()
    person, key = MembershipFactory(programme=programme).user, uuid4()

    def send(_: int) -> Logged:
        try:
            return say(person, programme, key, external_id="n-1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [answer.new for answer in answers].count(True) == 1
    assert len({answer.insight.id for answer in answers}) == 1
    assert Insight.objects.count() == Source.objects.count() == Sent.objects.count() == 1
