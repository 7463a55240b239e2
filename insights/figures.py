"""How far to trust the tagger, and a count made with it: measured on the audit sample, and on nothing else.

The audit sample is drawn by chance and judged blind (`insights.desk`); each review in it keeps what the tagger then
in use said. What people decide in the queue or on a page is not drawn by chance and never enters a figure here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from casestudies.lifecycle import Status
from insights.choices import Queue, TagState, Verdict
from insights.desk import REVIEWED
from insights.models import Decision, Insight, Review, Tag
from lhs import estimates
from lhs.agreement import Measure
from lhs.estimates import FEWEST_AUDITED, Cells, Corrected, Pooled, corrected_count
from lhs.models import HABITS, Code, Tagger

WAITING_UP_TO = 1000
MONTHS_BACK = 24
TAGGED = (TagState.CONFIRMED, TagState.SUGGESTED, TagState.REJECTED)


@dataclass(frozen=True)
class Audited:
    """One text of the audit: what a person found in it, and what the tagger of `version` had said, code by code.

    `live` says whether that is the version in use now.
    """

    at: datetime.datetime
    version: int | None
    live: bool
    found: frozenset[str]
    scores: Mapping[str, float]
    suggested: frozenset[str]


@dataclass(frozen=True)
class OnCode:
    """How well a code is told, on the texts of `cells`; `live` says whether the version in use alone is measured."""

    code: str
    name: str
    cells: Cells
    live: bool
    precision: Measure
    recall: Measure
    f1: Measure
    calibration_error: float | None

    @property
    def enough(self) -> bool:
        """Whether enough was audited to say anything."""
        return self.cells.n >= FEWEST_AUDITED


@dataclass(frozen=True)
class Stretch:
    """All codes together, of one version or of one month (its first day)."""

    version: int | None
    month: datetime.date | None
    pooled: Pooled


@dataclass(frozen=True)
class Figures:
    """What the audit sample says of a codebook's tagger, and how much people have decided so far.

    `audited` texts in all, `audited_live` of them by the version in use; `decisions` by verdict, without those taken
    back; `waiting` insights that nobody has reviewed, counted no further than WAITING_UP_TO + 1.
    """

    audited: int
    audited_live: int
    codes: tuple[OnCode, ...]
    together: Pooled
    calibration_error: float | None
    by_version: tuple[Stretch, ...]
    by_month: tuple[Stretch, ...]
    decisions: Mapping[str, int]
    reviews: int
    waiting: int


@dataclass(frozen=True)
class CountOf:
    """How many insights a code holds for: by people's word, by the machine's, and as far as one can tell in truth.

    `estimate` is None where too few were audited: `audited` texts so far.
    """

    code: str
    confirmed: int
    suggested: int
    estimate: Corrected | None
    audited: int


def figures(*, codebook: str = HABITS) -> Figures:
    """Return what the audit sample says of the codebook's tagger."""
    sample = audit_sample(codebook)
    codes = list(Code.objects.living().filter(codebook__slug=codebook))
    slugs = [code.slug for code in codes]
    versions = sorted({one.version for one in sample if one.version is not None}, reverse=True)
    months = sorted({_month(one) for one in sample})[-MONTHS_BACK:]
    return Figures(
        audited=len(sample),
        audited_live=sum(one.live for one in sample),
        codes=tuple(_on_code(sample, code) for code in codes),
        together=_pooled(sample, slugs),
        calibration_error=_calibration(sample, slugs),
        by_version=tuple(
            Stretch(version, None, _pooled([one for one in sample if one.version == version], slugs))
            for version in versions
        ),
        by_month=tuple(
            Stretch(None, month, _pooled([one for one in sample if _month(one) == month], slugs)) for month in months
        ),
        decisions=_decisions(codebook),
        reviews=Review.objects.filter(codebook__slug=codebook, undone_at__isnull=True).count(),
        waiting=_waiting(codebook),
    )


def audit_sample(codebook: str = HABITS) -> list[Audited]:
    """Return the texts of the audit that are a fair trial of the tagger, in order of time.

    The same words count once, whoever judged them and whichever insight says them; and not at all where a person had
    decided or reviewed them before, for then the tagger may have learnt them. Words that are withheld now are left out,
    as they are from every count.
    """
    same = {"digest": OuterRef("digest"), "at__lt": OuterRef("at")}
    decided = Decision.objects.filter(code__codebook=OuterRef("codebook"), undone_by__isnull=True, **same)
    reviewed = Review.objects.filter(codebook=OuterRef("codebook"), undone_at__isnull=True, **same)
    rows = (
        Review.objects.filter(
            codebook__slug=codebook,
            queue=Queue.AUDIT,
            shown=False,
            undone_at__isnull=True,
            machine__isnull=False,
            insight__words_withheld=False,
        )
        # What is judged in a sample for several neither teaches nor settles anything.
        .exclude(Exists(reviewed.exclude(queue=Queue.SAMPLE)))
        .exclude(Exists(decided.exclude(verdict=Verdict.UNDONE)))
        .order_by("at", "id")
        .values_list("at", "tagger__version", "tagger__state", "codes", "machine")
    )
    return [
        Audited(
            at=at,
            version=version,
            live=state == Tagger.State.CHAMPION,
            found=frozenset(found),
            scores={code: float(score) for code, (score, _) in (machine or {}).items()},
            suggested=frozenset(code for code, (_, suggested) in (machine or {}).items() if suggested),
        )
        for at, version, state, found, machine in rows
    ]


