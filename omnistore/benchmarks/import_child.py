"""One load in a process of its own, so that its memory is its own (`manage.py benchmark_load`)."""

import subprocess
import sys
import time
from pathlib import Path

import orjson
from django.utils import timezone

from inventory.imports import load_run, receive_file
from inventory.models import FeedSource
from omnistore.benchmarks.measuring import MICROSECONDS, Figures, Meter, WrongResult
from omnistore.demo.folders import PROJECT


def load_in_child(*, source: FeedSource, file: Path, received: int, applied: int, database: Meter) -> Figures:
    """Load a file as a worker would; what each row took and the most memory the process ever had (MB)."""
    command = [sys.executable, str(PROJECT / "manage.py"), "benchmark_load", source.code, str(file)]
    before = database()
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    spent = database() - before
    if ended.returncode:
        raise WrongResult(f"the loading process ended with {ended.returncode}: {ended.stderr[-2000:]}")
    found = orjson.loads(ended.stdout)
    if (found["received"], found["applied"]) != (received, applied):
        raise WrongResult(f"{found}, expected {received} received and {applied} applied")
    return {
        "cpu_us_per_row": (spent + found["client"]) / received * MICROSECONDS,
        "peak_mb": found["peak_mb"],
    }


def load_here(*, source_code: str, file: Path) -> str:
    """In the child: load, and say what it took as JSON. The CPU seconds are the load's, the memory all there was."""
    source = FeedSource.objects.get(code=source_code)
    now = timezone.now()
    started = time.process_time()
    with file.open("rb") as content:
        run, _is_new = receive_file(source=source, file_name=file.name, content=content, now=now)
    loaded = load_run(run_id=run.pk, now=now)
    client = time.process_time() - started
    assert loaded is not None, "somebody else loads our files"
    counts = {"received": loaded.rows_received, "applied": loaded.rows_applied}
    return orjson.dumps({"client": client, "peak_mb": _peak_mb(), **counts}).decode()


def _peak_mb() -> float:
    """The high-water mark of this process' memory since it was started; getrusage would tell the parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise WrongResult("/proc/self/status has no VmHWM line.")
