"""Children end with us, and nothing of theirs stays."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from omnistore.demo.processes import (
    end_child,
    first_to_end,
    how_it_ended,
    interrupted_by_signals,
    start_child,
    start_part,
    stop_parts,
)

ROOT = Path(__file__).parents[3]
FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
WITH_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); time.sleep(600)",
    *FOREVER,
]


def _is_gone(pid: int) -> bool:
    """Wait up to 10 s for the process to end."""
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_the_part_that_ends_is_found_with_its_last_lines() -> None:
    log = io.StringIO()
    env = dict(os.environ)
    steady = start_part("steady", FOREVER, env=env, log=log)
    failing = start_part("failing", ["sh", "-c", "echo oh no; exit 3"], env=env, log=log)
    try:
        assert first_to_end([steady, failing]) is failing
        assert how_it_ended(failing) == "failing ended with status 3; its last lines:\n    oh no"
        assert log.getvalue() == "failing | oh no\n"
    finally:
        stop_parts([steady, failing], seconds=5)
    assert how_it_ended(steady) == "steady was killed by SIGTERM."


def test_grandchildren_end_too_when_their_parent_was_killed() -> None:
    child = start_child(WITH_A_CHILD, last_signal=signal.SIGTERM, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        end_child(child, by=signal.SIGTERM, seconds=5)
    assert _is_gone(grandchild)


def test_a_child_ends_when_its_parent_is_killed() -> None:
    script = (
        "import signal, sys, time; from omnistore.demo.processes import start_child;"
        "child = start_child(sys.argv[1:], last_signal=signal.SIGTERM);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, *FOREVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert _is_gone(child)


def test_a_child_is_not_started_from_a_thread_that_may_end_first() -> None:
    errors = []

    def start() -> None:
        try:
            start_child(["true"], last_signal=signal.SIGTERM)
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(errors) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_interrupts_and_the_second_does_not_cut_the_cleaning_up(
    number: signal.Signals,
) -> None:
    cleaned_up = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), number)
            cleaned_up.append(True)

    with pytest.raises(KeyboardInterrupt, match=number.name), interrupted_by_signals():
        work()
    assert cleaned_up == [True]
