"""A private PostgreSQL and Valkey keep their data, speak one dialect, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from omnistore.demo import stack
from omnistore.demo.folders import throw_away_folder

ROOT = Path(__file__).parents[3]
PARENT = """
import pathlib, sys, time
from omnistore.demo import stack
folder = pathlib.Path(sys.argv[1])
with stack.postgres(folder, quick=True) as postgres, stack.valkey(folder) as valkey:
    print(postgres.process.pid, valkey.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with throw_away_folder("tests") as folder:
        yield folder


def test_postgres_keeps_its_data_and_folds_case_alike_everywhere(folder: Path) -> None:
    with stack.postgres(folder, quick=True) as server, psycopg.connect(server.url, autocommit=True) as first:
        first.execute("CREATE TABLE kept AS SELECT upper('é') AS letter")
    assert server.process.returncode == 0
    with stack.postgres(folder, quick=True) as server, psycopg.connect(server.url) as again:
        assert again.execute("SELECT letter, current_setting('timezone') FROM kept").fetchone() == (
            "É",
            "UTC",
        )


def test_postgres_recovers_from_being_killed(folder: Path) -> None:
    with stack.postgres(folder) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept ()")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with stack.postgres(folder) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_valkey_comes_back_on_the_same_port_with_its_data(folder: Path) -> None:
    port = stack.free_port()
    with stack.valkey(folder, port=port) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "yes")
            client.execute_command("WAITAOF", 1, 0, 5000)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with stack.valkey(folder, port=port) as again, redis.Redis.from_url(again.url) as client:
        assert (again.url, client.get("kept")) == (server.url, b"yes")


def test_a_taken_port_is_said_plainly(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(stack.StackError, match=r"(?s)Valkey did not start.*in use"),
            stack.valkey(folder, port=port),
        ):
            pass


def test_named_servers_are_used_instead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with stack.servers(folder) as running:
        assert running.urls == {
            "DATABASE_URL": "postgresql://elsewhere/db",
            "REDIS_URL": "redis://elsewhere/0",
        }
        assert running.started == []


def test_a_folder_with_a_long_name_still_has_a_socket(folder: Path) -> None:
    with (
        stack.postgres(folder / ("deep" * 30), quick=True) as server,
        psycopg.connect(server.url) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    with throw_away_folder("tests") as folder:
        yield folder


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_both_end_with_their_parent_however_it_dies(shared_folder: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(shared_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        try:
            assert parent.stdout is not None
            children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
            parent.send_signal(number)
            _, alive = psutil.wait_procs(children, timeout=10)
        finally:
            parent.kill()
    assert len(children) == 2
    assert alive == []
