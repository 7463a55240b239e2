"""Load organisations, programmes and case studies from `fixtures/`, again and again, without undoing anyone's work.

For each entry the loader remembers a digest of what it wrote. Next time, an entry whose row still has that digest may
be brought up to date; a row that people have changed since is kept as they left it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import models

from casestudies.lifecycle import Status
from casestudies.models import (
    Audience,
    CaseStudy,
    KeyFigure,
    LearningActivity,
    Lever,
    Loaded,
    Measure,
    MeasurePoint,
    Organisation,
    Programme,
)

Entry = Mapping[str, Any]
M = TypeVar("M", bound=models.Model)


class Fate(enum.StrEnum):
    """What became of an entry."""

    NEW = "new"
    CHANGED = "brought up to date"
    SAME = "already there"
    KEPT = "kept as people edited it"


@dataclass
class Report:
    """What a load did: how many entries of each kind met which fate, and which were kept as people left them."""

    fates: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)

    def book(self, kind: str, key: str, fate: Fate) -> None:
        """Count one entry."""
        self.fates[kind, fate] += 1
        if fate is Fate.KEPT:
            self.kept.append(f"{kind} {key}")

    def in_words(self) -> list[str]:
        """Return the report as lines for a person."""
        kinds = dict.fromkeys(kind for kind, _ in self.fates)
        lines = []
        for kind in kinds:
            parts = [f"{self.fates[kind, fate]} {fate.value}" for fate in Fate if self.fates[kind, fate]]
            lines.append(f"{kind}: {', '.join(parts)}")
        return lines + [f"kept: {name}" for name in self.kept]


def digest_of(values: Mapping[str, Any]) -> str:
    """Return one digest for a mapping of plain values, the same however a number or a date is written."""

    def plain(value: Any) -> str:
        if isinstance(value, (Decimal, int, float)) and not isinstance(value, bool):
            return format(Decimal(str(value)).normalize(), "f")
        return str(value)

    return hashlib.sha256(json.dumps(dict(values), default=plain, sort_keys=True).encode()).hexdigest()


def fate_of(*, kind: str, key: str, present: str, wanted: str) -> Fate:
    """Decide what to do with an entry whose row has the digest `present` now and should have `wanted`."""
    if present == wanted:
        return Fate.SAME
    last = Loaded.objects.filter(kind=kind, key=key).values_list("digest", flat=True).first()
    return Fate.CHANGED if last == present else Fate.KEPT


def remember(*, kind: str, key: str, object_id: Any, digest: str) -> None:
    """Note what was written for an entry."""
    Loaded.objects.update_or_create(kind=kind, key=key, defaults={"object_id": object_id, "digest": digest})


def put(report: Report, model: type[M], key: str, identity: Entry, wanted: Entry) -> M:
    """Make, update, leave or keep the row of `model` that `identity` finds, and return it."""
    kind = str(model._meta.verbose_name)
    there = model._default_manager.filter(**identity).first()
    columns = [name for name in wanted if not isinstance(model._meta.get_field(name), models.ManyToManyField)]

    links = sorted(set(wanted) - set(columns))

    def values(of: models.Model) -> dict[str, Any]:
        fields = {field.name: field for field in model._meta.concrete_fields if field.name in columns}
        return {name: field.to_python(getattr(of, field.attname)) for name, field in fields.items()}

    wanted = {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in wanted.items()}
    ideal = model(**identity, **{name: wanted[name] for name in columns})
    ideal.clean_fields()
    digest = digest_of(values(ideal) | {name: sorted(str(linked.pk) for linked in wanted[name]) for name in links})
    if there is None:
        fate, row = Fate.NEW, ideal
    else:
        linked_now = {name: sorted(map(str, getattr(there, name).values_list("pk", flat=True))) for name in links}
        fate, row = fate_of(kind=kind, key=key, present=digest_of(values(there) | linked_now), wanted=digest), there
    if fate in (Fate.NEW, Fate.CHANGED):
        for name in columns:
            setattr(row, name, wanted[name])
        row.save()
        for name in links:
            getattr(row, name).set(wanted[name])
        remember(kind=kind, key=key, object_id=row.pk, digest=digest)
    report.book(kind, key, fate)
    return row


class _Plain(yaml.SafeLoader):
    """YAML in which `on`, `off`, `yes` and `no` are words: only true and false are true and false."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Any:
    """Read one YAML file of `fixtures/`."""
    return yaml.load(path.read_text(encoding="utf-8"), _Plain)  # noqa: S506 - a safe loader


