"""`manage.py erase ID --reason WHY`: take the words of an insight out of the database for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casestudies.errors import Conflict, Missing
from insights.erasing import erase


class Command(BaseCommand):
    help = "Erase the words of an insight for good: text, history, embedding, tags and comments. The reason is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("insight", type=UUID, help="the insight's id")
        parser.add_argument("--reason", required=True, help="why; it is kept, so do not quote the words")

    def handle(self, *, insight: UUID, reason: str, **options: Any) -> None:
        try:
            erase(person=None, insight_id=insight, reason=reason)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except (Missing, Conflict) as why:
            raise CommandError(str(why)) from why
        self.stderr.write(f"The words of {insight} are erased.")
