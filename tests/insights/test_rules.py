"""What the database holds of insights, sources, evidence, tags and decisions, whoever writes them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from insights.models import Decision, Evidence, Insight, Source, Tag
from insights.models.said import InsightAudience
from lhs.models import Tagger
from tests.factories import (
    AudienceFactory,
    DecisionFactory,
    EvidenceFactory,
    InsightFactory,
    ProgrammeFactory,
    SourceFactory,
    TagFactory,
    TaggerFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db


def refused(rule: str):
    return pytest.raises(DatabaseError, match=rule)


def now_or_never() -> None:
    """Have the database check what it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class TestInsights:
    @pytest.mark.parametrize(
        ("column", "rule"),
        [
            ("kind", "insight_kind_known"),
            ("perspective", "insight_perspective_known"),
            ("level", "insight_level_known"),
            ("effect", "insight_effect_known"),
            ("response", "insight_response_known"),
            ("status", "insight_status_known"),
        ],
    )
    def test_each_choice_is_one_of_its_words(self, column, rule):
        insight = InsightFactory()
        with refused(rule), transaction.atomic():
            sql(f"UPDATE insights_insight SET {column} = 'other' WHERE id = %s", insight.id)

    def test_declined_needs_a_reason(self):
        insight = InsightFactory(status="submitted")
        with refused("insight_declined_with_a_reason"), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(status="declined")
        Insight.objects.filter(id=insight.id).update(status="declined", decline_reason="Said elsewhere.")

    def test_published_carries_its_time(self):
        insight = InsightFactory(status="submitted")
        with refused("insight_published_at_a_time"), transaction.atomic():
            Insight.objects.filter(id=insight.id).update(status="published")

    def test_an_external_id_is_used_once_in_a_programme_and_is_not_empty(self):
        first = InsightFactory(external_id="row-1")
        InsightFactory(external_id="row-1")
        InsightFactory.create_batch(2, programme=first.programme)
        with refused("insight_external_id_once_in_programme"), transaction.atomic():
            InsightFactory(programme=first.programme, external_id="row-1")
        with refused("insight_external_id_not_empty"), transaction.atomic():
            Insight.objects.update(external_id="")

    def test_an_insight_is_withdrawn_not_deleted(self):
        insight = InsightFactory()
        with refused("delete"), transaction.atomic():
            sql("DELETE FROM insights_insight WHERE id = %s", insight.id)

    def test_modified_changes_with_every_change_and_not_with_bookkeeping(self):
        insight = InsightFactory()
        Insight.objects.filter(id=insight.id).update(section="Findings")
        changed = Insight.objects.get(id=insight.id).modified
        assert changed > insight.modified
        insight.sources.update(consent="withheld")
        after = Insight.objects.get(id=insight.id)
        assert after.words_withheld
        assert after.modified == changed


