"""`manage.py export_google promotions|inventory`: the feeds for Google, on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from promotions.selectors.google_feed import FORMS, VARIANTS, left_out_lines, promotion_pieces
from promotions.selectors.google_stock import inventory_lines


class Command(BaseCommand):
    help = (
        "Write a feed for Google: every published promotion, or what each store can sell. What Google's feed cannot "
        "say is named on standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("feed", choices=["promotions", "inventory"])
        parser.add_argument("--variant", choices=VARIANTS, default="google", help="full: for our own import")
        parser.add_argument("--form", choices=FORMS, default="tsv", help="of the promotions")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["feed"] == "inventory":
            pieces = inventory_lines(now=now)
        else:
            pieces = promotion_pieces(variant=options["variant"], form=options["form"], now=now)
        for piece in pieces:
            self.stdout.write(piece, ending="")
        if options["feed"] == "promotions" and options["variant"] == "google":
            for line in list(left_out_lines(now=now))[1:]:
                self.stderr.write(line, ending="")
