"""Which joint deals of a stage: the choice with the lowest total, found exactly or, beyond a budget, nearly."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from promotions.rules.basket.candidates import Candidate
from promotions.rules.basket.settling import Claim, Settlement, Stage, ceiling_of, claim_of, settle

DEEPEST = 200  # joint deals on the same units; more are only tried one after the other


@dataclass
class Component:
    """Joint deals that reach each other over shared units, with all their units."""

    joint: list[Candidate]
    units: dict[int, None] = field(default_factory=dict)


def components_of(joint: Sequence[Candidate], stage: Stage) -> list[Component]:
    """The joint deals parted into components that have no unit in common."""
    components: list[Component] = []
    for candidate in joint:
        units = stage.open_units[candidate]
        merged = Component([candidate], dict.fromkeys(units))
        apart = []
        for component in components:
            if component.units.keys().isdisjoint(units):
                apart.append(component)
            else:
                merged.joint += component.joint
                merged.units.update(component.units)
        components = [*apart, merged]
    return components


def claim_beside(candidate: Candidate, claims: Sequence[Claim], stage: Stage) -> Claim:
    """What the deal takes of its units that no claim holds with which it may not share."""
    units = stage.open_units[candidate]
    mates = stage.mates[candidate]
    closed = {unit for claim in claims if claim.candidate not in mates for unit in claim.touched}
    if closed.isdisjoint(units):
        return stage.alone[candidate]
    return claim_of(candidate, [unit for unit in units if unit not in closed], stage.price)


def claims_of(chosen: Sequence[Candidate], stage: Stage) -> list[Claim]:
    """What each of the chosen deals takes, in the order given, of what those before it leave."""
    claims: list[Claim] = []
    for candidate in chosen:
        claim = claim_beside(candidate, claims, stage)
        if claim.saving:
            claims.append(claim)
    return claims


def best_settlement(component: Component, stage: Stage) -> Settlement:
    """The lowest total over all subsets of the component's joint deals.

    Depth first in the order in which deals claim units. A branch is left when even this would not do: every claim
    so far and every deal still to come takes all it could have taken alone, and every unit its best unit deals.
    """
    order = sorted(component.joint, key=lambda candidate: candidate.order)
    units = list(component.units)
    if len(order) == 1 and stage.unit_deals.keys().isdisjoint(units):
        return settle(stage, units, [stage.alone[order[0]]])
    ceilings = [
        ceiling_of(stage.alone[candidate], stage.open_units[candidate], stage.price) for candidate in order
    ]
    bare = settle(stage, units, [])
    best = improved_greedily(bare, list(zip(ceilings, order, strict=True)), units, stage)
    own = dict.fromkeys(units, 0)
    for taking in bare.takings.values():
        for unit, coins in taking.items():
            own[unit] += coins
    ahead = [sum(ceilings[place:]) for place in range(len(order) + 1)]

    def visit(place: int, claims: list[Claim], floor: int) -> None:
        nonlocal best
        if floor - ahead[place] > best.total or not stage.effort.spend(len(units)):
            return
        if place == len(order):
            stage.effort.spend(2 * len(units))  # to settle is dearer than to look
            best = min(best, settle(stage, units, claims), key=lambda settlement: settlement.rank)
            return
        candidate = order[place]
        claim = claim_beside(candidate, claims, stage)
        if claim.saving:
            gain = claim.most
            if not stage.mates[candidate]:  # then no unit deal stands beside it
                gain -= sum(own[unit] for unit in claim.touched)
            visit(place + 1, [*claims, claim], floor - gain)
        visit(place + 1, claims, floor)

    if len(order) > DEEPEST:
        stage.effort.is_exact = False
    else:
        visit(0, [], bare.total)
    return best


def improved_greedily(
    best: Settlement, order: list[tuple[int, Candidate]], units: list[int], stage: Stage
) -> Settlement:
    """A good settlement to begin with: each deal is kept if it helps, those that could save most first."""
    chosen: list[Candidate] = []
    for _, candidate in sorted(order, key=lambda pair: (-pair[0], pair[1].order)):
        if not stage.effort.spend(len(units)):
            break
        trial = sorted([*chosen, candidate], key=lambda candidate: candidate.order)
        settlement = settle(stage, units, claims_of(trial, stage))
        if settlement.rank < best.rank:
            best, chosen = settlement, trial
    return best
