"""Around an import: the rows that failed, who may do what, cancelling, forgetting, and what the database keeps."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from casestudies.errors import Conflict, Missing
from insights.importing import running, verbs
from insights.importing.sheets import failed, template
from insights.models import Import, Imported, ImportPart, ImportRow, Insight
from tests.factories import (
    ImportFactory,
    InsightFactory,
    MembershipFactory,
    ProgrammeFactory,
    UserFactory,
)
from tests.importing.spreadsheets import HEADINGS, Importer, a_row, as_csv, as_xlsx, cells_of, counts, put

pytestmark = pytest.mark.django_db


class TestFailedRows:
    def test_they_come_back_as_a_file_with_the_reasons_last_and_go_in_once_corrected(self, importer):
        found = importer.write(
            as_csv(HEADINGS, a_row(1), a_row(2, Type="Moan", Insight="=2+2 is shown."), delimiter=";")
        )
        back = failed(found).decode("utf-8-sig")
        assert back.splitlines()[0] == "Ref;Insight;Type;Who said it;Date;What is wrong"
        assert "R2;'=2+2 is shown.;Moan;staff;3/4/2022;" in back
        assert "Type: “Moan” is not known here. Use one of: finding, recommendation, observation." in back
        again = importer.write(back.replace(";Moan;", ";finding;").encode())
        assert (counts(again), again.mapping.get("text")) == ((1, 0, 0, 0), 1)
        assert Insight.objects.get(external_id="R2").text == "=2+2 is shown."
        assert "=2+2" not in back.replace("'=2+2", "")

    def test_a_workbook_comes_back_as_one_with_no_cell_that_calculates(self, importer):
        found = importer.write(as_xlsx(HEADINGS, a_row(1, Type="Moan", Insight="=2+2")), name="insights.xlsx")
        head, row = cells_of(failed(found))
        assert head == [*HEADINGS, "What is wrong"]
        assert row[:5] == ["R1", "'=2+2", "Moan", "staff", "3/4/2022"]

    def test_reasons_of_the_last_time_are_left_out(self, importer):
        first = failed(importer.write(as_csv(HEADINGS, a_row(1, Type="Moan"))))
        second = failed(importer.write(first)).decode("utf-8-sig")
        assert second.count("What is wrong") == 1
        assert second.count("Moan") == first.decode("utf-8-sig").count("Moan")

    @pytest.mark.parametrize("format", ["csv", "xlsx"])
    def test_the_template_goes_in_as_it_is(self, importer, format):
        assert counts(importer.write(template(format), name=f"template.{format}")) == (1, 0, 0, 0)


class TestForWhom:
    @pytest.mark.parametrize(
        ("role", "inside", "may"),
        [
            ("viewer", None, False),
            ("contributor", None, False),
            ("analyst", None, False),
            ("curator", None, True),
            ("admin", None, True),
            ("viewer", "viewer", False),
            ("viewer", "analyst", False),
            ("viewer", "contributor", True),
            ("viewer", "curator", True),
        ],
    )
    def test_whoever_may_log_in_a_programme_may_import_into_it(self, programme, tmp_path, role, inside, may):
        person = UserFactory(role=role)
        if inside:
            MembershipFactory(user=person, programme=programme, role=inside)
        other = Importer(person, programme, tmp_path)
        if may:
            assert counts(other.write(as_csv(HEADINGS, a_row(1)))) == (1, 0, 0, 0)
        else:
            with pytest.raises(PermissionDenied):
                other.write(as_csv(HEADINGS, a_row(1)))
            assert not Import.objects.exists()

    def test_an_import_is_open_to_its_team_and_to_whoever_brought_it(self, importer, programme):
        found = importer.check(as_csv(HEADINGS, a_row(1)))
        colleague = MembershipFactory(programme=programme).user
        assert verbs.one_import(person=colleague, import_id=found.id) == found
        for other in (
            UserFactory(role="curator"),
            MembershipFactory(programme=programme, role="viewer").user,
            MembershipFactory().user,
        ):
            for verb in (verbs.one_import, verbs.write, verbs.cancel, verbs.check):
                with pytest.raises(Missing):
                    verb(person=other, import_id=found.id)

    def test_whoever_has_left_the_team_imports_nothing_any_more(self, importer, programme):
        found = importer.check(as_csv(HEADINGS, a_row(1)))
        verbs.write(person=importer.person, import_id=found.id)
        importer.person.memberships.all().delete()
        found = importer.done(found)
        assert (found.state, found.written) == ("failed", 0)
        assert not Insight.objects.exists()


class TestCancelling:
    def test_what_was_written_stays_and_the_rest_is_thrown_away(self, importer, monkeypatch):
        monkeypatch.setattr(running, "BATCH", 2)
        found = importer.check(as_csv(HEADINGS, *(a_row(n) for n in range(5))))
        verbs.write(person=importer.person, import_id=found.id)
        # Out of time after one batch.
        assert running.run_due(only=found.id, seconds=0)
        verbs.cancel(person=importer.person, import_id=found.id)
        found = importer.done(found)
        assert (found.state, found.written, Insight.objects.count()) == ("cancelled", 2, 2)
        assert not ImportRow.objects.exists()
        assert not ImportPart.objects.exists()

    def test_what_has_ended_or_is_under_way_is_not_begun_again(self, importer):
        found = importer.write(as_csv(HEADINGS, a_row(1)))
        for verb in (verbs.cancel, verbs.write, verbs.check):
            with pytest.raises(Conflict):
                verb(person=importer.person, import_id=found.id)


def test_the_rows_of_old_imports_are_forgotten(importer):
    old = importer.write(as_csv(HEADINGS, a_row(1, Type="Moan")))
    left = importer.check(as_csv(HEADINGS, a_row(2)))
    Import.objects.update(created="2020-01-01T00:00Z")
    fresh = importer.write(as_csv(HEADINGS, a_row(3, Type="Moan")))
    assert verbs.forget_old() == 1
    left.refresh_from_db()
    assert (left.state, left.ended is not None) == ("cancelled", True)
    assert list(ImportRow.objects.values_list("of", flat=True)) == [fresh.id]
    assert (Import.objects.get(id=old.id).error, ImportPart.objects.count()) == (1, 0)


def test_a_batch_that_fails_again_and_again_ends_the_import_and_names_nothing_that_was_typed(
    importer, monkeypatch, caplog
):
    def breaks(*_, **__):
        raise ValueError("Mrs Example of ward 7")

    monkeypatch.setattr(running, "judge", breaks)
    found = importer.check(as_csv(HEADINGS, a_row(1)))
    assert (found.state, found.attempts) == ("failed", running.ATTEMPTS)
    assert "Mrs Example" not in found.failure + caplog.text


def test_an_edited_insight_that_was_never_imported_is_compared_as_it_stands(importer, programme):
    InsightFactory(programme=programme, external_id="R1", status="draft", text="As it was.")
    found = importer.write(as_csv(HEADINGS, a_row(1)))
    assert counts(found) == (0, 0, 1, 0)
    assert Imported.objects.count() == 1
    assert counts(importer.write(as_csv(HEADINGS, a_row(1)))) == (0, 1, 0, 0)


def test_the_name_of_a_file_is_kept_without_where_it_came_from(importer):
    for said, kept in (("C:\\Users\\ama\\notes.csv", "notes.csv"), ("../../etc/passwd", "passwd"), ("\0", "a file")):
        path = put(importer.folder, as_csv(HEADINGS, a_row(1)))
        begun = verbs.begin(person=importer.person, programme=importer.programme, path=path, name=said)
        assert begun.name == kept


def test_the_database_keeps_an_import_from_ending_without_a_time():
    found = ImportFactory(programme=ProgrammeFactory())
    with pytest.raises(IntegrityError, match="import_ended_at_a_time"), transaction.atomic():
        Import.objects.filter(id=found.id).update(state="done")
