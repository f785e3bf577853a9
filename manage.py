#!/usr/bin/env python3
"""The door: `python3 manage.py demo`, `python3 manage.py test` and every other command of Django and ours."""

import os
import sys

# Commands that bring their own servers, and the dependency groups they need on top of the project's packages.
GROUPS = {"demo": ["demo"], "test": ["demo", "dev"], "benchmark": ["demo", "dev"]}


def main() -> None:
    """Run one command in an interpreter that has its packages; the first time, prepare that interpreter."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the sentence is for whoever starts it with less
        sys.exit("OmniStore needs Python 3.11 or newer, this is " + sys.version)
    from omnistore.demo import addresses, folders, prepare

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    prepare.ensure(GROUPS.get(command, []))

    data = folders.data_folder()
    os.environ.setdefault("OMNISTORE_DATA", str(data))
    if command not in GROUPS and "DATABASE_URL" not in os.environ:
        os.environ.update(addresses.of_running_demo(data))

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
