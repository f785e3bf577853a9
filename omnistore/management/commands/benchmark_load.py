"""`manage.py benchmark_load`: one load in a process of its own; `benchmark import` starts it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from omnistore.benchmarks.import_child import load_here


class Command(BaseCommand):
    help = "Load one file and say what that took as JSON. A part of `benchmark import`."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="the code of the source")
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, source: str, file: Path, **_options: Any) -> None:
        self.stdout.write(load_here(source_code=source, file=file))
