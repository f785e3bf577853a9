"""Sets of units: so many of one kind and so many of another, as often as they are complete."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

Kind = tuple[int, ...]  # the parts that a unit may go into, by number


@dataclass(frozen=True)
class SetPart:
    """So many units of these belong to a set."""

    quantity: int
    units: frozenset[int]


def sets_of(free: Sequence[int], parts: Sequence[SetPart]) -> list[list[int]]:
    """As many whole sets of the free units as there can be, the dearest first.

    `free` is sorted, the dearest first. Each set holds its parts one after the other, each part's dearest unit first.
    """
    if len(parts) == 1:
        held = [[unit for unit in free if unit in parts[0].units]]
        count = len(held[0]) // parts[0].quantity
    else:
        _, count = fill(free, parts, rounds=len(free))
        held, _ = fill(free, parts, rounds=count)
    return [
        [
            unit
            for part, mine in zip(parts, held, strict=True)
            for unit in mine[number * part.quantity : (number + 1) * part.quantity]
        ]
        for number in range(count)
    ]


def fill(free: Sequence[int], parts: Sequence[SetPart], *, rounds: int) -> tuple[list[list[int]], int]:
    """The units by part after up to so many sets were filled one by one, and how many became whole.

    Each round takes as many units as fit, and among those the dearest. A unit that may go into several parts takes the
    first with room; where there is none, others move on to another part of theirs (augmenting paths), so nothing
    that has a place loses it and no whole set is missed.
    """
    waiting: dict[Kind, deque[int]] = {}  # positions in free
    for position, unit in enumerate(free):
        kind = tuple(number for number, part in enumerate(parts) if unit in part.units)
        waiting.setdefault(kind, deque()).append(position)
    held: list[dict[Kind, list[int]]] = [{} for _ in parts]
    whole, size = 0, sum(part.quantity for part in parts)
    while whole < rounds:
        room = [part.quantity for part in parts]
        heads = [(position, kind) for kind, queue in waiting.items() for position in islice(queue, size)]
        for position, kind in sorted(heads):
            if place(position, kind, held, room):
                waiting[kind].popleft()
        if any(room):
            break
        whole += 1
    return [[free[position] for position in sorted(chain(*mine.values()))] for mine in held], whole


def place(position: int, kind: Kind, held: list[dict[Kind, list[int]]], room: list[int]) -> bool:
    """Puts a unit into one of its parts, moving others on by the shortest way if need be; False if there is none."""
    ways: list[list[tuple[int, Kind]]] = [
        [(part, kind)] for part in kind
    ]  # part, and which kind moves into it
    seen = set(kind)
    for way in ways:
        last = way[-1][0]
        if room[last]:
            room[last] -= 1
            for (part, moved), (before, _) in zip(way[:0:-1], way[-2::-1], strict=True):
                held[part].setdefault(moved, []).append(held[before][moved].pop())
            held[way[0][0]].setdefault(kind, []).append(position)
            return True
        for moved, positions in held[last].items():
            for part in moved if positions else ():
                if part not in seen:
                    seen.add(part)
                    ways.append([*way, (part, moved)])
    return False
