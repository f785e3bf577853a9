"""Sets of units: so many of one kind and so many of another, as often as they are complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class SetPart:
    """So many units of these belong to a set."""

    quantity: int
    units: frozenset[int]


def sets_of(free: Sequence[int], parts: Sequence[SetPart]) -> list[list[int]]:
    """As many whole sets of the free units as there can be, the dearest first.

    `free` is sorted, the dearest first. Each set holds its parts one after the other, each part's dearest unit first.
    """
    most = most_sets(free, parts)
    if not most:
        return []
    if len(parts) == 1:
        held = [[unit for unit in free if unit in parts[0].units]]
    else:
        while not is_full(held := fill(free, parts, times=most), parts, times=most):
            most -= 1
    return [
        [
            unit
            for part, mine in zip(parts, held, strict=True)
            for unit in mine[number * part.quantity : (number + 1) * part.quantity]
        ]
        for number in range(most)
    ]


def most_sets(free: Sequence[int], parts: Sequence[SetPart]) -> int:
    """How many sets each part by itself, and all of them together, have the units for."""
    own = [sum(unit in part.units for unit in free) for part in parts]
    together = sum(any(unit in part.units for part in parts) for unit in free)
    size = sum(part.quantity for part in parts)
    return min(together // size, *(count // part.quantity for count, part in zip(own, parts, strict=True)))


def is_full(held: list[list[int]], parts: Sequence[SetPart], *, times: int) -> bool:
    return all(len(mine) == part.quantity * times for mine, part in zip(held, parts, strict=True))


def fill(free: Sequence[int], parts: Sequence[SetPart], *, times: int) -> list[list[int]]:
    """The units for so many sets, by part: as many as fit, and among those the dearest.

    A unit that may go into several parts takes the first with room; one that finds none moves others on to another
    part of theirs (augmenting paths). What has a place keeps one, so the dearest units first is the best order.
    """
    held: list[dict[tuple[int, ...], list[int]]] = [
        {} for _ in parts
    ]  # positions, by the parts they may go into
    room = [part.quantity * times for part in parts]
    for position, unit in enumerate(free):
        kind = tuple(number for number, part in enumerate(parts) if unit in part.units)
        path = path_to_room(kind, held, room)
        if not path:
            continue
        room[path[-1][0]] -= 1
        for (part, moved), (before, _) in zip(path[:0:-1], path[-2::-1], strict=True):
            held[part].setdefault(moved, []).append(held[before][moved].pop())
        held[path[0][0]].setdefault(kind, []).append(position)
    return [[free[position] for position in sorted(chain(*mine.values()))] for mine in held]


def path_to_room(
    kind: tuple[int, ...], held: list[dict[tuple[int, ...], list[int]]], room: list[int]
) -> list[tuple[int, tuple[int, ...]]]:
    """The shortest way to a part with room: parts in turn, each with the kind of unit that moves into it."""
    ways = [[(part, kind)] for part in kind]
    seen = set(kind)
    for way in ways:
        last = way[-1][0]
        if room[last]:
            return way
        for moved, positions in held[last].items():
            for part in moved if positions else ():
                if part not in seen:
                    seen.add(part)
                    ways.append([*way, (part, moved)])
    return []
