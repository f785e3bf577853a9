"""`manage.py demo`: everything in one terminal, on data of its own, until Ctrl-C."""

import os
import shutil
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from omnistore.demo import check
from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.addresses import AlreadyRunning, claimed
from omnistore.demo.folders import data_folder, throw_away_folder
from omnistore.demo.processes import first_to_end, has_ended, how_it_ended, interrupted_by_signals
from omnistore.demo.running import PartFailedError, base_url, run_beside, running
from omnistore.demo.stack import StackError, free_port
from omnistore.demo.story.lines import story_lines
from omnistore.demo.versions import OtherVersionError

# What a demo leaves in its data folder; --reset removes this and nothing else.
MADE_HERE = ("pg-*", "valkey-*", "redis-*", "beat-schedule*", "env", "inbox", "media", "static", "story")


class Command(BaseCommand):
    help = (
        "Run OmniStore with sample data (PostgreSQL, Valkey, web server, worker, beat) until Ctrl-C. "
        "If DATABASE_URL or REDIS_URL is set, that server is used instead of a private one."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
        parser.add_argument(
            "--web-processes",
            type=int,
            default=1,
            choices=range(1, 33),
            metavar="N",
            help="web processes (default 1)",
        )
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away and start over")
        parser.add_argument("--check", action="store_true", help="do the main job once on throw-away data")
        parser.add_argument("--json", action="store_true", help="with --check: end with one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        host = options["host"]
        if host not in ("127.0.0.1", "::1", "localhost"):
            os.environ.setdefault("ALLOWED_HOSTS", "*")
        try:
            with interrupted_by_signals():
                if options["check"]:
                    sys.exit(_check(json=options["json"]))
                _demo(
                    host=host,
                    port=options["port"],
                    reset=options["reset"],
                    web_processes=options["web_processes"],
                )
        except KeyboardInterrupt:
            print("Stopped; nothing is left running.", flush=True)
            sys.exit(130 if options["check"] else 0)
        except (StackError, OtherVersionError, PartFailedError) as error:
            raise CommandError(str(error)) from error


def _demo(*, host: str, port: int, reset: bool, web_processes: int) -> None:
    """Run until a signal comes or a part ends by itself."""
    _refuse_taken_port(host=host, port=port)
    data = data_folder()
    try:
        with claimed(data):
            if reset:
                _reset(data)
            with running(data, host=host, port=port, log=sys.stdout, web_processes=web_processes) as parts:
                base = base_url(host=host, port=port)
                print(_welcome(data, base=base), flush=True)
                run_beside(parts, "story", ["tell_story"], data=data, log=sys.stdout)
                print(story_lines(base), flush=True)
                raise PartFailedError(f"{how_it_ended(first_to_end(parts))}\nThe demo has been stopped.")
    except AlreadyRunning:
        raise CommandError(f"A demo is running already with the data in {data}.") from None


def _check(*, json: bool) -> int:
    """The same start on throw-away data, then the main job through the public doors."""
    host, port = "127.0.0.1", free_port()
    with (
        throw_away_folder("check") as data,
        running(data, host=host, port=port, log=sys.stderr) as parts,
    ):
        status = check.run(base_url=base_url(host=host, port=port), data=data, json=json)
        for part in parts:
            if has_ended(part.process):
                raise PartFailedError(how_it_ended(part))
    return status


def _refuse_taken_port(*, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise CommandError(
            f"Cannot listen on {host}:{port}: {reason}. "
            f"Choose another port: python3 manage.py demo --port {port + 1}"
        ) from error


def _reset(data: Path) -> None:
    if "DATABASE_URL" in os.environ:
        raise CommandError("--reset clears the demo's own database only, and DATABASE_URL names another one.")
    for pattern in MADE_HERE:
        for made in data.glob(pattern):
            shutil.rmtree(made) if made.is_dir() else made.unlink()


def _welcome(data: Path, *, base: str) -> str:
    people = "\n".join(
        f"    {who.username:<6} {who.password:<11} {who.pin:<5} {who.look}" for who in ACCOUNTS
    )
    return f"""
  OmniStore is running:  {base}/

    name   password    PIN   what to look at
{people}

  Enrol a shared tablet  {base}/device/  (samira approves it; a name and a PIN open it)
  Drop feed files into   {settings.INBOX_DIR}
  The data is kept in    {data}  (start over: --reset)
  Ctrl-C stops everything.
"""
