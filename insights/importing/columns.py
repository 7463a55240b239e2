"""Which column holds which field: guessed from the headings, remembered for the programme, changeable by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from casestudies.models import Programme
from insights.choices import Kind, SourceKind
from insights.models import ImportColumns
from insights.spreadsheets import as_typed

# The last column of a file of failed rows; it is no field.
REASON = "What is wrong"


@dataclass(frozen=True)
class Field:
    """What a column may hold: its label, what is said of it in the template, and headings that mean it."""

    label: str
    hint: str
    headings: tuple[str, ...]


def _of(label: str, hint: str, headings: str) -> Field:
    return Field(label, hint, tuple(name.strip() for name in headings.split(",")))


# Where two headings of a file mean one field, the one that is named first here is taken.
FIELDS: dict[str, Field] = {
    "external_id": _of(
        "Reference",
        "Your own number for it. A file that is sent again finds its insights by this.",
        "reference, ref, external id, insight id, id, number, no, ref no, ref number, reference number, record id, "
        "unique id, record number, insight number, log number",
    ),
    "text": _of(
        "Insight",
        "What was found, heard or recommended: 3 to 5,000 characters, without anything that tells who a patient is.",
        "insight, text, comment, comments, insight text, comment text, what was said, what was found, what they said, "
        "insight or comment, feedback, quote, learning, description, words",
    ),
    "kind": _of("Kind", "finding, recommendation or observation.", "kind, type, insight type, kind of insight"),
    "source_kind": _of(
        "Who said it",
        "staff, patient, family, coordinator, data or team.",
        "who said it, said by, source, source kind, source type, who, voice, heard from, who said this, speaker",
    ),
    "collected_on": _of(
        "Date",
        "When it was heard, day first: 3/4/2022, 3 April 2022, 2022-04-03 or 03-Apr-22.",
        "date, date collected, collected on, collected, date heard, date said, when, when was it heard, day, heard on, "
        "date of insight, date logged",
    ),
    "title": _of("Title", "A few words to find it by.", "title, headline, short title, insight title"),
    "perspective": _of(
        "Perspective", "patient, staff or ways-of-working.", "perspective, whose perspective, point of view, viewpoint"
    ),
    "level": _of("Level", "team, organisation or system.", "level, what does it concern, level of change"),
    "effect": _of("Effect", "enabler or barrier.", "effect, enabler or barrier, enabler barrier, barrier or enabler"),
    "response": _of(
        "Response", "fix, improve or change.", "response, fix improve change, what does it call for, triage, call for"
    ),
    "section": _of("Section", "The part of a document that it stands in.", "section, chapter, part"),
    "locator": _of(
        "Where in the source", "Such as page 4.", "where in the source, locator, page, slide, page or slide"
    ),
    "place": _of(
        "Place",
        "Such as ward 7.",
        "place, ward, location, where, department, unit, clinic, ward or department, setting",
    ),
    "role": _of(
        "Role",
        "Such as ward sister. Not a name.",
        "role, their role, job role, job title, role of speaker, profession, staff group",
    ),
    "organisation": _of(
        "Organisation",
        "Its name as in the list of organisations, or its ODS code.",
        "organisation, organization, organisation name, trust, hospital, provider, ods code, ods, site, "
        "organisation code",
    ),
    "consent": _of(
        "Consent",
        "not-needed, given or withheld. Withheld words stay inside the programme.",
        "consent, consent given, consent to share, consent status",
    ),
    "audiences": _of(
        "Audiences",
        "Who should act on a recommendation; several with a semicolon between.",
        "audiences, audience, who should act, who should act on it, for whom, recommended to",
    ),
    "learning_activity": _of(
        "Activity",
        "The visit, interview or workshop of the programme it came out of.",
        "activity, learning activity, heard at, where it was heard, visit or interview",
    ),
    "case_study": _of("Case study", "A case study of the programme, by its title.", "case study, casestudy, case"),
}
MEANS = {heading: (name, rank) for name, field in FIELDS.items() for rank, heading in enumerate(field.headings)}
# What holds for every row where there is no column for it.
DEFAULTS = {"kind": Kind, "source_kind": SourceKind}
REQUIRED = ("text", "kind", "source_kind")


def plain(heading: str) -> str:
    """Return a heading as it is compared: small letters and figures, anything else a space."""
    return " ".join(re.sub(r"[\W_]+", " ", as_typed(heading).casefold()).split())


def recognised(cells: Sequence[str]) -> dict[str, int]:
    """Return which field each heading means, as far as that can be told: field → column, from 0."""
    found: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(cells):
        name, rank = MEANS.get(plain(cell), ("", 0))
        if name and (name not in found or rank < found[name][0]):
            found[name] = (rank, column)
    return {name: column for name, (_, column) in found.items()}


def guessed(programme: Programme, headings: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Return the mapping and the defaults to start from: as this programme named them last, else by the headings."""
    mapping = recognised(headings)
    known = ImportColumns.objects.filter(programme=programme).first()
    if known is None:
        return mapping, {}
    for column, heading in enumerate(headings):
        name = plain(heading)
        if name not in known.columns:
            continue
        # A column that was left out before is left out again.
        mapping = {field: at for field, at in mapping.items() if at != column}
        if field := known.columns[name]:
            mapping[field] = column
    return mapping, dict(known.defaults)


