"""The walk through the steps: what earlier ones found for later ones, and the account of all of them."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from omnistore.demo.check.doors import Door, Listener, WrongError
from omnistore.demo.check.expected import Sample
from omnistore.demo.check.inputs import Deal, InputFile, Told

# What a wrong answer raises while it is read: another status, a closed connection, another shape.
FAILURES = (WrongError, OSError, HTTPException, ValueError, LookupError, TypeError)


@dataclass
class Walk:
    """What the steps know. Fields without a value are set by the step that finds it out."""

    base_url: str
    inbox: Path
    inputs: list[InputFile]
    associate: Door = field(init=False)
    merchandiser: Door = field(init=False)
    approver: Door = field(init=False)
    operator: Door = field(init=False)
    store_code: str = field(init=False)  # where the associate works
    told: dict[tuple[str, str], Told] = field(init=False)  # by source and file name
    sample: Sample = field(init=False)
    deal: Deal = field(init=False)  # the promotion published on the way, on one item
    tablet: Listener = field(init=False)
    cut_off: Listener = field(init=False)
    far_away: Listener = field(init=False)
    till_files: list[bytes] = field(default_factory=list)  # sales made on the way
    answers: list[dict[str, Any]] = field(default_factory=list)  # to every scan on the way

    @property
    def sku(self) -> str:
        """The one item of the promotion published on the way."""
        return next(iter(self.deal.skus))


@dataclass(frozen=True)
class Step:
    """One thing to be right. `work` returns its figure; `needs` names steps without which it cannot be tried."""

    name: str
    work: Callable[[Walk], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """What became of a step."""

    name: str
    ok: bool
    figure: str
    seconds: float


def walk_through(steps: Sequence[Step], walk: Walk) -> list[Done]:
    """Try every step and print a line for each; one that is wrong stops only what needs it."""
    done: dict[str, Done] = {}
    for step in steps:
        missing = [name for name in step.needs if not done[name].ok]
        started = time.monotonic()
        if missing:
            ok, figure = False, f"not tried without: {', '.join(missing)}"
        else:
            ok, figure = tried(step, walk)
        one = done[step.name] = Done(step.name, ok, figure, round(time.monotonic() - started, 3))
        print(f"{'ok   ' if ok else 'WRONG'}  {step.name:<34} {figure}  ({one.seconds:.1f} s)", flush=True)
    return list(done.values())


def tried(step: Step, walk: Walk) -> tuple[bool, str]:
    try:
        return True, step.work(walk)
    except FAILURES as failure:
        kind = "" if isinstance(failure, WrongError) else f"{type(failure).__name__}: "
        return False, f"{kind}{failure}"


def account(done: Sequence[Done], *, seconds: float, in_json: bool) -> int:
    """Print the sum of all steps; 0 if every one is right."""
    right = sum(one.ok for one in done)
    print(f"{right} of {len(done)} steps right in {seconds:.1f} s", flush=True)
    if in_json:
        steps = [vars(one) for one in done]
        print(
            json.dumps({"ok": right == len(done), "steps": steps, "seconds": round(seconds, 3)}), flush=True
        )
    return 0 if right == len(done) else 1
