"""What a choice of joint deals comes to, unit by unit: who takes part, what is taken off, in which order.

A *unit deal* looks at each unit by itself; a *joint deal* at several (sets, sums, limits that bind).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from promotions.rules.basket.candidates import Candidate, Shape
from promotions.rules.basket.sets import sets_of
from promotions.rules.words import CouponValueType


@dataclass
class Effort:
    """How much searching a quote may still do, in steps of about a microsecond."""

    left: int
    is_exact: bool = True

    def spend(self, steps: int) -> bool:
        """Whether the steps were still there; once they were not, the quote is no longer known to be the best."""
        self.left -= steps
        if self.left < 0:
            self.is_exact = False
        return self.left >= 0


@dataclass(frozen=True)
class Claim:
    """The units a joint deal takes.

    The cut falls on each of `cuts`, or on each of `sums` together. `saving` is what that comes to at the prices at
    the beginning of the stage, before the money budget; it never comes to more.
    """

    candidate: Candidate
    touched: list[int]
    cuts: list[int]
    sums: list[list[int]]
    saving: int

    @property
    def is_capped(self) -> bool:
        return self.candidate.cap is not None and self.saving > self.candidate.cap

    @property
    def most(self) -> int:
        """The most it can take off."""
        cap = self.candidate.cap
        return self.saving if cap is None else min(self.saving, cap)

    @property
    def is_first(self) -> bool:
        """Prices for whole sets are set before anything else is taken off."""
        return bool(self.sums) and self.candidate.cut.kind is CouponValueType.FIXED_PRICE

    @property
    def is_last(self) -> bool:
        """What falls on sums, or has to fit a budget, comes after what each unit gets by itself."""
        return not self.is_first and (bool(self.sums) or self.is_capped)


@dataclass
class Stage:
    """Deals that compete: one level, one priority, exclusive ones or the others.

    `price` is what each unit costs when the stage begins, `open_units` which ones a deal may touch (the dearest
    first), `alone` its claim if no other deal had one, `unit_deals` the unit deals by unit, `mates` with which
    others of the stage a deal may share a unit.
    """

    price: list[int]
    open_units: dict[Candidate, list[int]]
    alone: dict[Candidate, Claim]
    unit_deals: dict[int, tuple[Candidate, ...]]
    mates: dict[Candidate, frozenset[Candidate]]
    effort: Effort
    groups: dict[tuple[Candidate, ...], list[tuple[Candidate, ...]]] = field(default_factory=dict)
    choices: dict[tuple[object, ...], tuple[int, list[tuple[Candidate, int]]]] = field(default_factory=dict)


def claim_of(candidate: Candidate, free: Sequence[int], price: Sequence[int]) -> Claim:
    """What the deal takes of the free units, the dearest first; units and sets that it saves nothing on are left."""
    cut, limit = candidate.cut, candidate.limit
    if candidate.shape is Shape.EACH:
        cuts = [unit for unit in free if cut.on(price[unit])][:limit]
        return Claim(candidate, cuts, cuts, [], sum(cut.on(price[unit]) for unit in cuts))
    if candidate.shape is Shape.ONCE:
        sums = [list(free[:limit])]
    else:
        sums = sets_of(free, candidate.parts)
        if candidate.rewarded:
            return rewarding(candidate, sums, price)
        sums = sums if limit is None else sums[: limit // candidate.set_size]
    savings = [(cut.on(sum(price[unit] for unit in units)), units) for units in sums]
    sums = [units for saving, units in savings if saving]
    touched = [unit for units in sums for unit in units]
    return Claim(candidate, touched, [], sums, sum(saving for saving, _ in savings))


def rewarding(candidate: Candidate, sets: list[list[int]], price: Sequence[int]) -> Claim:
    """The claim of a deal that cuts the last units of each set."""
    cut, limit = candidate.cut, candidate.limit
    touched: list[int] = []
    cuts: list[int] = []
    for units in sets:
        rewarded = units[-candidate.rewarded :]
        if limit is not None:
            rewarded = rewarded[: limit - len(cuts)]
        if any(cut.on(price[unit]) for unit in rewarded):
            touched += units
            cuts += rewarded
    return Claim(candidate, touched, cuts, [], sum(cut.on(price[unit]) for unit in cuts))


def ceiling_of(claim: Claim, free: Sequence[int], price: Sequence[int]) -> int:
    """At least as much as the claim's deal can take off some of these units, at these prices or lower.

    `claim` is what it takes of all of them. In the order of prices any selection is dominated place by place, so for
    a deal of one part that is the most. Where units go to several parts, each part is given all that it may have.
    """
    candidate = claim.candidate
    if len(candidate.parts) < 2:
        return claim.most
    cut, limit = candidate.cut, candidate.limit
    own = [[unit for unit in free if unit in part.units] for part in candidate.parts]
    count = min(len(mine) // part.quantity for mine, part in zip(own, candidate.parts, strict=True))
    if candidate.rewarded:
        most = sum(cut.on(price[unit]) for unit in own[-1][: count * candidate.rewarded][:limit])
    else:
        count = count if limit is None else min(count, limit // candidate.set_size)
        sums = [0] * count
        for mine, part in zip(own, candidate.parts, strict=True):
            for place, unit in enumerate(mine[: count * part.quantity]):
                sums[place // part.quantity] += price[unit]
        most = sum(map(cut.on, sums))
    return most if candidate.cap is None else min(most, candidate.cap)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount in whole parts by weight, largest remainder first, equal ones in their order.

    The parts sum to the amount; with an amount up to the sum of the weights none is above its weight.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(amount * weights[n] % whole))
    for place in by_remainder[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def taken(claim: Claim, price: dict[int, int]) -> dict[int, int]:
    """What a claim takes off each unit at these prices, its budget kept; units that only count have nothing."""
    cut, cap = claim.candidate.cut, claim.candidate.cap
    shares = dict.fromkeys(claim.touched, 0)
    for unit in claim.cuts:
        shares[unit] = cut.on(price[unit])
    for units in claim.sums:
        prices = [price[unit] for unit in units]
        shares.update(zip(units, allocate(cut.on(sum(prices)), prices), strict=True))
    if cap is not None and sum(shares.values()) > cap:
        shares = dict(zip(shares, allocate(cap, list(shares.values())), strict=True))
    return shares


def groups_of(options: tuple[Candidate, ...], stage: Stage) -> list[tuple[Candidate, ...]]:
    """The largest groups of these deals that may share a unit (Bron and Kerbosch's search, with a pivot)."""
    mates, found = stage.mates, list[tuple[Candidate, ...]]()
    if len(options) < 2:
        return [options]

    def grow(group: tuple[Candidate, ...], rest: set[Candidate], done: set[Candidate]) -> None:
        if not stage.effort.spend(1) and found:
            return
        if not rest and not done:
            found.append(group)
            return
        pivot = max(rest | done, key=lambda option: len(mates[option] & rest))
        for option in sorted(rest - mates[pivot], key=lambda option: option.order):
            grow((*group, option), rest & mates[option], done & mates[option])
            rest = rest - {option}
            done = done | {option}

    if options not in stage.groups:
        grow((), set(options), set())
        stage.groups[options] = found
    return stage.groups[options]


def cheapest(
    stage: Stage,
    *,
    price: int,
    options: tuple[Candidate, ...],
    joint: tuple[Candidate, ...],
    cuts: tuple[Candidate, ...],
) -> tuple[int, list[tuple[Candidate, int]]]:
    """The lowest price of a unit and the steps to it: its unit deals that may stand beside its joint deals.

    `cuts` are the joint deals that cut it by itself. To add a deal never makes a unit dearer, so only the largest
    groups are tried; a deal that then takes nothing is left out. Equal prices: fewer deals, then ids.
    """
    key = (price, options, joint, cuts)
    if key in stage.choices:
        return stage.choices[key]
    allowed = tuple(option for option in options if all(option in stage.mates[other] for other in joint))
    outcomes = []
    for group in groups_of(allowed, stage):
        steps = steps_of(price, sorted((*cuts, *group), key=lambda candidate: candidate.order))
        left = price - sum(coins for _, coins in steps)
        ids = sorted(candidate.deal.promotion_id for candidate, _ in steps)
        outcomes.append(((left, len(ids), ids), steps))
    (left, _, _), steps = min(outcomes, key=lambda outcome: outcome[0])
    stage.choices[key] = left, steps
    return left, steps


def steps_of(price: int, chain: Iterable[Candidate]) -> list[tuple[Candidate, int]]:
    """What each deal of the chain takes off what those before it left; those that take nothing are left out."""
    steps = []
    for candidate in chain:
        coins = candidate.cut.on(price)
        if coins:
            steps.append((candidate, coins))
            price -= coins
    return steps


@dataclass(frozen=True)
class Settlement:
    """What the units cost together in the end, and what each deal took off each unit it touched."""

    total: int
    takings: dict[Candidate, dict[int, int]]

    @property
    def rank(self) -> tuple[int, int, list[str]]:
        """The best settlement has the lowest: total, then number of deals, then ids."""
        ids = sorted(candidate.deal.promotion_id for candidate in self.takings)
        return self.total, len(ids), ids


def settle(stage: Stage, units: Iterable[int], claims: Sequence[Claim]) -> Settlement:
    """The prices of these units under the claims, each unit taking the best unit deals beside them.

    First prices for sets; then each unit by itself, fixed prices, money, percent; then what falls on sums.
    """
    price = {unit: stage.price[unit] for unit in units}
    takings: dict[Candidate, dict[int, int]] = {}
    joint: dict[int, tuple[Candidate, ...]] = {}
    cuts: dict[int, tuple[Candidate, ...]] = {}
    for claim in claims:
        for unit in claim.touched:
            joint[unit] = (*joint.get(unit, ()), claim.candidate)
        if claim.is_first:
            take(claim, price, takings)
        elif not claim.is_last:
            takings[claim.candidate] = dict.fromkeys(claim.touched, 0)
            for unit in claim.cuts:
                cuts[unit] = (*cuts.get(unit, ()), claim.candidate)
    for unit in price:
        options = stage.unit_deals.get(unit, ())
        if not options and unit not in cuts:
            continue
        price[unit], steps = cheapest(
            stage, price=price[unit], options=options, joint=joint.get(unit, ()), cuts=cuts.get(unit, ())
        )
        for candidate, coins in steps:
            takings.setdefault(candidate, {})[unit] = coins
    for claim in claims:
        if claim.is_last:
            take(claim, price, takings)
    return Settlement(sum(price.values()), takings)


def take(claim: Claim, price: dict[int, int], takings: dict[Candidate, dict[int, int]]) -> None:
    takings[claim.candidate] = taken(claim, price)
    for unit, coins in takings[claim.candidate].items():
        price[unit] -= coins
