"""`manage.py import_insights FILE --programme SLUG`: what a spreadsheet would bring; with `--apply`, bring it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Role, User
from accounts.people import ensure
from casestudies.models import Membership, Programme
from insights.choices import Kind, SourceKind
from insights.importing import verbs
from insights.importing.running import run_due
from insights.importing.sheets import failed, in_words
from insights.models import Import
from insights.models.imported import DUE, Fate, ImportState

IMPORTER = "import@lhs.invalid"
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Say what becomes of each row of a CSV or XLSX file (a dry run); with --apply, write the good ones. The last "
        'line on standard output is {"new", "same", "changed", "error"} with counts.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the spreadsheet, CSV or XLSX")
        parser.add_argument("--programme", required=True, help="the slug of the programme it belongs to")
        parser.add_argument("--apply", action="store_true", help="write the good rows, and wait until they are")
        parser.add_argument("--submit", action="store_true", help="as submitted and not as drafts")
        parser.add_argument("--person", metavar="EMAIL", help="who imports; without it, the operator's own account")
        parser.add_argument("--kind", choices=Kind.values, help="the kind of every row, where no column says it")
        parser.add_argument("--source-kind", choices=SourceKind.values, help="who said it, where no column says it")
        parser.add_argument("--failed", type=Path, metavar="FILE", help="write the rows in error here")

    def handle(self, *, file: Path, programme: str, apply: bool, submit: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        into = Programme.objects.filter(slug=programme).first()
        if into is None:
            known = ", ".join(Programme.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no programme “{programme}”. There are: {known}.")
        person = _person(options["person"], into)
        try:
            begun = verbs.begin(person=person, programme=into, path=file, name=file.name)
            given = {name: options[name] for name in ("kind", "source_kind") if options[name]}
            verbs.check(
                person=person,
                import_id=begun.id,
                defaults={**begun.defaults, **given},
                status="submitted" if submit else "draft",
                apply=apply,
                even_without_text=True,
            )
        except (ValidationError, PermissionDenied) as why:
            raise CommandError(" ".join(why.messages) if isinstance(why, ValidationError) else str(why)) from why
        done = self._wait(begun)
        if done.state == ImportState.FAILED:
            raise CommandError(done.failure)
        self._tell(done, options["failed"])
        if done.state == ImportState.CHECKED:
            # Nobody waits for it on a page.
            verbs.cancel(person=person, import_id=done.id)
        self.stdout.write(json.dumps({fate: getattr(done, fate) for fate in Fate.values}))

    def _wait(self, begun: Import) -> Import:
        told = 0.0

        def tell(at: Import) -> None:
            nonlocal told
            if time.monotonic() - told > 1 or at.state not in DUE:
                told = time.monotonic()
                verb = "written" if at.state in (ImportState.WRITING, ImportState.DONE) else "checked"
                self.stderr.write(f"  {at.done:,} of about {at.of:,} rows {verb}")

        while run_due(only=begun.id, told=tell, seconds=float("inf")):
            # A worker of the running system has it in hand.
            time.sleep(0.2)
        begun.refresh_from_db()
        return begun

    def _tell(self, done: Import, failed_file: Path | None) -> None:
        rows = verbs.rows_of(done, fate=Fate.ERROR)
        for row in rows[:SHOWN]:
            self.stderr.write(f"  Row {row.number}: {in_words(row.faults)}")
        if done.error > SHOWN:
            self.stderr.write(f"  … and {done.error - SHOWN:,} more rows in error.")
        if failed_file:
            failed_file.write_bytes(failed(done))
            self.stderr.write(f"  The rows in error are in {failed_file}.")
        if done.state == ImportState.CHECKED:
            self.stderr.write("  Nothing was written: this was a dry run. Write the good rows with --apply.")


def _person(email: str | None, into: Programme) -> User:
    """Return who imports: a person with what they may do, or the operator's account, which is in the team."""
    if email:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"There is nobody with the address {email}.")
        return person
    person = ensure(email=IMPORTER, name="Import by the operator")
    Membership.objects.get_or_create(user=person, programme=into, defaults={"role": Role.CURATOR})
    return person
