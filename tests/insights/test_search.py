"""Find insights: every filter, words with rank, pages that visit each row once, and nothing a reader may not open."""

from __future__ import annotations

import base64
import contextlib
import datetime
import json
from uuid import UUID, uuid4

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casestudies.errors import Missing
from casestudies.permissions import may
from insights.rows import Links
from insights.search import BadCursor, Cursor, Selection, count_up_to, one, page
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    InsightFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    SourceFactory,
    TagFactory,
    ThemeFactory,
    UserFactory,
    habit,
)

LINKS = Links(*(f"http://x/{name}/" for name in ("i", "p", "c", "l", "o", "a")))
pytestmark = pytest.mark.django_db


def found(person=None, **wanted) -> list[UUID]:
    """Return the ids of what is selected, in order; the count and the page always agree."""
    selection = Selection(**wanted)
    ids = [UUID(orjson.loads(row)["id"]) for row in page(person=person, selection=selection, links=LINKS).rows]
    assert count_up_to(person=person, selection=selection) == len(ids)
    return ids


def is_found(insight, person=None, **wanted) -> bool:
    return insight.id in found(person, **wanted)


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "has", "other"),
        [
            ("kind", "recommendation", "observation"),
            ("perspective", "ways-of-working", "patient"),
            ("level", "system", "team"),
            ("effect", "barrier", "enabler"),
            ("response", "fix", "change"),
        ],
    )
    def test_what_an_insight_says_of_itself(self, name, has, other):
        insight, _ = InsightFactory(**{name: has}), InsightFactory()
        assert found(**{name: (has,)}) == [insight.id]
        assert found(**{name: (other,)}) == []
        assert found(**{name: (other, has)}) == [insight.id], "any of several"

    def test_status_for_whom_it_is_open(self):
        draft, _ = InsightFactory(status="draft"), InsightFactory()
        assert found(UserFactory(role="curator"), status=("draft",)) == [draft.id]
        assert found(status=("draft",)) == []

    def test_who_said_it_is_the_first_voice(self):
        insight = InsightFactory(source__kind="family")
        SourceFactory(insight=insight, kind="data")
        assert found(source_kind=("family",)) == [insight.id]
        assert found(source_kind=("data",)) == []

    def test_illustrative_or_not(self):
        composed, real = InsightFactory(illustrative=True), InsightFactory()
        assert found(illustrative=True) == [composed.id]
        assert found(illustrative=False) == [real.id]
        assert found() == [real.id, composed.id]

    @pytest.mark.parametrize("by", ["id", "slug"])
    def test_programme_case_study_and_audience_by_id_or_slug(self, by):
        case_study, audience = CaseStudyFactory(), AudienceFactory()
        insight = InsightFactory(case_study=case_study, audiences=[audience])
        InsightFactory(case_study=CaseStudyFactory(), audiences=[AudienceFactory()])
        for name, thing in (("programme", case_study.programme), ("case_study", case_study), ("audience", audience)):
            assert found(**{name: (str(getattr(thing, by)),)}) == [insight.id]
            assert found(**{name: (str(uuid4()), "nowhere")}) == []
            assert found(**{name: (str(getattr(thing, by)), "nowhere", str(uuid4()))}) == [insight.id]

    def test_an_organisation_stands_for_all_beneath_it(self):
        region = OrganisationFactory()
        trust = OrganisationFactory(parent=OrganisationFactory(parent=region))
        led = InsightFactory(programme=ProgrammeFactory(lead=trust))
        said = InsightFactory()
        SourceFactory(insight=said, organisation=trust)
        InsightFactory()
        for place in (region, trust):
            assert found(organisation=(str(place.id),)) == found(organisation=(place.slug,)) == [said.id, led.id]
        assert found(organisation=(OrganisationFactory().slug, str(uuid4()))) == []

    def test_when_it_was_collected_with_both_ends_in(self):
        insight = InsightFactory(source__collected_on=datetime.date(2022, 6, 1))
        InsightFactory()
        day = datetime.timedelta(1)
        on = datetime.date(2022, 6, 1)
        assert found(collected_on_after=on) == found(collected_on_before=on) == [insight.id]
        assert found(collected_on_after=on, collected_on_before=on) == [insight.id]
        assert found(collected_on_after=on + day) == found(collected_on_before=on - day) == []

    def test_both_ends_are_of_one_voice(self):
        insight = InsightFactory(source__collected_on=datetime.date(2020, 1, 1))
        SourceFactory(insight=insight, collected_on=datetime.date(2024, 1, 1))
        between = {"collected_on_after": datetime.date(2021, 1, 1), "collected_on_before": datetime.date(2023, 1, 1)}
        assert found(**between) == []

    def test_when_it_was_logged(self):
        insight = InsightFactory()
        second = datetime.timedelta(seconds=1)
        assert found(created_after=insight.created) == found(created_before=insight.created) == [insight.id]
        assert found(created_after=insight.created + second) == found(created_before=insight.created - second) == []

    def test_habit_theme_and_state_of_the_tag(self):
        suggested = TagFactory(code=habit("staff")).insight
        confirmed = TagFactory(code=habit("culture"), confirmed=True).insight
        rejected = TagFactory(code=habit("feedback"), rejected=True).insight
        theme = ThemeFactory()
        themed = TagFactory(code=theme, confirmed=True).insight
        curator = UserFactory(role="curator")
        assert found(habit=("staff",)) == [suggested.id]
        assert found(habit=("staff", "culture")) == [confirmed.id, suggested.id]
        assert found(habit=("staff", "culture"), habit_state=("confirmed",)) == [confirmed.id]
        assert found(habit_state=("suggested",)) == [suggested.id]
        assert found(habit=("feedback",)) == found(curator, habit=("feedback",)) == []
        assert found(curator, habit_state=("rejected",)) == [rejected.id]
        assert found(theme=(theme.slug,)) == [themed.id]
        assert found(theme=("staff",)) == [], "a habit is no theme"

    def test_what_people_rejected_is_found_only_by_those_who_may_decide(self):
        rejected = TagFactory(code=habit("feedback"), rejected=True).insight
        wanted = {"habit": ("feedback",), "habit_state": ("rejected", "confirmed")}
        contributor = MembershipFactory(programme=rejected.programme).user
        for person, sees in [
            (None, False),
            (UserFactory(role="analyst"), False),
            (MembershipFactory(role="contributor").user, False),
            (MembershipFactory(programme=rejected.programme, role="viewer").user, False),
            (contributor, True),
            (UserFactory(role="curator"), True),
        ]:
            assert is_found(rejected, person, **wanted) == sees

    def test_filters_narrow_one_another(self):
        insight = InsightFactory(kind="finding", level="team", text="A slow booking screen.")
        InsightFactory(kind="finding", level="system", text="A slow booking screen.")
        InsightFactory(kind="observation", level="team", text="A slow booking screen.")
        InsightFactory(kind="finding", level="team", text="A fast one.")
        assert found(kind=("finding",), level=("team",), q="slow screen") == [insight.id]

    @pytest.mark.parametrize("name", ["q", "kind", "habit", "theme", "programme", "organisation"])
    @pytest.mark.parametrize("said", ["a\0b", "a\ud800b", "a\x07b"])
    def test_a_word_that_no_text_can_hold_is_refused_by_filter(self, name, said):
        with pytest.raises(ValidationError) as fault:
            found(**{name: said if name == "q" else (said,)})
        assert set(fault.value.message_dict) == {name}


