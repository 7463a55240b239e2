"""The form to log and to edit an insight: every field with its words, its choices, and what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import Form, ModelChoiceField

from web.forms import DATE_PARTS, InsightForm
from web.words import day

# name → label and hint, in the order of the page. The first four are asked of everyone.
ALWAYS: dict[str, tuple[str, str]] = {
    "text": (
        "What was found, heard or recommended?",
        "One thing, in a sentence or two. Leave out anything that could tell who a patient is.",
    ),
    "kind": ("What kind of insight is it?", ""),
    "source_kind": ("Who said it?", "If several did, choose whom it came from first."),
    "programme": ("Which programme is it from?", ""),
}
OPTIONAL: dict[str, tuple[str, str]] = {
    "title": ("Title", "A few words to find it by."),
    "case_study": ("Case study", ""),
    "learning_activity": ("Where it was heard", "The visit, interview or workshop it came out of."),
    "perspective": ("Whose perspective is it?", ""),
    "level": ("What does it concern?", ""),
    "effect": ("Does it help or stand in the way?", ""),
    "response": ("What does it call for?", ""),
    "role": ("Their role", "For example: ward sister, volunteer driver. Not a name."),
    "organisation": ("Organisation", ""),
    "place": ("Place", "For example: ward 7, vaccination bus."),
    "collected": ("When was it heard?", "For example: 27 3 2021."),
    "consent": ("Consent", "Do the people who said it agree that their words are shared?"),
    "audiences": ("Who should act on it?", "For recommendations."),
    "section": ("Section", "If it comes from a document: the part it stands in."),
    "locator": ("Where in the source", "For example: page 4, slide 12."),
}
# What is remembered from last time, and asked again only where it is not.
CONTEXT = ("programme", "place", "learning_activity")
# Asked with one tap each, in the open.
TAPPED = ("kind", "source_kind", "response")
# Their choices are grouped by programme, where there are several.
OF_PROGRAMME = ("case_study", "learning_activity")


@dataclass(frozen=True)
class Item:
    """One answer to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One field as it is shown. `groups` holds the answers to choose under their headings ("" is none)."""

    name: str
    label: str
    hint: str
    value: Any
    error: str
    groups: tuple[tuple[str, tuple[Item, ...]], ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All answers to choose, whatever they are grouped under."""
        return tuple(item for _, items in self.groups for item in items)

    @property
    def chosen(self) -> str:
        """What is chosen or typed, in words; empty for nothing."""
        if self.groups:
            return ", ".join(item.text for item in self.items if item.chosen)
        return str(self.value or "").strip()


@dataclass(frozen=True)
class Difference:
    """A field that someone else saved otherwise than it is typed here."""

    label: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class FormPage:
    """What the form shows. `theirs` is filled when someone else saved the insight in the meantime.

    `more_open` unfolds all that is optional, `rest_open` what the quick form folds away, `context_open` where it was
    heard; `context` says that in one line.
    """

    fields: Mapping[str, Field]
    errors: tuple[tuple[str, str], ...]
    more_open: bool
    rest_open: bool
    context_open: bool
    context: str
    once: str
    seen: str
    theirs: tuple[Difference, ...]


def form_page(
    form: InsightForm, *, checked: bool, once: str = "", seen: str = "", theirs: tuple[Difference, ...] = ()
) -> FormPage:
    """Return the form as it is typed; what is wrong with it only when it was `checked`."""
    fields = {
        name: Field(
            name=name,
            label=label,
            hint=hint,
            value=form[name].value(),
            error=form.first_error(name) if checked else "",
            groups=choice_groups(form, name),
        )
        for name, (label, hint) in (ALWAYS | OPTIONAL).items()
    }
    errors = [(field.error, f"#{first_input(field)}") for field in fields.values() if field.error]
    if checked:
        errors += [(str(said), "#text") for said in form.non_field_errors()]
    return FormPage(
        fields=fields,
        errors=tuple(errors),
        more_open=any(fields[name].error for name in OPTIONAL),
        rest_open=any(fields[name].error for name in OPTIONAL if name not in (*CONTEXT, *TAPPED)),
        context_open=not fields["programme"].chosen or any(fields[name].error for name in CONTEXT),
        context=" · ".join(filter(None, (fields[name].chosen for name in CONTEXT))),
        once=once,
        seen=seen,
        theirs=theirs,
    )


def differences(form: InsightForm, theirs: Mapping[str, Any], person: Any) -> tuple[Difference, ...]:
    """Return where what is typed in `form` differs from what someone else saved, in words."""
    saved = InsightForm(initial=theirs, person=person)
    found = []
    for name, (label, _) in (ALWAYS | OPTIONAL).items():
        they, you = _said(saved, name), _said(form, name)
        if they != you:
            found.append(Difference(label, they or "Nothing", you or "Nothing"))
    return tuple(found)


def _said(form: InsightForm, name: str) -> str:
    """Return a field's value in words, however far it is understood."""
    value = form[name].value()
    if name == "collected":
        cleaned = getattr(form, "cleaned_data", {}).get(name)
        return day(cleaned) if cleaned else " ".join(value or ()).strip()
    if items := [item for _, items in choice_groups(form, name) for item in items]:
        return ", ".join(item.text for item in items if item.chosen and item.value)
    return str(value or "").replace("\r\n", "\n").strip()


def first_input(field: Field) -> str:
    """Return the id of what a fault's link leads to."""
    return f"{field.name}-{DATE_PARTS[0]}" if field.name == "collected" else field.name


def choice_groups(form: Form, name: str) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Return the answers of a field under their headings ("" is none); nothing where it is typed."""
    field = form.fields[name]
    value = form[name].value()
    chosen = {str(one) for one in (value if isinstance(value, (list, tuple)) else [value])}
    if isinstance(field, ModelChoiceField):
        rows = list(field.queryset or ())
        if name in OF_PROGRAMME and len({row.programme_id for row in rows}) > 1:
            rows.sort(key=lambda row: (row.programme.name, str(row)))
            by_programme = itertools.groupby(rows, key=lambda row: row.programme.name)
            return tuple((words, _items(_pairs(group), chosen)) for words, group in by_programme)
        return (("", _items(_pairs(rows), chosen)),)
    choices = getattr(field, "choices", None)
    return (("", _items(choices, chosen)),) if choices else ()


def _pairs(rows: Iterable[Any]) -> Iterable[tuple[Any, str]]:
    return ((row.pk, str(row)) for row in rows)


def _items(pairs: Iterable[tuple[Any, Any]], chosen: set[str]) -> tuple[Item, ...]:
    return tuple(Item(str(value), str(words), str(value) in chosen) for value, words in pairs if value != "")
