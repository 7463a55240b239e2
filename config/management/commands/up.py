"""`manage.py up`: start everything. `config.commandline` takes the short way, without loading Django."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.services import Trouble, supervisor


class Command(BaseCommand):
    help = "Start the services, the web server, the worker and the clock under one supervisor. Ctrl-C stops them."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        supervisor.arguments(parser)

    def handle(self, *args: Any, port: str, local: bool, reload: bool, **options: Any) -> None:
        try:
            supervisor.run(port=supervisor.port_number(port), local=local, reload=reload)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
