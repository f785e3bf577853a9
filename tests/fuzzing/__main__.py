"""Readers fed with spoilt files: `python -m tests.fuzzing [--seconds 300] [--reader NAME] [--seed N]`."""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.fuzzing.readers import TARGETS
from tests.fuzzing.runs import Result, fuzz
from tests.fuzzing.targets import Target


def main() -> int:
    """1 where a reader did what it must not; its files are then kept in a folder of their own."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="for each reader")
    parser.add_argument("--reader", action="append", choices=sorted(TARGETS), help="all by default")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder: Path | None = None
    for name in asked.reader or TARGETS:
        target = TARGETS[name]
        result = fuzz(target, seed=asked.seed, is_over=partial(_is_over, asked.seconds))
        ran = f"{result.iterations:,} files, {result.seconds:.0f} s, {result.kept} kept"
        say(f"{name}: {ran}, {len(result.findings)} findings (seed {asked.seed})")
        if result.findings:
            folder = folder or Path(tempfile.mkdtemp(prefix="fuzzing-"))
            keep(target, result, folder)
    return 1 if folder else 0


def _is_over(limit: float, _iterations: int, seconds: float) -> bool:
    return seconds >= limit


def keep(target: Target, result: Result, folder: Path) -> None:
    """Each finding as the file and its story."""
    for number, finding in enumerate(result.findings.values(), 1):
        path = folder / f"{target.name}-{number}"
        path.with_suffix(".bin").write_bytes(finding.content)
        profile = target.variants[finding.variant].told
        path.with_suffix(".txt").write_text(
            f"{finding.key}\n{profile}\n{finding.told}", "utf-8", "backslashreplace"
        )
        shown = repr(finding.content[:300])
        say(f"  {finding.key}\n    variant {finding.variant}, {path}.bin: {shown}")


def say(line: str) -> None:
    """A line at once, also into a file."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
