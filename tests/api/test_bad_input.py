"""Bad input, field by field and filter by filter: each is refused with 400, its name and a reason."""

from __future__ import annotations

import pytest

from tests.api.conftest import GOOD, faults
from tests.factories import CaseStudyFactory, InsightFactory, ThemeFactory

pytestmark = pytest.mark.django_db


def test_an_empty_body_names_what_is_needed(post):
    answer = post(b"")
    assert answer.status_code == 400
    assert set(faults(answer)) == {"text", "kind", "source"}


def test_without_a_programme_or_a_case_study_there_is_no_place_for_it(contributor):
    answer = contributor.post("insights/", GOOD)
    assert answer.status_code == 400
    assert list(faults(answer)) == ["programme"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"text": "\xc3\x28"}', "not JSON"),
        (b'{"position": NaN}', "not JSON"),
        (b'{"position": Infinity}', "not JSON"),
        (b'{"position": 1e999}', "not JSON"),
        (b'{"text": "\\ud800"}', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "not JSON"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "nested"),
        (b'{"text": "one", "text": "two"}', "stands twice"),
        (b'{"source": {"kind": "staff", "kind": "data"}}', "stands twice"),
        (b"[]", "a JSON object"),
        (b'"text"', "a JSON object"),
        (b"null", "a JSON object"),
        (b"1", "a JSON object"),
        (b'{"position": ' + b"1" * 5000 + b"}", "infinity"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_what_is_no_json_object_is_refused_as_a_whole(post, said, reason):
    answer = post(said)
    assert answer.status_code == 400
    assert reason in faults(answer)["body"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", 12),
        ("text", None),
        ("text", ["one", "two"]),
        ("text", {"a": 1}),
        ("text", True),
        ("text", ""),
        ("text", "  a  "),
        ("text", "Nobody\0answers."),
        ("text", "Nobody\x07answers."),
        ("text", "a" * 5001),
        ("text", "a" * 200_000),
        ("title", "a" * 201),
        ("title", None),
        ("title", "a\0b"),
        ("kind", "opinion"),
        ("kind", None),
        ("kind", 1),
        ("kind", ["finding"]),
        ("source", "staff"),
        ("source", [{"kind": "staff"}]),
        ("source", None),
        ("source.kind", "nobody"),
        ("source.kind", {}),
        ("source.role", 7),
        ("source.role", "a" * 121),
        ("source.place", "a\x1bb"),
        ("source.organisation", "no-such-place"),
        ("source.organisation", 7),
        ("source.collected_on", "0000-01-01"),
        ("source.collected_on", "0001-01-01"),
        ("source.collected_on", "9999-12-31"),
        ("source.collected_on", "2021-02-30"),
        ("source.collected_on", "yesterday"),
        ("source.collected_on", 20210714),
        ("source.collected_on", ["2021-07-14"]),
        ("source.consent", "maybe"),
        ("perspective", "managers"),
        ("level", 1),
        ("effect", False),
        ("response", "ignore"),
        ("position", -1),
        ("position", 1.5),
        ("position", "4"),
        ("position", True),
        ("position", 2**31),
        ("position", 10**40),
        ("section", "a" * 201),
        ("locator", "a\0"),
        ("external_id", "a" * 121),
        ("external_id", 7),
        ("illustrative", "yes"),
        ("illustrative", 1),
        ("illustrative", None),
        ("programme", "no-such-programme"),
        ("programme", "00000000-0000-0000-0000-000000000000"),
        ("programme", "not a slug \0"),
        ("programme", {"id": "ward-learning"}),
        ("programme", None),
        ("case_study", "no-such-case-study"),
        ("case_study", []),
        ("learning_activity", "no-slug-will-do"),
        ("learning_activity", "0190"),
        ("audiences", "leaders"),
        ("audiences", {"0": "leaders"}),
        ("audiences.0", 7),
        ("audiences.1", "no-such-audience"),
        ("voices", {"kind": "staff"}),
        ("voices", [{"kind": "staff"}] * 51),
        ("voices.0", "staff"),
        ("voices.0.kind", "nobody"),
        ("voices.1.collected_on", "0001-01-01"),
        ("voices.1.role", "a\0b"),
        ("status", "published"),
        ("status", None),
        ("colour", "red"),
        ("id", "0190a5f0-0000-7000-8000-000000000000"),
        ("source.name", "Jane"),
        ("voices.0.name", "Jane"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_field_that_cannot_be_taken_is_named_with_a_reason(contributor, good, field, value):
    if field.startswith(("audiences.", "voices.")):
        name, _, rest = field.partition(".")
        place, _, last = rest.partition(".")
        one = {"kind": "staff", last: value} if last else value
        before = [{"kind": "staff"}] * int(place) if name == "voices" else [7] * int(place)
        good[name] = [*before, one]
    elif "." in field:
        good["source"] = {"kind": "staff", field.partition(".")[2]: value}
    else:
        good[field] = value
    answer = contributor.post("insights/", good)
    assert answer.status_code == 400, answer.content
    told = faults(answer)
    assert field in told
    assert len(told[field]) < 1000


def test_a_case_study_one_may_not_open_is_no_case_study(contributor, good):
    good["case_study"] = CaseStudyFactory(status="draft").slug
    answer = contributor.post("insights/", good)
    assert answer.status_code == 400
    assert "case_study" in faults(answer)


def test_an_unknown_field_is_told_the_known_ones(contributor, good):
    told = faults(contributor.post("insights/", {**good, "colour": "red"}))
    assert "perspective" in told["colour"]


@pytest.mark.parametrize("said", [{}, {"status": "published"}, {"text": None}, {"voices": [{"role": "porter"}]}])
def test_a_change_that_makes_no_sense_is_refused(contributor, programme, said):
    insight = InsightFactory(programme=programme, status="draft")
    answer = contributor.patch(f"insights/{insight.id}/", said)
    assert answer.status_code == 400
    assert faults(answer)


@pytest.mark.parametrize("said", [{}, {"state": "suggested"}, {"state": None}, {"state": "confirmed", "why": "so"}])
def test_a_decision_that_is_none_is_refused(curator, said):
    answer = curator.put(f"insights/{InsightFactory().id}/habits/culture/", said)
    assert answer.status_code == 400
    assert faults(answer)


@pytest.mark.parametrize(("move", "said"), [("submit", {"reason": "x"}), ("decline", {"reason": 1}), ("decline", {})])
def test_a_move_takes_what_it_needs_and_nothing_else(curator, move, said):
    answer = curator.post(f"insights/{InsightFactory(status='submitted').id}/{move}/", said)
    assert answer.status_code == 400
    assert list(faults(answer)) == ["reason"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("kinds=finding", "kinds"),
        ("format=json", "format"),
        ("kind=opinion", "kind"),
        ("kind=finding,opinion", "kind"),
        ("habit=joy", "habit"),
        ("habit_state=perhaps", "habit_state"),
        ("theme=none", "theme"),
        ("theme=%00", "theme"),
        ("perspective=manager", "perspective"),
        ("source_kind=robot", "source_kind"),
        ("level=1", "level"),
        ("effect=none", "effect"),
        ("response=ignore", "response"),
        ("status=open", "status"),
        ("organisation=nowhere", "organisation"),
        ("programme=nothing", "programme"),
        ("programme=00000000-0000-0000-0000-000000000000", "programme"),
        ("case_study=nothing", "case_study"),
        ("audience=nobody", "audience"),
        ("audience=%E2%82%AC", "audience"),
        ("programme=" + ",".join(f"p{n}" for n in range(60)), "programme"),
        ("illustrative=perhaps", "illustrative"),
        ("illustrative=true&illustrative=false", "illustrative"),
        ("collected_on_after=yesterday", "collected_on_after"),
        ("collected_on_after=0000-01-01", "collected_on_after"),
        ("collected_on_before=0001-01-01", "collected_on_before"),
        ("collected_on_before=9999-12-31", "collected_on_before"),
        ("created_after=0001-01-01T00:00:00%2B14:00", "created_after"),
        ("created_before=9999-12-31T23:59:59-14:00", "created_before"),
        ("created_after=now", "created_after"),
        ("created_after=2021-13-01T00:00:00Z", "created_after"),
        ("q=%00", "q"),
        ("q=" + "a" * 301, "q"),
        ("q=one&q=two", "q"),
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1e3", "page_size"),
        ("page_size=99999999999999999999", "page_size"),
        ("page_size=ten", "page_size"),
        ("page_size=%EF%BC%91", "page_size"),
        ("page_size=1&page_size=2", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=%E2%82%AC", "cursor"),
        ("cursor=" + "A" * 5000, "cursor"),
    ],
    ids=lambda value: value[:40],
)
def test_a_query_that_cannot_be_taken_names_the_filter(anyone, query, field):
    answer = anyone.get(f"insights/?{query}")
    assert answer.status_code == 400, answer.content
    told = faults(answer)
    assert list(told) == [field]
    assert len(told[field]) < 1000


@pytest.mark.parametrize("query", ["page_size=0", "page_size=501", "cursor=nonsense", "cursor=W10", "colour=red"])
@pytest.mark.parametrize("name", ["programmes", "case-studies", "habits", "audiences"])
def test_the_other_lists_refuse_alike(anyone, name, query):
    answer = anyone.get(f"{name}/?{query}")
    assert answer.status_code == 400
    assert list(faults(answer)) == [query.partition("=")[0]]


def test_a_value_that_is_not_known_is_told_the_known_ones(anyone):
    ThemeFactory(slug="visiting")
    assert "finding, recommendation, observation" in faults(anyone.get("insights/?kind=opinion"))["kind"]
    assert "visiting" in faults(anyone.get("insights/?theme=none"))["theme"]


def test_several_faults_are_told_together(anyone):
    assert set(faults(anyone.get("insights/?kind=opinion&level=none&q=%01"))) == {"kind", "level", "q"}
