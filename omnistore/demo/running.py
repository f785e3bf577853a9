"""The whole of OmniStore as child processes: servers, web, worker and beat."""

import contextlib
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from omnistore.demo.addresses import published
from omnistore.demo.folders import PROJECT
from omnistore.demo.processes import (
    Part,
    first_to_end,
    has_ended,
    how_it_ended,
    start_part,
    stop_parts,
)
from omnistore.demo.stack import Server, last_lines, servers
from omnistore.demo.versions import refuse_other_versions

FIRST_PAGE_SECONDS = 60
STOP_SECONDS = 6  # the worker finishes its tasks; a longer one is taken up again from its row

WEB_OPTIONS = [
    "--loop=uvloop",
    "--http=httptools",
    "--lifespan=off",
    "--backlog=8192",
    "--timeout-graceful-shutdown=2",
    "--timeout-worker-healthcheck=60",  # of several processes: a new one may take so long to start
    "--no-access-log",
    "--log-level=warning",
]
WORKER_OPTIONS = [
    "--concurrency=3",
    "--queues=live,default,imports",
    "--without-gossip",
    "--without-mingle",
    "--loglevel=WARNING",
]


class PartFailedError(Exception):
    """A part of the demo ended when it should not; the text has its last lines."""


@contextlib.contextmanager
def running(data: Path, *, host: str, port: int, log: TextIO, web_processes: int = 1) -> Iterator[list[Part]]:
    """Start everything on the data in `data`, migrated and with the sample loaded; give all the parts.

    What the parts write goes to `log`, each line with the part's name in front.
    """
    ours: list[Part] = []
    (data / "static").mkdir(exist_ok=True)  # WhiteNoise warns of a missing STATIC_ROOT
    print("Starting PostgreSQL and Valkey.", file=log, flush=True)
    with servers(data) as stack, published(data, stack.urls):
        for server in stack.started:
            if server.name == "postgres":
                refuse_other_versions(server.url, data=data)
        env = os.environ | stack.urls | {"OMNISTORE_DATA": str(data), "PYTHONUNBUFFERED": "1"}
        try:
            _run_to_end("migrate", ["migrate", "--verbosity=0"], env=env, log=log)
            web = start_web(host=host, port=port, env=env, log=log, processes=web_processes)
            ours.append(web)
            _run_to_end("sample", ["load_sample"], env=env, log=log)
            wait_for_first_page(web, host=host, port=port)
            ours.append(start_worker(env=env, log=log))
            ours.append(start_beat(data, env=env, log=log))
            # The servers first: when one of them ends the others follow, and the cause is to be named.
            yield [*(_as_part(server) for server in stack.started), *ours]
        finally:
            stop_parts(ours, seconds=STOP_SECONDS)


def run_beside(parts: Sequence[Part], name: str, arguments: list[str], *, data: Path, log: TextIO) -> None:
    """Run one management command to its end while the demo runs; PartFailedError when it or a part fails meanwhile."""
    part = start_part(
        name,
        [sys.executable, PROJECT / "manage.py", *arguments],
        env=os.environ | {"OMNISTORE_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        log=log,
    )
    try:
        first = first_to_end([*parts, part])
    finally:
        stop_parts([part], seconds=STOP_SECONDS)
    if first is not part or part.process.returncode != 0:
        raise PartFailedError(how_it_ended(first))


def start_web(*, host: str, port: int, env: Mapping[str, str], log: TextIO, processes: int = 1) -> Part:
    """The one web server: pages, API and event streams; of several processes SIGHUP replaces one by one."""
    address = [f"--host={host}", f"--port={port}"]
    command = [sys.executable, "-m", "uvicorn", "omnistore.asgi:application", *address, *WEB_OPTIONS]
    if processes > 1:  # with a parent that looks after them
        command.append(f"--workers={processes}")
    return start_part("web", command, env=env, log=log)


def start_worker(*, env: Mapping[str, str], log: TextIO) -> Part:
    """The Celery worker; -W ignore because Celery warns whoever tries the demo as root."""
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "celery",
        "-q",
        "-A",
        "omnistore",
        "worker",
        *WORKER_OPTIONS,
    ]
    return start_part("worker", command, env={**env, "OMNISTORE_ROLE": "worker"}, log=log)


def start_beat(data: Path, *, env: Mapping[str, str], log: TextIO) -> Part:
    """Celery's beat; what it remembers lies in `data`."""
    memory = f"--schedule={data / 'beat-schedule'}"
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "omnistore",
        "beat",
        memory,
        "--pidfile=",
        "-l",
        "WARNING",
    ]
    return start_part("beat", command, env=env, log=log)


def wait_for_first_page(web: Part, *, host: str, port: int) -> None:
    """Return when GET /healthz answers 200; PartFailedError when the web server ends or stays silent."""
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not _is_healthy(base_url(host=host, port=port)):
        if has_ended(web.process):
            raise PartFailedError(how_it_ended(web))
        if time.monotonic() > deadline:
            raise PartFailedError(f"The web server gave no page within {FIRST_PAGE_SECONDS} s.")
        time.sleep(0.1)


def base_url(*, host: str, port: int) -> str:
    """The address a browser on this machine uses."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def _as_part(server: Server) -> Part:
    return Part(name=server.name, process=server.process, last_lines=lambda: last_lines(server.log))


def _is_healthy(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/healthz", timeout=2) as answer:  # noqa: S310 - http, ours
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def _run_to_end(name: str, arguments: list[str], *, env: Mapping[str, str], log: TextIO) -> None:
    """Run one management command as a part and wait for it."""
    part = start_part(name, [sys.executable, PROJECT / "manage.py", *arguments], env=env, log=log)
    try:
        first_to_end([part])
    finally:
        stop_parts([part], seconds=STOP_SECONDS)
    if part.process.returncode != 0:
        raise PartFailedError(how_it_ended(part))
