"""The OpenAPI document: complete, without a warning, the same as the one kept – and true of real answers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from api import examples
from api.schema import document
from api.shapes import Insight, SingleInsight
from insights.rows import FIELDS
from tests.api.test_library import LISTS, make_a_library
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    EvidenceFactory,
    InsightFactory,
    OrganisationFactory,
    SourceFactory,
    TagFactory,
    TaggingFactory,
    ThemeFactory,
    habit,
)

KEPT = settings.BASE_DIR / "api" / "openapi.yaml"
REFRESH = "python manage.py spectacular --file api/openapi.yaml"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every operation: method, address, what is said of it."""
    return [(verb, path, told) for path, verbs in document()["paths"].items() for verb, told in verbs.items()]


def matches(told: Any, shape: str) -> None:
    """Fail where `told` is not as the document's component `shape` says."""
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document()["components"]}
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(told)


def test_the_document_is_made_without_a_warning_or_an_error(tmp_path):
    GENERATOR_STATS.reset()
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    validate_schema(document())


def test_the_document_is_the_one_that_is_kept(tmp_path):
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--file", str(made))
    same = KEPT.exists() and KEPT.read_text(encoding="utf-8") == made.read_text(encoding="utf-8")
    assert same, f"The API has changed. Look at what changed, then keep it: {REFRESH}"


@pytest.mark.django_db
def test_the_document_is_served_as_json_and_as_yaml(anyone):
    told = anyone.get("schema/")
    assert (told.status_code, told["Content-Type"]) == (200, "application/json")
    assert told.json()["openapi"] == "3.1.0"
    other = anyone.get("schema/", headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.safe_load(other.content) == told.json()


def test_every_operation_says_what_it_does_and_what_may_go_wrong():
    for verb, path, told in operations():
        assert told["summary"], path
        assert told["description"], path
        needed = {"401", "406", "429"} | ({"404"} if "{" in path else set())
        needed |= set() if verb == "get" else {"400", "403", "413", "415"}
        assert needed <= set(told["responses"]), path
        for code, response in told["responses"].items():
            if code >= "400":
                assert list(response["content"]) == ["application/problem+json"], path
                assert response["description"], path


def test_whatever_is_sent_has_an_example():
    sent = {path: told["requestBody"] for verb, path, told in operations() if "requestBody" in told}
    assert len(sent) == 22
    for path, body in sent.items():
        assert all(form["examples"] for form in body["content"].values()), path


def test_the_fields_of_an_insight_are_those_of_the_query_that_makes_its_row():
    assert list(Insight().fields) == list(FIELDS)
    assert list(SingleInsight().fields) == [*FIELDS, "flags"]


@pytest.mark.django_db
def test_real_insights_are_as_the_document_says(anyone, curator):
    full = InsightFactory(
        case_study=CaseStudyFactory(),
        title="Whom to ring",
        perspective="patient",
        level="team",
        effect="barrier",
        response="fix",
        position=3,
        external_id="n-1",
        source__organisation=OrganisationFactory(),
        source__collected_on="2021-07-14",
        audiences=[AudienceFactory()],
    )
    SourceFactory(insight=full)
    TagFactory(insight=full)
    TagFactory(insight=full, code=habit("culture"), confirmed=True, score=None, tagger=None, reason="")
    TagFactory(insight=full, code=habit("feedback"), rejected=True)
    TagFactory(insight=full, code=ThemeFactory(), confirmed=True)
    TaggingFactory(insight=full)
    EvidenceFactory(insight=full, other=InsightFactory())
    for caller in (anyone, curator):
        page = caller.get("insights/").json()
        assert len(page["results"]) == 2
        matches(page, "InsightPage")
        for row in page["results"]:
            matches(caller.get(row["url"]).json(), "SingleInsight")


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_the_library_is_as_the_document_says(anyone, name):
    make_a_library(2)
    page = anyone.get(f"{name}/").json()
    assert page["results"]
    response = document()["paths"][f"/api/v1/{name}/"]["get"]["responses"]["200"]
    matches(page, response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])


@pytest.mark.django_db
def test_a_problem_is_as_the_document_says(anyone):
    for address in ("insights/?kind=opinion", "nowhere/", "insights/?page_size=0"):
        matches(anyone.get(address).json(), "Problem")


@pytest.mark.django_db
@pytest.mark.parametrize("example", [examples.SHORTEST, examples.FULL], ids=lambda example: example.name)
def test_the_examples_of_what_is_sent_are_taken(contributor, programme, example):
    OrganisationFactory(slug="north-ward")
    AudienceFactory(slug="ward-managers")
    matches(example.value, "InsightBodyRequest")
    answer = contributor.post("insights/", example.value)
    assert answer.status_code == 201, answer.content
    changed = contributor.patch(answer["Location"], examples.CHANGE.value)
    assert changed.status_code == 200, changed.content
