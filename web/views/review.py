"""The curator's desk: judge one text, decide on a whole filter, and see how far two people agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from casestudies.errors import Conflict, Missing
from insights import bulk, desk
from insights.agreement import code_next, make_sample, sample_of
from web.access import signed_in
from web.filters import asked
from web.pages.review import agreement_page, bulk_page, recorded, review_page, sample_page

FORM = ["GET", "HEAD", "POST"]
BLIND = "review-blind"
NOTHING_DONE = "Nothing has been changed yet. Press the button again."
TAKEN_BACK = "Taken back. The text is before you again."


@signed_in
@never_cache
@require_http_methods(FORM)
def review(request: HttpRequest) -> HttpResponse:
    """One text to judge; `do` is settle (`turn`, `codes`), skip (`turn`), undo, or blind (`blind` on or off)."""
    person = cast(User, request.user)
    if request.method == "POST":
        if request.POST.get("do") == "blind":
            request.session[BLIND] = request.POST.get("blind") == "on"
        else:
            _judge(request, person, sample=False)
        return HttpResponseRedirect(reverse("web:review"))
    page = review_page(person, blind=bool(request.session.get(BLIND)))
    return render(request, "review/review.html", {"page": page})


@signed_in
@never_cache
@require_http_methods(FORM)
def sample(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    """The same for a sample that several judge: `do` is settle or undo."""
    person = cast(User, request.user)
    found = sample_of(person, sample_id)
    if request.method == "POST":
        _judge(request, person, sample=True)
        return HttpResponseRedirect(reverse("web:sample", args=[sample_id]))
    turn = code_next(person=person, sample_id=sample_id)
    return render(request, "review/review.html", {"page": sample_page(person, found, turn)})


@signed_in
@never_cache
@require_http_methods(FORM)
def in_bulk(request: HttpRequest) -> HttpResponse:
    """A decision on everything that the address selects, as the list of insights reads it.

    GET counts, once `tag` and `state` are chosen; POST decides, on `expected` insights.
    """
    person = cast(User, request.user)
    wanted = asked(request.GET, person)
    sent = request.POST if request.method == "POST" else request.GET
    tag, state = sent.get("tag", ""), sent.get("state", "")
    if request.method == "POST" and not wanted.faults:
        codebook, _, code = tag.partition("/")
        expected = sent.get("expected", "")

        def decide() -> str:
            made = bulk.decide_all(
                person=person,
                selection=wanted.selection,
                codebook=codebook,
                code=code,
                verdict=state,
                expected_count=int(expected) if expected.isascii() and expected.isdigit() and len(expected) < 8 else -1,
            )
            return f"Decided on {made.count:,} insight{'' if made.count == 1 else 's'}."

        if _told(request, decide):
            return HttpResponseRedirect(reverse("web:review-bulk"))
    return render(request, "review/bulk.html", {"page": bulk_page(person, wanted, tag=tag, state=state)})


@signed_in
@require_http_methods(FORM)
def undo_bulk(request: HttpRequest) -> HttpResponse:
    """Take back a decision on many: `bulk` is its id."""
    person = cast(User, request.user)
    if request.method != "POST":
        messages.warning(request, NOTHING_DONE)
    else:
        made = _id(request.POST.get("bulk", ""))

        def undo() -> str:
            count = bulk.undo_bulk(person=person, bulk_id=made).count
            return f"Taken back, on {count:,} insight{'' if count == 1 else 's'}."

        _told(request, undo)
    return HttpResponseRedirect(reverse("web:review-bulk"))


@signed_in
@never_cache
@require_http_methods(FORM)
def agreement(request: HttpRequest) -> HttpResponse:
    """How far two people agree, in all or in one `sample`; POST draws a new sample (`name`, `size`)."""
    person = cast(User, request.user)
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("name", "size")}
        size = typed["size"].strip()
        try:
            made = make_sample(
                person=person,
                name=typed["name"],
                size=int(size) if size.isascii() and size.isdigit() and len(size) < 6 else 0,
            )
        except ValidationError as fault:
            errors = (
                {name: reasons[0] for name, reasons in fault.message_dict.items()}
                if hasattr(fault, "error_dict")
                else {"name": fault.messages[0]}
            )
        else:
            messages.success(request, f"The sample “{made.name}” is drawn. Judge it, and ask another curator to.")
            return HttpResponseRedirect(f"{reverse('web:agreement')}?sample={made.id}")
    said = request.GET.get("sample", "")
    page = agreement_page(person, sample_id=_id(said) if said else None)
    context = {"page": page, "typed": typed, "errors": errors}
    return render(request, "review/agreement.html", context, status=400 if errors else 200)


def _judge(request: HttpRequest, person: User, *, sample: bool) -> None:
    """Do what a button of the desk asks for, and have the next page say what came of it."""

    def settle() -> str:
        turn = _id(request.POST.get("turn", ""))
        made = desk.settle(person=person, turn_id=turn, codes=request.POST.getlist("codes"))
        return recorded(made.codes)

    def skip() -> str:
        desk.skip(person=person, turn_id=_id(request.POST.get("turn", "")))
        return "Skipped. Nothing was recorded."

    def undo() -> str:
        turn = desk.undo_last(person=person, sample=sample)
        return TAKEN_BACK if turn else "Taken back. The text was changed since, so it is not before you again."

    verbs = {"settle": settle, "skip": skip, "undo": undo}
    verb = verbs.get(request.POST.get("do", ""))
    if verb is None:
        messages.warning(request, NOTHING_DONE)
        return
    try:
        _told(request, verb)
    except Missing as missing:
        messages.error(request, str(missing))


def _told(request: HttpRequest, verb: Callable[[], str]) -> bool:
    """Call a verb and have the next page say what it says; False where it could not be done."""
    try:
        messages.success(request, verb())
    except Conflict as conflict:
        messages.error(request, conflict.reason)
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
    else:
        return True
    return False


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise Missing("There is no such thing, or you may not open it.") from error
