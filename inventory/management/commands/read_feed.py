"""Look at a feed file without a database: what it says in sum, what was noted, what could not be read."""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inventory.feeds.blocks import FeedFile
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import BadRow, Document, Note
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.imports.documents.tallies import Tally
from inventory.management.commands.add_source import known_formats, read_settings

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Read a feed file and say what is in it, place by place; nothing is kept and no code is looked up: "
        "`read_feed FILE --format x12_846 [--set KEY=VALUE]`. Exit code 1: the file is refused."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", required=True, metavar="NAME")
        parser.add_argument("--kind", choices=["STOCK", "SALES"], help="of formats that can be both")
        parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        dialect = DIALECTS.get(options["format"])
        if dialect is None:
            raise CommandError(
                f"There is no format {options['format']!r} to look into (delimited files: import_feed --dry-run):\n"
                f"{known_formats()}",
                returncode=2,
            )
        path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        declared = {"format": dialect.name, **read_settings(options["set"])}
        try:
            profile = read_profile(options["kind"] or dialect.kinds[0], declared, dialects=DIALECTS)
            file = FeedFile(lambda: path.open("rb"), settings.FEED_MAX_INFLATED_BYTES, profile.encoding)
            found = _summary(dialect.read(file, profile))
        except FeedRefused as refusal:
            raise CommandError(f"refused, {refusal.code}: {refusal.message}") from refusal
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            self._say(found)

    def _say(self, found: dict[str, Any]) -> None:
        totals = found["totals"]
        for kind in ("counts", "movements", "totals"):
            if kind in totals:
                self.stdout.write(f"{kind}: {_words(totals[kind])}")
        if not totals["places"] and not found["rejected"]:
            self.stdout.write("nothing: the file holds no count, no movement and no total")
        for place in totals["places"]:
            self.stdout.write(f"  {place['place'] or '(no place)'}: {place['kind']} {_words(place)}")
        for code, number in found["notes"].items():
            self.stdout.write(f"noted {code}: {number:,}")
        for code, number in found["rejected"].items():
            self.stdout.write(f"rejected {code}: {number:,}")
        for message in found["examples"]:
            self.stdout.write(f"  {message}")


def _words(figures: dict[str, Any]) -> str:
    amount = f", amount {figures['amount']}" if figures["amount"] is not None else ""
    return f"{figures['facts']:,} facts, quantity {figures['quantity']}{amount}"


def _summary(stream: Any) -> dict[str, Any]:
    tally, notes, rejected = Tally(), Counter[str](), Counter[str]()
    examples: list[str] = []
    document: dict[str, str] = {}
    for found in stream:
        match found:
            case Note():
                notes[found.code] += 1
            case BadRow():
                rejected[found.code] += 1
                if len(examples) < SHOWN:
                    examples.append(found.message)
            case Document():
                document |= {"control_number": found.control_number, "completeness": found.completeness or ""}
            case _:
                tally.add(found)
    return {
        "totals": tally.as_json(), "document": document, "notes": dict(notes), "rejected": dict(rejected),
        "examples": examples,
    }  # fmt: skip
