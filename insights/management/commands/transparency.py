"""`manage.py transparency`: the algorithmic transparency record of the tagger, as Markdown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casestudies.errors import Missing
from insights.transparency import markdown, record


class Command(BaseCommand):
    help = "Write the algorithmic transparency record (in the form of the UK's ATRS), as things stand, to stdout."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--website", default="", help="the address of the tagger's page, for field 1.3")

    def handle(self, *args: Any, website: str, **options: Any) -> None:
        try:
            made = record(website=website)
        except Missing as why:
            raise CommandError(str(why)) from why
        self.stdout.write(markdown(made), ending="")
        self.stderr.write(f"  {made.to_fill_in} fields are to be filled in by the organisation that runs this site.")
