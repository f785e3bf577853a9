"""`manage.py benchmark NAME`: a ratio to a limit or a peer, on servers and data of its own."""

import os
import resource
import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGTERM
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import redis
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from omnistore.benchmarks import importing, push, quote, refresh, verdict
from omnistore.benchmarks.measuring import CannotMeasure, WrongResult, say
from omnistore.demo.folders import PROJECT, throw_away_folder
from omnistore.demo.processes import ending_with_parent, interrupted_by_signals
from omnistore.demo.stack import StackError, servers

BENCHMARKS = {"import": importing, "push": push, "quote": quote, "refresh": refresh, "verdict": verdict}
# Nothing else may run while we measure; only on a server of our own, for others keep their settings.
QUIET = {"autovacuum": "off", "checkpoint_timeout": "1h"}
VALKEY_DATABASE = 15  # of a Valkey that was given to us; it has to be empty


class Command(BaseCommand):
    help = (
        "Measure a ratio to a limit or a peer in one run, on a private PostgreSQL and Valkey. If DATABASE_URL or "
        "REDIS_URL is set, a scratch database of that server is used instead. See omnistore/docs/benchmarks.md."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        # In the process that measures; the one before it has started the servers.
        parser.add_argument("--on-these-servers", action="store_true", help=SUPPRESS)
        benchmarks = parser.add_subparsers(dest="benchmark", required=True, metavar="|".join(BENCHMARKS))
        for name, benchmark in BENCHMARKS.items():
            options = benchmarks.add_parser(name, help=(benchmark.__doc__ or "").strip())
            benchmark.add_arguments(options)
            options.add_argument("--json", action="store_true", help="only the JSON object, no table")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with interrupted_by_signals():
                if not options["on_these_servers"]:
                    sys.exit(_measure_on_own_servers())
                _measure(options)
        except KeyboardInterrupt:
            sys.exit(130)
        except (StackError, CannotMeasure, WrongResult) as error:
            raise CommandError(str(error)) from error


def _measure(options: dict[str, Any]) -> None:
    """Migrate, measure, and say so: the last line is the JSON object."""
    call_command("migrate", verbosity=0)
    report = BENCHMARKS[options["benchmark"]].run(**options)
    if not options["json"]:
        print(report.table(), end="\n\n")
    print(report.json(), flush=True)


def _measure_on_own_servers() -> int:
    """This very command once more, in a process whose settings name a scratch database."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a stream is an open file
    with throw_away_folder("benchmark") as data, servers(data) as stack:
        (data / "static").mkdir()  # WhiteNoise warns of a missing STATIC_ROOT
        private = {server.name for server in stack.started}
        with (
            _scratch_database(stack.urls["DATABASE_URL"], quiet="postgres" in private) as database_url,
            _scratch_valkey(stack.urls["REDIS_URL"], private="valkey" in private) as redis_url,
        ):
            addresses = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "OMNISTORE_DATA": str(data)}
            say("the servers run")
            return _run_again(os.environ | addresses)


def _run_again(env: dict[str, str]) -> int:
    command = [sys.executable, str(PROJECT / "manage.py"), "benchmark", "--on-these-servers", *sys.argv[2:]]
    with subprocess.Popen(command, cwd=PROJECT, env=env, preexec_fn=ending_with_parent(SIGTERM)) as measuring:
        try:
            return measuring.wait()
        except KeyboardInterrupt:
            measuring.terminate()
            measuring.wait(30)
            raise


@contextmanager
def _scratch_database(url: str, *, quiet: bool) -> Iterator[str]:
    """A new database on the server, dropped at the end."""
    name = f"omnistore_benchmark_{uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        for setting, value in QUIET.items() if quiet else ():
            connection.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _scratch_valkey(url: str, *, private: bool) -> Iterator[str]:
    """An empty numbered database of the server, emptied again at the end."""
    if private:
        yield url
        return
    url = urlsplit(url)._replace(path=f"/{VALKEY_DATABASE}").geturl()
    with redis.Redis.from_url(url) as client:
        if client.dbsize():
            raise CannotMeasure(f"Database {VALKEY_DATABASE} of the given Valkey is not empty.")
        try:
            yield url
        finally:
            client.flushdb()
