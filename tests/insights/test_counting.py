"""Counts are kept, never counted: whatever happens to insights, the tallies say what a recount would."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from casestudies.errors import Conflict
from insights.capture import Setting, Voice, edit, log
from insights.counting import counts, fold
from insights.models import Insight, Source, Tag, Tally
from insights.moves import move, moves_open_to
from insights.review import decide
from tests.factories import (
    CaseStudyFactory,
    InsightFactory,
    MembershipFactory,
    ProgrammeFactory,
    TagFactory,
    TaggerFactory,
    UserFactory,
    habit,
)

HABITS = ("priorities", "staff", "every-patient", "feedback", "culture")
FACETS = ("kind", "perspective", "level", "effect", "response")


def recounted() -> Counter:
    """Count the insights the slow way, as the tallies should have it."""
    found: Counter = Counter()
    for insight in Insight.objects.filter(words_withheld=False).prefetch_related("sources", "tags__code__codebook"):
        where = (insight.programme_id, insight.case_study_id, insight.status)
        found[*where, "all", ""] += 1
        for facet in FACETS:
            if value := getattr(insight, facet):
                found[*where, facet, value] += 1
        found[*where, "source_kind", insight.sources.all()[0].kind] += 1
        for tag in insight.tags.all():
            found[*where, f"{tag.code.codebook.slug}:{tag.state}", tag.code.slug] += 1
    return found


def kept() -> Counter:
    rows = Tally.objects.values_list("programme_id", "case_study_id", "status", "facet", "value")
    return Counter({tuple(key): n for *key, n in rows.annotate(Sum("n")).order_by() if n})


class Machine(RuleBasedStateMachine):
    """Log, edit, move, decide, tag, withhold and fold, in any order; each example is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.programmes = ProgrammeFactory.create_batch(2)
        self.case_study = CaseStudyFactory(programme=self.programmes[0])
        self.person = UserFactory(role="curator")
        for programme in self.programmes:
            MembershipFactory(user=self.person, programme=programme, role="curator")
        self.tagger = TaggerFactory()

    def some(self, data: st.DataObject) -> Insight | None:
        ids = list(Insight.objects.order_by("id").values_list("id", flat=True))
        return Insight.objects.get(id=data.draw(st.sampled_from(ids))) if ids else None

    def said(self, data: st.DataObject) -> dict:
        choices: dict[str, list[str | None]] = {
            "kind": ["finding", "recommendation", "observation"],
            "perspective": [None, "staff", "patient"],
            "level": [None, "team", "system"],
            "effect": [None, "enabler", "barrier"],
            "response": [None, "fix", "change"],
        }
        return {name: data.draw(st.sampled_from(values)) for name, values in choices.items()}

    def voices(self, data: st.DataObject) -> list[Voice]:
        kinds, consents = st.sampled_from(["staff", "patient", "data"]), st.sampled_from(["given", "withheld"])
        return [Voice(data.draw(kinds), consent=data.draw(consents)) for _ in range(data.draw(st.integers(1, 2)))]

    def place(self, data: st.DataObject) -> Setting:
        first, second = self.programmes
        return data.draw(st.sampled_from([Setting(first), Setting(first, self.case_study), Setting(second)]))

    @rule(data=st.data(), status=st.sampled_from(["draft", "submitted"]))
    def logged(self, data, status):
        where, voices = self.place(data), self.voices(data)
        log(person=self.person, setting=where, voices=voices, status=status, text="Some words.", **self.said(data))

    @rule(data=st.data())
    def edited(self, data):
        if (insight := self.some(data)) and insight.status in ("draft", "submitted", "published"):
            where: Setting | None = self.place(data)
            if where and insight.words_withheld and where.programme.id != insight.programme_id:
                where = None
            voices = (data.draw(st.booleans()) and self.voices(data)) or None
            edit(person=self.person, insight_id=insight.id, setting=where, voices=voices, **self.said(data))

    @rule(data=st.data())
    def moved(self, data):
        if insight := self.some(data):
            name = data.draw(st.sampled_from(moves_open_to(person=self.person, insight=insight)))
            move(person=self.person, insight_id=insight.id, name=name, reason="Said elsewhere.")

    @rule(data=st.data(), code=st.sampled_from(HABITS), verdict=st.sampled_from(["confirmed", "rejected"]))
    def judged(self, data, code, verdict):
        if insight := self.some(data):
            decide(person=self.person, insight_id=insight.id, codebook="habits", code=code, verdict=verdict)

    @rule(data=st.data(), codes=st.sets(st.sampled_from(HABITS)))
    def tagged(self, data, codes):
        if insight := self.some(data):
            Tag.objects.filter(insight=insight, origin="machine").delete()
            there = set(insight.tags.values_list("code__slug", flat=True))
            Tag.objects.bulk_create(
                Tag(
                    insight=insight,
                    code=habit(code),
                    state="suggested",
                    origin="machine",
                    score=0.7,
                    tagger=self.tagger,
                )
                for code in codes - there
            )

    @rule(consent=st.sampled_from(["given", "withheld"]), kind=st.sampled_from(["staff", "family"]))
    def every_voice_changed_by_sql(self, consent, kind):
        Source.objects.update(consent=consent, kind=kind)

    @rule(status=st.sampled_from(["draft", "published"]), level=st.sampled_from([None, "team"]))
    def every_insight_changed_by_sql(self, status, level):
        Insight.objects.update(status=status, level=level, published_at="2022-06-01T00:00Z")

    @rule()
    def folded(self):
        before = kept()
        fold()
        assert kept() == before
        assert Tally.objects.count() == len(before)

    @invariant()
    def the_tallies_are_what_a_recount_says(self):
        assert kept() == recounted()