def estimate_of(
    found: Mapping[str, Mapping[str, int]],
    *,
    codebook: str = HABITS,
    codes: Sequence[str],
    programme_id: UUID | None = None,
    case_study_id: UUID | None = None,
) -> dict[str, CountOf]:
    """Return of each of `codes` how many insights hold it, from tallies as `insights.counting.counts` gives them.

    The tallies are of what the two ids say. Undecided is what no person has said anything of: where an insight was
    reviewed, the codes not found in it are known not to hold, though no tag says so.
    """
    sample = audit_sample(codebook)
    rates = {code: rates_of(sample, code)[0] for code in codes}
    # Asked for only where an estimate can come of it.
    worth = any(cells.n >= FEWEST_AUDITED for cells in rates.values())
    settled = _settled(codebook, programme_id, case_study_id) if worth else _Settled(0, {})
    total = found.get("all", {}).get("", 0)

    def count(code: str) -> CountOf:
        confirmed, suggested, rejected = (found.get(f"{codebook}:{state}", {}).get(code, 0) for state in TAGGED)
        known = settled.tags.get(code, {})
        untagged = total - confirmed - suggested - rejected
        estimate = corrected_count(
            rates[code],
            confirmed=max(0, confirmed),
            suggested=max(0, suggested - known.get(TagState.SUGGESTED, 0)),
            not_suggested=max(0, untagged - (settled.insights - sum(known.values()))),
        )
        return CountOf(code, confirmed, suggested, estimate, rates[code].n)

    return {code: count(code) for code in codes}


def rates_of(sample: Sequence[Audited], code: str) -> tuple[Cells, bool]:
    """Return what a code's figures rest on, and whether that is the version in use alone.

    It is, as soon as enough of its own was audited; until then all versions are taken together.
    """
    live = _cells((one for one in sample if one.live), code)
    return (live, True) if estimates.enough(live) else (_cells(sample, code), False)


@dataclass(frozen=True)
class _Settled:
    """How many published insights people have reviewed, and of these how many have a tag, by code and state."""

    insights: int
    tags: Mapping[str, Mapping[str, int]]


def _settled(codebook: str, programme_id: UUID | None, case_study_id: UUID | None) -> _Settled:
    here = Review.objects.filter(
        codebook__slug=codebook, insight_id=OuterRef("pk"), digest=OuterRef("digest"), undone_at__isnull=True
    )
    reviewed = Insight.objects.filter(status=Status.PUBLISHED, words_withheld=False)
    if programme_id is not None:
        reviewed = reviewed.filter(programme_id=programme_id)
    if case_study_id is not None:
        reviewed = reviewed.filter(case_study_id=case_study_id)
    reviewed = reviewed.filter(Exists(here.exclude(queue=Queue.SAMPLE)))
    tags: dict[str, dict[str, int]] = {}
    on_them = Tag.objects.filter(code__codebook__slug=codebook, insight__in=reviewed)
    for code, state, n in on_them.values_list("code__slug", "state").annotate(n=Count("id")).order_by():
        tags.setdefault(code, {})[state] = n
    return _Settled(reviewed.count(), tags)


def _cells(sample: Iterable[Audited], code: str) -> Cells:
    return estimates.cells_of((code in one.suggested, code in one.found) for one in sample if code in one.scores)


def _on_code(sample: Sequence[Audited], code: Code) -> OnCode:
    cells, live = rates_of(sample, code.slug)
    return OnCode(
        code=code.slug,
        name=code.name,
        cells=cells,
        live=live,
        precision=estimates.precision(cells),
        recall=estimates.recall(cells),
        f1=estimates.f1(cells),
        calibration_error=_calibration([one for one in sample if one.live or not live], [code.slug]),
    )


def _pooled(sample: Sequence[Audited], codes: Sequence[str]) -> Pooled:
    """All codes together; a code that the tagger did not know then says nothing, as if it were neither."""
    shape = (len(sample), len(codes))
    said = [code in one.suggested for one in sample for code in codes]
    true = [code in one.found and code in one.scores for one in sample for code in codes]
    return estimates.pooled(np.array(said, dtype=bool).reshape(shape), np.array(true, dtype=bool).reshape(shape))


def _calibration(sample: Sequence[Audited], codes: Sequence[str]) -> float | None:
    judged = [(one.scores[code], code in one.found) for one in sample for code in codes if code in one.scores]
    return estimates.calibration_error(
        np.array([score for score, _ in judged], dtype=float), np.array([true for _, true in judged], dtype=bool)
    )


def _month(one: Audited) -> datetime.date:
    return timezone.localtime(one.at).date().replace(day=1)


def _decisions(codebook: str) -> dict[str, int]:
    """How many decisions people made, by verdict; not those that came with the software, nor those taken back."""
    made = Decision.objects.filter(code__codebook__slug=codebook, undone_by__isnull=True)
    made = made.exclude(verdict=Verdict.UNDONE).exclude(queue=Queue.LOADED)
    counts = dict(made.values_list("verdict").annotate(n=Count("id")).order_by())
    return {verdict: counts.get(verdict, 0) for verdict in (Verdict.CONFIRMED, Verdict.REJECTED)}


def _waiting(codebook: str) -> int:
    here = Review.objects.filter(codebook__slug=codebook, insight_id=OuterRef("pk"), digest=OuterRef("digest"))
    standing = here.filter(undone_at__isnull=True).exclude(queue=Queue.SAMPLE)
    found = Insight.objects.filter(status__in=REVIEWED, words_withheld=False).exclude(Exists(standing))
    return found.order_by()[: WAITING_UP_TO + 1].count()
