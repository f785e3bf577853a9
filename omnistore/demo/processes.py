"""Child processes that end with us, whatever ends us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TextIO, cast

from omnistore.demo.folders import PROJECT

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def ending_with_parent(last_signal: signal.Signals) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends the child `last_signal` when the starting thread has ended."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os.kill(os.getpid(), signal.SIGKILL)

    return ask_kernel


def start_child(
    command: Sequence[str | Path], *, last_signal: signal.Signals, **options: Any
) -> "subprocess.Popen[Any]":
    """Start a child in its own session; the kernel sends it `last_signal` when we die, even by SIGKILL.

    Only from the main thread: the kernel counts the death of the starting thread, not of the process.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started from the main thread: they would end with this one")
    # preexec_fn runs after the switch to another user, which would clear the setting.
    ask_kernel = ending_with_parent(last_signal)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=ask_kernel, **options
    )


def end_child(child: "subprocess.Popen[Any]", *, by: signal.Signals, seconds: float) -> None:
    """Ask the child to end, wait, and kill what is left of its process group."""
    ask_to_end(child, by=by)
    see_to_the_end(child, seconds=seconds)


def ask_to_end(child: "subprocess.Popen[Any]", *, by: signal.Signals) -> None:
    """Send the signal if the child still runs."""
    if not has_ended(child):
        os.kill(child.pid, by)


def see_to_the_end(child: "subprocess.Popen[Any]", *, seconds: float) -> None:
    """Wait for the child, then kill it and what is left of its process group."""
    if child.returncode is not None:  # waited for already: its number may be another process's by now
        return
    deadline = time.monotonic() + seconds
    while not has_ended(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def has_ended(child: "subprocess.Popen[Any]") -> bool:
    """Whether the child has ended; it is left unreaped, so that its number stays its own until we wait."""
    if child.returncode is None and sys.platform == "linux":
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return child.poll() is not None


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into KeyboardInterrupt; ignore the ones after it."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@dataclass(frozen=True)
class Part:
    """A part of the demo that must not end while the demo runs."""

    name: str
    process: "subprocess.Popen[Any]"
    last_lines: Callable[[], Sequence[str]]  # what it wrote before it ended; waits until that has been shown


def start_part(name: str, command: Sequence[str | Path], *, env: Mapping[str, str], log: TextIO) -> Part:
    """Start one part; each line it writes goes to `log` as "name | line"."""
    process = start_child(
        command,
        last_signal=signal.SIGTERM,
        env=env,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    output = cast(TextIO, process.stdout)  # there is one, for we asked for a pipe
    lines: deque[str] = deque(maxlen=15)

    def show() -> None:
        with output:
            for line in output:
                if words := line.rstrip():
                    lines.append(words)
                    print(f"{name:>7} | {words}", file=log, flush=True)

    reader = threading.Thread(target=show, name=f"output of {name}", daemon=True)
    reader.start()

    def last_lines() -> Sequence[str]:
        reader.join(1)
        return lines

    return Part(name=name, process=process, last_lines=last_lines)


def first_to_end(parts: Sequence[Part]) -> Part:
    """Wait until one of the parts has ended, and return it."""
    while True:
        for part in parts:
            if has_ended(part.process):
                return part
        time.sleep(0.2)


def stop_parts(parts: Sequence[Part], *, seconds: float) -> None:
    """Ask all parts to end at the same time and kill what is still there after `seconds`."""
    for part in parts:
        ask_to_end(part.process, by=signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for part in parts:
        see_to_the_end(part.process, seconds=deadline - time.monotonic())
        part.last_lines()


def how_it_ended(part: Part) -> str:
    """A sentence on the part's end, with its last lines; what is left of its process group is killed."""
    see_to_the_end(part.process, seconds=0)
    status = part.process.returncode
    how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    lines = "".join(f"\n    {line}" for line in part.last_lines())
    return f"{part.name} {how}{'; its last lines:' if lines else '.'}{lines}"