class TestSources:
    def test_an_insight_has_at_least_one_and_a_first(self):
        with refused("at least one source"), transaction.atomic():
            Insight.objects.bulk_create([Insight(programme=ProgrammeFactory(), kind="finding", text="Nobody's.")])
            now_or_never()

    def test_the_last_one_stays(self):
        insight = InsightFactory()
        with refused("at least one source"), transaction.atomic():
            sql("DELETE FROM insights_source WHERE insight_id = %s", insight.id)
            now_or_never()

    def test_and_so_does_the_first_place(self):
        insight = InsightFactory()
        SourceFactory(insight=insight)
        with refused("at least one source"), transaction.atomic():
            Source.objects.filter(insight=insight, position=0).update(position=7)
            now_or_never()

    def test_two_may_change_places(self):
        insight = InsightFactory()
        SourceFactory(insight=insight, kind="family")
        sql("UPDATE insights_source SET position = 1 - position WHERE insight_id = %s", insight.id)
        now_or_never()
        assert [source.kind for source in insight.sources.all()] == ["family", "staff"]

    def test_two_do_not_share_a_place(self):
        insight = InsightFactory()
        with refused("source_position_once_in_insight"), transaction.atomic():
            SourceFactory(insight=insight, position=0)
            now_or_never()

    @pytest.mark.parametrize(("column", "rule"), [("kind", "source_kind_known"), ("consent", "source_consent_known")])
    def test_each_choice_is_one_of_its_words(self, column, rule):
        insight = InsightFactory()
        with refused(rule), transaction.atomic():
            Source.objects.filter(insight=insight).update(**{column: "other"})

    def test_the_strictest_consent_governs_the_words(self):
        insight = InsightFactory(source__consent="given")
        second = SourceFactory(insight=insight, consent="withheld")
        insight.refresh_from_db()
        assert insight.words_withheld
        Source.objects.filter(id=second.id).update(consent="given")
        insight.refresh_from_db()
        assert not insight.words_withheld

    def test_a_voice_takes_its_consent_along_when_it_moves_or_goes(self):
        one, other = InsightFactory.create_batch(2)
        voice = SourceFactory(insight=one, position=1, consent="withheld")
        Source.objects.filter(id=voice.id).update(insight=other)
        assert [Insight.objects.get(id=i.id).words_withheld for i in (one, other)] == [False, True]
        Source.objects.filter(id=voice.id).delete()
        assert not Insight.objects.get(id=other.id).words_withheld

    def test_a_stale_copy_that_is_saved_does_not_open_withheld_words(self):
        insight = InsightFactory()
        insight.sources.update(consent="withheld")
        assert not insight.words_withheld
        insight.save()
        assert Insight.objects.get(id=insight.id).words_withheld

    def test_a_voice_that_is_there_before_its_insight_counts_too(self):
        insight = Insight(programme=ProgrammeFactory(), kind="finding", text="Said in confidence.")
        Source.objects.bulk_create([Source(insight_id=insight.id, kind="patient", consent="withheld")])
        insight.save(force_insert=True)
        now_or_never()
        assert Insight.objects.get(id=insight.id).words_withheld


class TestEvidence:
    KINDS = ("finding", "recommendation", "observation")

    @pytest.mark.parametrize("relation", ["rests-on", "supports", "contradicts", "repeats"])
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("other", KINDS)
    def test_a_recommendation_rests_on_findings_and_findings_meet_one_another(self, kind, other, relation):
        ends = {"insight": InsightFactory(kind=kind), "other": InsightFactory(kind=other)}
        fits = other != "recommendation" and (kind == "recommendation") == (relation == "rests-on")
        if fits:
            EvidenceFactory(relation=relation, **ends)
        else:
            with refused("A recommendation rests on findings"), transaction.atomic():
                EvidenceFactory(relation=relation, **ends)

    def test_an_insight_that_is_linked_keeps_a_kind_that_fits(self):
        evidence = EvidenceFactory(relation="supports")
        for end in (evidence.insight, evidence.other):
            with refused("do not fit that kind"), transaction.atomic():
                Insight.objects.filter(id=end.id).update(kind="recommendation")
            Insight.objects.filter(id=end.id).update(kind="observation")

    def test_nothing_is_evidence_for_itself_or_twice(self):
        evidence = EvidenceFactory()
        with refused("evidence_between_two"), transaction.atomic():
            EvidenceFactory(insight=evidence.insight, other=evidence.insight)
        with refused("evidence_once"), transaction.atomic():
            EvidenceFactory(insight=evidence.insight, other=evidence.other)
        with refused("evidence_relation_known"), transaction.atomic():
            Evidence.objects.update(relation="proves")


