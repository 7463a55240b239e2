"""Nobody waits for ever: what the worker holds, what an editor holds, and what a decider holds, taken in one order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from insights.capture import edit
from insights.models import Tag, Tagging
from lhs.models import HABITS
from tests.factories import InsightFactory, TaggerFactory, UserFactory, habit
from tests.locks import in_a_thread, waiting
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "said",
    [{"text": "Other words than before."}, {"external_id": "row-1"}, {"kind": "observation", "text": "New and other."}],
)
def test_an_edit_waits_for_the_worker_and_the_worker_does_not_wait_for_the_edit(said):
    """The worker holds the Tagging row and is about to write tags when the edit comes in."""
    with transaction.atomic():
        curator, insight, tagger = UserFactory(role="curator"), InsightFactory(), TaggerFactory()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Tagging.objects.select_for_update().filter(insight=insight, codebook__slug=HABITS))
            editing = in_a_thread(pool, edit, person=curator, insight_id=insight.id, **said)
            until(lambda: waiting() or editing.done(), what="the edit to wait for the worker")
            Tag.objects.create(
                insight=insight, code=habit("staff"), state="suggested", origin="machine", score=0.5, tagger=tagger
            )
        editing.result(timeout=20)
    assert Tagging.objects.get(insight=insight, codebook__slug=HABITS).due