class TestWords:
    def test_forms_accents_and_case_do_not_matter(self):
        insight = InsightFactory(text="The CAFÉ nurses were trusting one another.")
        for q in ("cafe", "café", "cafe\u0301", "Nurse", "trusted", "nurse cafe", '"one another"', "cafe OR pharmacy"):
            assert found(q=q) == [insight.id], q
        for q in ("pharmacy", "cafe -nurses", '"another one"'):
            assert found(q=q) == [], q

    def test_titles_weigh_more_than_texts_and_more_mentions_more_than_one(self):
        text = InsightFactory(text="The handover took long.")
        twice = InsightFactory(text="The handover before the handover took long.")
        title = InsightFactory(title="Handover", text="It took long.")
        InsightFactory()
        assert found(q="handover") == [title.id, twice.id, text.id]

    def test_alike_in_rank_the_newest_comes_first(self):
        insights = [InsightFactory(text="The handover took long.") for _ in range(3)]
        assert found(q="handover") == [insight.id for insight in reversed(insights)]

    @pytest.mark.parametrize(
        "q",
        ["a OR " * 99, "'", '"', "(", "& | !", ":*", "\\", "%s %", "a:b", "😀", "-" * 500, "- " * 90 + "a", "x" * 5000],
    )
    def test_whatever_is_typed_is_a_search(self, q):
        InsightFactory()
        found(q=q)

    def test_nothing_typed_is_no_filter(self):
        insight = InsightFactory()
        assert found(q="  ") == [insight.id]

    def suggestion(self, q, person=None):
        return page(person=person, selection=Selection(q=q), links=LINKS).suggestion

    def test_a_nearest_spelling_is_suggested_when_nothing_is_found(self):
        InsightFactory(text="Physiotherapy appointments were missed.")
        assert self.suggestion("physiotheraphy") == "physiotherapy"
        assert self.suggestion("physiotheraphy zzzzzz") == "physiotherapy zzzzzz"
        assert self.suggestion("physiotherapy") is None
        assert self.suggestion("zzzzzz") is None

    def test_only_whole_words_are_put_right(self):
        InsightFactory(text="Wards were closed; the award was made.")
        assert self.suggestion("wardz steward") == "wards steward"

    def test_a_suggestion_gives_away_no_word_the_reader_may_not_open(self):
        InsightFactory(text="Physiotherapy appointments were missed.", source__consent="withheld")
        InsightFactory(text="Physiotherapy appointments were missed.", status="draft")
        assert self.suggestion("physiotheraphy") is None
        assert self.suggestion("physiotheraphy", UserFactory(role="curator")) == "physiotherapy"