def remember(
    programme: Programme, headings: Sequence[str], mapping: Mapping[str, int], defaults: Mapping[str, str]
) -> None:
    """Keep how the columns were named for the next file of this programme; headings that stand twice are left out."""
    by_column = {column: field for field, column in mapping.items()}
    names = [plain(heading) for heading in headings]
    columns = {name: by_column.get(at, "") for at, name in enumerate(names) if name and names.count(name) == 1}
    known, _ = ImportColumns.objects.get_or_create(programme=programme)
    known.columns, known.defaults = {**known.columns, **columns}, dict(defaults)
    known.save()


def heading_of(headings: Sequence[str], column: int) -> str:
    """Return how a column is called: its heading, or its letter where it has none."""
    said = headings[column] if column < len(headings) else ""
    return said or f"Column {letters(column)}"


def letters(column: int) -> str:
    """Return a column's letters as a spreadsheet has them: A, B, … Z, AA."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said


def mapping_of(said: Any, headings: Sequence[str]) -> dict[str, int]:
    """Return a mapping that was sent as field → heading, or field → number of the column from 1.

    Raises ValidationError, under `mapping`, naming what is unknown, what is ambiguous, and columns that are used twice.
    """
    if not isinstance(said, Mapping):
        raise ValidationError({"mapping": "Send an object: a field, and the heading or the number of its column."})
    names = [plain(heading) for heading in headings]
    mapping: dict[str, int] = {}
    for field, column in said.items():
        if field not in FIELDS:
            raise ValidationError({"mapping": f"There is no field “{field}”. There are: {', '.join(FIELDS)}."})
        if column is None or column == "":
            continue
        if isinstance(column, bool) or not isinstance(column, int | str):
            raise ValidationError({"mapping": f"Say the heading or the number of the column for “{field}”."})
        if isinstance(column, str):
            if names.count(plain(column)) != 1:
                how = "more than one column" if plain(column) in names else "no column"
                raise ValidationError({"mapping": f"There is {how} called “{column[:80]}”. Say its number, from 1."})
            mapping[field] = names.index(plain(column))
        elif 1 <= column <= len(headings):
            mapping[field] = column - 1
        else:
            raise ValidationError({"mapping": f"There is no column {column}: the file has {len(headings)}."})
    return usable(mapping)


def usable(mapping: Mapping[str, int]) -> dict[str, int]:
    """Return the mapping if rows can be read with it. Raises ValidationError under `mapping`."""
    if "text" not in mapping:
        raise ValidationError({"mapping": "Say which column holds the insight's words."})
    columns = list(mapping.values())
    for field, column in mapping.items():
        if columns.count(column) > 1:
            raise ValidationError(
                {"mapping": f"“{FIELDS[field].label}” shares its column with another field. Choose one of the two."}
            )
    return dict(mapping)


def defaults_of(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what holds where there is no column. Raises ValidationError naming the field."""
    defaults = {}
    for field, choices in DEFAULTS.items():
        value = said.get(field) or ""
        if value and value not in choices.values:
            raise ValidationError({field: f"Choose one of: {', '.join(choices.values)}."})
        if value:
            defaults[field] = str(value)
    return defaults
