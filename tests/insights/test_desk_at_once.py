"""Two curators at the desk at the same time, on connections of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from casestudies.errors import Conflict, Missing
from insights.bulk import decide_all
from insights.desk import next_turn, settle
from insights.models import Decision, Insight, Review, Tag, Tagging
from insights.search import Selection
from tests.factories import InsightFactory, TurnFactory, UserFactory
from tests.insights.desks import tagged
from tests.locks import in_a_thread, waiting
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_press_enter_at_once_the_second_is_told():
    with transaction.atomic():
        insight = tagged(0.5)
        turns = [TurnFactory(insight=insight, person=UserFactory(role="curator")) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Insight.objects.select_for_update().get(id=insight.id)
            both = [in_a_thread(pool, settle, person=turn.person, turn_id=turn.id, codes=["staff"]) for turn in turns]
            until(lambda: waiting() == 2, what="both to wait for the insight")
        ends = [one.exception(timeout=20) for one in both]
    assert [type(end) for end in ends if end] == [Conflict]
    assert (Review.objects.count(), Decision.objects.count()) == (1, 1)


def test_enter_pressed_twice_at_once_records_once():
    with transaction.atomic():
        turn = TurnFactory(insight=tagged(0.5), person=UserFactory(role="curator"))
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Insight.objects.select_for_update().get(id=turn.insight_id)
            both = [in_a_thread(pool, settle, person=turn.person, turn_id=turn.id, codes=[]) for _ in range(2)]
            until(lambda: waiting() == 2, what="both to wait for the insight")
        ends = [one.exception(timeout=20) for one in both]
    assert [type(end) for end in ends if end] == [Missing]
    assert Review.objects.count() == 1


def test_two_who_come_at_once_are_laid_different_texts():
    with transaction.atomic():
        for _ in range(4):
            tagged(0.5)
        people = [UserFactory(role="curator") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        turns = [in_a_thread(pool, next_turn, person=person) for person in people]
        laid = {turn.result(timeout=20).insight_id for turn in turns}
    assert len(laid) == 4


def test_a_decision_in_bulk_waits_for_the_worker_and_then_is_made():
    with transaction.atomic():
        curator, insights = UserFactory(role="curator"), [InsightFactory() for _ in range(3)]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Tagging.objects.select_for_update().filter(insight=insights[1], codebook__slug="habits"))
            deciding = in_a_thread(
                pool,
                decide_all,
                person=curator,
                selection=Selection(),
                codebook="habits",
                code="staff",
                verdict="confirmed",
                expected_count=3,
            )
            until(lambda: waiting() or deciding.done(), what="the decision to wait for the worker")
            assert not deciding.done()
        assert deciding.result(timeout=20).count == 3
    assert Tag.objects.filter(state="confirmed").count() == 3
