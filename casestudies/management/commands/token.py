"""`manage.py token EMAIL [--role ROLE] [--programme SLUG]…`: print an API token, making the person if need be."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Role
from accounts.tokens import issue
from casestudies.members import admit


class Command(BaseCommand):
    help = "Print a new API token for a person, making the person and their memberships if need be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address that names the person")
        parser.add_argument("--role", choices=Role.values, help="their role on the site, and in the programmes named")
        parser.add_argument("--programme", action="append", default=[], metavar="SLUG", help="may be repeated")

    def handle(self, *args: Any, email: str, role: str | None, programme: list[str], **options: Any) -> None:
        try:
            person = admit(email=email, role=role, programmes=programme)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        self.stdout.write(issue(person=person))
