"""`manage.py demo` as somebody at a terminal meets it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from omnistore.demo.folders import throw_away_folder
from omnistore.demo.stack import free_port

ROOT = Path(__file__).parents[3]


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """An environment in which the demo starts servers of its own, on data of its own."""
    ours = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with throw_away_folder("tests") as folder:
        yield ours | {"OMNISTORE_DATA": str(folder)}


def test_a_taken_port_is_refused_before_anything_starts(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = subprocess.run(
            [sys.executable, "manage.py", "demo", f"--port={port}"],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert demo.returncode == 1
    assert f"--port {port + 1}" in demo.stderr
    assert list(Path(env["OMNISTORE_DATA"]).glob("pg-*")) == []


@pytest.mark.faults
def test_a_part_that_dies_ends_the_demo_by_name_and_leaves_no_process(env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "demo", f"--port={free_port()}"]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            for line in demo.stdout:
                if "Ctrl-C stops everything" in line:
                    break
            parts = psutil.Process(demo.pid).children(recursive=True)
            next(part for part in parts if "worker" in part.cmdline()).kill()
            rest = demo.stdout.read()
        finally:
            demo.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(parts, timeout=10)
    assert demo.returncode == 1
    assert "worker was killed by SIGKILL" in rest
    assert alive == []
