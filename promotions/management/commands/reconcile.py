"""`manage.py reconcile`: the nightly recount by hand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from promotions.services.reconciling import reconcile


class Command(BaseCommand):
    help = (
        "Find the targets of every open promotion and recount every open offer from the stock levels, mend what "
        "differs and name it; exit 1 if anything did."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        run = reconcile(slot=None, now=timezone.now())
        if run is None:
            return
        for found in run.details:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in found.items()))
        self.stdout.write(f"{run.differences} differences in {run.offers} offers")
        if run.differences:
            raise SystemExit(1)
