"""The rule of belief written out a second time, one item at a time, for tests to hold the loaders against."""

from dataclasses import dataclass
from typing import Any

Key = tuple[str, str]  # store code, SKU


@dataclass(frozen=True)
class Rule:
    """How far a source is believed; hours."""

    precedence: int = 100
    holds_for: float | None = None
    fresh_for: float = 26
    tolerance: int = 0

    @property
    def holds(self) -> float:
        return self.fresh_for if self.holds_for is None else self.holds_for


@dataclass(frozen=True)
class Said:
    """One source's count of one item; `at` in hours from now, `place` the order in which sources were set up."""

    at: float
    place: int
    source: str
    quantity: int


def believed(said: list[Said], rules: dict[str, Rule]) -> Said:
    newest = max(one.at for one in said)
    holding = [one for one in said if newest - one.at <= rules[one.source].holds]
    first = min(rules[one.source].precedence for one in holding)
    return max(
        (one for one in holding if rules[one.source].precedence == first), key=lambda one: (one.at, one.place)
    )


def figure(key: Key, one: Said, sold: list[Any]) -> int:
    """The count less what was sold strictly after it."""
    gone: int = sum(q for store, item, q, hours in sold if (store, item) == key and -hours > one.at)
    return one.quantity - gone


def expected_levels(said: dict[Key, list[Said]], sold: list[Any], rules: dict[str, Rule]) -> dict[Key, int]:
    return {key: figure(key, believed(words, rules), sold) for key, words in said.items()}


def expected_conflicts(
    said: dict[Key, list[Said]], sold: list[Any], rules: dict[str, Rule]
) -> set[tuple[Any, ...]]:
    """(store, SKU, winner, its figure, other, its figure, reason) of every pair that is apart by too much."""
    found = set()
    for key, words in said.items():
        winner, newest = believed(words, rules), max(one.at for one in words)
        for other in words:
            mine, theirs = rules[winner.source], rules[other.source]
            if other is winner or newest - other.at > max(theirs.holds, theirs.fresh_for):
                continue
            figures = figure(key, winner, sold), figure(key, other, sold)
            if abs(figures[0] - figures[1]) > max(mine.tolerance, theirs.tolerance):
                if mine.precedence < theirs.precedence:
                    reason = "PRECEDENCE"
                elif mine.precedence > theirs.precedence:
                    reason = "OTHER_TOO_OLD"
                else:
                    reason = "NEWER" if winner.at > other.at else "LATER_SOURCE"
                found.add((*key, winner.source, figures[0], other.source, figures[1], reason))
    return found
