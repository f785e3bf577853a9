"""`manage.py verify_stock`: are the levels what claims and ledger come to?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.imports.verifying import verify_stock
from inventory.models import Store


class Command(BaseCommand):
    help = (
        "Recompute every level from the claims and the ledger and name each difference. "
        "Exit code 0: none, 1: differences, 2: no such store."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", metavar="CODE", help="only this store")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *_args: Any, **options: Any) -> None:
        store, as_json = options["store"], options["json"]
        if store is not None and not Store.objects.filter(store_code=store).exists():
            raise CommandError(f"There is no store {store!r}.", returncode=2)
        levels, differences = 0, []
        for verified in verify_stock(store_code=store):
            levels += verified.levels
            differences += verified.differences
            if not as_json:
                for difference in verified.differences:
                    self.stdout.write(str(difference))
        if as_json:
            told = {"levels": levels, "differences": [asdict(difference) for difference in differences]}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{len(differences)} differences in {levels} levels")
        if differences:
            raise SystemExit(1)
