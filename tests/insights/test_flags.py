"""Nobody exposed: what screening finds is kept, hides the words from readers, and holds publishing until settled."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from casestudies.errors import Conflict, Missing
from insights import counting, search
from insights.capture import Setting, Voice, edit, log
from insights.flagging import flags_for, remembered, rescreen, rewrite, same_place
from insights.flags import flags_of, in_words, listed, not_identifying, redact
from insights.models import Flag, Insight, Source
from insights.moves import move
from insights.visibility import Reader
from insights.voices import me_too
from tests.factories import InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory

db = pytest.mark.django_db
TOLD = "Nurse Sarah Jones told us that the lift is slow, call her on 07700 900123."
CLEAN = "The lift is slow."


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def writer(programme):
    return MembershipFactory(programme=programme, role="contributor").user


@pytest.fixture
def curator():
    return UserFactory(role="curator")


def logged(writer, programme, text=TOLD, **said):
    voice = Voice("staff", role=said.pop("role", "ward sister"), place=said.pop("place", ""))
    return log(person=writer, setting=Setting(programme), voices=[voice], kind="finding", text=text, **said)


def flags(insight, **wanted):
    return list(Flag.objects.filter(insight=insight, **wanted).order_by("field", "start"))


@db
def test_what_is_found_in_any_field_that_readers_see_is_a_row_that_keeps_none_of_the_words(writer, programme):
    insight = logged(
        writer,
        programme,
        title="Ask Priya Patel",
        section="Dr Jane Smith said",
        role="nurse, Amina Khan",
        place="Ward 7",
    )
    found = {(flag.field, flag.kind) for flag in flags(insight)}
    assert found == {
        ("title", "name"),
        ("text", "name"),
        ("text", "phone"),
        ("section", "name"),
        ("source.role", "name"),
    }
    assert insight.flagged
    assert "Sarah" not in str([vars(flag) for flag in flags(insight)])
    [name] = flags(insight, field="text", kind="name")
    assert TOLD[name.start : name.end] == "Sarah Jones"


@db
@pytest.mark.parametrize(
    "key", ["jo.bell@nhs.net", "Mrs Patel 3", "943 476 5919", "07700 900123", "MRN 4456712", "M13 9WL"]
)
def test_a_reference_that_tells_who_somebody_is_is_refused_as_readers_see_it(writer, programme, key):
    with pytest.raises(ValidationError) as refused:
        logged(writer, programme, text=CLEAN, external_id=key)
    assert set(refused.value.message_dict) == {"external_id"}


@db
@pytest.mark.parametrize(
    "key", ["n-12", "9434765919", "07700900123", "K1234567", "rosie-3", "e9a1a258-8b62-ccba", "row 7"]
)
def test_a_reference_that_only_looks_like_a_person_is_a_key(writer, programme, key):
    assert logged(writer, programme, text=CLEAN, external_id=key).external_id == key


@db
def test_flags_follow_the_words_and_clean_words_have_none(writer, programme):
    insight = logged(writer, programme)
    edit(person=writer, insight_id=insight.id, text=CLEAN)
    assert not flags(insight)
    assert not Insight.objects.get().flagged
    edit(person=writer, insight_id=insight.id, voices=[Voice("staff", role="Sister Mary Okafor")])
    assert [flag.field for flag in flags(insight)] == ["source.role"]
    edit(person=writer, insight_id=insight.id, voices=[Voice("staff", role="ward sister")])
    assert not Insight.objects.get().flagged


@db
def test_publishing_is_refused_with_the_kinds_and_the_way_out_until_all_is_settled(writer, programme, curator):
    insight = logged(writer, programme)
    move(person=writer, insight_id=insight.id, name="submit")
    with pytest.raises(Conflict, match=r"1 phone number and 1 name.*Replace each.*not identifying"):
        move(person=curator, insight_id=insight.id, name="publish")
    name, phone = sorted(flags(insight), key=lambda flag: flag.kind)
    redact(person=writer, insight_id=insight.id, flag_ids=[phone.id])
    with pytest.raises(Conflict, match="1 name"):
        move(person=curator, insight_id=insight.id, name="publish")
    [name] = flags(insight, state="open")
    not_identifying(person=curator, insight_id=insight.id, flag_ids=[name.id], note="A character in a play.")
    assert move(person=curator, insight_id=insight.id, name="publish").status == "published"


@db
def test_what_was_never_screened_is_screened_before_it_is_published_and_the_flags_are_kept(curator):
    insight = InsightFactory(status="submitted", text=TOLD)
    assert not flags(insight)
    with pytest.raises(Conflict):
        move(person=curator, insight_id=insight.id, name="publish")
    assert len(flags(insight, state="open")) == 2


@db
def test_the_database_itself_lets_nothing_be_published_that_holds_an_open_flag(writer, programme):
    insight = logged(writer, programme)
    with pytest.raises(IntegrityError, match="may tell who somebody is"), transaction.atomic():
        Insight.objects.filter(id=insight.id).update(status="published", published_at="2026-01-01T00:00Z")


@db
def test_a_stale_copy_that_is_saved_does_not_say_that_nothing_is_flagged(writer, programme):
    insight = logged(writer, programme)
    insight.flagged = False
    insight.save()
    assert Insight.objects.get().flagged


@db
def test_redacting_puts_the_suggested_words_there_and_keeps_who_did_it(writer, programme):
    insight = logged(writer, programme, role="nurse, Amina Khan", section="Dr Jane Smith said")
    after = redact(person=writer, insight_id=insight.id)
    assert after.text == "Nurse [name] told us that the lift is slow, call her on [phone number]."
    assert after.section == "[name] said"
    assert Source.objects.get().role == "nurse, [name]"
    assert not after.flagged
    assert {(flag.state, flag.settled_by) for flag in flags(insight)} == {("redacted", writer)}
    assert all(flag.settled_at for flag in flags(insight))


@db
def test_one_redaction_leaves_the_rest_and_cannot_be_made_twice(writer, programme):
    insight = logged(writer, programme)
    [name] = flags(insight, kind="name")
    redact(person=writer, insight_id=insight.id, flag_ids=[name.id])
    assert [flag.kind for flag in flags(insight, state="open")] == ["phone"]
    with pytest.raises(Conflict):
        redact(person=writer, insight_id=insight.id, flag_ids=[name.id])


@db
def test_a_flag_of_another_insight_or_of_words_that_changed_is_missing(writer, programme):
    one, other = logged(writer, programme), logged(writer, programme)
    [name] = flags(other, kind="name")
    with pytest.raises(Missing):
        redact(person=writer, insight_id=one.id, flag_ids=[name.id])
    edit(person=writer, insight_id=other.id, text=CLEAN)
    with pytest.raises(Missing):
        redact(person=writer, insight_id=other.id, flag_ids=[name.id])


@db
def test_only_a_curator_says_that_it_is_not_identifying_and_only_who_edits_redacts(writer, programme, curator):
    insight = logged(writer, programme)
    viewer = MembershipFactory(programme=programme, role="viewer").user
    for person in (writer, viewer):
        with pytest.raises(PermissionDenied):
            not_identifying(person=person, insight_id=insight.id)
    with pytest.raises(PermissionDenied):
        redact(person=viewer, insight_id=insight.id)
    for verb in (redact, not_identifying):
        with pytest.raises(Missing):
            verb(person=UserFactory(role="contributor"), insight_id=insight.id)
    with pytest.raises(ValidationError, match="300"):
        not_identifying(person=curator, insight_id=insight.id, note="x" * 301)
    assert not not_identifying(person=curator, insight_id=insight.id).flagged


@db
def test_not_identifying_survives_an_edit_elsewhere_and_no_change_beside_it(writer, programme, curator):
    insight = logged(writer, programme, text="We sat in the room. Nurse Sarah Jones said so, and then we left.")
    not_identifying(person=curator, insight_id=insight.id)
    edit(person=writer, insight_id=insight.id, text="On Monday we sat. Nurse Sarah Jones said so, and all of us left.")
    [flag] = flags(insight)
    assert flag.state == "not-identifying"
    assert flag.settled_by == curator
    assert Insight.objects.get().text[flag.start : flag.end] == "Sarah Jones"
    edit(person=writer, insight_id=insight.id, text="On Monday patient Sarah Jones said so, and all of us left.")
    assert [flag.state for flag in flags(insight)] == ["open"]


@db
def test_another_person_of_the_same_name_elsewhere_is_not_cleared_with_the_first(writer, programme, curator):
    insight = logged(writer, programme, text="We say that Sarah Jones said so.")
    not_identifying(person=curator, insight_id=insight.id)
    edit(person=writer, insight_id=insight.id, text="Patient Sarah Jones fell. We say that Sarah Jones said so.")
    assert [flag.state for flag in flags(insight)] == ["open", "not-identifying"]


WORDS = st.lists(st.sampled_from(["Ada", "said", "it", "é", "👩‍⚕️"]), max_size=12).map(" ".join)


@given(WORDS, WORDS, st.integers(0, 30), st.integers(1, 20))
def test_a_place_in_any_changed_text_is_the_same_words_or_none(was, now, start, length):
    end = min(start + length, len(was))
    span = same_place(was, now, start, end)
    assert span is None or now[slice(*span)] == was[start:end]


def test_an_unchanged_place_is_found_at_either_end_of_a_text():
    assert same_place("Ada said so", "Ada said it", 0, 3) == (0, 3)
    assert same_place("told by Ada", "heard and told by Ada", 8, 11) == (18, 21)
    assert same_place("Ada", "Ada", 0, 3) == (0, 3)
    assert same_place("Ada said so", "Not Ada said so", 0, 3) is None


@db
def test_what_a_rescreen_finds_in_a_published_insight_is_hidden_from_all_but_its_team_and_curators(
    programme, curator, writer
):
    insight = InsightFactory(programme=programme, text=TOLD)
    InsightFactory(programme=programme, text=CLEAN)
    told = []
    assert rescreen(told=lambda *at: told.append(at)) == (2, 1)
    assert told == [(2, 2)]
    assert Insight.objects.get(id=insight.id).status == "published"
    insiders = [curator, writer, UserFactory(role="admin"), MembershipFactory(programme=programme, role="viewer").user]
    outsiders = [None, *(UserFactory(role=role) for role in ("viewer", "contributor", "analyst"))]
    outsiders.append(MembershipFactory(role="curator").user)
    for person, sees in [*((one, True) for one in insiders), *((one, False) for one in outsiders)]:
        reader = Reader.of(person)
        assert reader.insights().filter(id=insight.id).exists() == sees, person
        assert bool(listed(person=person, insight_id=insight.id)) == sees
        assert bool(flags_of(person=person, insight=Insight.objects.get(id=insight.id))) == sees
    redact(person=curator, insight_id=insight.id)
    assert Reader.of(None).insights().filter(id=insight.id).exists()


@db
def test_a_rescreen_twice_changes_no_row(programme):
    InsightFactory(programme=programme, text=TOLD)
    rescreen()
    before = list(Flag.objects.order_by("id").values())
    rescreen()
    assert list(Flag.objects.order_by("id").values()) == before


@db
def test_what_is_hidden_is_not_counted_and_is_again_once_settled(programme, curator):
    insight = InsightFactory(programme=programme, text=TOLD)

    def published():
        return counting.counts(programme_id=programme.id)["kind"].get("finding", 0)

    assert published() == 1
    rewrite([insight.id])
    assert published() == 0
    not_identifying(person=curator, insight_id=insight.id)
    assert published() == 1


@db
def test_a_voice_with_a_name_is_refused_on_what_is_published_so_that_nobody_can_hide_it(programme):
    insight = InsightFactory(programme=programme, text=CLEAN)
    person = UserFactory(role="contributor")
    with pytest.raises(ValidationError) as refused:
        me_too(person=person, insight_id=insight.id, voice=Voice("staff", role="Nurse Sarah Jones"))
    assert "1 name" in refused.value.message_dict["role"][0]
    assert "Sarah" not in str(refused.value)
    me_too(person=person, insight_id=insight.id, voice=Voice("staff", role="ward sister"))
    assert not Insight.objects.get().flagged


@db
def test_thousands_are_screened_in_a_few_statements_a_batch(programme, django_assert_max_num_queries):
    insights = [InsightFactory(programme=programme, text=f"{CLEAN} {place}") for place in range(5)]
    insights.append(InsightFactory(programme=programme, text=TOLD))
    with django_assert_max_num_queries(8):
        assert rewrite([one.id for one in insights], remembered([one.id for one in insights])) == 2
    assert [len(found) for found in flags_for([TOLD, CLEAN])] == [2, 0]


def test_what_is_found_is_told_in_words():
    assert in_words(["name"]) == "1 name"
    assert in_words(["name", "nhs-number", "name"]) == "1 NHS number and 2 names"
    assert in_words(["email", "email", "address", "date-of-birth"]) == (
        "2 e-mail addresses, 1 date of birth and 1 address"
    )


@db
def test_redacted_words_are_found_clean_for_every_kind():
    from insights.screening import REDACTIONS, screen

    for redaction in REDACTIONS.values():
        assert screen(f"Nurse {redaction} said that the lift is slow.") == []


@db
def test_search_finds_no_flagged_words_for_anyone_outside(programme, curator):
    insight = InsightFactory(programme=programme, text=TOLD)
    rewrite([insight.id])
    from web.cards import page_links

    for person, finds in ((None, 0), (UserFactory(), 0), (curator, 1)):
        page = search.page(
            person=person, selection=search.Selection(q="Sarah"), links=page_links(), cursor=None, page_size=10
        )
        assert len(page.rows) == finds
    assert search.suggest(Reader.of(None), "Sarrah") is None
