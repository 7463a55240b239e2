"""A spreadsheet comes in: each row's fate before anything is written, and then the good rows, once each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum

from insights.capture import Setting, Voice, edit, log
from insights.flagging import rewrite
from insights.importing import running, verbs
from insights.models import Flag, Import, ImportPart, ImportRow, Insight, Source, Tag, Tagging, Tally
from insights.review import decide
from insights.search import Links, one
from insights.visibility import Reader
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    CodebookFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    habit,
)
from tests.importing.spreadsheets import HEADINGS, Importer, a_row, as_csv, as_xlsx, counts, on

pytestmark = pytest.mark.django_db
MORE = (*HEADINGS, *("Title", "Perspective", "Level", "Effect", "Response", "Section", "Page", "Place", "Role"))
ALL = (*MORE, *("Organisation", "Consent", "Audiences", "Activity", "Case study"))


def reasons(found: Import) -> dict[int, list[tuple[str, str]]]:
    """Return what is wrong with each row: number → (column, reason)."""
    return {
        row.number: [(fault["column"], fault["reason"]) for fault in row.faults]
        for row in found.rows.filter(fate="error").order_by("number")
    }


def drafts() -> dict[tuple[str, str], int]:
    """Return how many drafts are counted under each facet and value."""
    booked = Tally.objects.filter(status="draft").values_list("facet", "value").annotate(Sum("n")).order_by()
    return {(facet, value): n for facet, value, n in booked}


def past(model: Any) -> Any:
    """Return the kept versions of a model's rows."""
    return model.pgh_event_model.objects


class TestTheDryRun:
    def test_each_row_has_a_fate_and_nothing_is_written(self, importer):
        importer.write(as_csv(HEADINGS, a_row(1), a_row(2)))
        found = importer.check(
            as_csv(
                HEADINGS,
                a_row(1),
                a_row(2, Insight="The booking screen is quick now."),
                a_row(3),
                a_row(4, Type="Moan"),
            )
        )
        assert (found.state, counts(found)) == ("checked", (1, 1, 1, 1))
        fates = found.rows.order_by("number").values_list("number", "fate")
        assert list(fates) == [(2, "same"), (3, "changed"), (4, "new"), (5, "error")]
        assert Insight.objects.count() == 2
        assert not Insight.objects.filter(text__contains="quick").exists()

    def test_an_error_names_the_column_and_the_reason(self, importer):
        found = importer.check(
            as_csv(
                HEADINGS,
                a_row(1, Type="Moan"),
                a_row(2, Insight="No"),
                a_row(3, Date="31/2/2022"),
                a_row(4, **{"Who said it": ""}),
                a_row(5, Insight=""),
                a_row(6, Date="1/1/1850"),
                a_row(7, Insight="Staff \0 said"),
                a_row(8, Ref="x" * 121),
                a_row(9, Insight="x" * 200_000),
                [*a_row(10), "beyond"],
            )
        )
        told = reasons(found)
        assert [fault[0][0] for fault in told.values()] == [
            *("Type", "Insight", "Date", "Who said it", "Insight", "Date", "Insight", "Ref", "Insight", "")
        ]
        assert "Use one of: finding, recommendation, observation." in told[2][0][1]
        assert told[3][0][1] == "Write between 3 and 5,000 characters; this has 2."
        assert "between 1 January 1900 and today" in told[7][0][1]
        assert "control character" in told[8][0][1]
        assert "this has 200,000" in told[10][0][1]
        assert "Is there a separator inside a text?" in told[11][0][1]

    def test_a_row_with_several_faults_names_them_all(self, importer):
        found = importer.check(as_csv(HEADINGS, a_row(1, Type="Moan", Date="never")))
        assert [column for column, _ in reasons(found)[2]] == ["Type", "Date"]

    def test_what_stands_twice_in_the_file_is_noticed(self, importer):
        found = importer.check(
            as_csv(HEADINGS, a_row(1), a_row(1), a_row(1, Insight="Another text."), a_row(2, Ref=""), a_row(2, Ref=""))
        )
        assert counts(found) == (2, 2, 0, 1)
        assert reasons(found) == {4: [("Ref", "Row 2 has this reference already. Give each its own.")]}
        assert list(found.rows.exclude(note="").order_by("number").values_list("note", flat=True)) == [
            "Row 2 says the same.",
            "Row 5 says the same.",
        ]

    def test_what_stands_twice_is_noticed_across_batches_too(self, importer, monkeypatch):
        monkeypatch.setattr(running, "BATCH", 2)
        lines = [a_row(n) for n in (1, 2, 3, 1)]
        assert counts(importer.check(as_csv(HEADINGS, *lines))) == (3, 1, 0, 0)

    def test_more_rows_than_are_read_at_once_are_refused_with_the_way_out(self, importer, settings):
        settings.IMPORT_ROWS = 3
        found = importer.check(as_csv(HEADINGS, *(a_row(n) for n in range(4))))
        assert found.state == "failed"
        assert "more than 3 rows" in found.failure
        assert "Cut it into several files" in found.failure
        assert "LHS_IMPORT_ROWS" in found.failure
        assert not ImportRow.objects.exists()
        assert not ImportPart.objects.exists()

    def test_a_larger_file_than_is_read_is_refused(self, importer, settings):
        settings.IMPORT_BYTES = 100
        with pytest.raises(ValidationError, match="LHS_IMPORT_BYTES"):
            importer.check(as_csv(HEADINGS, *(a_row(n) for n in range(4))))

    def test_it_can_be_checked_anew_with_other_columns(self, importer):
        content = as_csv((*HEADINGS, "Musings"), [*a_row(1), "What else there is to say."])
        found = importer.check(content)
        verbs.check(person=importer.person, import_id=found.id, mapping={"text": 5, "kind": 2, "source_kind": 3})
        assert counts(importer.done(found)) == (1, 0, 0, 0)
        verbs.write(person=importer.person, import_id=found.id)
        importer.done(found)
        assert Insight.objects.get().text == "What else there is to say."

    def test_what_no_column_says_is_said_once_for_all(self, importer):
        content = as_csv(["Comment"], ["The lift is slow."], ["The porters are kind."])
        assert counts(importer.check(content)) == (0, 0, 0, 2)
        found = importer.write(content, defaults={"kind": "observation", "source_kind": "patient"})
        assert counts(found) == (2, 0, 0, 0)
        assert {insight.kind for insight in Insight.objects.all()} == {"observation"}
        assert {source.kind for source in Source.objects.all()} == {"patient"}

    def test_without_a_column_for_the_words_nothing_is_checked(self, importer):
        with pytest.raises(ValidationError, match="which column holds the insight's words"):
            importer.check(as_csv(["Type", "Source"], ["finding", "staff"]))


