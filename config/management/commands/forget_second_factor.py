"""`manage.py forget_second_factor EMAIL`: for someone who has lost phone and recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User


class Command(BaseCommand):
    help = "Remove a person's app, passkeys and recovery codes, so that they sign in without and set them up again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address that names the person")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError("There is nobody with this e-mail address.")
        Authenticator.objects.filter(user=person).delete()
        self.stderr.write("Removed. Make sure that it was really them who asked.")
