"""`manage.py create_token USERNAME [NAME]`: an API key from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from omnistore.staff.models import ApiKey, StaffMember


class Command(BaseCommand):
    help = "Issue an API key with a person's role and stores, and print its token, which is shown only this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="whose role and stores the key has")
        parser.add_argument(
            "name", nargs="?", default="command line", help="what the key is for, such as: till 3 in Broadway"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        member = StaffMember.objects.filter(username=options["username"], is_active=True).first()
        if member is None:
            raise CommandError(f"There is no active staff member {options['username']}.")
        if not 0 < len(options["name"]) <= 100:
            raise CommandError("A key's name has 1 to 100 characters.")
        _key, token = ApiKey.issue(staff_member=member, name=options["name"], now=timezone.now())
        self.stdout.write(token)