class TestWriting:
    def test_everything_that_a_row_says_is_there(self, importer, programme):
        organisation = OrganisationFactory(name="North Middlesex Hospital", ods_code="RAP")
        audiences = AudienceFactory(name="Integrated care systems"), AudienceFactory(name="Trusts")
        activity = LearningActivityFactory(programme=programme, name="Visit to ward 7")
        study = CaseStudyFactory(programme=programme, title="Elective recovery")
        said = a_row(1, Type="Recommendation", **{"Who said it": "Ward sister"})
        said += ["Slow", "Staff", "TEAM", "barrier", "fix", "Findings", "page 4", "ward 7", "", "rap", "given"]
        said += ["Trusts; integrated care systems", "visit to WARD 7", "Elective recovery"]
        found = importer.write(as_xlsx(ALL, said), name="insights.xlsx")
        assert (found.state, counts(found), found.written) == ("done", (1, 0, 0, 0), 1)
        insight = Insight.objects.get()
        assert (insight.external_id, insight.text) == ("R1", said[1])
        assert (insight.kind, insight.title, insight.perspective, insight.level) == (
            "recommendation",
            "Slow",
            "staff",
            "team",
        )
        assert (insight.effect, insight.response, insight.section, insight.locator) == (
            "barrier",
            "fix",
            "Findings",
            "page 4",
        )
        assert (insight.programme, insight.case_study, insight.learning_activity) == (programme, study, activity)
        assert (insight.status, insight.author) == ("draft", importer.person)
        source = insight.sources.get()
        assert (source.kind, source.role, source.place, source.organisation) == (
            "staff",
            "Ward sister",
            "ward 7",
            organisation,
        )
        assert (source.collected_on, source.consent, source.recorded_by) == (on(2022, 4, 3), "given", importer.person)
        assert set(insight.audiences.all()) == set(audiences)

    def test_an_imported_insight_is_kept_as_one_that_was_logged_is(self, importer, programme):
        """Taggings, tallies, search and history: what the database keeps by itself, it keeps here."""
        CodebookFactory(slug="habits")
        importer.write(as_csv(HEADINGS, a_row(1)))
        imported = Insight.objects.get()
        before = drafts()
        logged = log(
            person=importer.person,
            setting=Setting(programme),
            voices=[Voice("staff", collected_on=on(2022, 4, 3))],
            kind="finding",
            external_id="R2",
            text=imported.text,
        )
        links = Links(*["http://here/"] * 6)
        rows = [json.loads(one(person=importer.person, insight_id=row.id, links=links)) for row in (imported, logged)]
        for row in rows:
            for name in ("id", "url", "external_id", "created", "modified"):
                del row[name]
        assert rows[0] == rows[1]
        assert (
            Tagging.objects.filter(insight=imported, due=True).count() == Tagging.objects.filter(insight=logged).count()
        )
        events = past(Insight)
        assert events.filter(pgh_obj=imported).count() == events.filter(pgh_obj=logged).count() == 1
        assert past(Source).filter(insight=imported).count() == 1
        assert imported.digest == logged.digest
        assert before["kind", "finding"] == before["source_kind", "staff"] == before["all", ""] == 1
        assert drafts() == {facet: 2 * n for facet, n in before.items()}

    def test_text_that_begins_with_an_equals_sign_is_kept_as_typed(self, importer):
        texts = ["=1+1 is what the screen says", "+44 is missing from the form", "-5 beds", "@ward 7", "'tis slow"]
        lines = [a_row(n, Insight=text) for n, text in enumerate(texts)]
        importer.write(as_csv(HEADINGS, *lines))
        importer.write(as_xlsx(HEADINGS, a_row(9, Insight="=SUM(A1:A9)")), name="insights.xlsx")
        assert list(Insight.objects.order_by("external_id").values_list("text", flat=True)) == [*texts, "=SUM(A1:A9)"]

    def test_what_could_tell_who_somebody_is_comes_in_flagged(self, importer):
        lines = [a_row(1), a_row(2, Insight="Ring Nora Hughes on 07700 900123 about the lift.", Date="1 May 2022")]
        importer.write(as_csv(HEADINGS, *lines))
        flagged = Insight.objects.get(flagged=True)
        assert flagged.external_id == "R2"
        found = [(flag.field, flag.kind, flag.state) for flag in flagged.flags.order_by("start")]
        assert found == [("text", "name", "open"), ("text", "phone", "open")]
        assert past(Flag).filter(insight=flagged, pgh_label="insert", pgh_context__isnull=False).count() == 2
        assert rewrite([flagged.id]) == 2
        assert [(flag.field, flag.kind, flag.state) for flag in flagged.flags.order_by("start")] == found

    def test_the_rows_become_insights_in_their_order(self, importer):
        importer.write(as_csv(HEADINGS, *(a_row(n) for n in range(30))))
        assert [row.external_id for row in Insight.objects.order_by("id")] == [f"R{n}" for n in range(30)]

    def test_they_can_be_submitted_at_once(self, importer):
        importer.write(as_csv(HEADINGS, a_row(1)), status="submitted")
        assert Insight.objects.get().status == "submitted"
        with pytest.raises(ValidationError):
            importer.check(as_csv(HEADINGS, a_row(2)), status="published")

    def test_rows_whose_consent_is_withheld_stay_inside_the_programme(self, importer):
        importer.write(as_csv((*HEADINGS, "Consent"), [*a_row(1), "no"], [*a_row(2), "yes"]))
        withheld = Insight.objects.get(external_id="R1")
        assert withheld.words_withheld
        assert not Reader.of(UserFactory(role="curator")).insights().filter(id=withheld.id).exists()
        assert Reader.of(importer.person).insights().filter(id=withheld.id).exists()

    def test_a_curator_from_outside_imports_no_withheld_words(self, programme, tmp_path):
        outsider = Importer(UserFactory(role="curator"), programme, tmp_path)
        found = outsider.write(as_csv((*HEADINGS, "Consent"), [*a_row(1), "withheld"], [*a_row(2), ""]))
        assert counts(found) == (1, 0, 0, 1)
        assert reasons(found)[2][0][0] == "Consent"

    def test_once_it_is_done_the_file_is_gone_and_of_its_rows_those_in_error_are_left(self, importer):
        found = importer.write(as_csv(HEADINGS, a_row(1), a_row(2, Type="Moan")))
        assert not ImportPart.objects.exists()
        assert [row.number for row in found.rows.all()] == [3]
        assert found.examples == []


