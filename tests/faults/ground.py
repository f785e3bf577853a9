"""An installation of its own whose servers and worker can be killed: PostgreSQL, Valkey, a Celery worker and beat."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from omnistore.demo.folders import PROJECT
from omnistore.demo.processes import end_child, start_child
from omnistore.demo.running import WEB_OPTIONS
from omnistore.demo.stack import Server, StackError, free_port, postgres, valkey

PARTS = ("worker", "postgres", "valkey")
START_AGAIN_SECONDS = 30


class Ground:
    """The parts by name; each can be killed without a word and started again with what it had on disk."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.port = free_port()
        self.web_port = free_port()
        self.servers: dict[str, Server] = {}
        self.contexts: dict[str, ExitStack] = {}
        stack.callback(self.stop_servers)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.start("postgres")
        self.start("valkey")
        self.env = os.environ | {
            "DATABASE_URL": self.servers["postgres"].url,
            "REDIS_URL": self.servers["valkey"].url,
            "OMNISTORE_DATA": str(folder),
            "OMNISTORE_INBOX": str(folder / "inbox"),
            "MEDIA_ROOT": str(folder / "media"),
            "FEED_LEASE_SECONDS": "2",
        }

    def start(self, name: str) -> None:
        """Start a part; a PostgreSQL whose old children still hold its memory is asked again.

        PostgreSQL writes as in earnest here: what it has acknowledged has to outlive its death.
        """
        if name in ("worker", "beat"):
            self.processes[name] = self._start_celery(name)
            return
        if name == "web":
            self.processes[name] = self._start_web()
            return
        if name in self.contexts:
            self.contexts.pop(name).close()
        deadline = time.monotonic() + START_AGAIN_SECONDS
        while name not in self.contexts:
            with ExitStack() as context:
                server = postgres(self.folder) if name == "postgres" else valkey(self.folder, port=self.port)
                try:
                    self.servers[name] = context.enter_context(server)
                except StackError:
                    if time.monotonic() > deadline:
                        raise
                    continue
                self.contexts[name] = context.pop_all()
        self.processes[name] = self.servers[name].process

    def _start_celery(self, name: str) -> "subprocess.Popen[bytes]":
        options = {
            "worker": [
                "worker",
                "--queues=live,default,imports",
                "--concurrency=2",
                "--without-gossip",
                "--without-mingle",
            ],
            "beat": ["beat", f"--schedule={self.folder / 'beat'}", "--pidfile="],
        }[name]
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "celery",
            "-A",
            "omnistore",
            *options,
            "--loglevel=WARNING",
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = start_child(
                command, last_signal=signal.SIGKILL, env={**self.env, "OMNISTORE_ROLE": "worker"}, cwd=PROJECT,
                stdout=log, stderr=log,
            )  # fmt: skip
        self.stack.callback(end_child, process, by=signal.SIGTERM, seconds=15)
        return process

    def _start_web(self) -> "subprocess.Popen[bytes]":
        """Two web processes and their parent, as documented."""
        command = [sys.executable, "-m", "uvicorn", "omnistore.asgi:application", f"--port={self.web_port}"]
        with (self.folder / "web.log").open("ab") as log:
            process = start_child(
                [*command, "--workers=2", *WEB_OPTIONS], last_signal=signal.SIGTERM, env=self.env, cwd=PROJECT,
                stdout=log, stderr=log,
            )  # fmt: skip
        self.stack.callback(end_child, process, by=signal.SIGTERM, seconds=15)
        return process

    def start_what_ended(self) -> None:
        """As whoever supervises the processes does: a worker that finds no broker when it starts may give up."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def stop_servers(self) -> None:
        """Worker and beat have ended before."""
        for context in self.contexts.values():
            context.close()

    def kill(self, name: str) -> None:
        """SIGKILL, for worker and web with their children."""
        process = self.processes[name]
        if name in ("worker", "web"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def manage(self, *arguments: str, code: int = 0) -> str:
        """A management command, run to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=self.env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement on a connection of its own."""
        with psycopg.connect(self.servers["postgres"].url, autocommit=True) as connection:
            found = connection.execute(statement, values)
            return found.fetchall() if found.description else []


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """The installation, migrated, without worker and beat."""
    with ExitStack() as stack:
        made = Ground(folder, stack)
        made.manage("migrate", "--verbosity=0")
        yield made
