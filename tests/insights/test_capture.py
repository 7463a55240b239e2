"""Log an insight and edit it: what is needed, what is refused and by which field, and who comes too late."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from casestudies.errors import Conflict, Missing
from insights.capture import Setting, Voice, edit, log, setting_of
from insights.models import Insight, Source, Tagging
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    SourceFactory,
    UserFactory,
)

STAFF = Voice(kind="staff", role="ward sister")


@pytest.fixture
def programme(db):
    return ProgrammeFactory()


@pytest.fixture
def contributor(programme):
    return MembershipFactory(programme=programme).user


def say(person, programme, **said):
    said = {"voices": [STAFF], "kind": "finding", "text": "The list is printed twice."} | said
    return log(person=person, setting=Setting(programme), **said)


@pytest.mark.django_db
class TestWhereItBelongs:
    def test_the_programme_follows_from_the_case_study_or_the_activity(self):
        case_study, activity = CaseStudyFactory(), LearningActivityFactory()
        assert setting_of(case_study=case_study) == Setting(case_study.programme, case_study)
        assert setting_of(learning_activity=activity) == Setting(activity.programme, None, activity)

    def test_without_any_of_them_it_belongs_nowhere(self):
        with pytest.raises(ValidationError) as fault:
            setting_of()
        assert set(fault.value.message_dict) == {"programme"}

    @pytest.mark.parametrize(
        ("name", "factory"), [("case_study", CaseStudyFactory), ("learning_activity", LearningActivityFactory)]
    )
    def test_what_is_of_another_programme_is_named(self, name, factory):
        with pytest.raises(ValidationError) as fault:
            setting_of(programme=ProgrammeFactory(), **{name: factory()})
        assert set(fault.value.message_dict) == {name}


@pytest.mark.django_db
class TestLogging:
    def test_a_text_a_kind_and_a_voice_are_enough(self, contributor, programme):
        insight = say(contributor, programme)
        kept = Insight.objects.get()
        assert insight == kept
        assert (kept.status, kept.author, kept.programme) == ("draft", contributor, programme)
        assert [(source.kind, source.role, source.recorded_by) for source in kept.sources.all()] == [
            ("staff", "ward sister", contributor)
        ]
        assert Tagging.objects.filter(insight=kept, due=True).count() == 2, "due for habits and for themes"

    def test_all_that_can_be_said_is_kept(self, contributor, programme):
        audience, place = AudienceFactory(), OrganisationFactory()
        said = {
            "title": "Lists",
            "perspective": "staff",
            "level": "team",
            "effect": "barrier",
            "response": "fix",
            "section": "Findings",
            "position": 4,
            "locator": "slide 7",
            "external_id": "row-7",
            "illustrative": True,
        }
        day = datetime.date(2022, 6, 1)
        insight = say(
            contributor,
            programme,
            status="submitted",
            audiences=[audience],
            voices=[STAFF, Voice("patient", "", place.id, "ward 4", day, "given")],
            **said,
        )
        kept = Insight.objects.get()
        assert {name: getattr(kept, name) for name in said} == said
        assert list(kept.audiences.all()) == [audience]
        second = kept.sources.get(position=1)
        assert (second.organisation, second.place, second.collected_on, second.consent) == (
            place,
            "ward 4",
            day,
            "given",
        )
        assert (insight.created, insight.modified, insight.digest) == (kept.created, kept.modified, kept.digest)

    def test_words_are_put_in_order_before_they_are_kept(self, contributor, programme):
        say(contributor, programme, text="  A cafe\u0301.\r\n", external_id=" ", voices=[Voice("staff", " nurse ")])
        kept = Insight.objects.get()
        assert (kept.text, kept.external_id, kept.sources.get().role) == ("A caf\u00e9.", None, "nurse")

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": " ab "}, "text"),
            ({"text": "x" * 5001}, "text"),
            ({"text": "ab\0cd"}, "text"),
            ({"text": "ab\ud800cd"}, "text"),
            ({"title": "x" * 201}, "title"),
            ({"title": "\x07"}, "title"),
            ({"kind": "rumour"}, "kind"),
            ({"kind": ""}, "kind"),
            ({"kind": None}, "kind"),
            ({"perspective": "doctor"}, "perspective"),
            ({"level": "planet"}, "level"),
            ({"effect": "none"}, "effect"),
            ({"response": "wait"}, "response"),
            ({"position": -1}, "position"),
            ({"position": 2**31}, "position"),
            ({"locator": "x" * 301}, "locator"),
            ({"section": "x" * 201}, "section"),
            ({"external_id": "x" * 121}, "external_id"),
            ({"status": "published"}, "status"),
            ({"voices": []}, "source"),
            ({"voices": [Voice("press")]}, "source.kind"),
            ({"voices": [Voice("staff", role="x" * 121)]}, "source.role"),
            ({"voices": [Voice("staff", role="\0")]}, "source.role"),
            ({"voices": [Voice("staff", place="\ud800")]}, "source.place"),
            ({"voices": [Voice("staff", consent="maybe")]}, "source.consent"),
            ({"voices": [Voice("staff", organisation_id=uuid4())]}, "source.organisation"),
            ({"voices": [Voice("staff", collected_on=datetime.date(1, 1, 1))]}, "source.collected_on"),
            ({"voices": [Voice("staff", collected_on=datetime.date(9999, 12, 31))]}, "source.collected_on"),
            ({"voices": [STAFF, Voice("press")]}, "voices.1.kind"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_by_field_and_nothing_is_kept(self, contributor, programme, said, field):
        with pytest.raises(ValidationError) as fault, transaction.atomic():
            say(contributor, programme, **said)
        assert set(fault.value.message_dict) == {field}
        assert not Insight.objects.exists()

    def test_more_faults_are_told_together(self, contributor, programme):
        with pytest.raises(ValidationError) as fault:
            say(contributor, programme, text="ab", title="\0")
        assert set(fault.value.message_dict) == {"text", "title"}

    def test_a_field_that_is_not_for_writing_is_a_mistake_of_the_caller(self, contributor, programme):
        with pytest.raises(TypeError, match="words_withheld"):
            say(contributor, programme, words_withheld=False)

    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_who_is_no_member_logs_nothing(self, programme, role):
        with pytest.raises(PermissionDenied, match="only in your own programmes"):
            say(UserFactory(role=role), programme)

    def test_a_curator_logs_anywhere_but_not_words_that_only_the_team_may_see(self, programme):
        curator = UserFactory(role="curator")
        say(curator, programme)
        with pytest.raises(PermissionDenied, match="own team"):
            say(curator, programme, voices=[Voice("patient", consent="withheld")])

    def test_the_team_logs_words_that_stay_with_it(self, contributor, programme):
        assert say(contributor, programme, voices=[STAFF, Voice("patient", consent="withheld")]).words_withheld

    def test_an_external_id_that_is_taken_is_a_conflict(self, contributor, programme):
        say(contributor, programme, external_id="row-1")
        with pytest.raises(Conflict) as conflict:
            say(contributor, programme, external_id="row-1")
        assert conflict.value.field == "external_id"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_log_one_external_id_at_once_one_comes_too_late():
    programme = ProgrammeFactory()
    contributor = MembershipFactory(programme=programme).user

    def attempt(number: int) -> str:
        try:
            say(contributor, programme, external_id="row-1", text=f"Attempt {number}.")
        except Conflict:
            return "conflict"
        finally:
            connection.close()
        return "logged"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, range(6)))
    assert sorted(outcomes) == ["conflict"] * 5 + ["logged"]
    assert Insight.objects.count() == Source.objects.count() == 1


@pytest.mark.django_db
class TestEditing:
    @pytest.fixture
    def insight(self, programme):
        return InsightFactory(programme=programme, status="draft", section="Findings")

    def test_what_is_given_changes_and_the_rest_stays(self, contributor, insight):
        edit(person=contributor, insight_id=insight.id, text="Other words.")
        kept = Insight.objects.get()
        assert (kept.text, kept.section, kept.kind) == ("Other words.", "Findings", "finding")
        assert kept.modified > insight.modified

    def test_new_words_are_due_for_tags_and_other_changes_are_not(self, contributor, insight):
        Tagging.objects.update(due=False)
        edit(person=contributor, insight_id=insight.id, section="Other")
        assert not Tagging.objects.filter(due=True).exists()
        edit(person=contributor, insight_id=insight.id, text="Other words.")
        assert Tagging.objects.filter(due=True).count() == 2

    def test_it_answers_with_the_insight_as_saved_so_that_one_can_go_on_from_there(self, contributor, insight):
        saved = edit(person=contributor, insight_id=insight.id, text="Other words.")
        again = edit(
            person=contributor, insight_id=insight.id, text="Third words.", unless_changed_since=saved.modified
        )
        assert again.digest == Insight.objects.get().digest

    def test_who_saw_an_older_version_comes_too_late_and_overwrites_nothing(self, contributor, insight):
        edit(person=contributor, insight_id=insight.id, text="Hers.")
        with pytest.raises(Conflict) as conflict:
            edit(person=contributor, insight_id=insight.id, text="His.", unless_changed_since=insight.modified)
        assert conflict.value.field == "text"
        assert Insight.objects.get().text == "Hers."

    def test_a_change_of_voices_or_audiences_alone_also_makes_a_copy_stale(self, contributor, insight):
        for change in ({"voices": [Voice("family")]}, {"audiences": [AudienceFactory()]}):
            before = Insight.objects.get().modified
            edit(person=contributor, insight_id=insight.id, **change)
            assert Insight.objects.get().modified > before

    def test_voices_are_replaced_place_by_place(self, contributor, insight):
        SourceFactory(insight=insight, kind="data")
        first = insight.sources.get(position=0).id
        edit(person=contributor, insight_id=insight.id, voices=[Voice("family", "daughter")])
        assert [(voice.id, voice.kind, voice.role) for voice in insight.sources.all()] == [
            (first, "family", "daughter")
        ]
        edit(person=contributor, insight_id=insight.id, voices=[STAFF, Voice("patient", consent="withheld")])
        assert [voice.kind for voice in insight.sources.all()] == ["staff", "patient"]
        assert Insight.objects.get().words_withheld

    def test_the_last_voice_stays(self, contributor, insight):
        with pytest.raises(ValidationError):
            edit(person=contributor, insight_id=insight.id, voices=[])

    @pytest.mark.parametrize("status", ["published", "declined", "withdrawn"])
    def test_a_contributor_edits_only_before_it_is_published(self, contributor, programme, status):
        insight = InsightFactory(programme=programme, status=status)
        with pytest.raises(PermissionDenied, match=status):
            edit(person=contributor, insight_id=insight.id, text="Other words.")

    def test_what_one_may_not_open_is_missing(self, insight):
        for stranger in (UserFactory(role="contributor"), UserFactory(role="analyst")):
            with pytest.raises(Missing):
                edit(person=stranger, insight_id=insight.id, text="Other words.")
        with pytest.raises(Missing):
            edit(person=UserFactory(role="curator"), insight_id=uuid4(), text="Other words.")

    def test_a_curator_outside_the_team_does_not_touch_withheld_words(self, insight):
        insight.sources.update(consent="withheld")
        with pytest.raises(Missing):
            edit(person=UserFactory(role="curator"), insight_id=insight.id, text="Other words.")

    def test_it_moves_only_to_a_programme_of_ones_own(self, contributor, insight):
        elsewhere = ProgrammeFactory()
        with pytest.raises(PermissionDenied, match="programme of your own"):
            edit(person=contributor, insight_id=insight.id, setting=Setting(elsewhere))
        MembershipFactory(user=contributor, programme=elsewhere)
        edit(person=contributor, insight_id=insight.id, setting=Setting(elsewhere))
        assert Insight.objects.get().programme == elsewhere

    def test_withheld_words_do_not_leave_their_programme(self, contributor, insight):
        insight.sources.update(consent="withheld")
        elsewhere = MembershipFactory(user=contributor).programme
        with pytest.raises(ValidationError) as fault:
            edit(person=contributor, insight_id=insight.id, setting=Setting(elsewhere))
        assert set(fault.value.message_dict) == {"programme"}

    def test_an_external_id_that_is_taken_is_a_conflict(self, contributor, programme, insight):
        InsightFactory(programme=programme, external_id="row-1")
        with pytest.raises(Conflict) as conflict:
            edit(person=contributor, insight_id=insight.id, external_id="row-1")
        assert conflict.value.field == "external_id"

    def test_a_kind_that_does_not_fit_its_links_is_refused_by_field(self, contributor, insight):
        from insights.evidence import link

        link(
            person=contributor,
            insight_id=insight.id,
            other_id=InsightFactory(programme=insight.programme).id,
            relation="repeats",
        )
        with pytest.raises(ValidationError) as fault:
            edit(person=contributor, insight_id=insight.id, kind="recommendation")
        assert set(fault.value.message_dict) == {"kind"}
