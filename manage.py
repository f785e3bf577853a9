#!/usr/bin/env python3
"""The door: `python3 manage.py demo`, `python3 manage.py test` and every other command of Django and ours."""

import os
import sys

NEEDS = {"demo": ("demo",), "test": ("demo", "dev"), "benchmark": ("demo", "dev")}


def main() -> None:
    """Run one command in an interpreter that has its packages; the first time, prepare that interpreter."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the sentence below is for whoever starts it with less
        sys.exit("OmniStore needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031
    from omnistore.demo import prepare

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    prepare.ensure(NEEDS.get(command, ()))

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