@pytest.mark.django_db
def test_whatever_happens_the_tallies_are_what_a_recount_says():
    few = settings(max_examples=30, stateful_step_count=15, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(Machine, settings=settings(few, suppress_health_check=list(HealthCheck)))


@pytest.mark.django_db
class TestWhatIsCounted:
    def test_published_insights_by_facet_and_of_a_programme_or_case_study(self):
        case_study = CaseStudyFactory()
        InsightFactory(case_study=case_study, kind="recommendation")
        TagFactory(insight=InsightFactory(programme=case_study.programme), code=habit("staff"))
        InsightFactory(status="draft")
        InsightFactory(source__consent="withheld")
        InsightFactory()
        assert counts()["all"][""] == 3
        assert counts()["kind"] == {"recommendation": 1, "finding": 2}
        assert counts()["habits:suggested"] == {"staff": 1}
        assert counts(programme_id=case_study.programme_id)["all"] == {"": 2}
        assert counts(case_study_id=case_study.id)["kind"] == {"recommendation": 1}
        assert counts(case_study_id=case_study.id)["habits:suggested"] == {}

    def test_folding_says_how_many_rows_there_were_and_leaves_one_for_each_count(self):
        insight = InsightFactory(level="team")
        Insight.objects.filter(id=insight.id).update(level="system")
        before = Tally.objects.count()
        assert fold() == before > 4
        assert Tally.objects.count() == len(kept()) == 4
        assert fold() == 4


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_the_same_counts_as_one_after_another():
    """Verbs, bulk SQL and folding, on the same few insights, on six connections."""
    with transaction.atomic():
        programme = ProgrammeFactory()
        people = [MembershipFactory(programme=programme, role="curator").user for _ in range(6)]
        insights = [InsightFactory(programme=programme, status="submitted").id for _ in range(4)]
        TaggerFactory()

    def meddle(number: int, person: User) -> None:
        chance = random.Random(number)
        try:
            for _ in range(25):
                one = chance.choice(insights)
                what = chance.randrange(7)
                if what == 0:
                    kind = chance.choice(["finding", "observation"])
                    with contextlib.suppress(PermissionDenied):
                        edit(person=person, insight_id=one, kind=kind, external_id=f"{number}-{chance.random()}")
                elif what == 1:
                    voices = [Voice(chance.choice(["staff", "data"]), consent=chance.choice(["given", "withheld"]))]
                    with contextlib.suppress(PermissionDenied):
                        edit(person=person, insight_id=one, voices=voices)
                elif what == 2:
                    with contextlib.suppress(Conflict):
                        move(person=person, insight_id=one, name=chance.choice(["publish", "withdraw", "reopen"]))
                elif what == 3:
                    verdict = chance.choice(["confirmed", "rejected"])
                    decide(
                        person=person, insight_id=one, codebook="habits", code=chance.choice(HABITS), verdict=verdict
                    )
                elif what == 4:
                    Insight.objects.filter(id=one).update(level=chance.choice(["team", "system"]))
                elif what == 5:
                    with transaction.atomic():
                        # Past the verbs, but in their order: an insight is held before its sources.
                        Insight.objects.select_for_update(no_key=True).get(id=one)
                        Source.objects.filter(insight_id=one).update(kind=chance.choice(["family", "patient"]))
                else:
                    fold()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for outcome in [pool.submit(meddle, number, person) for number, person in enumerate(people)]:
            outcome.result(120)
    assert kept() == recounted()
    for insight in Insight.objects.all():
        withheld = insight.sources.filter(consent="withheld").exists()
        assert insight.words_withheld == withheld