class TestTheSameFileAgain:
    def test_it_changes_nothing(self, importer):
        content = as_csv(HEADINGS, *(a_row(n) for n in range(3)), a_row(8, Ref=""))
        importer.write(content)
        before = list(Insight.objects.order_by("id").values())
        found = importer.write(content)
        assert (counts(found), found.written) == ((0, 4, 0, 0), 0)
        assert list(Insight.objects.order_by("id").values()) == before

    def test_not_even_after_people_have_edited_what_it_brought(self, importer):
        content = as_csv(HEADINGS, a_row(1), a_row(2, Ref=""))
        importer.write(content)
        for insight in Insight.objects.all():
            edit(person=importer.person, insight_id=insight.id, text=f"{insight.text} It is worse by night.")
        assert counts(importer.write(content)) == (0, 2, 0, 0)
        assert all("by night" in insight.text for insight in Insight.objects.all())

    def test_what_someone_has_typed_is_not_imported_a_second_time(self, importer, programme):
        InsightFactory(programme=programme, text="The lift is slow.", kind="finding", status="draft")
        found = importer.check(
            as_csv(
                HEADINGS, a_row(1, Ref="", Insight="The lift is slow."), a_row(2, Ref="", Insight="The lift is slow!")
            )
        )
        assert counts(found) == (1, 1, 0, 0)

    def test_another_programme_has_references_of_its_own(self, importer):
        InsightFactory(external_id="R1")
        assert counts(importer.write(as_csv(HEADINGS, a_row(1)))) == (1, 0, 0, 0)


