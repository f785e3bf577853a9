"""Real processes on the test database: the worker and the clock that a journey needs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM
from urllib.parse import urlsplit

from django.db import connection

from omnistore.demo.folders import PROJECT
from omnistore.demo.processes import end_child, start_child

QUIET = ["--without-gossip", "--without-mingle", "--loglevel=WARNING"]


def environment() -> dict[str, str]:
    """Our own, but on the test database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {"DATABASE_URL": database.geturl(), "OMNISTORE_ROLE": "worker"}


@contextmanager
def night_shift(folder: Path) -> Iterator[None]:
    """A Celery worker for every queue, and beat in it; what they write lies in `folder`."""
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "omnistore", "worker", *QUIET]
    options = ["--queues=live,default,imports", "--concurrency=2", "--beat", f"--schedule={folder / 'beat'}"]
    with (folder / "worker.log").open("ab") as log:
        worker = start_child(
            [*command, *options], last_signal=SIGKILL, env=environment(), cwd=PROJECT, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        end_child(worker, by=SIGTERM, seconds=15)
