"""`manage.py import_insights`: progress on standard error, and counts as the last line on standard output."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from insights.models import Import, Insight
from tests.factories import MembershipFactory, UserFactory
from tests.importing.spreadsheets import HEADINGS, a_row, as_csv, put

pytestmark = pytest.mark.django_db
GOOD = as_csv(HEADINGS, a_row(1), a_row(2), a_row(3, Type="Moan"))


def run(path, *arguments) -> tuple[dict[str, int], str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_insights", str(path), "--programme", "ward-learning", *arguments, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def test_without_apply_nothing_is_written_and_every_row_has_its_fate(programme, tmp_path):
    told, said = run(put(tmp_path, GOOD))
    assert told == {"new": 2, "same": 0, "changed": 0, "error": 1}
    assert "Row 4: Type: “Moan” is not known here." in said
    assert "this was a dry run" in said
    assert not Insight.objects.exists()
    assert Import.objects.get().state == "cancelled"


def test_with_apply_the_good_rows_are_written_and_a_second_time_changes_nothing(programme, tmp_path):
    path = put(tmp_path, GOOD)
    assert run(path, "--apply", "--submit")[0] == {"new": 2, "same": 0, "changed": 0, "error": 1}
    assert {insight.status for insight in Insight.objects.all()} == {"submitted"}
    assert run(path, "--apply")[0] == {"new": 0, "same": 2, "changed": 0, "error": 1}
    assert Insight.objects.count() == 2


def test_withheld_words_are_the_teams_and_the_operators_account_is_in_it(programme, tmp_path):
    path = put(tmp_path, as_csv((*HEADINGS, "Consent"), [*a_row(1), "withheld"]))
    assert run(path, "--apply")[0]["new"] == 1
    assert Insight.objects.get().words_withheld


def test_rows_without_what_they_need_are_in_error_and_the_file_was_read(programme, tmp_path):
    path = put(tmp_path, as_csv(["Musings"], ["The lift is slow"], ["The porters are kind"]))
    told, said = run(path)
    assert told["error"] == 2
    assert "Say which kind it is" in said
    path = put(tmp_path, as_csv(["Comment"], ["The lift is slow"]))
    assert run(path, "--kind", "finding", "--source-kind", "staff")[0]["new"] == 1


def test_the_rows_in_error_can_be_had_as_a_file(programme, tmp_path):
    run(put(tmp_path, GOOD), "--apply", "--failed", str(tmp_path / "failed.csv"))
    assert "R3" in (tmp_path / "failed.csv").read_text(encoding="utf-8-sig")


def test_a_person_imports_with_what_they_may_do(programme, tmp_path):
    path = put(tmp_path, GOOD)
    member = MembershipFactory(programme=programme).user
    run(path, "--apply", "--person", member.email.upper())
    assert Insight.objects.first().author == member
    with pytest.raises(CommandError, match="your own programmes"):
        run(path, "--person", UserFactory().email)
    with pytest.raises(CommandError, match="nobody with the address"):
        run(path, "--person", "nobody@example.org")


@pytest.mark.parametrize(("content", "why"), [(b"", "empty"), (b"%PDF-", "PDF")])
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(programme, tmp_path, content, why):
    with pytest.raises(CommandError, match=why):
        run(put(tmp_path, content))


def test_more_rows_than_the_limit_are_told_in_a_sentence(programme, tmp_path, settings):
    settings.IMPORT_ROWS = 1
    with pytest.raises(CommandError, match="LHS_IMPORT_ROWS"):
        run(put(tmp_path, GOOD))


def test_what_is_not_there_is_named(programme, tmp_path):
    with pytest.raises(CommandError, match="no file"):
        run(tmp_path / "nothing.csv")
    with pytest.raises(CommandError, match="There are: ward-learning"):
        call_command("import_insights", str(put(tmp_path, GOOD)), "--programme", "nowhere")
