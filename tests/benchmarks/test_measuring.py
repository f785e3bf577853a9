"""The meters read what the kernel knows."""

import os
import subprocess
import sys
from functools import partial

import pytest

from omnistore.benchmarks.measuring import (
    Report,
    Spent,
    cpu_seconds,
    in_turns,
    paired_ratio,
    tree_cpu_seconds,
)

BURN = "import time\nwhile time.process_time() < 0.3: pass\nprint(time.process_time(), flush=True)\ninput()"


def burning_child() -> "subprocess.Popen[bytes]":
    """A process that uses 0.3 CPU seconds, says how many it has used, and waits."""
    return subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_cpu_seconds_are_those_the_process_itself_knows_of() -> None:
    with burning_child() as child:
        assert child.stdout is not None
        said = float(child.stdout.readline())
        assert cpu_seconds(child.pid) == pytest.approx(said, abs=0.05)
        child.communicate(b"\n")


def test_a_childs_time_counts_when_it_has_ended_too() -> None:
    with Spent(tree=partial(tree_cpu_seconds, os.getpid())) as spent, burning_child() as child:
        child.communicate(b"\n")
    assert spent.seconds["tree"] >= 0.29


def test_every_second_round_goes_backwards() -> None:
    order: list[str] = []

    def part(name: str) -> dict[str, float]:
        order.append(name)
        return {"us": float(len(order))}

    found = in_turns(lambda: {"a": partial(part, "a"), "b": partial(part, "b")}, rounds=2)
    assert order == ["a", "b", "b", "a"]
    assert found == {"a_us": [1, 4], "b_us": [2, 3]}


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    assert paired_ratio([2, 30, 9], [1, 10, 3]) == 3


def test_the_report_gives_medians() -> None:
    report = Report("import", {"rows": 3}, rounds=3)
    report.take({"copy_us": [5.0, 1.0, 2.0]})
    assert report.json() == (
        '{"benchmark":"import","size":{"rows":3},"rounds":3,"figures":{"copy_us":2.0},"ratios":{}}'
    )
