"""The transparency record: every field of the standard, from how things stand, and nothing guessed."""

from __future__ import annotations

import datetime
import re
from io import StringIO

import pytest
from django.core.management import call_command

from insights.transparency import TO_FILL_IN, markdown, record
from insights.transparency_texts import Entry
from lhs.encoder import WEIGHTS_SHA256, configured_name
from lhs.models import Tagger
from tests.factories import DecisionFactory, TaggerFactory, habit
from tests.insights.audits import sample

pytestmark = pytest.mark.django_db

# The numbers of version 3.0, from the standard's own table.
NUMBERS = (
    *(f"1.{n}" for n in range(1, 5)),
    *(f"2.1.{n}" for n in range(1, 5)),
    *(f"2.1.4.{n}" for n in range(1, 6)),
    *(f"2.2.{n}" for n in range(1, 6)),
    *(f"2.3.{n}" for n in range(1, 7)),
    *(f"2.4.1.{n}" for n in range(1, 5)),
    *(f"2.4.2.{n}" for n in range(1, 10)),
    *(f"2.4.3.{n}" for n in range(1, 12)),
    "2.5.1",
    "2.5.2",
)


@pytest.fixture(autouse=True)
def _habits():
    habit("staff")


def fields(**said: str) -> dict[str, Entry]:
    return {entry.number: entry for section in record(**said).sections for entry in section.entries}


def words(number: str) -> str:
    return "\n".join(fields()[number].words)


def test_every_field_of_the_standard_is_there_once_in_its_order():
    told = [entry.number for section in record().sections for entry in section.entries]
    assert tuple(told) == NUMBERS


def test_what_only_the_organisation_can_say_is_marked_and_not_guessed():
    empty = {number for number, entry in fields().items() if not entry.words}
    assert {"2.1.1", "2.1.2", "2.1.3", "2.3.5", "2.4.1.2", "2.4.3.10", "2.5.1"} <= empty
    assert record().to_fill_in == len(empty)
    assert markdown(record()).count(f"**{TO_FILL_IN}.**") == len(empty)


def test_contact_name_and_website_are_those_of_the_site(settings):
    settings.SITE_NAME = "Northern learning"
    assert fields()["1.4"].words == ()
    settings.SITE_CONTACT = "learning@example.org"
    told = fields(website="https://example.org/tagger/")
    assert told["1.1"].words[0].startswith("Northern learning")
    assert told["1.3"].words == ("https://example.org/tagger/",)
    assert told["1.4"].words == ("learning@example.org",)


def test_before_anything_was_trained_or_audited_it_says_so():
    assert words("2.4.2.2") == "No version is in use yet."
    assert "not enough yet, 0 of 50 insights audited" in words("2.4.2.7")
    assert "Thresholds cannot be told just now" in words("2.4.2.6")
    assert "0 decisions of people" in words("2.4.3.4")


def test_version_figures_and_counts_are_those_of_now(settings):
    settings.LEARN_AFTER = 40
    live = TaggerFactory(
        version=7,
        state=Tagger.State.CHAMPION,
        promoted_at=datetime.datetime(2026, 6, 3, tzinfo=datetime.UTC),
        figures={"exemplars": 1200, "passages": 1027, "decisions": 90, "macro_f1": 0.61, "interval": [0.55, 0.67]},
    )
    sample(20, 5, 10, 15, tagger=live)
    DecisionFactory()
    assert words("2.4.2.2").startswith("Version 7, in use since 3 June 2026")
    assert re.search(r"precision 0\.80 \(0\.61 to 0\.91\), recall 0\.67 .*n = 50, the version in use", words("2.4.2.7"))
    assert "macro-F1 0.61 (0.55 to 0.67)" in words("2.4.2.7")
    assert words("2.4.3.4").endswith("1,200 examples, the numbers of 1,027 passages, 90 decisions of people.")
    assert "after 40 new decisions" in words("2.4.1.3")
    assert "1 confirming a tag, 0 rejecting one. Insights reviewed as a whole: 50." in words("2.3.3")


def test_the_encoder_is_named_with_its_digests():
    assert configured_name() in words("2.4.2.6")
    assert WEIGHTS_SHA256 in words("2.4.2.6")


def test_without_an_encoder_the_record_is_made_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("LHS_ENCODER_DIR", str(tmp_path / "nothing"))
    assert "The encoder cannot be read just now" in words("2.4.2.6")


def test_the_command_writes_the_record_alone_to_stdout():
    out, err = StringIO(), StringIO()
    call_command("transparency", website="https://example.org/tagger/", stdout=out, stderr=err)
    assert out.getvalue() == markdown(record(website="https://example.org/tagger/"))
    assert out.getvalue().startswith("# Suggesting tags for insights: ")
    assert "fields are to be filled in" in err.getvalue()
