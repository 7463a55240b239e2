"""A case study: its text, its figures, and its insights in their groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from django.urls import reverse

from accounts.models import User
from casestudies.lifecycle import Status
from casestudies.models import CaseStudy, KeyFigure, LearningActivity, Lever, Measure, Programme
from casestudies.suppression import FEWER, suppressed, too_small
from insights import search
from insights.choices import Kind, Perspective
from insights.counting import counts
from insights.figures import estimate_of
from insights.search import Selection
from lhs.habits import CODES
from web.cards import Card, card, page_links
from web.charts import BarChart, LineChart, lines
from web.pages.answered import answered_line
from web.pages.habits import HabitCount, habit_chart, habit_counts
from web.words import counted, day, number, paragraphs

MOST_INSIGHTS = 200
PERSPECTIVES = (
    (Perspective.PATIENT, "Patient perspective"),
    (Perspective.STAFF, "Staff perspective"),
    (Perspective.WAYS_OF_WORKING, "Ways of working"),
)
NO_PERSPECTIVE = "Other findings"
NO_AUDIENCE = "For everyone involved"


@dataclass(frozen=True)
class Figure:
    """A key figure: “211,756”, “patients”, what it is, and when, of whom and where it stands."""

    value: str
    unit: str
    name: str
    context: str
    locator: str
    illustrative: bool


@dataclass(frozen=True)
class Group:
    """Insights under one heading."""

    id: str
    heading: str
    cards: list[Card]


@dataclass(frozen=True)
class Activity:
    """How the programme learned: what was done, when, and what it was about."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class MeasureShown:
    """A measure over time, drawn."""

    name: str
    description: str
    illustrative: bool
    chart: LineChart


@dataclass(frozen=True)
class CaseStudyPage:
    """What the page of a case study shows."""

    title: str
    topic: str
    status: str
    facts: list[tuple[str, str]]
    figures: list[Figure]
    background: list[str]
    levers: list[Lever]
    activities: list[Activity]
    findings: list[Group]
    recommendations: list[Group]
    reflections: list[str]
    total: str
    habits: list[HabitCount]
    chart: BarChart
    measures: list[MeasureShown]
    citation: str
    citation_url: str
    illustrative: str
    all_insights: str
    more: bool


def case_study_page(person: User | None, study: CaseStudy) -> CaseStudyPage:
    """Return the page of `study` as `person` (None: anyone) sees it."""
    programme = study.programme
    found = counts(case_study_id=study.id)
    page = search.page(
        person=person,
        selection=Selection(case_study=(str(study.id),), status=(Status.PUBLISHED,)),
        links=page_links(),
        page_size=MOST_INSIGHTS,
    )
    rows = [orjson.loads(row) for row in page.rows]
    # As they stand in the document; what has no place in it comes last, oldest first (ids are in order of time).
    rows.sort(key=lambda row: (row["position"] is None, row["position"] or 0, row["id"]))
    composed = sum(row["illustrative"] for row in rows)
    return CaseStudyPage(
        title=study.title,
        topic=study.topic,
        status="" if study.status == Status.PUBLISHED else Status(study.status).label,
        facts=_facts(study, programme),
        figures=[_figure(figure) for figure in study.key_figures.all()],
        background=paragraphs(study.background),
        levers=list(programme.levers.all()),
        activities=[_activity(activity) for activity in programme.activities.all()],
        findings=_by_perspective(rows),
        recommendations=_by_audience(rows),
        reflections=paragraphs(study.reflections),
        total=counted(found["all"][""], "published insight"),
        habits=habit_counts(estimate_of(found, codes=CODES, case_study_id=study.id), case_study=study.slug),
        chart=habit_chart(found, title="Published insights of this case study that show each habit"),
        measures=_measures(programme),
        citation=study.citation,
        citation_url=study.citation_url,
        illustrative=_illustrative(composed, len(rows)),
        all_insights=f"{reverse('web:insights')}?case_study={study.slug}",
        more=page.next is not None,
    )


def _facts(study: CaseStudy, programme: Programme) -> list[tuple[str, str]]:
    ran = " to ".join(said for said in (day(programme.starts_on), day(programme.ends_on)) if said)
    if programme.starts_on and not programme.ends_on:
        ran = f"from {ran}"
    facts = (
        ("Programme", programme.name),
        ("Led by", programme.lead.name),
        ("With", ", ".join(partner.name for partner in programme.partners.all())),
        ("Ran", ran),
        ("Published", day(study.published_on)),
        ("From said to answered", answered_line(programme)),
    )
    return [(name, said) for name, said in facts if said]


def _figure(figure: KeyFigure) -> Figure:
    close = figure.unit.startswith("%")
    when = figure.as_of_words or day(figure.as_of)
    return Figure(
        value=FEWER if too_small(figure.value, figure.unit) else number(figure.value) + ("%" if close else ""),
        unit=figure.unit.removeprefix("%").strip(),
        name=figure.name,
        context=", ".join(part for part in (figure.population, when) if part),
        locator=figure.locator,
        illustrative=figure.illustrative,
    )


def _activity(activity: LearningActivity) -> Activity:
    kind = activity.get_kind_display()
    parts = (kind if kind.lower() not in activity.name.lower() else "", day(activity.held_on))
    return Activity(activity.name, ", ".join(part for part in parts if part), activity.description)


def _by_perspective(rows: list[dict]) -> list[Group]:
    found = [row for row in rows if row["kind"] != Kind.RECOMMENDATION]
    groups = [
        Group(f"findings-{perspective}", heading, [card(row) for row in found if row["perspective"] == perspective])
        for perspective, heading in PERSPECTIVES
    ]
    groups.append(Group("findings-other", NO_PERSPECTIVE, [card(row) for row in found if not row["perspective"]]))
    return [group for group in groups if group.cards]


def _by_audience(rows: list[dict]) -> list[Group]:
    """Return the recommendations, each once, under all whom it is for."""
    groups: dict[str, Group] = {}
    for row in rows:
        if row["kind"] == Kind.RECOMMENDATION:
            whom = "; ".join(audience["name"] for audience in row["audiences"])
            heading = f"For {whom}" if whom else NO_AUDIENCE
            group = groups.setdefault(heading, Group(f"recommendations-{len(groups) + 1}", heading, []))
            group.cards.append(card(row))
    return sorted(groups.values(), key=lambda group: group.heading == NO_AUDIENCE)


def _measures(programme: Programme) -> list[MeasureShown]:
    found: Iterable[Measure] = programme.measures.prefetch_related("points__organisation")
    shown = []
    for measure in found:
        series: dict[str, list] = {}
        hidden = suppressed(measure.points.all(), measure.unit)
        for point in measure.points.all():
            said = hidden.get(point.id, point.value)
            series.setdefault(point.organisation.name, []).append((point.on, said))
        if not series:
            continue
        chart = lines(
            id=f"measure-{measure.slug}", title=f"{measure.name} ({measure.unit})", unit=measure.unit,
            series=sorted(series.items()),
        )  # fmt: skip
        shown.append(MeasureShown(measure.name, measure.description, measure.illustrative, chart))
    return shown


def _illustrative(composed: int, shown: int) -> str:
    """Return the sentence that says how much here was composed to show the software, if anything was."""
    if not composed:
        return ""
    some = f"All {shown} insights here are" if composed == shown else f"{composed} of the {shown} insights here"
    verb = "" if composed == shown else " is" if composed == 1 else " are"
    return f"{some}{verb} illustrative: composed to show the software, and marked so."