class TestWhoFindsWhat:
    @pytest.mark.parametrize("open_to_all", [True, False])
    def test_just_what_the_permission_table_opens(self, settings, open_to_all):
        settings.ANONYMOUS_READING = open_to_all
        home, away = ProgrammeFactory.create_batch(2)
        insights = [
            InsightFactory(programme=programme, status=status, source__consent=consent)
            for programme in (home, away)
            for status in ("draft", "submitted", "published", "declined", "withdrawn")
            for consent in ("given", "withheld")
        ]
        readers = [None, UserFactory(is_active=False, role="admin")]
        for role in ("viewer", "contributor", "analyst", "curator", "admin"):
            readers.append(UserFactory(role=role))
            readers += [
                MembershipFactory(programme=home, role=role, user__role=site).user for site in ("viewer", "curator")
            ]
        for reader in readers:
            expected = {
                insight.id
                for insight in insights
                if may(
                    reader,
                    "read",
                    "insight",
                    programme_id=insight.programme_id,
                    status=insight.status,
                    withheld=insight.words_withheld,
                )
            }
            assert set(found(reader)) == expected
            for insight in insights:
                try:
                    one(person=reader, insight_id=insight.id, links=LINKS)
                    opened = True
                except Missing:
                    opened = False
                assert opened == (insight.id in expected)

    def test_withheld_words_are_found_by_no_filter_outside_their_team(self):
        insight = InsightFactory(text="Said in confidence.", source__consent="withheld", source__kind="patient")
        TagFactory(insight=insight)
        member = MembershipFactory(programme=insight.programme, role="viewer").user
        for wanted in (
            {},
            {"q": "confidence"},
            {"habit": ("staff",)},
            {"source_kind": ("patient",)},
            {"programme": (insight.programme.slug,)},
            {"status": ("published",)},
        ):
            assert not is_found(insight, None, **wanted)
            assert not is_found(insight, UserFactory(role="admin"), **wanted)
            assert is_found(insight, member, **wanted)


