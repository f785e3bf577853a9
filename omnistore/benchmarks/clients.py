"""Clients in a process of their own, so that their CPU time is not taken for the server's; one JSON line a task."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGKILL
from typing import Any

import orjson

from omnistore.benchmarks.measuring import WrongResult
from omnistore.demo.folders import PROJECT
from omnistore.demo.processes import end_child, ending_with_parent

Ask = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def clients(module: str) -> Iterator[Ask]:
    """Run a module of this package; what is yielded hands it a task and waits for its answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"omnistore.benchmarks.{module}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        preexec_fn=ending_with_parent(SIGKILL),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    tasks, answers = process.stdin, process.stdout

    def ask(task: dict[str, Any]) -> dict[str, Any]:
        tasks.write(orjson.dumps(task) + b"\n")
        tasks.flush()
        line = answers.readline()
        if not line:
            raise WrongResult(f"{module} ended in the middle of its task; see its last words above")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    try:
        yield ask
    finally:
        tasks.close()
        end_child(process, by=SIGKILL, seconds=5)
        answers.close()
