"""A row ready to send says exactly what the models say."""

from __future__ import annotations

import datetime
from uuid import uuid4

import orjson
import pytest

from casestudies.errors import Missing
from insights.rows import FIELDS, Links
from insights.search import Selection, one, page
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    EvidenceFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    OrganisationFactory,
    SourceFactory,
    TagFactory,
    TaggerFactory,
    TaggingFactory,
    ThemeFactory,
    UserFactory,
    habit,
)

pytestmark = pytest.mark.django_db
LINKS = Links("/i/", "/p/", "/c/", "/l/", "/o/", "/a/")


def row(insight, person=None) -> dict:
    [said] = page(person=person, selection=Selection(programme=(str(insight.programme_id),)), links=LINKS).rows
    return orjson.loads(said)


def reference(thing, address: str, name: str | None = None) -> dict:
    return {"id": str(thing.id), "name": name or thing.name, "url": f"{address}{thing.id}/"}


def test_a_bare_insight_has_every_field_and_nothing_made_up():
    insight = InsightFactory()
    said = row(insight)
    assert list(said) == list(FIELDS)
    empty = {name for name, value in said.items() if value is None}
    assert empty == {
        "perspective", "level", "effect", "response", "position", "external_id", "case_study", "learning_activity",
        "tagged",
    }  # fmt: skip
    assert (said["audiences"], said["habits"], said["themes"], said["evidence"]) == ([], [], [], [])


def test_a_full_insight_says_what_the_models_say():
    case_study, place = CaseStudyFactory(), OrganisationFactory()
    activity = LearningActivityFactory(programme=case_study.programme)
    audiences = [AudienceFactory(position=2), AudienceFactory(position=1)]
    insight = InsightFactory(
        case_study=case_study,
        learning_activity=activity,
        kind="recommendation",
        title="“Lists” & <more> %s 100%",
        text='One list\nfor "every" team – 👩‍⚕️ %(id)s',
        perspective="staff",
        level="team",
        effect="enabler",
        response="improve",
        section="Findings",
        position=3,
        locator="slide 7",
        external_id="row-1",
        illustrative=True,
        audiences=audiences,
        source__kind="coordinator",
        source__role="bedside coordinator",
        source__organisation=place,
        source__place="ward 4",
        source__collected_on=datetime.date(2022, 6, 1),
        source__consent="given",
    )
    SourceFactory(insight=insight)
    tagger = TaggerFactory(version=4)
    TagFactory(insight=insight, code=habit("culture"), tagger=tagger, score=0.123456)
    TagFactory(insight=insight, code=habit("staff"), confirmed=True, score=None, tagger=None, reason="")
    theme = ThemeFactory()
    TagFactory(insight=insight, code=theme, confirmed=True)
    tagging = TaggingFactory(insight=insight, tagger=tagger)
    finding = InsightFactory(title="", text="x" * 100)
    EvidenceFactory(insight=insight, other=finding, relation="rests-on")
    insight.refresh_from_db()
    words = ("kind", "title", "text", "perspective", "level", "effect", "response", "status", "section")
    plain = (*words, "position", "locator", "illustrative", "external_id")
    said = row(insight)
    assert {name: said[name] for name in plain} == {name: getattr(insight, name) for name in plain}
    assert (said["id"], said["url"]) == (str(insight.id), f"/i/{insight.id}/")
    assert said["audiences"] == [reference(audience, "/a/") for audience in reversed(audiences)]
    assert said["source"] == {
        "kind": "coordinator",
        "role": "bedside coordinator",
        "organisation": reference(place, "/o/"),
        "place": "ward 4",
        "collected_on": "2022-06-01",
        "consent": "given",
    }
    assert (said["voices"], said["places"]) == (2, 1)
    assert said["programme"] == reference(case_study.programme, "/p/")
    assert said["case_study"] == reference(case_study, "/c/", case_study.title)
    assert said["learning_activity"] == reference(activity, "/l/")
    assert [(tag["code"], tag["state"], tag["origin"], tag["score"], tag["version"]) for tag in said["habits"]] == [
        ("staff", "confirmed", "person", None, None),
        ("culture", "suggested", "machine", 0.1235, 4),
    ], "in the order of the codebook"
    assert said["habits"][1]["reason"] == "It speaks of workload."
    assert [tag["slug"] for tag in said["themes"]] == [theme.slug]
    assert said["tagged"]["version"] == 4
    assert datetime.datetime.fromisoformat(said["tagged"]["at"]) == tagging.at
    assert said["evidence"] == [
        {"relation": "rests-on", "direction": "to", **reference(finding, "/i/", "x" * 80)},
    ]
    assert row(finding)["evidence"] == [
        {"relation": "rests-on", "direction": "from", **reference(insight, "/i/", insight.title)},
    ]
    for name in ("created", "modified"):
        assert datetime.datetime.fromisoformat(said[name]) == getattr(insight, name)


def test_one_insight_says_the_same_as_its_row_and_brings_the_neighbours():
    insight = TagFactory().insight
    said = orjson.loads(one(person=None, insight_id=insight.id, links=LINKS))
    neighbours = [tag.pop("neighbour") for tag in said["habits"]]
    assert said == row(insight)
    assert neighbours == [None], "nothing is embedded yet"


def test_what_is_due_again_is_not_tagged_yet():
    tagging = TaggingFactory(due=True)
    assert row(tagging.insight)["tagged"] is None


def test_rejected_tags_are_shown_to_those_who_may_decide():
    insight = TagFactory(rejected=True).insight
    for person, shown in [
        (None, False),
        (UserFactory(role="analyst"), False),
        (MembershipFactory(programme=insight.programme, role="viewer").user, False),
        (MembershipFactory(programme=insight.programme).user, True),
        (MembershipFactory().user, False),
        (UserFactory(role="curator"), True),
    ]:
        assert bool(row(insight, person)["habits"]) == shown


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"source__consent": "withheld"}])
def test_evidence_names_only_what_this_reader_may_open(hidden):
    insight, other = InsightFactory(), InsightFactory(**hidden)
    EvidenceFactory(insight=insight, other=other)
    EvidenceFactory(insight=other, other=insight, relation="contradicts")
    for person in (
        None,
        UserFactory(role="analyst"),
        UserFactory(role="curator"),
        MembershipFactory(programme=insight.programme, role="curator").user,
        MembershipFactory(programme=other.programme, role="viewer").user,
    ):
        try:
            one(person=person, insight_id=other.id, links=LINKS)
            opens = True
        except Missing:
            opens = False
        assert len(row(insight, person)["evidence"]) == (2 if opens else 0)


def test_what_is_not_there_is_missing():
    with pytest.raises(Missing):
        one(person=None, insight_id=uuid4(), links=LINKS)
