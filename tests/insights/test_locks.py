"""Nobody waits for ever: what the worker holds, what an editor holds, and what a decider holds, taken in one order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from insights.capture import edit
from insights.counting import counts
from insights.evidence import link
from insights.models import Evidence, Insight, Source, Tag, Tagging
from insights.review import decide
from lhs.models import HABITS, THEMES
from tests.factories import InsightFactory, SourceFactory, TaggerFactory, ThemeFactory, UserFactory, habit
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
        curator, tagger, insight = UserFactory(role="curator"), TaggerFactory(), InsightFactory()
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


def test_a_decision_on_a_theme_does_not_wait_for_the_worker_at_the_habits():
    with transaction.atomic():
        curator, insight, theme = UserFactory(role="curator"), InsightFactory(), ThemeFactory()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        list(Tagging.objects.select_for_update().filter(insight=insight, codebook__slug=HABITS))
        in_a_thread(
            pool,
            decide,
            person=curator,
            insight_id=insight.id,
            codebook=THEMES,
            code=theme.slug,
            verdict="confirmed",
        ).result(20)
    assert counts()["themes:confirmed"] == {theme.slug: 1}


def test_of_two_consents_changed_at_once_the_strictest_governs():
    with transaction.atomic():
        insight = InsightFactory()
        second = SourceFactory(insight=insight, consent="withheld")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Source.objects.filter(insight=insight, position=0).update(consent="withheld")
            giving = in_a_thread(pool, Source.objects.filter(id=second.id).update, consent="given")
            until(lambda: waiting() or giving.done(), what="the second change to wait for the first")
        giving.result(20)
    assert Insight.objects.get().words_withheld


@pytest.mark.parametrize("first", ["voice", "tag"])
def test_what_is_said_or_tagged_while_it_is_published_is_counted_where_it_then_stands(first):
    with transaction.atomic():
        insight, tagger = InsightFactory(status="draft"), TaggerFactory()
        code = habit("staff")
    publish = Insight.objects.filter(id=insight.id).update
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            if first == "voice":
                Source.objects.filter(insight=insight).update(kind="family")
            else:
                Tag.objects.create(
                    insight=insight, code=code, state="suggested", origin="machine", score=0.5, tagger=tagger
                )
            publishing = in_a_thread(pool, publish, status="published", published_at="2022-06-01T00:00Z")
            until(lambda: waiting() or publishing.done(), what="publishing to wait")
        publishing.result(20)
    told = {facet: {value: n for value, n in values.items() if n} for facet, values in counts().items()}
    assert told["all"] == {"": 1}
    assert told["source_kind"] == {"family" if first == "voice" else "staff": 1}
    assert told.get("habits:suggested", {}) == ({} if first == "voice" else {"staff": 1})


def test_two_who_link_the_same_two_one_each_way_do_not_wait_for_each_other():
    with transaction.atomic():
        curator, one, other = UserFactory(role="curator"), InsightFactory(), InsightFactory()
    ends = [(one.id, other.id), (other.id, one.id)]
    with ThreadPoolExecutor(4) as pool:
        links = [
            in_a_thread(pool, link, person=curator, insight_id=a, other_id=b, relation=relation)
            for relation in ("supports", "contradicts", "repeats") * 4
            for a, b in ends
        ]
        for made in links:
            made.result(30)
    assert Evidence.objects.count() == 6
