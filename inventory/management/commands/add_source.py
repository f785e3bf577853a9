"""Set a feed source up by hand: its code, its format and what its profile says."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.imports.precedence import change_precedence, derive_change
from inventory.imports.transports.declared import read_transport
from inventory.imports.transports.faults import PullFailed
from inventory.models import FeedSource

# A code is text also where it looks like a number.
CODES = frozenset({"store"})


def read_settings(pairs: list[str]) -> dict[str, Any]:
    """KEY=VALUE arguments as a profile; a value that is JSON is taken as such, anything else as text."""
    declared: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise CommandError(f"{pair!r} is no setting; expected KEY=VALUE.", returncode=2)
        try:
            declared[key] = json.loads(value)
        except json.JSONDecodeError:
            declared[key] = value
        if key in CODES and not isinstance(declared[key], str):
            declared[key] = value
    return declared


def known_formats() -> str:
    """Every format with what it is, for --help and for messages."""
    lines = ["delimited               CSV, TSV and the like by declared columns (the fast one)"]
    lines += [f"{name:<23} {dialect.title}" for name, dialect in sorted(DIALECTS.items())]
    return "\n".join(f"  {line}" for line in lines)


def believe(source: FeedSource, precedence: int) -> None:
    """Change how far a source is believed, and the levels that stand with it: no worker need be there."""
    now = timezone.now()
    change = change_precedence(
        source=source, precedence=precedence, holds_for=source.holds_for, member=None, now=now
    )
    if change is not None:
        derive_change(change=change, now=now)


class Command(BaseCommand):
    help = (
        "Set up a feed source, or change the profile of one: `add_source CODE --kind STOCK --format shopify "
        "--set unknown_items=CREATE`. What was not named stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?")
        parser.add_argument("--kind", choices=["STOCK", "SALES", "PROMOTIONS"])
        parser.add_argument("--name")
        parser.add_argument("--format", metavar="NAME", help="a dialect; --formats lists them")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="a key of the profile; may be repeated",
        )
        parser.add_argument("--precedence", type=int, help="lower is believed first; 100 if not said")
        parser.add_argument("--transport", metavar="JSON", help="where its files come from, as a JSON object")
        parser.add_argument("--every", type=int, metavar="SECONDS", help="look for files so often; 0: never")
        parser.add_argument("--formats", action="store_true", help="list the formats there are, and end")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["formats"]:
            self.stdout.write(known_formats())
            return
        if not options["code"]:
            raise CommandError("Say the code of the source, such as `wms-east`.", returncode=2)
        source = FeedSource.objects.filter(code=options["code"]).first() or FeedSource(
            code=options["code"], name=options["code"], kind=""
        )
        source.kind = options["kind"] or source.kind or self._usual_kind(options["format"])
        source.name = options["name"] or source.name
        precedence, is_new = options["precedence"], source.pk is None
        if is_new and precedence is not None:
            source.precedence = precedence
        chosen = {"format": options["format"]} if options["format"] else {}
        source.profile = {**source.profile, **chosen, **read_settings(options["set"])}
        self._fetch(source, options["transport"], options["every"])
        self._check(source)
        source.save()
        if not is_new and precedence is not None:
            believe(source, precedence)
        self.stdout.write(f"{source.code}: {source.get_kind_display()}, {json.dumps(source.profile)}")

    def _usual_kind(self, name: str | None) -> str:
        dialect = DIALECTS.get(name or "")
        return dialect.kinds[0] if dialect else FeedSource.Kind.STOCK

    def _fetch(self, source: FeedSource, transport: str | None, every: int | None) -> None:
        """Where its files come from and how often somebody looks; the first time at once."""
        if transport is not None:
            try:
                source.transport = json.loads(transport)
                read_transport(source.transport)
            except (json.JSONDecodeError, PullFailed) as error:
                said = error.message if isinstance(error, PullFailed) else f"it is no JSON ({error})"
                raise CommandError(f"--transport cannot be used: {said}", returncode=2) from error
        if every is not None:
            if every < 0:
                raise CommandError(f"--every is {every}; expected seconds, or 0 for never.", returncode=2)
            source.pull_times = []
            source.pull_every = timedelta(seconds=every) if every else None
            source.next_pull_at = timezone.now() if every else None

    def _check(self, source: FeedSource) -> None:
        if source.kind == FeedSource.Kind.PROMOTIONS:
            return
        try:
            read_profile(source.kind, source.profile, dialects=DIALECTS)
        except FeedRefused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
