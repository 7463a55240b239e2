"""Curators begin, change, merge, split and retire themes; nothing that a person decided is lost by it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from uuid_utils.compat import uuid7

from casestudies.errors import Missing
from insights import themes
from insights.history import timeline
from insights.models import Decision, Example, Tag
from insights.review import decide, take_back
from insights.teaching import is_held_out, teaching_rows
from insights.telling_themes import examples_for, history_of, standings_of_themes
from lhs.codebooks import ensure_habits
from lhs.encoder import configured_name
from lhs.models import THEMES, Code
from tests.factories import EmbeddingFactory, InsightFactory, TagFactory, ThemeFactory, UserFactory

pytestmark = pytest.mark.django_db
THREE = ("The tablet would not log in.", "She has no smartphone.", "Letters only, he asked; the app is no use to him.")


@pytest.fixture(autouse=True)
def codebooks():
    ensure_habits()


@pytest.fixture
def curator():
    return UserFactory(role="curator", name="Maya Lind")


@pytest.fixture
def begin(curator):
    """Begin a theme of some name."""

    def begun(name: str = "Digital access", **said) -> Code:
        wanted = {"definition": "Who can use what is online.", "examples": THREE, **said}
        return themes.create(person=curator, name=name, **wanted)

    return begun


def confirm(person, insight, theme, verdict: str = "confirmed") -> None:
    decide(person=person, insight_id=insight.id, codebook=THEMES, code=theme.slug, verdict=verdict)


def tags(theme: Code) -> dict:
    return {tag.insight_id: (tag.state, tag.decided_by) for tag in Tag.objects.filter(code=theme)}


def faults(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, str]:
    return {field: reasons[0] for field, reasons in error.value.message_dict.items()}


class TestBeginning:
    def test_a_theme_has_an_address_a_place_and_its_examples(self, begin):
        first, second = begin(), begin("Booking & appointments")
        assert (first.slug, second.slug) == ("digital-access", "booking-appointments")
        assert first.position < second.position
        assert [one.text for one in first.examples.all()] == list(THREE)

    def test_insights_that_are_chosen_are_confirmed_and_are_examples(self, begin, curator):
        chosen = [InsightFactory() for _ in range(3)]
        theme = begin(examples=(), insight_ids=[one.id for one in chosen])
        assert tags(theme) == {one.id: ("confirmed", curator) for one in chosen}
        assert {one.insight_id for one in theme.examples.all()} == {one.id for one in chosen}

    @pytest.mark.parametrize(
        ("said", "field", "words"),
        [
            ({"examples": THREE[:2]}, "examples", "at least 3 different examples"),
            ({"examples": (*THREE[:2], THREE[0])}, "examples", "You gave 2"),
            ({"examples": (*THREE, "ab")}, "examples", "Example 4 must have 3"),
            ({"examples": (*THREE, "a\x00b")}, "examples", "control character"),
            ({"name": " "}, "name", "Give the theme a name"),
            ({"name": "x" * 161}, "name", "up to 160 characters; this has 161"),
            ({"definition": ""}, "definition", "Say what the theme is about"),
            ({"parent": "nowhere"}, "parent", "no code “nowhere”"),
            ({"threshold": 1.0}, "threshold", "between 0 and 1"),
        ],
    )
    def test_what_is_missing_is_named_with_the_way_out(self, begin, said, field, words):
        with pytest.raises(ValidationError) as error:
            begin(**said)
        assert words in faults(error)[field]
        assert not Code.objects.filter(codebook__slug=THEMES).exists()

    def test_every_fault_is_told_at_once(self, begin):
        with pytest.raises(ValidationError) as error:
            begin(name="", definition="", examples=())
        assert set(faults(error)) == {"name", "definition", "examples"}

    def test_no_two_in_use_have_one_name_but_a_retired_one_frees_it(self, begin, curator):
        first = begin()
        with pytest.raises(ValidationError) as error:
            begin("digital ACCESS")
        assert "already" in faults(error)["name"]
        themes.retire(person=curator, slug=first.slug)
        assert begin().slug == "digital-access-2"

    @pytest.mark.parametrize(("name", "slug"), [("New", "new-2"), ("信任", "theme"), ("x" * 160, "x" * 56)])
    def test_every_name_gets_an_address_of_its_own(self, begin, name, slug):
        assert begin(name).slug == slug

    def test_withheld_words_are_no_example(self, begin, curator):
        said = InsightFactory(source__consent="withheld")
        with pytest.raises(Missing):
            begin(insight_ids=[said.id])

    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_only_curators_make_and_change_themes(self, begin, role):
        theme, person = begin(), UserFactory(role=role)
        verbs = (
            lambda: themes.create(person=person, name="Other", definition="Words.", examples=THREE),
            lambda: themes.change(person=person, slug=theme.slug, name="Other"),
            lambda: themes.merge(person=person, slug=theme.slug, into=theme.slug),
            lambda: themes.split(person=person, slug=theme.slug, name="O", definition="Words.", insight_ids=[]),
            lambda: themes.retire(person=person, slug=theme.slug),
        )
        for verb in verbs:
            with pytest.raises(PermissionDenied, match="curators"):
                verb()


class TestChanging:
    def test_what_is_not_given_stays_and_so_does_the_address(self, begin, curator):
        theme = begin(threshold=0.4)
        themes.change(person=curator, slug=theme.slug, name="Online for all")
        theme.refresh_from_db()
        assert (theme.slug, theme.name, theme.threshold) == ("digital-access", "Online for all", 0.4)
        themes.change(person=curator, slug=theme.slug, threshold=None)
        theme.refresh_from_db()
        assert (theme.definition, theme.threshold) == ("Who can use what is online.", None)

    def test_themes_stand_on_two_levels(self, begin, curator):
        top, middle, low = begin("Top"), begin("Middle", parent="top"), begin("Low")
        assert middle.parent == top
        for slug, parent, words in (
            (low.slug, middle.slug, "two levels"),
            (top.slug, low.slug, "two levels"),
            (top.slug, top.slug, "under itself"),
        ):
            with pytest.raises(ValidationError) as error:
                themes.change(person=curator, slug=slug, parent=parent)
            assert words in faults(error)["parent"]
        assert themes.change(person=curator, slug=middle.slug, parent=None).parent is None

    def test_its_past_is_told_in_words(self, begin, curator):
        theme = begin()
        themes.change(person=curator, slug=theme.slug, name="Online", threshold=0.6)
        told = history_of(person=curator, theme=theme)
        assert [one.what for one in told] == ["3 examples added", "Changed", "Begun"]
        last = told[1]
        assert {(one.field, one.before, one.after) for one in last.changes} == {
            ("Name", "Digital access", "Online"),
            ("Suggested from", "as the tagger finds it", "0.60"),
        }


class TestMerging:
    def test_every_tag_goes_with_its_author_and_every_decision_stays(self, begin, curator):
        gone, kept = begin("Gone"), begin("Kept")
        other = UserFactory(role="curator")
        confirmed, rejected = InsightFactory(), InsightFactory()
        confirm(other, confirmed, gone)
        confirm(curator, rejected, gone, "rejected")
        before = list(Decision.objects.order_by("id").values())
        assert themes.merge(person=curator, slug="gone", into="kept") == kept
        assert tags(kept) == {confirmed.id: ("confirmed", other), rejected.id: ("rejected", curator)}
        assert tags(gone) == {}
        assert list(Decision.objects.order_by("id").values()) == before
        gone.refresh_from_db()
        assert gone.merged_into == kept

    @pytest.mark.parametrize(
        ("of_gone", "of_kept", "outcome"),
        [
            ("confirmed", "rejected", ("confirmed", "gone's")),
            ("rejected", "confirmed", ("confirmed", "kept's")),
            ("rejected", "rejected", ("rejected", "kept's")),
            ("confirmed", "machine", ("confirmed", "gone's")),
            ("rejected", "machine", ("rejected", "gone's")),
            ("machine", "rejected", ("rejected", "kept's")),
            ("machine", "machine", ("suggested", None)),
        ],
    )
    def test_a_person_wins_over_the_machine_and_confirmed_over_rejected(
        self, begin, curator, of_gone, of_kept, outcome
    ):
        gone, kept, said = begin("Gone"), begin("Kept"), InsightFactory()
        people = {"gone's": UserFactory(role="curator"), "kept's": UserFactory(role="curator"), None: None}
        for theme, verdict, who in ((gone, of_gone, "gone's"), (kept, of_kept, "kept's")):
            if verdict == "machine":
                TagFactory(insight=said, code=theme)
            else:
                confirm(people[who], said, theme, verdict)
        themes.merge(person=curator, slug="gone", into="kept")
        state, who = outcome
        assert tags(kept) == {said.id: (state, people[who])}
        assert tags(gone) == {}

    def test_what_was_decided_before_teaches_the_theme_that_was_kept(self, begin, curator):
        gone, kept = begin("Gone"), begin("Kept")
        said = _read()
        confirm(curator, said, gone)
        confirm(curator, said, kept, "rejected")
        themes.merge(person=curator, slug="gone", into="kept")
        assert _taught(said) == {"kept": True}
        confirm(curator, said, kept, "rejected")
        assert _taught(said) == {"kept": False}

    def test_a_decision_of_before_can_still_be_taken_back(self, begin, curator):
        gone, kept, said = begin("Gone"), begin("Kept"), InsightFactory()
        confirm(curator, said, gone)
        themes.merge(person=curator, slug="gone", into="kept")
        take_back(person=curator, decisions=Decision.objects.filter(code=gone))
        assert tags(kept) == {}

    def test_taking_a_later_decision_back_brings_the_one_of_before_the_merge(self, begin, curator):
        gone, kept, said = begin("Gone"), begin("Kept"), InsightFactory()
        first = UserFactory(role="curator")
        confirm(first, said, gone)
        themes.merge(person=curator, slug="gone", into="kept")
        confirm(curator, said, kept, "rejected")
        take_back(person=curator, decisions=Decision.objects.filter(code=kept))
        assert tags(kept) == {said.id: ("confirmed", first)}

    def test_it_brings_its_examples_and_what_stands_under_it(self, begin, curator):
        gone, kept = begin("Gone"), begin("Kept", examples=("One thing.", "Two things.", "Three things."))
        below = begin("Below", parent="gone")
        themes.merge(person=curator, slug="gone", into="kept")
        below.refresh_from_db()
        assert below.parent == kept
        assert {one.text for one in kept.examples.all()} == {*THREE, "One thing.", "Two things.", "Three things."}
        assert gone.children.count() == 0

    def test_a_theme_can_go_into_one_that_stands_under_it(self, begin, curator):
        begin("Gone")
        kept, beside = begin("Kept", parent="gone"), begin("Beside", parent="gone")
        themes.merge(person=curator, slug="gone", into="kept")
        kept.refresh_from_db()
        beside.refresh_from_db()
        assert (kept.parent, beside.parent) == (None, kept)

    def test_merged_twice_everything_counts_for_the_last(self, begin, curator):
        first, second, third = begin("First"), begin("Second"), begin("Third")
        said = _read()
        confirm(curator, said, first)
        themes.merge(person=curator, slug="first", into="second")
        themes.merge(person=curator, slug="second", into="third")
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.merged_into == second.merged_into == third
        assert tags(third) == {said.id: ("confirmed", curator)}
        assert _taught(said) == {"third": True}

    def test_what_is_merged_can_be_decided_and_changed_no_more_and_says_why(self, begin, curator):
        gone = begin("Gone")
        begin("Kept")
        themes.merge(person=curator, slug="gone", into="kept")
        for verb in (
            lambda: confirm(curator, InsightFactory(), gone),
            lambda: themes.change(person=curator, slug="gone", name="Again"),
            lambda: themes.merge(person=curator, slug="gone", into="kept"),
        ):
            with pytest.raises(Missing, match="“Gone” was merged into “Kept”"):
                verb()
        with pytest.raises(ValidationError) as error:
            themes.merge(person=curator, slug="kept", into="gone")
        assert "was merged" in faults(error)["into"]

    def test_not_into_itself(self, begin, curator):
        begin("Gone")
        with pytest.raises(ValidationError) as error:
            themes.merge(person=curator, slug="gone", into="gone")
        assert "itself" in faults(error)["into"]

    def test_both_pasts_tell_of_it(self, begin, curator):
        gone, kept, said = begin("Gone"), begin("Kept"), InsightFactory()
        confirm(curator, said, gone)
        themes.merge(person=curator, slug="gone", into="kept")
        assert "“Gone” was merged into this" in {one.what for one in history_of(person=curator, theme=kept)}
        assert "Merged into “Kept”" in {one.what for one in history_of(person=curator, theme=gone)}
        told = [one.what for one in timeline(person=curator, insight_id=said.id)]
        assert "The theme “Gone” was merged into “Kept”" in told
        assert "Confirmed the theme “Gone”" in told


class TestSplitting:
    def test_the_insights_that_are_picked_go_to_the_new_theme(self, begin, curator):
        old = begin("Old", parent=begin("Above").slug)
        picked, stays = [InsightFactory() for _ in range(3)], InsightFactory()
        for one in (*picked, stays):
            confirm(curator, one, old)
        new = themes.split(
            person=curator, slug="old", name="New part", definition="Part of it.", insight_ids=[i.id for i in picked]
        )
        assert tags(new) == {one.id: ("confirmed", curator) for one in picked}
        assert tags(old) == {one.id: ("rejected", curator) for one in picked} | {stays.id: ("confirmed", curator)}
        assert new.parent == old.parent
        assert new.examples.count() == 3

    def test_a_suggestion_can_be_picked_too(self, begin, curator):
        old, said = begin("Old"), InsightFactory()
        TagFactory(insight=said, code=old)
        new = themes.split(
            person=curator, slug="old", name="Part", definition="Part.", insight_ids=[said.id], examples=THREE[:2]
        )
        assert tags(new) == {said.id: ("confirmed", curator)}

    @pytest.mark.parametrize("which", ["none", "another's"])
    def test_only_insights_of_the_theme_can_be_picked(self, begin, curator, which):
        begin("Old")
        ids = [] if which == "none" else [InsightFactory().id]
        with pytest.raises(ValidationError) as error:
            themes.split(person=curator, slug="old", name="Part", definition="Part.", insight_ids=ids, examples=THREE)
        assert "Choose" in faults(error)["insights"]

    def test_too_few_leave_everything_as_it_was(self, begin, curator):
        old, said = begin("Old"), InsightFactory()
        confirm(curator, said, old)
        with pytest.raises(ValidationError):
            themes.split(person=curator, slug="old", name="Part", definition="Part.", insight_ids=[said.id])
        assert tags(old) == {said.id: ("confirmed", curator)}


class TestRetiring:
    def test_it_is_shown_and_decided_no_more_and_what_stood_under_it_stands_alone(self, begin, curator):
        theme, below, said = begin("Top"), begin("Below", parent="top"), InsightFactory()
        confirm(curator, said, theme)
        themes.retire(person=curator, slug="top")
        below.refresh_from_db()
        assert below.parent is None
        assert set(standings_of_themes()) == {"below"}
        assert tags(theme) == {said.id: ("confirmed", curator)}
        with pytest.raises(Missing, match="not in use"):
            confirm(curator, said, theme)


def test_a_review_of_before_a_theme_began_says_nothing_of_it(begin, curator):
    from insights.desk import lay, settle
    from insights.models import Review
    from lhs.models import Codebook

    old, said = begin("Old"), _read()
    with connection.cursor() as cursor:
        # The clock of a transaction stands still; a review takes its time from it.
        cursor.execute("UPDATE lhs_code SET created = now() - interval '1 day' WHERE id = %s", [old.id])
    turn = lay(curator, said, Codebook.objects.get(slug=THEMES), "queue", shown=True)
    settle(person=curator, turn_id=turn.id, codes=["old"])
    assert Review.objects.count() == 1
    begin("Newer")
    assert _taught(said) == {"old": True}


def test_an_example_shows_to_those_who_may_open_the_insight(begin, curator):
    said = [InsightFactory(status="draft"), InsightFactory(), InsightFactory()]
    theme = begin(examples=(), insight_ids=[one.id for one in said])
    assert len(examples_for(person=curator, theme=theme)[0]) == 3
    shown, hidden = examples_for(person=None, theme=theme)
    assert ({one.insight_id for one in shown}, hidden) == ({said[1].id, said[2].id}, 1)


def test_examples_are_counted_as_they_come(begin, curator):
    theme, said = begin(), InsightFactory()
    assert standings_of_themes()[theme.slug].examples == 3
    confirm(curator, said, theme)
    assert standings_of_themes()[theme.slug].examples == 4
    confirm(curator, said, theme, "rejected")
    assert standings_of_themes()[theme.slug].examples == 3


def test_an_example_is_a_text_or_an_insight_and_not_both(begin):
    theme = ThemeFactory()
    for wrong in ({"text": ""}, {"text": "Both.", "insight": InsightFactory()}):
        with pytest.raises(ValidationError, match="either"):
            Example(code=theme, **wrong).validate_constraints()


def _read():
    """An insight whose numbers are stored, and that may be learnt from."""
    insight = InsightFactory(id=next(id for id in iter(uuid7, None) if not is_held_out(id)))
    EmbeddingFactory(insight=insight, encoder=configured_name())
    return insight


def _taught(insight) -> dict[str, bool]:
    rows = teaching_rows(THEMES)
    row = rows.insight_ids.index(insight.id)
    return {code: bool(rows.truth[row, column]) for column, code in enumerate(rows.codes) if rows.known[row, column]}
