"""Themes: read by everyone who reads; begun, changed, merged, split and retired by curators."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from casestudies.errors import Missing
from insights import themes as verbs
from lhs.models import THEMES, Code
from web.access import person_of, reader, signed_in
from web.pages.themes import Typed, new_theme_page, theme_page, themes_page

FORM = ["GET", "HEAD", "POST"]
ONCE = ("name", "definition", "examples", "parent", "threshold", "into", "looked_for")
NOT_A_NUMBER = "Write a number between 0 and 1, such as 0.5, or leave it empty."


@reader
@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """All themes, with how many insights have each."""
    return render(request, "themes/themes.html", {"page": themes_page(person_of(request))})


@reader
@require_safe
def theme(request: HttpRequest, slug: str) -> HttpResponse:
    """One theme; one that was merged leads to the one that it is part of now."""
    found = Code.objects.filter(codebook__slug=THEMES, slug=slug).select_related("merged_into", "parent").first()
    if found is not None and found.merged_into is not None:
        messages.info(request, f"“{found.name}” was merged into this theme.")
        return redirect("web:theme", slug=found.merged_into.slug)
    if found is None or found.retired_at is not None:
        raise Http404("There is no such theme, or it is not in use any more.")
    return render(request, "themes/theme.html", {"page": theme_page(person_of(request), found)})


@signed_in
@never_cache
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form that begins a theme. Looking for insights to choose keeps what was typed."""
    person = cast(User, request.user)
    if not verbs.may_curate(person):
        raise PermissionDenied("Themes are made and changed by curators.")
    if request.method != "POST":
        return render(request, "themes/new.html", {"page": new_theme_page(person)})
    typed = _typed(request, "new")
    if "find" in request.POST:
        return render(request, "themes/new.html", {"page": new_theme_page(person, typed, looked=True)})
    try:
        made = verbs.create(
            person=person,
            name=typed.values["name"],
            definition=typed.values["definition"],
            examples=_lines(typed.values["examples"]),
            insight_ids=_ids(request.POST),
            parent=typed.values["parent"] or None,
            threshold=_number(typed.values["threshold"]),
        )
    except ValidationError as fault:
        page = new_theme_page(person, _blamed(typed, fault))
        return render(request, "themes/new.html", {"page": page}, status=400)
    messages.success(request, f"“{made.name}” is begun. The tagger reads for it now.")
    return redirect("web:theme", slug=made.slug)


@signed_in
@require_http_methods(FORM)
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Rename, redefine, nest a theme, or set its threshold."""

    def verb(person: User, typed: Typed) -> tuple[str, str]:
        said = typed.values
        changed = verbs.change(
            person=person,
            slug=slug,
            name=said["name"],
            definition=said["definition"],
            parent=said["parent"] or None,
            threshold=_number(said["threshold"]),
        )
        return changed.slug, "Changed. The tagger reads for it anew."

    return _done(request, slug, "change", verb)


@signed_in
@require_http_methods(FORM)
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Merge a theme into another."""

    def verb(person: User, typed: Typed) -> tuple[str, str]:
        if not typed.values["into"]:
            raise ValidationError({"into": ["Choose the theme that it becomes part of."]})
        kept = verbs.merge(person=person, slug=slug, into=typed.values["into"])
        return kept.slug, "Merged. Every decision counts for this theme now."

    return _done(request, slug, "merge", verb)


@signed_in
@require_http_methods(FORM)
def split(request: HttpRequest, slug: str) -> HttpResponse:
    """Split some of a theme's insights off into a new theme."""

    def verb(person: User, typed: Typed) -> tuple[str, str]:
        made = verbs.split(
            person=person,
            slug=slug,
            name=typed.values["name"],
            definition=typed.values["definition"],
            insight_ids=_ids(request.POST),
            examples=_lines(typed.values["examples"]),
        )
        return made.slug, "Split. This is the new theme."

    return _done(request, slug, "split", verb)


@signed_in
@require_http_methods(FORM)
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a theme out of use."""

    def verb(person: User, typed: Typed) -> tuple[str, str]:
        gone = verbs.retire(person=person, slug=slug)
        return "", f"“{gone.name}” is retired."

    return _done(request, slug, "retire", verb)


def _done(request: HttpRequest, slug: str, form: str, verb: Callable[[User, Typed], tuple[str, str]]) -> HttpResponse:
    """Call a verb and lead to the theme it answers with, or show the theme with what was typed and what is wrong."""
    person = cast(User, request.user)
    if request.method != "POST":
        # Whoever pressed a button after their session had ended comes back from signing in with a GET.
        messages.warning(request, "Nothing has been changed yet. Press the button again.")
        return redirect("web:theme", slug=slug)
    typed = _typed(request, form)
    try:
        leads_to, said = verb(person, typed)
    except ValidationError as fault:
        found = Code.objects.living().select_related("parent").filter(codebook__slug=THEMES, slug=slug).first()
        if found is None:
            raise Missing("There is no such theme, or it is not in use any more.") from fault
        page = theme_page(person, found, _blamed(typed, fault))
        return render(request, "themes/theme.html", {"page": page}, status=400)
    messages.success(request, said)
    return redirect("web:theme", slug=leads_to) if leads_to else redirect("web:themes")


def _typed(request: HttpRequest, form: str) -> Typed:
    values = {name: request.POST.get(name, "") for name in ONCE}
    return Typed(form, values | {"insights": " ".join(map(str, _ids(request.POST)))})


def _blamed(typed: Typed, fault: ValidationError) -> Typed:
    said = fault.message_dict if hasattr(fault, "error_dict") else {"name": fault.messages}
    return Typed(typed.form, typed.values, {field: reasons[0] for field, reasons in said.items()})


def _ids(sent: QueryDict) -> list[UUID]:
    """The insights that were chosen; what is no id was not sent by our form."""
    ids = []
    for id in sent.getlist("insights"):
        try:
            ids.append(UUID(id))
        except ValueError as error:
            raise Missing("There is no such insight, or you may not open it.") from error
    return ids


def _lines(typed: str) -> list[str]:
    return [line for line in typed.splitlines() if line.strip()]


def _number(typed: str) -> float | None:
    if not typed.strip():
        return None
    try:
        return float(typed.strip())
    except ValueError as error:
        raise ValidationError({"threshold": [NOT_A_NUMBER]}) from error
