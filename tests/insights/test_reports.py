"""A report from taking it in to drafts: who may, what is kept, what is compared, and all or nothing."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from casestudies.activities import note_activity
from casestudies.errors import Missing
from casestudies.models import LearningActivity
from insights.models import Candidate, Insight, Report
from insights.reports import taking
from insights.reports.comparing import compare_due, said_already, to_compare
from insights.reports.saving import NewActivity, change, save
from insights.reports.taking import (
    MOST_CANDIDATES,
    forget_old,
    open_reports,
    take,
    the_report,
    throw_away,
)
from lhs.encoder import EncoderUnavailable, loaded
from tests.documents import REPORT, word
from tests.factories import (
    AudienceFactory,
    CandidateFactory,
    EmbeddingFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    ProgrammeFactory,
    ReportFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PORTERS = "Porters wait for the lift for twenty minutes at noon."


@pytest.fixture
def programme():
    return ProgrammeFactory(slug="winter")


@pytest.fixture
def team(programme):
    return MembershipFactory(programme=programme).user


@pytest.fixture
def report(programme, team) -> Report:
    return ReportFactory(programme=programme, person=team)


def faults(verb, **said) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        verb(**said)
    return caught.value.message_dict


# --- taking -----------------------------------------------------------------------------------------------------------


def test_a_report_is_kept_as_candidates_and_nothing_is_logged(programme, team):
    audience = AudienceFactory(slug="integrated-care-systems")
    report = take(person=team, programme=programme, text=REPORT)
    assert (report.name, report.form, report.left_out) == ("Winter wards", "text", False)
    rows = list(report.candidates.all())
    assert [row.position for row in rows] == list(range(len(rows)))
    assert [row.ticked for row in rows] == [False, True, True, True, True, False]
    assert rows[1].locator == "Winter wards, piece 2"
    assert list(rows[4].audiences.all()) == [audience]
    assert not Insight.objects.exists()


def test_a_file_is_known_by_its_name_without_its_folder(programme, team):
    data = word(("Heading 1", "Findings"), ("List Bullet", PORTERS))
    report = take(person=team, programme=programme, data=data, name="C:\\Users\\me\\Winter review.docx")
    assert (report.name, report.form) == ("Winter review.docx", "docx")
    assert report.candidates.get().locator == "Winter review.docx, piece 1"


@pytest.mark.parametrize("text", ["The lift is slow at noon.", "Findings\n\n- The lift is slow at noon."])
def test_a_text_that_names_itself_nowhere_is_known_as_pasted(programme, team, text):
    assert take(person=team, programme=programme, text=text).name == "Pasted text"


def test_more_than_can_be_looked_over_is_left_out_and_said_so(programme, team, monkeypatch):
    monkeypatch.setattr(taking, "MOST_CANDIDATES", 3)
    report = take(person=team, programme=programme, text=REPORT)
    assert report.left_out
    assert report.candidates.count() == 3
    assert MOST_CANDIDATES == 600


def test_words_that_cannot_be_kept_are_mended_and_not_refused(programme, team):
    report = take(person=team, programme=programme, text="Findings\n\nThe li\x07ft is sl\x00ow at noon.\ud800")
    assert report.candidates.get().text == "The lift is slow at noon.?"


def test_a_text_without_words_is_refused(programme, team):
    assert faults(take, person=team, programme=programme, text="... --- ...") == {"text": [taking.NOTHING]}


def test_an_activity_of_another_programme_and_an_unknown_consent_are_refused(programme, team):
    other = LearningActivityFactory()
    assert set(faults(take, person=team, programme=programme, text=REPORT, learning_activity=other)) == {
        "learning_activity"
    }
    assert set(faults(take, person=team, programme=programme, text=REPORT, consent="maybe")) == {"consent"}


# --- who may ----------------------------------------------------------------------------------------------------------

WHO = {
    # who → may cut and open reports, may so where consent is withheld
    "viewer": (False, False),
    "outsider": (False, False),
    "member": (True, True),
    "team viewer": (False, False),
    "team analyst": (False, False),
    "analyst": (False, False),
    "curator": (True, False),
    "admin": (True, False),
    "left": (False, False),
}


@pytest.fixture
def people(programme):
    def member(role, **said):
        return MembershipFactory(programme=programme, role=role, user__role=role, **said).user

    return {
        "viewer": UserFactory(),
        "outsider": MembershipFactory().user,
        "member": member(Role.CONTRIBUTOR),
        "team viewer": member(Role.VIEWER),
        "team analyst": member(Role.ANALYST),
        "analyst": UserFactory(role=Role.ANALYST),
        "curator": UserFactory(role=Role.CURATOR),
        "admin": UserFactory(role=Role.ADMIN),
        "left": member(Role.CURATOR, user__is_active=False),
    }


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("consent", ["not-needed", "withheld"])
def test_only_those_who_may_log_there_cut_open_change_save_and_throw_away(people, programme, who, consent):
    person, may = people[who], WHO[who][consent == "withheld"]
    report = ReportFactory(programme=programme, consent=consent)
    candidate = CandidateFactory(report=report)
    asked = {"person": person, "report_id": report.id}
    assert (report in open_reports(person)) == may
    if may:
        assert the_report(**asked) == report
        assert take(person=person, programme=programme, text=REPORT, consent=consent)
        change(**asked, changes={candidate.id: {"title": "Lifts"}})
        assert len(save(**asked)) == 1
        throw_away(**asked)
        return
    with pytest.raises(PermissionDenied):
        take(person=person, programme=programme, text=REPORT, consent=consent)
    for verb in (the_report, throw_away, save):
        with pytest.raises(Missing):
            verb(**asked)
    with pytest.raises(Missing):
        change(**asked, changes={candidate.id: {"title": "Lifts"}})
    candidate.refresh_from_db()
    assert (candidate.title, candidate.insight) == ("", None)


def test_nobody_who_has_not_signed_in_opens_a_report(report, settings):
    settings.ANONYMOUS_READING = True
    with pytest.raises(Missing):
        the_report(person=None, report_id=report.id)


# --- changing ---------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_though_it_would_not_do_as_an_insight(report, team):
    one = CandidateFactory(report=report)
    change(person=team, report_id=report.id, changes={one.id: {"text": "", "title": "t" * 900, "ticked": False}})
    one.refresh_from_db()
    assert (one.text, len(one.title), one.ticked) == ("", 900, False)


def test_a_choice_that_is_none_is_named_and_nothing_is_changed(report, team):
    one, two = CandidateFactory(report=report), CandidateFactory(report=report)
    said = faults(
        change,
        person=team,
        report_id=report.id,
        changes={one.id: {"title": "Lifts"}, two.id: {"kind": "opinion", "perspective": "visitor", "source_kind": ""}},
    )
    assert set(said) == {f"candidates.{two.id}.{field}" for field in ("kind", "perspective", "source_kind")}
    one.refresh_from_db()
    assert one.title == ""


def test_a_candidate_of_another_report_is_none(report, team):
    other = CandidateFactory()
    assert set(faults(change, person=team, report_id=report.id, changes={other.id: {"ticked": False}})) == {
        f"candidates.{other.id}"
    }
    assert set(faults(change, person=team, report_id=report.id, changes={(gone := uuid4()): {}})) == {
        f"candidates.{gone}"
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_is_kept_as_it_was_typed_or_refused_by_name(report, team, text):
    one = CandidateFactory(report=report)
    text = text.encode(errors="replace").decode()
    try:
        change(person=team, report_id=report.id, changes={one.id: {"text": text}})
    except ValidationError as fault:
        refused = list(fault.message_dict)
    else:
        refused = []
    one.refresh_from_db()
    assert refused == ([f"candidates.{one.id}.text"] if "\0" in text else [])
    if not refused:
        assert one.text == text.replace("\r\n", "\n")


# --- saving -----------------------------------------------------------------------------------------------------------


def test_what_is_ticked_becomes_drafts_with_where_it_stands_and_where_it_was_heard(report, team, programme):
    audience = AudienceFactory()
    activity = LearningActivityFactory(programme=programme)
    one = CandidateFactory(report=report, kind="recommendation", perspective="staff", level="team", locator="page 4")
    one.audiences.add(audience)
    CandidateFactory(report=report, ticked=False)
    [insight] = save(
        person=team,
        report_id=report.id,
        changes={one.id: {"text": PORTERS, "title": "Lifts", "source_kind": "staff"}},
        learning_activity=activity,
    )
    insight.refresh_from_db()
    assert (insight.text, insight.title, insight.status, insight.author) == (PORTERS, "Lifts", "draft", team)
    assert (insight.kind, insight.perspective, insight.level) == ("recommendation", "staff", "team")
    assert (insight.section, insight.locator, insight.position) == ("Findings", "page 4", one.position)
    assert (insight.learning_activity, insight.programme) == (activity, programme)
    assert insight.sources.get().kind == "staff"
    assert list(insight.audiences.all()) == [audience]
    report.refresh_from_db()
    assert report.learning_activity == activity


def test_a_saved_candidate_leaves_its_words_to_its_insight(report, team):
    one = CandidateFactory(report=report, title="Lifts")
    [insight] = save(person=team, report_id=report.id)
    one.refresh_from_db()
    assert (one.insight, one.text, one.title, one.vector) == (insight, "", "", None)
    with pytest.raises(IntegrityError, match="candidate_saved_has_no_words"), transaction.atomic():
        Candidate.objects.filter(id=one.id).update(text="again")


def test_saving_twice_makes_no_copies(report, team):
    CandidateFactory(report=report)
    save(person=team, report_id=report.id)
    assert faults(save, person=team, report_id=report.id) == {"candidates": ["Tick at least one to save."]}
    late = CandidateFactory(report=report)
    [insight] = save(person=team, report_id=report.id)
    assert insight.text == late.text
    assert Insight.objects.count() == 2


def test_a_change_that_comes_after_saving_changes_nothing(report, team):
    one = CandidateFactory(report=report)
    save(person=team, report_id=report.id)
    change(person=team, report_id=report.id, changes={one.id: {"text": "Other words.", "ticked": False}})
    one.refresh_from_db()
    assert one.text == ""
    assert one.insight.text != "Other words."


def test_one_fault_keeps_all_from_being_saved_and_names_each_and_loses_nothing(report, team):
    good, short, control = (CandidateFactory(report=report) for _ in range(3))
    said = faults(
        save,
        person=team,
        report_id=report.id,
        changes={
            good.id: {"title": "Lifts"},
            short.id: {"text": "ab", "title": "t" * 201},
            control.id: {"text": "with a bell \x07"},
        },
        new_activity=NewActivity("workshop", "Review day"),
    )
    assert set(said) == {f"candidates.{short.id}.text", f"candidates.{control.id}.text"}
    assert not Insight.objects.exists()
    assert not LearningActivity.objects.filter(name="Review day").exists()
    short.refresh_from_db()
    good.refresh_from_db()
    assert (short.text, good.title, good.insight) == ("ab", "Lifts", None)


def test_a_new_activity_is_noted_with_the_drafts(report, team, programme):
    CandidateFactory(report=report)
    [insight] = save(
        person=team, report_id=report.id, new_activity=NewActivity("after-action-review", " Winter  review ")
    )
    activity = insight.learning_activity
    assert (activity.name, activity.kind, activity.slug) == ("Winter review", "after-action-review", "winter-review")
    assert activity.programme == programme


def test_a_new_activity_without_a_name_or_a_kind_is_asked_for(report, team):
    CandidateFactory(report=report)
    said = faults(save, person=team, report_id=report.id, new_activity=NewActivity("", ""))
    assert set(said) == {"new_activity.name", "new_activity.kind"}
    other = LearningActivityFactory()
    assert set(faults(save, person=team, report_id=report.id, learning_activity=other)) == {"learning_activity"}


def test_activities_of_the_same_name_have_addresses_of_their_own(programme, team):
    said = {"person": team, "programme": programme, "kind": "workshop", "name": "Review"}
    assert [note_activity(**said).slug for _ in range(3)] == ["review", "review-2", "review-3"]
    assert note_activity(**{**said, "name": "–"}).slug == "activity"
    with pytest.raises(PermissionDenied):
        note_activity(**{**said, "person": UserFactory()})


def test_withheld_consent_goes_with_every_draft(programme, team):
    report = ReportFactory(programme=programme, consent="withheld")
    CandidateFactory(report=report)
    [insight] = save(person=team, report_id=report.id)
    assert insight.words_withheld


def test_throwing_a_report_away_leaves_the_drafts_that_were_saved(report, team):
    CandidateFactory(report=report)
    [insight] = save(person=team, report_id=report.id)
    CandidateFactory(report=report)
    throw_away(person=team, report_id=report.id)
    assert not Report.objects.exists()
    assert not Candidate.objects.exists()
    assert Insight.objects.filter(id=insight.id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_each_draft_once():
    programme = ProgrammeFactory()
    team = MembershipFactory(programme=programme).user
    report = ReportFactory(programme=programme)
    CandidateFactory.create_batch(5, report=report)
    made: list[int] = []
    start = threading.Barrier(2)

    def press() -> None:
        start.wait()
        try:
            made.append(len(save(person=team, report_id=report.id)))
        except ValidationError:
            made.append(0)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(made) == [0, 5]
    assert Insight.objects.count() == 5


# --- said already -----------------------------------------------------------------------------------------------------


def embedded(**said) -> Insight:
    insight = InsightFactory(**{"text": "The porters wait twenty minutes for the lift at noon.", **said})
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([insight.text])[0])
    return insight


@pytest.mark.usefixtures("swept_index")
class TestSaidAlready:
    def test_what_is_likely_a_repetition_is_found_once_it_is_compared(self, report, team):
        insight = embedded()
        same, other = (
            CandidateFactory(report=report, text=PORTERS),
            CandidateFactory(report=report, text="Beds are short."),
        )
        assert to_compare(report) == 2
        assert said_already(person=team, report=report) == {}
        assert compare_due() == 2
        assert to_compare(report) == 0
        found = said_already(person=team, report=report)
        assert [one.id for one in found[same.id]] == [insight.id]
        assert found[same.id][0].similarity > 0.75
        assert other.id not in found

    def test_each_reader_is_told_only_of_what_they_may_open(self, report, team):
        CandidateFactory(report=report, text=PORTERS)
        embedded(status="draft")
        embedded(source__consent="withheld")
        mine = embedded(status="draft", programme=report.programme)
        compare_due()
        found = said_already(person=team, report=report)
        assert [one.id for some in found.values() for one in some] == [mine.id]

    def test_new_words_are_compared_anew_and_saved_ones_no_more(self, report, team):
        embedded()
        one = CandidateFactory(report=report, text=PORTERS)
        compare_due()
        change(person=team, report_id=report.id, changes={one.id: {"text": "Beds are short in winter."}})
        assert to_compare(report) == 1
        assert said_already(person=team, report=report) == {}
        compare_due()
        assert said_already(person=team, report=report) == {}
        save(person=team, report_id=report.id)
        assert compare_due() == 0

    def test_without_an_encoder_nothing_is_compared_and_everything_else_works(self, report, team, monkeypatch):
        def none():
            raise EncoderUnavailable("gone")

        monkeypatch.setattr("insights.reports.comparing.loaded", none)
        CandidateFactory(report=report)
        assert compare_due() == 0
        assert to_compare(report) == 1
        assert len(save(person=team, report_id=report.id)) == 1


def test_what_was_not_saved_in_time_is_deleted_and_what_was_saved_stays(programme, team, report):
    insight = InsightFactory(programme=programme)
    saved = CandidateFactory(report=report, position=0, title="", text="", insight=insight)
    CandidateFactory(report=report, position=1, text=PORTERS)
    whole = CandidateFactory(report=ReportFactory(programme=programme, person=team)).report
    Report.objects.update(created="2020-01-01T00:00Z")
    fresh = CandidateFactory(report=ReportFactory(programme=programme, person=team))
    assert forget_old() == 2
    assert set(Candidate.objects.all()) == {saved, fresh}
    assert set(Report.objects.all()) == {report, fresh.report}
    assert not Report.objects.filter(id=whole.id).exists()
    assert Insight.objects.get() == insight
    assert forget_old() == 0


@pytest.mark.django_db(transaction=True)
def test_what_someone_is_saving_is_left_for_the_next_time():
    team = MembershipFactory().user
    report = CandidateFactory(report=ReportFactory(programme=team.memberships.get().programme)).report
    Report.objects.update(created="2020-01-01T00:00Z")
    forgot: list[int] = []

    def forget() -> None:
        forgot.append(forget_old())
        connection.close()

    with transaction.atomic():
        the_report(person=team, report_id=report.id, lock=True)
        other = threading.Thread(target=forget)
        other.start()
        other.join()
    assert forgot == [0]
    assert forget_old() == 1
    assert not Report.objects.exists()
