"""What people ask for: bring a file, name its columns, write the good rows, cancel, look at what came of it."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.models import Programme
from casestudies.permissions import may, programmes_open_to
from insights.importing.columns import defaults_of, guessed, remember, usable
from insights.importing.files import look
from insights.importing.running import finish, start_writing
from insights.models import Import, ImportPart, ImportRow
from insights.models.imported import DUE, ENDED, ImportState
from insights.nudging import nudge_imports_after_commit

PART = 1 << 20
NOWHERE = "There is no such import, or you may not open it."


def may_import(person: User | None, programme: Programme) -> bool:
    """Say whether `person` may import insights into this programme."""
    return person is not None and may(person, "import", "insight", programme_id=programme.id, status=Status.DRAFT)


def programmes_to_import_into(person: User) -> QuerySet[Programme]:
    """Return the programmes into which `person` may import."""
    open_to = programmes_open_to(person, "import", "insight", status=Status.DRAFT)
    found = Programme.objects.all()
    return found if open_to is None else found.filter(id__in=open_to)


def too_large(size: int) -> str:
    """Return what is said of a file of so many bytes where that is more than is read; nothing where it is not."""
    if size <= settings.IMPORT_BYTES:
        return ""
    most = settings.IMPORT_BYTES / 2**20
    return (
        f"This file has {size / 2**20:,.1f} MB, and {most:,.0f} MB are read at most. Cut it into several files; or ask "
        "whoever runs this site to raise LHS_IMPORT_BYTES."
    )


@transaction.atomic
def begin(*, person: User, programme: Programme, path: Path, name: str) -> Import:
    """Take in a file: look at what it is, guess its columns, and keep it. Nothing of it is read further yet.

    Raises PermissionDenied, and ValidationError (under `file`) for what is no spreadsheet of insights.
    """
    if not may_import(person, programme):
        raise PermissionDenied(f"You can import insights only into your own programmes, not into “{programme.name}”.")
    size = path.stat().st_size
    if said := too_large(size):
        raise ValidationError({"file": said})
    looked = look(path)
    mapping, defaults = guessed(programme, looked.headings)
    made = Import(
        programme=programme,
        person=person,
        name=_name(name),
        size=size,
        layout=looked.kept(),
        headings=[heading.replace("\0", "�") for heading in looked.headings],
        examples=looked.examples,
        of=looked.of,
        mapping=mapping,
        defaults=defaults,
    )
    digest = hashlib.sha256()
    parts = []
    with path.open("rb") as file:
        for position, content in enumerate(iter(lambda: file.read(PART), b"")):
            digest.update(content)
            parts.append(ImportPart(of=made, position=position, content=content))
    made.digest = digest.hexdigest()
    made.save(force_insert=True)
    ImportPart.objects.bulk_create(parts, batch_size=4)
    return made


@transaction.atomic
def check(
    *,
    person: User,
    import_id: UUID,
    mapping: Mapping[str, int] | None = None,
    defaults: Mapping[str, Any] | None = None,
    status: str = Status.DRAFT,
    apply: bool = False,
    even_without_text: bool = False,
) -> Import:
    """Say how the columns are to be read, and have every row checked; with `apply` the good ones are written then.

    What is left out stays as it was guessed. An import that was checked may be checked anew with other columns. Raises
    Missing, Conflict, ValidationError (`mapping`, `kind`, `source_kind`, `status`).
    """
    found = _locked(person, import_id)
    if found.state not in (ImportState.COLUMNS, ImportState.CHECKED):
        raise Conflict("This import is under way or has ended: its columns cannot be named any more.")
    if status not in (Status.DRAFT, Status.SUBMITTED):
        raise ValidationError({"status": "What is imported is a draft or submitted."})
    chosen = dict(found.mapping if mapping is None else mapping)
    if not even_without_text:
        chosen = usable(chosen)
    found.mapping = chosen
    found.defaults = defaults_of(found.defaults if defaults is None else defaults)
    found.status, found.apply = status, apply
    found.rows.all().delete()
    found.state, found.done, found.new, found.same, found.changed, found.error = ImportState.CHECKING, 0, 0, 0, 0, 0
    found.save()
    if mapping is not None:
        remember(found.programme, found.headings, found.mapping, found.defaults)
    nudge_imports_after_commit()
    return found


@transaction.atomic
def write(*, person: User, import_id: UUID) -> Import:
    """Have the good rows of an import that was checked written. Raises Missing, Conflict."""
    found = _locked(person, import_id)
    if found.state != ImportState.CHECKED:
        raise Conflict("Only what has been checked, and not been written yet, can be written.")
    start_writing(found)
    found.save()
    nudge_imports_after_commit()
    return found


@transaction.atomic
def cancel(*, person: User, import_id: UUID) -> Import:
    """End an import where it stands. Rows that were written stay; the rest is thrown away. Raises Missing, Conflict."""
    found = _locked(person, import_id)
    if found.state in ENDED:
        raise Conflict("This import has ended already.")
    finish(found, ImportState.CANCELLED)
    found.save()
    return found


def imports(*, person: User, programme: Programme | None = None) -> QuerySet[Import]:
    """Return the imports that `person` may open, the newest first.

    Its rows may hold words that are withheld: so an import is open to those who write in its programme's own team, and
    to whoever brought it, as long as they may import there.
    """
    found = Import.objects.select_related("programme", "person").order_by("-id")
    if programme is not None:
        found = found.filter(programme=programme)
    allowed = programmes_open_to(person, "import", "insight", status=Status.DRAFT)
    if allowed is not None:
        found = found.filter(programme__in=allowed)
    team = [
        id
        for id in person.memberships.values_list("programme_id", flat=True)
        if may(person, "import", "insight", programme_id=id, status=Status.DRAFT, withheld=True)
    ]
    return found.filter(programme__in=team) | found.filter(person=person)


def one_import(*, person: User, import_id: UUID) -> Import:
    """Return an import that `person` may open. Raises Missing."""
    found = imports(person=person).filter(id=import_id).first()
    if found is None:
        raise Missing(NOWHERE)
    return found


def rows_of(found: Import, *, fate: str = "") -> QuerySet[ImportRow]:
    """Return the rows of an import in their order, all or of one fate."""
    rows = found.rows.order_by("number")
    return rows.filter(fate=fate) if fate else rows


def failed_rows(found: Import) -> Iterator[ImportRow]:
    """Yield the rows in error, a few at a time."""
    return rows_of(found, fate="error").iterator(chunk_size=500)


@transaction.atomic
def forget_old() -> int:
    """Throw away the files and rows of imports older than the setting says; return of how many.

    What has not ended by then is cancelled. The counts stay.
    """
    before = timezone.now() - datetime.timedelta(days=settings.IMPORT_KEEP_DAYS)
    old = Import.objects.filter(created__lt=before).exclude(state__in=DUE)
    for found in old.exclude(state__in=ENDED).select_for_update():
        finish(found, ImportState.CANCELLED)
        found.save()
    kept = ImportRow.objects.filter(of__in=old)
    ids = set(kept.order_by().values_list("of_id", flat=True).distinct())
    kept.delete()
    return len(ids)


def _locked(person: User, import_id: UUID) -> Import:
    one_import(person=person, import_id=import_id)
    return Import.objects.select_for_update(of=("self",)).select_related("programme", "person").get(id=import_id)


def _name(said: str) -> str:
    """Return a file's name without the folders it came from, and without what cannot be shown."""
    name = PurePath(said.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[:200] or "a file"
