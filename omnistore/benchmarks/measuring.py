"""Meters: CPU seconds of processes, rounds that take turns, and the report.

CPU time is the main figure because the wall clock of a shared machine says more about the neighbours.
"""

import os
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

import orjson
from django.db import connection

NANOSECONDS = 1e9
MICROSECONDS = 1e6
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class CannotMeasure(Exception):
    """This machine does not show what we need; the text says what is missing."""


class WrongResult(Exception):
    """What was measured did not do its work; the text says what came out."""


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far: its threads, to the nanosecond, and the children it has buried.

    Threads that have ended are not in it; the servers measured here keep theirs.
    """
    process = Path("/proc", str(pid))
    nanoseconds = sum(
        int((task / "schedstat").read_text().split()[0]) for task in (process / "task").iterdir()
    )
    return nanoseconds / NANOSECONDS + sum(map(int, _stat(pid)[12:14])) / TICKS_PER_SECOND


def tree_cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and of its children, those that have ended included."""
    total = cpu_seconds(pid)
    for child in Path("/proc", str(pid), "task", str(pid), "children").read_text().split():
        try:
            total += cpu_seconds(int(child))
        except (FileNotFoundError, ProcessLookupError):  # it has ended since
            continue
    return total


def database_pid() -> int:
    """The process whose children serve our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    try:
        return int(_stat(backend)[0])
    except FileNotFoundError:
        raise CannotMeasure(
            "PostgreSQL has to run on this machine: its CPU time is read from /proc (Linux)."
        ) from None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the parent's number on; the ones before may contain anything."""
    return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[1:]


def memory_bytes(pid: int) -> int:
    """Proportional share of memory: what would come free if the process ended."""
    for line in Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise CannotMeasure("/proc/<pid>/smaps_rollup has no Pss line.")


def thread_count(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path("/proc", str(pid), "task").iterdir()))


Meter = Callable[[], float]


class Spent:
    """What meters advanced by between the beginning and the end of the block, and seconds on the wall."""

    def __init__(self, **meters: Meter) -> None:
        self.meters = {**meters, "wall": time.perf_counter}
        self.before: dict[str, float] = {}
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        self.before = {name: read() for name, read in self.meters.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = {name: read() - self.before[name] for name, read in self.meters.items()}

    @property
    def cpu(self) -> float:
        """All meters but the wall."""
        return sum(seconds for name, seconds in self.seconds.items() if name != "wall")


Figures = dict[str, float]


Part = Callable[[], Figures]


def in_turns(prepare: Callable[[], Mapping[str, Part]], *, rounds: int) -> dict[str, list[float]]:
    """Run the parts that `prepare` gives once a round, in reverse order every second round: drift hits all alike.

    The figures of all rounds, named "<part>_<figure>".
    """
    found: dict[str, list[float]] = {}
    for number in range(rounds):
        parts = prepare()
        for name in list(parts) if number % 2 == 0 else reversed(list(parts)):
            for figure, value in parts[name]().items():
                found.setdefault(f"{name}_{figure}", []).append(value)
        say(
            f"round {number + 1} of {rounds}: " + ", ".join(f"{name} {found[name][-1]:.4g}" for name in found)
        )
    return found


def paired_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the rounds' own ratios: what slows a whole round down does not count."""
    return median(one / other for one, other in zip(above, below, strict=True))


@dataclass
class Report:
    """What a benchmark has to say."""

    benchmark: str
    size: Mapping[str, float]
    rounds: int
    figures: Figures = field(default_factory=dict)
    ratios: Figures = field(default_factory=dict)

    def take(self, found: Mapping[str, Sequence[float]]) -> None:
        """The medians of what the rounds found."""
        self.figures |= {name: median(values) for name, values in found.items()}

    def table(self) -> str:
        """For people."""
        size = ", ".join(f"{name} {value:,}" for name, value in self.size.items())
        lines = [f"{self.benchmark}: {size}; medians of {self.rounds} rounds", ""]
        lines += [f"  {name:<38} {value:>12,.3f}" for name, value in self.figures.items()]
        lines += ["", *(f"  {name:<38} {value:>12.2f}" for name, value in self.ratios.items())]
        return "\n".join(lines)

    def json(self) -> str:
        """For machines: one line."""
        return orjson.dumps(
            {
                "benchmark": self.benchmark,
                "size": self.size,
                "rounds": self.rounds,
                "figures": {name: round(value, 3) for name, value in self.figures.items()},
                "ratios": {name: round(value, 3) for name, value in self.ratios.items()},
            }
        ).decode()


def positive(text: str) -> int:
    """A size on the command line."""
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("at least 1")
    return number


def share(text: str) -> float:
    """A part of a whole on the command line."""
    number = float(text)
    if not 0 <= number <= 1:
        raise ArgumentTypeError("between 0 and 1")
    return number


def say(text: str) -> None:
    """Progress, beside the answer."""
    sys.stderr.write(f"{text}\n")
