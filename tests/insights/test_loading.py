"""Loading the case studies: again and again, without undoing anyone's work."""

from __future__ import annotations

import textwrap
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts.models import User
from casestudies.models import CaseStudy, KeyFigure, MeasurePoint, Programme, Topic
from insights import capture, moves
from insights.loading import load
from insights.models import Insight, Tag
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

CASE_STUDY = textwrap.dedent(
    """
    programme:
      {slug: recovery, name: Elective recovery, lead: ncl, partners: [trust], summary: " Doing more. ",
       starts_on: 2021-05-01,
       levers: [{slug: hubs, name: Hubs}],
       activities: [{slug: poll, kind: live-poll, name: A live poll, held_on: 2022-06-01}]}
    case_study:
      slug: recovery
      title: Accelerated recovery
      topic: Elective recovery
      background: Many waited.
      key_figures: [{slug: waiting, name: Waiting, value: 211756, unit: people, as_of: 2021-05-31}]
      measures:
        - {slug: baseline, name: Of baseline, unit: "%", points: [{organisation: ncl, on: 2021-07-31, value: 110}]}
    insights:
      - id: f1
        kind: finding
        text: "Staff saw the same list every morning. "
        perspective: staff
        activity: poll
        locator: slide 4
        sources: [{kind: staff, role: "theatre nurse ", organisation: trust}, {kind: data}]
        themes: [lists]
      - id: r1
        kind: recommendation
        text: Give every team one list.
        audiences: [systems]
        sources: [{kind: team}]
        evidence: [{relation: rests-on, to: f1}]
    """
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "case-studies").mkdir()
    (tmp_path / "organisations.yaml").write_text(
        "[{slug: ncl, name: North Central London, kind: integrated-care-system, ods_code: QMJ},"
        " {slug: trust, name: A trust, kind: trust, parent: ncl}]"
    )
    (tmp_path / "audiences.yaml").write_text("[{slug: systems, name: Integrated care systems}]")
    (tmp_path / "themes.yaml").write_text("[{slug: flow, name: Flow}, {slug: lists, name: Lists, parent: flow}]")
    (tmp_path / "case-studies" / "01.yaml").write_text(CASE_STUDY)
    return tmp_path


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "case-studies" / "01.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def fates(report) -> dict[str, int]:
    told: dict[str, int] = {}
    for (_, fate), n in report.fates.items():
        told[fate.value] = told.get(fate.value, 0) + n
    return told


def history() -> int:
    return sum(
        model.pgh_event_model.objects.count() for model in (Insight, Programme, CaseStudy, KeyFigure, MeasurePoint, Tag)
    )


def test_everything_loads_as_published_with_its_place_voices_links_and_themes(folder):
    report = load(folder=folder)
    assert set(fates(report)) == {"new"}
    finding = Insight.objects.get(external_id="f1")
    assert finding.status == "published"
    assert finding.text == "Staff saw the same list every morning."
    assert (finding.case_study.slug, finding.learning_activity.slug, finding.locator) == ("recovery", "poll", "slide 4")
    assert [voice.kind for voice in finding.sources.all()] == ["staff", "data"]
    assert [(tag.code.slug, tag.state) for tag in finding.tags.all()] == [("lists", "confirmed")]
    recommendation = Insight.objects.get(external_id="r1")
    assert [audience.slug for audience in recommendation.audiences.all()] == ["systems"]
    assert recommendation.evidence.get().other == finding
    assert CaseStudy.objects.get().status == "published"


def test_loading_again_changes_nothing_and_says_so(folder):
    load(folder=folder)
    before = history()
    assert set(fates(load(folder=folder))) == {"already there"}
    assert history() == before


def test_an_entry_nobody_touched_is_brought_up_to_date(folder):
    load(folder=folder)
    rewrite(folder, "Staff saw the same list", "Staff saw one list")
    rewrite(folder, "Many waited.", "A great many waited.")
    rewrite(folder, "value: 211756", "value: 211757")
    report = load(folder=folder)
    assert fates(report)["brought up to date"] == 3
    assert report.kept == []
    assert Insight.objects.get(external_id="f1").text == "Staff saw one list every morning."
    assert CaseStudy.objects.get().background == "A great many waited."
    assert fates(load(folder=folder)) == {"already there": sum(report.fates.values())}


def test_partners_are_brought_up_to_date_too(folder):
    load(folder=folder)
    rewrite(folder, "partners: [trust]", "partners: [trust, ncl]")
    load(folder=folder)
    assert Programme.objects.get().partners.count() == 2


def test_what_people_edited_is_kept_and_named(folder):
    load(folder=folder)
    curator = UserFactory(role="curator")
    capture.edit(person=curator, insight_id=Insight.objects.get(external_id="f1").id, text="As people put it.")
    CaseStudy.objects.update(background="As the team put it.")
    Programme.objects.get().partners.set([OrganisationFactory()])
    rewrite(folder, "Staff saw the same list", "Staff saw one list")
    rewrite(folder, "Many waited.", "A great many waited.")
    report = load(folder=folder)
    assert sorted(report.kept) == ["case study recovery", "insight recovery/f1", "programme recovery"]
    assert Insight.objects.get(external_id="f1").text == "As people put it."
    assert CaseStudy.objects.get().background == "As the team put it."
    assert "kept: insight recovery/f1" in report.in_words()


def test_what_was_withdrawn_is_not_published_again(folder):
    load(folder=folder)
    insight = Insight.objects.get(external_id="r1")
    moves.move(person=UserFactory(role="curator"), insight_id=insight.id, name="withdraw")
    assert load(folder=folder).kept == ["insight recovery/r1"]
    insight.refresh_from_db()
    assert insight.status == "withdrawn"


def test_a_fault_anywhere_leaves_nothing_behind(folder):
    rewrite(folder, "Give every team one list.", "No")
    with pytest.raises(ValidationError, match="between 3 and 5,000"):
        load(folder=folder)
    assert not Insight.objects.exists()
    assert not Programme.objects.exists()
    assert not User.objects.exists()


def test_an_entry_that_names_what_is_not_there_is_a_fault(folder):
    rewrite(folder, "activity: poll", "activity: pole")
    with pytest.raises(KeyError, match="pole"):
        load(folder=folder)


def test_the_command_reports_on_stderr_and_leaves_stdout_alone(folder):
    out, err = StringIO(), StringIO()
    call_command("load_case_studies", folder=folder, stdout=out, stderr=err)
    assert out.getvalue() == ""
    assert "insight: 2 new" in err.getvalue()


def test_what_comes_with_the_software_loads_and_loads_again_and_is_what_was_promised(settings):
    assert set(fates(load(folder=settings.BASE_DIR / "fixtures"))) == {"new"}
    again = load(folder=settings.BASE_DIR / "fixtures")
    assert (set(fates(again)), again.kept) == ({"already there"}, [])
    assert Insight.objects.count() >= 60
    assert set(Insight.objects.values_list("status", flat=True)) == {"published"}
    voices = set(Insight.objects.values_list("sources__kind", flat=True))
    assert {"staff", "patient", "family", "coordinator", "data"} <= voices
    assert {topic.value for topic in Topic} <= set(CaseStudy.objects.values_list("topic", flat=True))
    figures = {(figure.value, str(figure.as_of)) for figure in KeyFigure.objects.all()}
    assert {(211756, "2021-05-31"), (20259, "2021-05-31")} <= figures