class TestTags:
    def test_there_is_one_for_each_insight_and_code(self):
        tag = TagFactory()
        with refused("tag_once"), transaction.atomic():
            TagFactory(insight=tag.insight, code=tag.code)

    @pytest.mark.parametrize(
        "said",
        [
            {"state": "confirmed", "origin": "machine"},
            {"state": "suggested", "origin": "person"},
            {"state": "suggested", "origin": "machine", "score": None},
            {"state": "suggested", "origin": "machine", "tagger": None},
        ],
    )
    def test_a_machine_suggests_with_score_and_version_and_a_person_decides(self, said):
        with refused("tag_machine_suggests_person_decides"), transaction.atomic():
            TagFactory(**said)

    @pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
    def test_a_score_stands_between_nought_and_one(self, score):
        with refused("tag_score_between_0_and_1"), transaction.atomic():
            TagFactory(score=score)

    def test_what_a_person_decided_no_machine_changes_or_takes_away(self):
        tag = TagFactory(confirmed=True)
        with refused("A person decided this tag"), transaction.atomic():
            sql(
                "UPDATE insights_tag SET state = 'suggested', origin = 'machine' WHERE id = %s",
                tag.id,
            )
        with refused("A person decided this tag"), transaction.atomic():
            sql("DELETE FROM insights_tag")
        Tag.objects.filter(id=tag.id).update(state="rejected")

    def test_a_suggestion_may_go(self):
        TagFactory()
        sql("DELETE FROM insights_tag")

    def test_a_codebook_has_one_tagger_in_use(self):
        TaggerFactory(version=1, state=Tagger.State.CHAMPION)
        with refused("tagger_one_champion"), transaction.atomic():
            TaggerFactory(version=2, state=Tagger.State.CHAMPION)


class TestDecisions:
    @pytest.mark.parametrize(
        "statement", ["UPDATE insights_decision SET shown = false", "DELETE FROM insights_decision"]
    )
    def test_they_are_only_ever_added(self, statement):
        DecisionFactory()
        with refused(r"[Cc]annot (update|delete)"), transaction.atomic():
            sql(statement)
        assert Decision.objects.get().shown


class TestHistory:
    """Every edit and decision is kept, also one made by bulk SQL."""

    def events(self, model, label=None):
        found = model.pgh_event_model.objects.order_by("pgh_id")
        return list(found.filter(pgh_label=label) if label else found)

    def test_a_bulk_edit_is_kept_row_by_row(self):
        InsightFactory.create_batch(3)
        sql("UPDATE insights_insight SET text = 'Edited by ' || id")
        assert len(self.events(Insight, "insert")) == 3
        assert [event.text for event in self.events(Insight, "update")] == [
            f"Edited by {event.pgh_obj_id}" for event in self.events(Insight, "update")
        ]
        assert len(self.events(Insight, "update")) == 3

    def test_bookkeeping_is_not_an_edit(self):
        insight = InsightFactory()
        Source.objects.filter(insight=insight).update(consent="withheld")
        assert self.events(Insight, "update") == []
        assert [event.consent for event in self.events(Source)] == ["not-needed", "withheld"]

    def test_links_and_voices_that_go_are_kept(self):
        evidence = EvidenceFactory()
        voice = SourceFactory(insight=evidence.insight)
        sql("DELETE FROM insights_evidence")
        sql("DELETE FROM insights_source WHERE id = %s", voice.id)
        assert [event.pgh_obj_id for event in self.events(Evidence, "delete")] == [evidence.id]
        assert [event.pgh_obj_id for event in self.events(Source, "delete")] == [voice.id]

    def test_whom_it_is_for_is_kept(self):
        insight, audience = InsightFactory(), AudienceFactory()
        insight.audiences.set([audience])
        insight.audiences.clear()
        assert [(event.pgh_label, event.audience_id) for event in self.events(InsightAudience)] == [
            ("insert", audience.id),
            ("delete", audience.id),
        ]

    def test_of_tags_only_what_people_decided(self):
        tag = TagFactory()
        Tag.objects.update(score=0.5)
        assert self.events(Tag) == []
        Tag.objects.update(state="confirmed", origin="person", decided_by=UserFactory())
        TagFactory(insight=tag.insight, code=habit("culture"), rejected=True)
        assert [event.state for event in self.events(Tag)] == ["confirmed", "rejected"]
