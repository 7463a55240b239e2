"""`manage.py load_case_studies`: load or refresh the case studies that come with the software."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from insights.loading import load


class Command(BaseCommand):
    help = "Load the case studies of fixtures/. Safe to repeat: what people have edited since is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "fixtures", help="another folder")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        def told(name: str, done: int, of: int) -> None:
            # A terminal sees the count move; a log gets one line a file.
            if done == of or self.stderr.isatty():
                self.stderr.write(f"\r  {name}: {done} of {of}", ending="\n" if done == of else "")

        report = load(folder=folder, told=told)
        for line in report.in_words():
            self.stderr.write(f"  {line}")