class TestAnEditedFile:
    def test_it_updates_by_reference_and_keeps_what_people_decided(self, importer, programme):
        importer.write(as_csv(HEADINGS, a_row(1), a_row(2)))
        insight = Insight.objects.get(external_id="R1")
        curator = MembershipFactory(programme=programme, role="curator").user
        decide(person=curator, insight_id=insight.id, codebook="habits", code=habit("staff").slug, verdict="confirmed")
        found = importer.write(as_csv(HEADINGS, a_row(1, Insight="The booking screen is quick now."), a_row(2)))
        assert (counts(found), found.written) == ((0, 1, 1, 0), 1)
        insight.refresh_from_db()
        assert insight.text == "The booking screen is quick now."
        assert Tag.objects.get(insight=insight).state == "confirmed"
        assert Tagging.objects.get(insight=insight, codebook__slug="habits").due

    def test_only_the_fields_that_were_edited_in_the_file_change(self, importer):
        importer.write(as_csv(HEADINGS, a_row(1)))
        insight = Insight.objects.get()
        edit(person=importer.person, insight_id=insight.id, text="A person wrote this.", title="Theirs")
        found = importer.write(as_csv(HEADINGS, a_row(1, Date="4/4/2022")))
        assert counts(found) == (0, 0, 1, 0)
        insight.refresh_from_db()
        assert (insight.text, insight.title) == ("A person wrote this.", "Theirs")
        assert insight.sources.get().collected_on == on(2022, 4, 4)

    def test_an_empty_cell_says_nothing_and_takes_nothing_away(self, importer):
        importer.write(as_csv((*HEADINGS, "Title"), [*a_row(1), "Slow"]))
        assert counts(importer.write(as_csv((*HEADINGS, "Title"), [*a_row(1, Date=""), ""]))) == (0, 1, 0, 0)
        assert Insight.objects.get().title == "Slow"

    def test_other_voices_stay(self, importer):
        importer.write(as_csv(HEADINGS, a_row(1)))
        insight = Insight.objects.get()
        edit(person=importer.person, insight_id=insight.id, voices=[Voice("staff"), Voice("patient", role="on ward 7")])
        importer.write(as_csv(HEADINGS, a_row(1, **{"Who said it": "family"})))
        assert [(voice.kind, voice.role) for voice in insight.sources.order_by("position")] == [
            ("family", ""),
            ("patient", "on ward 7"),
        ]

    def test_what_is_published_is_not_changed_by_a_contributors_file(self, importer, programme):
        importer.write(as_csv(HEADINGS, a_row(1)))
        Insight.objects.update(status="published", published_at="2022-05-01T00:00Z")
        content = as_csv(HEADINGS, a_row(1, Insight="Something else."))
        found = importer.check(content)
        assert counts(found) == (0, 0, 0, 1)
        assert "published here: you cannot change it by a file" in reasons(found)[2][0][1]
        curator = Importer(MembershipFactory(programme=programme, role="curator").user, programme, importer.folder)
        assert counts(curator.write(content)) == (0, 0, 1, 0)
        assert Insight.objects.get().status == "published"

    def test_the_history_says_who(self, importer):
        importer.write(as_csv(HEADINGS, a_row(1)))
        importer.write(as_csv(HEADINGS, a_row(1, Insight="The booking screen is quick now.")))
        last = past(Insight).order_by("pgh_id").last()
        assert last.pgh_context.metadata["user"] == str(importer.person.id)

    def test_what_people_did_between_the_dry_run_and_the_writing_is_seen(self, importer, programme):
        found = importer.check(as_csv(HEADINGS, a_row(1), a_row(2)))
        InsightFactory(programme=programme, external_id="R1", text=a_row(1)[1], source__collected_on=on(2022, 4, 3))
        verbs.write(person=importer.person, import_id=found.id)
        found = importer.done(found)
        assert (found.state, counts(found), found.written) == ("done", (1, 1, 0, 0), 1)
