"""The tagger over the API: the same figures as its page, described, and for whoever may read the site."""

from __future__ import annotations

import pytest

from lhs.models import Tagger
from tests.api.conftest import Caller, faults
from tests.api.test_schema import matches
from tests.factories import DecisionFactory, TaggerFactory, TrainingFactory, UserFactory, habit
from tests.insights.audits import sample

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _habits():
    habit("staff")


@pytest.fixture
def reader():
    return Caller(UserFactory())


def test_before_anything_was_done_it_says_so(reader):
    told = reader.get("tagger/").json()
    matches(told, "TaggerReport")
    assert (told["codebook"], told["in_use"], told["versions"], told["trainings"]) == ("habits", None, [], [])
    assert told["needed"] == {"audited": 50, "on_a_side": 10}
    figures = told["figures"]
    assert (figures["audited"], figures["by_month"], figures["calibration_error"]) == (0, [], None)
    assert {(code["enough"], code["f1"]["value"]) for code in figures["codes"]} == {(False, None)}


def test_figures_come_from_the_audit_with_intervals(reader):
    live = TaggerFactory(version=2, state=Tagger.State.CHAMPION, figures={"interval": [0.5, 0.6], "macro_f1": 0.55})
    sample(20, 5, 10, 15, tagger=live)
    TrainingFactory(tagger=live)
    DecisionFactory()
    told = reader.get("tagger/").json()
    matches(told, "TaggerReport")
    assert (told["in_use"]["version"], told["in_use"]["interval"]) == (2, [0.5, 0.6])
    assert told["trainings"][0]["version"] == 2
    staff = next(code for code in told["figures"]["codes"] if code["code"] == "staff")
    assert staff["cells"] == {"right": 20, "wrong": 5, "missed": 10, "left": 15, "n": 50}
    assert (staff["enough"], staff["live"], staff["precision"]["value"]) == (True, True, 0.8)
    assert staff["f1"]["low"] < staff["f1"]["value"] < staff["f1"]["high"]
    assert told["figures"]["decisions"] == {"confirmed": 1, "rejected": 0}
    assert told["figures"]["by_version"][0]["pooled"]["n"] == 50


def test_whoever_may_read_the_site_may_ask(anyone, settings):
    settings.ANONYMOUS_READING = True
    assert anyone.get("tagger/").status_code == 200
    settings.ANONYMOUS_READING = False
    assert anyone.get("tagger/").status_code == 401


def test_another_codebook_can_be_asked_for_and_what_is_none_is_named(reader):
    assert reader.get("tagger/?codebook=themes").json()["codebook"] == "themes"
    assert reader.get("tagger/?codebook=wards").status_code == 404
    assert reader.get("tagger/?codebook=%00").status_code == 404
    assert faults(reader.get("tagger/?habit=staff")).keys() == {"habit"}