def load_places(report: Report, folder: Path) -> None:
    """Load organisations (parents stand before children) and audiences."""
    for entry in read(folder / "organisations.yaml"):
        put(
            report,
            Organisation,
            entry["slug"],
            {"slug": entry["slug"]},
            {
                "name": entry["name"],
                "kind": entry["kind"],
                "ods_code": entry.get("ods_code"),
                "parent": _organisation(entry.get("parent")),
            },
        )
    for position, entry in enumerate(read(folder / "audiences.yaml"), 1):
        wanted = {"name": entry["name"], "position": entry.get("position", position)}
        put(report, Audience, entry["slug"], {"slug": entry["slug"]}, wanted)


def load_programme(report: Report, entry: Entry) -> Programme:
    """Load a programme with its partners, levers and learning activities."""
    wanted = {
        "name": entry["name"],
        "summary": entry.get("summary", "").strip(),
        "lead": _organisation(entry["lead"]),
        "starts_on": entry.get("starts_on"),
        "ends_on": entry.get("ends_on"),
        "partners": [_organisation(slug) for slug in entry.get("partners", [])],
    }
    programme = put(report, Programme, entry["slug"], {"slug": entry["slug"]}, wanted)
    for position, lever in enumerate(entry.get("levers", []), 1):
        wanted = {"name": lever["name"], "description": lever.get("description", "").strip(), "position": position}
        _part(report, Lever, programme, lever["slug"], wanted)
    for position, activity in enumerate(entry.get("activities", []), 1):
        wanted = {
            "kind": activity["kind"],
            "name": activity["name"],
            "description": activity.get("description", "").strip(),
            "held_on": activity.get("held_on"),
            "position": position,
        }
        _part(report, LearningActivity, programme, activity["slug"], wanted)
    return programme


def load_case_study(report: Report, programme: Programme, entry: Entry) -> CaseStudy:
    """Load a case study, as published, with its key figures and measures."""
    wanted: dict[str, Any] = {
        "programme": programme,
        "title": entry["title"],
        "topic": entry["topic"],
        "background": entry.get("background", "").strip(),
        "reflections": entry.get("reflections", "").strip(),
        "citation": entry.get("citation", "").strip(),
        "citation_url": entry.get("citation_url", ""),
        "published_on": entry.get("published_on"),
        "status": Status.PUBLISHED,
    }
    case_study = put(report, CaseStudy, entry["slug"], {"slug": entry["slug"]}, wanted)
    for position, figure in enumerate(entry.get("key_figures", []), 1):
        names = ("name", "value", "unit", "as_of", "as_of_words", "population", "locator", "illustrative")
        wanted = {name: figure[name] for name in names if name in figure} | {"position": position}
        identity = {"case_study": case_study, "slug": figure["slug"]}
        put(report, KeyFigure, f"{case_study.slug}/{figure['slug']}", identity, wanted)
    for measure in entry.get("measures", []):
        wanted = {name: measure[name] for name in ("name", "unit", "description", "illustrative") if name in measure}
        series = _part(report, Measure, programme, measure["slug"], wanted)
        _load_points(report, series, measure.get("points", []))
    return case_study


def _load_points(report: Report, series: Measure, points: Iterable[Entry]) -> None:
    for point in points:
        place = _organisation(point["organisation"])
        identity = {"measure": series, "organisation": place, "on": point["on"]}
        key = f"{series.programme.slug}/{series.slug}/{point['organisation']}/{point['on']}"
        put(report, MeasurePoint, key, identity, {"value": point["value"]})


def _part(report: Report, model: type[M], programme: Programme, slug: str, wanted: Entry) -> M:
    return put(report, model, f"{programme.slug}/{slug}", {"programme": programme, "slug": slug}, wanted)


def _organisation(slug: str | None) -> Organisation | None:
    return Organisation.objects.get(slug=slug) if slug else None
