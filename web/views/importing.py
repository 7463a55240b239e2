"""Import a spreadsheet: send it, name its columns, look at what becomes of each row, have the good ones written."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from casestudies.errors import Conflict
from casestudies.models import Programme
from casestudies.reading import programmes
from insights.importing import sheets, verbs
from insights.importing.received import on_disk
from insights.models import Import
from insights.models.imported import DUE, Fate, ImportState
from web.access import signed_in
from web.pages.importing import columns_page, columns_sent, import_page, panel_of, upload_page

BESIDE = 1 << 20
NO_FILE = "Choose the file first: a spreadsheet, as XLSX or CSV."


@signed_in
@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the programme to import into; where there is one only, go there."""
    found = list(verbs.programmes_to_import_into(_person(request)))
    if len(found) == 1:
        return HttpResponseRedirect(reverse("web:import", args=[found[0].slug]))
    if not found:
        return render(request, "insights/no_programme.html")
    return render(request, "imports/choose.html", {"programmes": found})


@signed_in
@require_safe
def template(request: HttpRequest, format: str) -> HttpResponse:
    """The spreadsheet to fill in."""
    if format not in sheets.MEDIA:
        raise Http404
    return _file(sheets.template(format), f"insights-template.{format}", format)


# The check of the form's token reads the whole body: a file that is too large is turned away before that.
@csrf_exempt
@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a file is sent to, with the imports there were."""
    programme = _programme(request, slug)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if request.method == "POST" and (said := verbs.too_large(max(0, length - BESIDE))):
        return _upload_form(request, programme, said, status=413)
    return _upload(request, programme)


@csrf_protect
def _upload(request: HttpRequest, programme: Programme) -> HttpResponse:
    if request.method != "POST":
        return _upload_form(request, programme)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _upload_form(request, programme, NO_FILE, status=400)
    try:
        with on_disk(file) as path:
            begun = verbs.begin(person=_person(request), programme=programme, path=path, name=file.name or "")
    except ValidationError as fault:
        return _upload_form(request, programme, " ".join(fault.messages), status=400)
    return _to(begun)


@signed_in
@never_cache
@require_safe
def one(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """One import: its columns to name, how far it is, what becomes of each row, or what came of it."""
    found = _import(request, slug, import_id)
    if found.state == ImportState.COLUMNS or (found.state == ImportState.CHECKED and "columns" in request.GET):
        return render(request, "imports/columns.html", {"page": columns_page(found)})
    fate = request.GET.get("fate", "")
    after = request.GET.get("after", "")
    page = import_page(
        found,
        fate=fate if fate in Fate.values else "",
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0,
    )
    return render(request, "imports/import.html", {"page": page})


@signed_in
@never_cache
@require_safe
def progress(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """The part of the page that follows the work; once that is over, the whole page is asked for anew."""
    found = _import(request, slug, import_id)
    answer = render(request, "imports/parts/progress.html", {"panel": panel_of(found)})
    if found.state not in DUE:
        answer["HX-Refresh"] = "true"
    return answer


@signed_in
@require_POST
def columns(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """Name the columns and have every row checked."""
    found = _import(request, slug, import_id)
    try:
        mapping, defaults = columns_sent(request.POST, found)
        verbs.check(
            person=_person(request),
            import_id=found.id,
            mapping=mapping,
            defaults=defaults,
            status=request.POST.get("status") or "draft",
        )
    except ValidationError as fault:
        page = columns_page(found, sent=request.POST, fault=fault)
        return render(request, "imports/columns.html", {"page": page}, status=400)
    except Conflict as conflict:
        messages.info(request, conflict.reason)
    return _to(found)


@signed_in
@require_POST
def write(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """Have the good rows written."""
    found = _import(request, slug, import_id)
    try:
        verbs.write(person=_person(request), import_id=found.id)
    except Conflict as conflict:
        messages.info(request, conflict.reason)
    return _to(found)


@signed_in
@require_POST
def cancel(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """End an import where it stands."""
    found = _import(request, slug, import_id)
    try:
        verbs.cancel(person=_person(request), import_id=found.id)
    except Conflict as conflict:
        messages.info(request, conflict.reason)
    return _to(found)


@signed_in
@never_cache
@require_safe
def failed(request: HttpRequest, slug: str, import_id: UUID) -> HttpResponse:
    """The rows in error, to correct and send back."""
    found = _import(request, slug, import_id)
    format = sheets.failed_format(found)
    return _file(sheets.failed(found), f"rows-to-correct.{format}", format)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _programme(request: HttpRequest, slug: str) -> Programme:
    programme = get_object_or_404(programmes(_person(request)), slug=slug)
    if not verbs.may_import(_person(request), programme):
        raise PermissionDenied("You can import insights only into your own programmes.")
    return programme


def _import(request: HttpRequest, slug: str, import_id: UUID) -> Import:
    found = verbs.one_import(person=_person(request), import_id=import_id)
    if found.programme.slug != slug:
        raise Http404
    return found


def _upload_form(request: HttpRequest, programme: Programme, fault: str = "", *, status: int = 200) -> HttpResponse:
    before = verbs.imports(person=_person(request), programme=programme)
    return render(request, "imports/upload.html", {"page": upload_page(programme, before, fault)}, status=status)


def _to(found: Import) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("web:import-one", args=[found.programme.slug, found.id]))


def _file(content: bytes, name: str, format: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=sheets.MEDIA[format])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
