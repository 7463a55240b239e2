"""Load the case studies of `fixtures/` with their insights, through the same verbs that people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Role, User
from accounts.people import LIBRARY, ensure
from casestudies.lifecycle import Status
from casestudies.loading import (
    Entry,
    Fate,
    Report,
    digest_of,
    fate_of,
    load_case_study,
    load_places,
    load_programme,
    put,
    read,
    remember,
)
from casestudies.models import Audience, Organisation, Programme
from insights.capture import WRITABLE, Setting, Voice, edit, log
from insights.choices import Queue, TagOrigin, Verdict
from insights.evidence import link
from insights.flagging import rewrite
from insights.flags import not_identifying
from insights.models import Example, Flag, Insight, Review
from insights.models.flagged import FlagField, FlagState
from insights.models.words import clean_words
from insights.moves import move
from insights.review import decide
from insights.visibility import may_here
from lhs.models import THEMES, Code, Codebook

CITED = "A published source, cited by its authors."
Told = Callable[[str, int, int], None]


def load(*, folder: Path, told: Told | None = None) -> Report:
    """Load everything in `folder`, all of it or nothing, and report what was done.

    Idempotent; what people have edited since the last load is kept. `told` is given a file's name, and how many of
    its insights are done of how many. Raises ValidationError or KeyError where an entry is not sound.
    """
    report = Report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load case studies'))")
        librarian = ensure(email=LIBRARY, role=Role.CURATOR, name="Case study library")
        load_places(report, folder)
        _load_themes(report, read(folder / "themes.yaml"))
        for path in sorted((folder / "case-studies").glob("*.yaml")):
            _load_file(report, librarian, path, told or (lambda *_: None))
    return report


def _load_file(report: Report, librarian: User, path: Path, told: Told) -> None:
    content = read(path)
    programme = load_programme(report, content["programme"])
    case_study = content.get("case_study") and load_case_study(report, programme, content["case_study"])
    activities = {activity.slug: activity for activity in programme.activities.all()}
    entries = content.get("insights", [])
    loaded: dict[str, Insight] = {}
    ours: list[Entry] = []
    for number, entry in enumerate(entries, 1):
        setting = Setting(programme, case_study, activities[entry["activity"]] if entry.get("activity") else None)
        insight, fate = _load_insight(librarian, setting, entry)
        report.book("insight", f"{programme.slug}/{entry['id']}", fate)
        loaded[entry["id"]] = insight
        if fate is not Fate.KEPT:
            ours.append(entry)
        told(path.stem, number, len(entries))
    # Those too that an earlier version loaded, before anything was screened.
    _cited(librarian, [loaded[entry["id"]].id for entry in ours])
    for entry in ours:
        _link_and_theme(librarian, entry, loaded)


def _link_and_theme(librarian: User, entry: Entry, loaded: Mapping[str, Insight]) -> None:
    """Add the evidence and themes of an entry that are not there yet; a theme that people decided stays as it is."""
    insight = loaded[entry["id"]]
    there = set(insight.evidence.values_list("other_id", "relation"))
    for evidence in entry.get("evidence", []):
        other = loaded[evidence["to"]]
        if (other.id, evidence["relation"]) not in there:
            link(person=librarian, insight_id=insight.id, other_id=other.id, relation=evidence["relation"])
    decided = set(
        insight.tags.filter(code__codebook__slug=THEMES, origin=TagOrigin.PERSON).values_list("code", flat=True)
    )
    themes = _in_use(entry.get("themes", []))
    for theme, code_id in themes.items():
        if code_id not in decided:
            decide(
                person=librarian,
                insight_id=insight.id,
                codebook=THEMES,
                code=theme,
                verdict=Verdict.CONFIRMED,
                shown=False,
                queue=Queue.LOADED,
            )
    _judged(librarian, insight, list(themes))


def _cited(librarian: User, insight_ids: Sequence[UUID]) -> None:
    """Record that where an entry stands in its source names the people who published it, and nobody else.

    A name in any other field is what it looks like: an entry that holds one is not published.
    """
    rewrite(insight_ids)
    authors: dict[UUID, list[UUID]] = {}
    open_flags = Flag.objects.filter(insight_id__in=insight_ids, field=FlagField.LOCATOR, state=FlagState.OPEN)
    for flag in open_flags:
        authors.setdefault(flag.insight_id, []).append(flag.id)
    for insight_id, flag_ids in authors.items():
        not_identifying(person=librarian, insight_id=insight_id, flag_ids=flag_ids, note=CITED)


def _in_use(slugs: Sequence[str]) -> dict[str, UUID]:
    """Return these themes as they are now, by slug: what was merged leads on, what was retired is left out."""
    codes = Code.objects.select_related("merged_into").filter(codebook__slug=THEMES)
    there = [code.merged_into or code for code in codes.filter(slug__in=slugs)]
    return {code.slug: code.id for code in there if code.retired_at is None}


def _judged(librarian: User, insight: Insight, themes: Sequence[str]) -> None:
    """Note that whoever wrote the case study read the insight for every theme: those not named are not in it."""
    codebook = Codebook.objects.get(slug=THEMES)
    Review.objects.get_or_create(
        insight=insight,
        codebook=codebook,
        person=librarian,
        digest=Insight.objects.values_list("digest", flat=True).get(id=insight.id),
        undone_at=None,
        defaults={
            "codes": list(themes),
            "queue": Queue.LOADED,
            "shown": False,
            "teaches": may_here(librarian, "teach", "tag", insight),
        },
    )


def _load_insight(librarian: User, setting: Setting, entry: Entry) -> tuple[Insight, Fate]:
    said = _said(entry)
    voices = [_voice(source) for source in entry["sources"]]
    audiences = list(Audience.objects.filter(slug__in=entry.get("audiences", [])))
    key = f"{setting.programme.slug}/{entry['id']}"
    there = setting.programme.insights.filter(external_id=entry["id"]).first()
    wanted = digest_of(_values(setting, said, voices, [a.slug for a in audiences], Status.PUBLISHED))
    if there is None:
        fate = Fate.NEW
        there = log(
            person=librarian, setting=setting, voices=voices, status=Status.SUBMITTED, audiences=audiences, **said
        )
        _cited(librarian, [there.id])
        move(person=librarian, insight_id=there.id, name="publish")
    else:
        fate = fate_of(kind="insight", key=key, present=digest_of(_present(there)), wanted=wanted)
        if fate is Fate.CHANGED:
            edit(person=librarian, insight_id=there.id, setting=setting, voices=voices, audiences=audiences, **said)
    if fate in (Fate.NEW, Fate.CHANGED):
        remember(kind="insight", key=key, object_id=there.id, digest=wanted)
    return there, fate


def _said(entry: Entry) -> dict[str, Any]:
    said = {name: entry.get(name) for name in WRITABLE}
    said |= {"external_id": entry["id"], "illustrative": bool(entry.get("illustrative"))}
    for name in ("title", "text", "section", "locator"):
        said[name] = clean_words(entry.get(name) or "")
    return said


def _voice(source: Entry) -> Voice:
    place = source.get("organisation")
    return Voice(
        kind=source["kind"],
        role=clean_words(source.get("role") or ""),
        organisation_id=Organisation.objects.get(slug=place).id if place else None,
        place=clean_words(source.get("place") or ""),
        collected_on=source.get("collected_on"),
        consent=source.get("consent", "not-needed"),
    )


def _values(
    setting: Setting, said: Entry, voices: Sequence[Voice], audiences: Sequence[str], status: str
) -> dict[str, Any]:
    return {
        **said,
        "case_study": setting.case_study and setting.case_study.id,
        "learning_activity": setting.learning_activity and setting.learning_activity.id,
        "voices": [[str(value) for value in vars(voice).values()] for voice in voices],
        "audiences": sorted(audiences),
        "status": str(status),
    }


def _present(insight: Insight) -> dict[str, Any]:
    names = ("kind", "role", "organisation_id", "place", "collected_on", "consent")
    voices = [Voice(**{name: getattr(source, name) for name in names}) for source in insight.sources.all()]
    return _values(
        Setting(insight.programme, insight.case_study, insight.learning_activity),
        {name: getattr(insight, name) for name in WRITABLE},
        voices,
        [audience.slug for audience in insight.audiences.all()],
        insight.status,
    )


def _load_themes(report: Report, entries: Sequence[Entry]) -> None:
    codebook = Codebook.objects.get(slug=THEMES)
    for position, entry in enumerate(entries, 1):
        parent = Code.objects.get(codebook=codebook, slug=entry["parent"]) if entry.get("parent") else None
        there = codebook.codes.filter(slug=entry["slug"]).first()
        if there is not None and there.retired_at is not None:
            report.book("code", f"{THEMES}/{entry['slug']}", Fate.KEPT)
            continue
        theme = put(
            report,
            Code,
            f"{THEMES}/{entry['slug']}",
            {"codebook": codebook, "slug": entry["slug"]},
            {
                "name": entry["name"],
                "definition": entry.get("definition", "").strip(),
                "position": position,
                "parent": parent if parent is None or parent.retired_at is None else None,
            },
        )
        _load_examples(theme, entry.get("examples", []))


def _load_examples(theme: Code, texts: Sequence[str]) -> None:
    """Add the examples that this theme has never had; one that people took away stays away."""
    had = set(Example.pgh_event_model.objects.filter(code=theme.id).values_list("text", flat=True))  # type: ignore[attr-defined]
    Example.objects.bulk_create(
        Example(code=theme, position=place, text=text)
        for place, text in enumerate(map(clean_words, texts))
        if text not in had
    )


def loaded_before() -> bool:
    """Say whether the case studies have ever been loaded here."""
    return Programme.objects.exists()
