"""`manage.py erase_shopper NUMBER`: a member asks to be forgotten."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from promotions.services.shoppers import erase_shopper


class Command(BaseCommand):
    help = "Delete a member number; redemptions and counters stay under a random id. Exit 1 if nobody has it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("member_number")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            is_erased = erase_shopper(member_number=options["member_number"], now=timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if not is_erased:
            raise CommandError("Nobody has this member number.")
        self.stdout.write("The member number is deleted; what was redeemed stays, without a name.")
