"""Take a report in: read it, cut it, and keep its candidates; open it again later, or throw it away."""

from __future__ import annotations

import datetime
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Missing
from casestudies.lifecycle import Status
from casestudies.models import Audience, LearningActivity, Programme
from casestudies.permissions import may, programmes_open_to
from insights.choices import Consent
from insights.models import Candidate, Report
from insights.models.words import clean_words
from insights.nudging import nudge_comparing_after_commit
from insights.reports.cutting import Cut, cut
from insights.reports.reading import Document, read_file, read_text
from insights.reports.rules import speaks

# A report of 200 pages is cut into fewer; what is beyond is told of and left out.
MOST_CANDIDATES = 600
PASTED = "Pasted text"
NOTHING = "No text that could be an insight was found in this."
NAME = 200


def may_take(person: User | None, programme_id: UUID, *, consent: str = Consent.NOT_NEEDED) -> bool:
    """Say whether `person` may cut reports of this programme, and open what was cut."""
    return may(
        person,
        "read",
        "report",
        programme_id=programme_id,
        status=Status.DRAFT,
        withheld=consent == Consent.WITHHELD,
    )


def take(
    *,
    person: User,
    programme: Programme,
    text: str = "",
    data: bytes | None = None,
    name: str = "",
    learning_activity: LearningActivity | None = None,
    consent: str = Consent.NOT_NEEDED,
) -> Report:
    """Read a report (`data` of a file, or `text`), cut it into candidates and keep those; the document is not kept.

    Reading takes up to the seconds of the settings, before any transaction begins. Raises PermissionDenied, and
    ValidationError under `file`, `text`, `name`, `consent` or `learning_activity`.
    """
    if not may_take(person, programme.id, consent=consent):
        raise PermissionDenied(f"You can cut reports only in your own programmes, not in “{programme.name}”.")
    if consent not in Consent.values:
        raise ValidationError({"consent": "Choose one of the answers."})
    if learning_activity is not None and learning_activity.programme_id != programme.id:
        raise ValidationError({"learning_activity": f"This belongs to another programme than “{programme.name}”."})
    known_as = _named(name)  # before the work of reading, so that a name that will not do costs nothing
    document = read_text(text) if data is None else read_file(name=name, data=data)
    cuts = cut(document.blocks)
    if not cuts:
        raise ValidationError({"text" if data is None else "file": NOTHING})
    known_as = known_as or _first_heading(document) or PASTED
    return _kept(person, programme, known_as, document, cuts, learning_activity, consent)


@transaction.atomic
def _kept(
    person: User,
    programme: Programme,
    name: str,
    document: Document,
    cuts: list[Cut],
    activity: LearningActivity | None,
    consent: str,
) -> Report:
    report = Report.objects.create(
        programme=programme,
        person=person,
        name=name,
        form=document.form,
        consent=consent,
        learning_activity=activity,
        left_out=document.left_out or len(cuts) > MOST_CANDIDATES,
    )
    rows = [_candidate(report, place, one) for place, one in enumerate(cuts[:MOST_CANDIDATES])]
    for row, one in zip(rows, cuts, strict=False):
        row.same_as = rows[one.same_as] if one.same_as is not None else None
    Candidate.objects.bulk_create(rows)
    by_slug = Audience.objects.in_bulk(list({slug for one in cuts for slug in one.audiences}), field_name="slug")
    through = Candidate.audiences.through
    through.objects.bulk_create(
        through(candidate_id=row.id, audience_id=by_slug[slug].id)
        for row, one in zip(rows, cuts, strict=False)
        for slug in one.audiences
        if slug in by_slug
    )
    nudge_comparing_after_commit()
    return report


def _candidate(report: Report, place: int, one: Cut) -> Candidate:
    where = f"{report.name}, {one.place}" if one.place else f"{report.name}, piece {place + 1}"
    return Candidate(
        report=report,
        position=place,
        section=one.section,
        locator=where[-300:],
        title=_storable(one.title),
        text=_storable(one.text),
        kind=one.kind,
        perspective=one.perspective,
        level=one.level,
        effect=one.effect,
        ticked=one.ticked,
        why=one.why[:400],
    )


def _storable(words: str) -> str:
    """Return words of a document without the control characters that parsers leave in them."""
    kept = "".join(one for one in words if one in "\t\n" or (ord(one) >= 32 and not 0x7F <= ord(one) <= 0x9F))
    return clean_words(kept.encode(errors="ignore").decode())


def _named(name: str) -> str:
    """Return the name that a report is known by, without a folder before it."""
    try:
        bare = clean_words(PurePath(name.replace("\\", "/")).name)
    except ValidationError as fault:
        raise ValidationError({"name": fault.messages}) from fault
    return " ".join(bare.split())[:NAME]


def _first_heading(document: Document) -> str:
    """Return what the document calls itself, if it begins with that."""
    first = document.blocks[0]
    return _storable(first.text)[:NAME] if first.what == "heading" and not speaks(first.text) else ""


def open_reports(person: User) -> QuerySet[Report]:
    """Return the reports that `person` may open, newest first, with `waiting` and `saved`: how many candidates."""
    inside = programmes_open_to(person, "read", "report", status=Status.DRAFT)
    found = Report.objects.all() if inside is None else Report.objects.filter(programme_id__in=inside)
    of_the_team = [
        id
        for id in found.filter(consent=Consent.WITHHELD).values_list("programme_id", flat=True).distinct()
        if may_take(person, id, consent=Consent.WITHHELD)
    ]
    return (
        found.filter(~Q(consent=Consent.WITHHELD) | Q(programme_id__in=of_the_team))
        .select_related("programme", "person", "learning_activity")
        .annotate(
            waiting=Count("candidates", filter=Q(candidates__insight__isnull=True)),
            saved=Count("candidates", filter=Q(candidates__insight__isnull=False)),
        )
        .order_by("-id")
    )


def the_report(*, person: User | None, report_id: UUID, lock: bool = False) -> Report:
    """Return the report if `person` may open it, else raise Missing; with `lock`, held for this transaction."""
    found = Report.objects.filter(id=report_id)
    report = found.select_for_update().first() if lock else found.select_related("programme", "person").first()
    if report is None or not may_take(person, report.programme_id, consent=report.consent):
        raise Missing("There is no such report, or you may not open it.")
    return report


@transaction.atomic
def throw_away(*, person: User, report_id: UUID) -> None:
    """Delete a report with every candidate; insights that were saved from it stay. Raises Missing."""
    report = the_report(person=person, report_id=report_id, lock=True)
    report.delete()


def kept_until(report: Report) -> datetime.datetime:
    """Return until when what was cut out of a report waits to be saved."""
    return report.created + datetime.timedelta(days=settings.REPORT_KEEP_DAYS)


@transaction.atomic
def forget_old() -> int:
    """Delete what was cut out of reports and not saved in the days of the setting; return of how many reports.

    A report of which nothing was saved goes whole. What was saved is an insight, and stays.
    """
    old = Report.objects.filter(created__lt=timezone.now() - datetime.timedelta(days=settings.REPORT_KEEP_DAYS))
    unsaved = Candidate.objects.filter(report__in=old, insight__isnull=True)
    ids = set(unsaved.order_by().values_list("report_id", flat=True).distinct())
    # Who is saving from one of them holds its report.
    ids = set(Report.objects.filter(id__in=ids).select_for_update(skip_locked=True).values_list("id", flat=True))
    Candidate.objects.filter(report__in=ids, insight__isnull=True).delete()
    Report.objects.filter(id__in=ids, candidates__isnull=True).delete()
    return len(ids)
