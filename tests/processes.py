"""A real worker on the test database, and the clock that rings it."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM
from urllib.parse import urlsplit

from django.db import connection

from omnistore.celery import app
from omnistore.demo.folders import PROJECT
from omnistore.demo.processes import end_child, start_child

TICK_SECONDS = 0.5
QUIET = ["--without-gossip", "--without-mingle"]


def environment() -> dict[str, str]:
    """Our own, but on the test database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {"DATABASE_URL": database.geturl(), "OMNISTORE_ROLE": "worker"}


@contextmanager
def running_celery(folder: Path, part: str, *options: str) -> Iterator[None]:
    """A part of Celery, "worker" or "beat"; what it writes lies in `folder`."""
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "omnistore", part, "--loglevel=WARNING"]
    with (folder / f"{part}.log").open("ab") as log:
        process = start_child(
            [*command, *options],
            last_signal=SIGKILL, env=environment(), cwd=PROJECT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield
    finally:
        end_child(process, by=SIGTERM, seconds=15)


@contextmanager
def running_worker(folder: Path, *, concurrency: int = 2) -> Iterator[None]:
    """A Celery worker for every queue."""
    options = [*QUIET, "--queues=live,default,imports", f"--concurrency={concurrency}"]
    with running_celery(folder, "worker", *options):
        yield


@contextmanager
def running_beat(folder: Path) -> Iterator[None]:
    """The real clock with its own table of ticks."""
    with running_celery(folder, "beat", f"--schedule={folder / 'schedule'}", "--pidfile="):
        yield


@contextmanager
def ticking(*tasks: str) -> Iterator[None]:
    """Rings the worker with these tasks as beat does, only more often."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(TICK_SECONDS):
            for task in tasks:
                app.send_task(task)

    clock = threading.Thread(target=tick, name="clock")
    clock.start()
    try:
        yield
    finally:
        over.set()
        clock.join()
