"""The tagger's page: which version is in use, how far to trust it, how it learns."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from insights.figures import WAITING_UP_TO, Figures, OnCode, Stretch
from insights.reporting import Report, Run, Version, report, trainings
from lhs.agreement import Measure
from lhs.estimates import FEWEST_AUDITED, FEWEST_ON_A_SIDE, Pooled
from web.charts import LineChart, Table, lines
from web.words import counted, day, moment, month, number, percent

# A month or a version with fewer texts is in the table, not in the drawing: chance would make it jump.
FEWEST_DRAWN = 10
NONE = "–"


@dataclass(frozen=True)
class Row:
    """A table's row: what it is of, and its cells; `note` stands in place of the cells where there is too little."""

    name: str
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class TrainingPanel:
    """The latest runs of training in words; `going_on` while one of them runs."""

    going_on: bool
    runs: tuple[Row, ...]


@dataclass(frozen=True)
class TaggerPage:
    """What the tagger's page shows."""

    codebook: str
    title: str
    facts: list[tuple[str, str]]
    audited: str
    codes: list[Row]
    calibration: str
    people: list[tuple[str, str]]
    drift: LineChart | None
    by_month: list[Row]
    by_version: list[Row]
    versions: list[Row]
    training: TrainingPanel
    fewest: int = FEWEST_AUDITED
    fewest_on_a_side: int = FEWEST_ON_A_SIDE


def tagger_page(codebook: str) -> TaggerPage:
    """Return the page of a codebook's tagger. Raises Missing."""
    found = report(codebook=codebook)
    told = found.figures
    return TaggerPage(
        codebook=found.codebook,
        title=f"How {found.name[:1].lower()}{found.name[1:]} are tagged, and how far to trust it",
        facts=_facts(found),
        audited=_audited(told),
        codes=_codes(found),
        calibration=percent(told.calibration_error) if told.audited >= FEWEST_AUDITED else "",
        people=_people(found),
        drift=_drift(told.by_month),
        by_month=[_stretch(month(one.month), one.pooled) for one in told.by_month if one.month],
        by_version=[_stretch(f"Version {one.version}", one.pooled) for one in told.by_version],
        versions=[_version(one) for one in found.versions],
        training=_panel(found.trainings),
    )


def training_panel(codebook: str) -> TrainingPanel:
    """Return the part that follows a training while it runs. Raises Missing."""
    return _panel(trainings(codebook=codebook))


def measured(measure: Measure) -> str:
    """Return a share with its interval as “82% (70% to 90%)”; a dash where it has no value."""
    if measure.value is None:
        return NONE
    if measure.low is None or measure.high is None:
        return f"{percent(measure.value)} (too few to say how sure)"
    return f"{percent(measure.value)} ({percent(measure.low)} to {percent(measure.high)})"


def _facts(found: Report) -> list[tuple[str, str]]:
    now = found.in_use
    if now is None:
        return []
    facts = (
        ("Version", number(now.version)),
        ("In use since", moment(now.since)),
        ("Why", now.reason),
        ("Reads with", now.encoder),
        ("Learnt from", _learnt_from(now)),
        ("Judged before it was put in use", _judged(now)),
        ("Digest of what it learnt from", now.data_digest),
    )
    return [(name, said) for name, said in facts if said]


def _learnt_from(version: Version) -> str:
    parts = []
    if version.exemplars:
        parts.append(f"{counted(version.exemplars, 'example')} written for this software")
    if version.passages:
        parts.append(f"the numbers of {counted(version.passages, 'published passage')}, labelled by a model")
    if version.decisions:
        parts.append(f"{counted(version.decisions, 'decision')} of people")
    return ", ".join(parts)


def _judged(version: Version) -> str:
    if version.macro_f1 is None:
        return ""
    interval = f" ({percent(version.interval[0])} to {percent(version.interval[1])})" if version.interval else ""
    return f"F1, mean of the codes: {percent(version.macro_f1)}{interval}. {version.measured_on}".strip()


def _audited(told: Figures) -> str:
    if told.audited < FEWEST_AUDITED:
        return f"Not enough yet: {number(told.audited)} of {FEWEST_AUDITED} insights audited."
    return f"{counted(told.audited, 'insight')} audited, {number(told.audited_live)} of them with the version in use."


def _codes(found: Report) -> list[Row]:
    told = found.figures
    rows = [_code(one, found.in_use) for one in told.codes]
    if told.audited >= FEWEST_AUDITED:
        together = _stretch("All together", told.together)
        rows.append(Row(together.name, (*together.cells[:-1], f"{number(told.audited)}, all versions")))
    return rows


def _code(one: OnCode, in_use: Version | None) -> Row:
    if not one.enough:
        return Row(one.name, (), f"Not enough yet: {number(one.cells.n)} of {FEWEST_AUDITED} audited")
    of = f"version {in_use.version}" if one.live and in_use else "all versions"
    figures = tuple(measured(measure) for measure in (one.precision, one.recall, one.f1))
    return Row(one.name, (*figures, f"{number(one.cells.n)}, {of}"))


def _stretch(name: str, pooled: Pooled) -> Row:
    figures = tuple(measured(measure) for measure in (pooled.precision, pooled.recall, pooled.f1))
    return Row(name, (*figures, number(pooled.n)))


def _people(found: Report) -> list[tuple[str, str]]:
    told = found.figures
    many = f"more than {number(WAITING_UP_TO)}"
    return [
        ("Decisions that confirm a tag", number(told.decisions["confirmed"])),
        ("Decisions that reject a tag", number(told.decisions["rejected"])),
        ("Insights reviewed as a whole", number(told.reviews)),
        ("Insights waiting for a review", many if told.waiting > WAITING_UP_TO else number(told.waiting)),
        ("Insights waiting to be tagged", number(found.due)),
        ("New decisions since the last training", number(found.new_decisions)),
    ]


def _drift(months: Sequence[Stretch]) -> LineChart | None:
    """Precision and recall by month, where at least two months have enough texts to be drawn."""
    drawn = [one for one in months if one.month and one.pooled.n >= FEWEST_DRAWN]
    if len(drawn) < 2:
        return None
    series: list[tuple[str, list[tuple[datetime.date, float]]]] = []
    for name, of in (("Precision", "precision"), ("Recall", "recall")):
        points = [(one.month, getattr(one.pooled, of).value) for one in drawn if one.month]
        series.append((name, [(when, round(100 * value, 1)) for when, value in points if value is not None]))
    title = "Precision and recall of the audit, by month (%)"
    chart = lines(id="drift", title=title, unit="per cent", series=series)
    rows = [_stretch(month(one.month), one.pooled) for one in months if one.month]
    head = ("Month", "Precision", "Recall", "F1", "Insights audited")
    return replace(chart, table=Table(head, tuple((row.name, *row.cells) for row in rows)))


def _version(one: Version) -> Row:
    return Row(
        f"Version {one.version}",
        (day(one.made), one.state_words, number(one.decisions), percent(one.macro_f1) or NONE, one.reason),
    )


def _panel(runs: Sequence[Run]) -> TrainingPanel:
    return TrainingPanel(
        going_on=any(run.alive for run in runs),
        runs=tuple(
            Row(moment(run.began), (run.cause_words, run.state_words, _how_far(run) or run.outcome)) for run in runs
        ),
    )


def _how_far(run: Run) -> str:
    if not run.alive:
        return ""
    return f"{run.stage}: {number(run.done)} of {number(run.of)}" if run.of else run.stage