class TestPages:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        derandomize=True,
    )
    @given(size=st.integers(1, 9), q=st.sampled_from(["", "handover", "handover OR screen"]), data=st.data())
    def test_forward_and_back_every_row_is_visited_once_and_in_order(self, many, size, q, data):
        selection = Selection(q=q)

        def at(cursor):
            return page(person=None, selection=selection, links=LINKS, cursor=cursor, page_size=size)

        whole = page(person=None, selection=selection, links=LINKS, page_size=500)
        assert (whole.next, whole.previous) == (None, None)
        pages = [at(None)]
        assert pages[0].previous is None
        while pages[-1].next:
            assert len(pages[-1].rows) == size
            pages.append(at(pages[-1].next))
        assert [row for one_page in pages for row in one_page.rows] == whole.rows
        back = [pages[-1]]
        while back[-1].previous:
            back.append(at(back[-1].previous))
        assert [row for one_page in reversed(back) for row in one_page.rows] == whole.rows
        # A walk to and fro comes by the same pages.
        here = 0
        for step in data.draw(st.lists(st.sampled_from([1, -1]), max_size=6)):
            cursor = pages[here].next if step == 1 else pages[here].previous
            if cursor:
                here += step
                assert at(cursor).rows == pages[here].rows

    @pytest.fixture
    def many(self):
        programme = ProgrammeFactory()
        for n in range(17):
            InsightFactory(programme=programme, text=f"The handover {'handover ' * (n % 3)}took long, they said.")
        InsightFactory.create_batch(4, programme=programme)

    def test_what_is_logged_meanwhile_moves_nothing_on_the_pages_to_come(self, many):
        first = page(person=None, selection=Selection(), links=LINKS, page_size=5)
        whole = page(person=None, selection=Selection(), links=LINKS, page_size=500).rows
        InsightFactory()
        second = page(person=None, selection=Selection(), links=LINKS, page_size=5, cursor=first.next)
        assert second.rows == whole[5:10]

    @pytest.mark.parametrize("size", [0, -1, 501, 10**9])
    def test_a_page_holds_one_to_five_hundred(self, size):
        with pytest.raises(ValueError, match="1 to 500"):
            page(person=None, selection=Selection(), links=LINKS, page_size=size)

    @given(said=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_cursor_that_was_not_given_out_is_bad_and_nothing_worse(self, said):
        with contextlib.suppress(BadCursor):
            Cursor.read(said)

    @given(
        said=st.recursive(
            st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=40),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=5,
        )
    )
    @settings(deadline=None)
    def test_nor_does_one_that_looks_like_it(self, said):
        cursor = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
        with contextlib.suppress(BadCursor):
            Cursor.read(cursor)

    @given(rank=st.floats(0, 1e30), backwards=st.booleans(), id=st.uuids())
    def test_a_cursor_comes_back_as_it_was_given_out(self, rank, backwards, id):
        cursor = Cursor(rank, id, backwards)
        assert Cursor.read(str(cursor)) == cursor


class TestOneQuery:
    def test_a_page_costs_the_same_however_long_it_is(self, django_assert_max_num_queries):
        for insight in InsightFactory.create_batch(12):
            TagFactory(insight=insight)
        reader = UserFactory(role="curator")
        with django_assert_max_num_queries(3):
            assert len(page(person=reader, selection=Selection(), links=LINKS).rows) == 12

    def test_a_count_goes_no_further_than_asked(self):
        InsightFactory.create_batch(5)
        assert count_up_to(person=None, selection=Selection(), limit=3) == 4

    def test_the_time_of_logging_is_utc(self):
        insight = InsightFactory()
        said = orjson.loads(one(person=None, insight_id=insight.id, links=LINKS))
        assert datetime.datetime.fromisoformat(said["created"]) == insight.created
        assert said["created"].endswith("+00:00")
        assert timezone.is_aware(insight.created)
