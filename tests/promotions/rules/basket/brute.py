"""The same semantics the slow way: every subset of deals, exact fractions, no code of the engine.

Returns every total that is right: where two subsets tie at a stage, either may be taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import floor
from typing import Any

from promotions.rules.basket import BasketDeal, BasketLine, ConcurrencyModel

DECIMALS = {"JPY": 0, "USD": 2, "KWD": 3}
State = tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]  # price and deals of each unit


@dataclass(frozen=True)
class Deal:
    """A deal worked out: `rule` is each, once, reward or sets; `how` is fixed, money or percent."""

    source: BasketDeal
    how: str
    amount: Fraction
    rule: str
    units: tuple[int, ...]
    sizes: tuple[tuple[int, tuple[int, ...]], ...] = ()  # parts: how many, of which units
    rewarded: int = 0
    limit: int = 10**6
    cap: int = 10**9

    @property
    def key(self) -> tuple[int, str]:
        return ["fixed", "money", "percent"].index(self.how), self.source.promotion_id

    @property
    def stage(self) -> tuple[int, int, bool]:
        benefit = self.source.benefit
        over_basket = benefit.applies_to == "BASKET" or benefit.minimum_purchase is not None
        return int(over_basket), -self.source.priority, self.source.concurrence != "EXCLUSIVE"

    def off(self, price: int) -> int:
        if self.how == "fixed":
            return int(max(Fraction(0), price - self.amount))
        off = (
            self.amount
            if self.how == "money"
            else Fraction(floor(price * self.amount / 100 + Fraction(1, 2)))
        )
        return int(min(off, Fraction(price)))


class World:
    def __init__(self, lines: list[BasketLine], deals: list[BasketDeal], currency: str, model: str) -> None:
        self.coin = 10 ** DECIMALS[currency]
        self.model = model
        rows = []
        for line in lines:
            price = Fraction(line.unit_price) * self.coin
            if line.is_weighed:
                rows.append(
                    (floor(price * Fraction(line.quantity) + Fraction(1, 2)), line.item, line.line_id)
                )
            else:
                rows += [(int(price), line.item, line.line_id)] * int(line.quantity)
        self.units = sorted(rows, key=lambda row: (-row[0], row[1], row[2]))
        self.deals = {d.source.promotion_id: d for d in map(self.worked_out, deals) if d is not None}

    def worked_out(self, source: BasketDeal) -> Deal | None:
        b = source.benefit
        kind = str(b.kind)
        top = Fraction(b.limit_value) * self.coin if b.limit_value is not None else Fraction(10**9)

        def among(items: frozenset[int]) -> tuple[int, ...]:
            return tuple(n for n, unit in enumerate(self.units) if unit[1] in items and unit[0] <= top)

        own = among(source.items.union(*(part.items for part in source.parts)))
        worth = sum(self.units[n][0] for n in own)
        if (
            not own
            or worth < Fraction(b.minimum_purchase or 0) * self.coin
            or len(own) < (b.minimum_quantity or 0)
        ):
            return None
        m, n = b.minimum_quantity or 1, b.get_quantity or 1
        amount = Fraction(b.amount)
        if kind == "TIERED":
            reach = Fraction(worth, self.coin) if b.tier_basis == "AMOUNT" else Fraction(len(own))
            steps = [tier for tier in b.tiers if tier.start <= reach]
            if not steps:
                return None
            step = max(steps, key=lambda tier: tier.start)
            kind, amount = str(step.kind), Fraction(step.amount)
        how = "percent" if "PERCENT" in kind else "fixed" if "PRICE" in kind else "money"
        fields: dict[str, Any] = {"rule": "each", "units": own}
        if kind.startswith("BUY_M_GET_N"):
            named = b.reward_items == "NAMED"
            sizes: tuple[Any, ...] = ((m, own), (n, among(source.rewards))) if named else ((m + n, own),)
            fields = {
                "rule": "reward",
                "units": tuple(sorted({*own, *sizes[-1][1]})),
                "sizes": sizes,
                "rewarded": n,
            }
        elif kind == "BUNDLE_PRICE" and source.parts:
            sizes = tuple((part.quantity, among(part.items)) for part in source.parts)
            fields = {"rule": "sets", "units": own, "sizes": sizes}
        elif kind in ("BUNDLE_PRICE", "BUY_M_GET_MONEY_OFF"):
            fields = {"rule": "sets", "units": own, "sizes": ((m, own),)}
        elif b.applies_to == "BASKET" and how != "fixed":
            fields = {"rule": "once", "units": own}
        if how != "percent":
            amount *= self.coin
        limit = b.limit_quantity if b.limit_quantity is not None else 10**6
        cap = int(source.money_left * self.coin) if source.money_left is not None else 10**9
        return Deal(source, how, amount, limit=limit, cap=cap, **fields)

    def may_share(self, one: Deal, other: Deal) -> bool:
        for a, b in ((one.source, other.source), (other.source, one.source)):
            if a.concurrence == "EXCLUSIVE":
                return False
            if a.combines_with and b.promotion_id not in a.combines_with and not a.combines_with & b.tags:
                return False
        if self.model == ConcurrencyModel.ACROSS_PRIORITIES:
            return one.stage != other.stage
        both = one.source.concurrence == other.source.concurrence == "COMPOUNDED"
        return both and (one.stage == other.stage or one.stage[0] != other.stage[0])

    def totals(self) -> set[int]:
        states: set[State] = {(tuple(unit[0] for unit in self.units), ((),) * len(self.units))}
        for stage in sorted({deal.stage for deal in self.deals.values()}):
            states = {after for state in states for after in self.after(stage, state)}
        return {sum(prices) for prices, _ in states}

    def after(self, stage: tuple[int, int, bool], state: State) -> set[State]:
        prices, touched = state
        each: list[tuple[Deal, list[int]]] = []
        joint: list[tuple[Deal, list[int]]] = []
        for deal in sorted((d for d in self.deals.values() if d.stage == stage), key=lambda d: d.key):
            free = [n for n in deal.units if all(self.may_share(deal, self.deals[i]) for i in touched[n])]
            free.sort(key=lambda n: (-prices[n], n))
            useful = [n for n in free if deal.off(prices[n])]
            most = sum(deal.off(prices[n]) for n in useful[: deal.limit])
            if deal.rule == "each" and len(free) <= deal.limit and most <= deal.cap:
                each.append((deal, useful))
            else:
                joint.append((deal, free))
        ends = [self.settled(list(chosen), each, state) for chosen in subsets(joint)]
        lowest = min(sum(end[0]) for end in ends)
        return {end for end in ends if sum(end[0]) == lowest}

    def settled(
        self, joint: list[tuple[Deal, list[int]]], each: list[tuple[Deal, list[int]]], state: State
    ) -> State:
        prices, touched = list(state[0]), [list(ids) for ids in state[1]]
        holders: list[list[Deal]] = [[] for _ in prices]
        claims: list[tuple[Deal, list[list[int]], list[int], int]] = []
        for deal, units in joint:
            free = [n for n in units if all(self.may_share(deal, other) for other in holders[n])]
            groups, cuts = groups_of(deal, free, state[0])
            saving = sum(deal.off(state[0][n]) for n in cuts)
            if deal.rule in ("sets", "once"):
                saving = sum(deal.off(sum(state[0][n] for n in group)) for group in groups)
            claims.append((deal, groups, cuts, saving))
            for n in (n for group in groups for n in group):
                holders[n].append(deal)
                touched[n].append(deal.source.promotion_id)

        def pooled(deal: Deal, groups: list[list[int]], cuts: list[int]) -> None:
            off = {n: deal.off(prices[n]) for n in cuts}
            if deal.rule in ("sets", "once"):
                for group in groups:
                    values = [prices[n] for n in group]
                    off |= dict(zip(group, spread(deal.off(sum(values)), values), strict=True))
            if sum(off.values()) > deal.cap:
                off = dict(zip(off, spread(deal.cap, list(off.values())), strict=True))
            for n, coins in off.items():
                prices[n] -= coins

        first = [c for c in claims if c[0].rule == "sets" and c[0].how == "fixed"]
        last = [c for c in claims if c not in first and (c[0].rule in ("sets", "once") or c[3] > c[0].cap)]
        for deal, groups, cuts, _ in first:
            pooled(deal, groups, cuts)
        for n in range(len(prices)):
            forced = [c[0] for c in claims if c not in first and c not in last and n in c[2]]
            options = [deal for deal, units in each if n in units]
            options = [deal for deal in options if all(self.may_share(deal, other) for other in holders[n])]
            prices[n], ids = self.best_of(prices[n], options, forced)
            touched[n] += [i for i in ids if i not in touched[n]]
        for deal, groups, cuts, _ in last:
            pooled(deal, groups, cuts)
        return tuple(prices), tuple(tuple(sorted(ids)) for ids in touched)

    def best_of(self, price: int, options: list[Deal], forced: list[Deal]) -> tuple[int, list[str]]:
        groups = [
            group
            for group in subsets(options)
            if all(self.may_share(a, b) for a, b in combinations(group, 2))
        ]
        largest = [g for g in groups if not any(set(g) < set(other) for other in groups)]
        ends = []
        for group in largest:
            left, ids = price, []
            for deal in sorted((*group, *forced), key=lambda deal: deal.key):
                if deal.off(left):
                    ids.append(deal.source.promotion_id)
                    left -= deal.off(left)
            ends.append((left, len(ids), sorted(ids)))
        return min(ends)[0], min(ends)[2]


def groups_of(deal: Deal, free: list[int], prices: tuple[int, ...]) -> tuple[list[list[int]], list[int]]:
    """The units a joint deal touches, set by set, and those it cuts one by one."""
    if deal.rule == "each":
        cuts = [n for n in free if deal.off(prices[n])][: deal.limit]
        return [[n] for n in cuts], cuts
    if deal.rule == "once":
        return ([free[: deal.limit]] if deal.off(sum(prices[n] for n in free[: deal.limit])) else []), []
    queues = [[n for n in free if n in units] for _, units in deal.sizes]
    sizes = deal.sizes
    if len(queues) == 2 and queues[0] == queues[1]:  # named rewards among the same items: like the cheapest
        sizes, queues = ((sum(quantity for quantity, _ in sizes), ()),), queues[:1]
    groups, cuts, size = [], list[int](), sum(quantity for quantity, _ in sizes)
    while all(len(queue) >= quantity for queue, (quantity, _) in zip(queues, sizes, strict=True)):
        group = []
        for queue, (quantity, _) in zip(queues, sizes, strict=True):
            group += [queue.pop(0) for _ in range(quantity)]
        if deal.rule == "reward":
            rewarded = group[-deal.rewarded :][: deal.limit - len(cuts)]
            if any(deal.off(prices[n]) for n in rewarded):
                cuts += rewarded
                groups.append(group)
        elif size * (len(groups) + 1) <= deal.limit and deal.off(sum(prices[n] for n in group)):
            groups.append(group)
    return groups, cuts


def spread(amount: int, weights: list[int]) -> list[int]:
    """By largest remainder, in exact fractions."""
    exact = [Fraction(amount * weight, sum(weights) or 1) for weight in weights]
    shares = [floor(share) for share in exact]
    places = sorted(range(len(weights)), key=lambda n: (shares[n] - exact[n], n))
    for place in places[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def subsets(things: list[Any]) -> Iterator[tuple[Any, ...]]:
    for size in range(len(things) + 1):
        yield from combinations(things, size)
