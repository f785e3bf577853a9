"""The stages in which deals compete: level, priority, the exclusive ones first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from promotions.rules.basket.candidates import Candidate, Level, Shape, unmet_condition
from promotions.rules.basket.contract import BasketDeal, ConcurrencyModel
from promotions.rules.basket.search import best_settlement, components_of
from promotions.rules.basket.settling import Effort, Stage, claim_of, settle
from promotions.rules.basket.units import Units
from promotions.rules.words import Concurrence


@dataclass(frozen=True)
class Attempt:
    """A deal's turn: the units that were open to it, and what it would have taken off them alone, in coins."""

    open_units: tuple[int, ...]
    saving: int


@dataclass
class Course:
    """How a quote comes about: the prices so far, who touched which unit, and how each deal fared."""

    units: Units
    model: ConcurrencyModel
    effort: Effort
    price: list[int]
    touched: list[list[Candidate]]
    takings: dict[Candidate, dict[int, int]] = field(default_factory=dict)
    attempts: dict[Candidate, Attempt] = field(default_factory=dict)
    gifts: list[Candidate] = field(default_factory=list)


def run(candidates: Sequence[Candidate], units: Units, *, model: ConcurrencyModel, effort: Effort) -> Course:
    """Settles all stages in turn; gifts to hand out come last."""
    course = Course(units, model, effort, price=list(units.regular), touched=[[] for _ in units.regular])
    ordered = sorted(candidates, key=lambda candidate: (stage_of(candidate), candidate.order))
    for (level, _, _), competing in groupby(ordered, key=stage_of):
        if level == Level.GIFT:
            course.gifts += [candidate for candidate in competing if is_granted(candidate, course)]
        else:
            run_stage(list(competing), course)
    return course


def stage_of(candidate: Candidate) -> tuple[Level, int, bool]:
    deal = candidate.deal
    return candidate.level, -deal.priority, deal.concurrence != Concurrence.EXCLUSIVE


def may_combine(one: Candidate, other: Candidate) -> bool:
    """Whether each names a tag or the id of the other, or names nothing."""
    return names(one.deal, other.deal) and names(other.deal, one.deal)


def names(deal: BasketDeal, other: BasketDeal) -> bool:
    wanted = deal.combines_with
    return not wanted or other.promotion_id in wanted or not wanted.isdisjoint(other.tags)


def may_share(one: Candidate, other: Candidate, model: ConcurrencyModel) -> bool:
    """Whether both deals may touch the same unit."""
    modes = {one.deal.concurrence, other.deal.concurrence}
    if Concurrence.EXCLUSIVE in modes:
        return False
    same_priority = one.level == other.level and one.deal.priority == other.deal.priority
    if model == ConcurrencyModel.ACROSS_PRIORITIES:
        return not same_priority and may_combine(one, other)
    if modes != {Concurrence.COMPOUNDED}:
        return False
    return (same_priority or one.level != other.level) and may_combine(one, other)


def open_to(candidate: Candidate, course: Course, model: ConcurrencyModel) -> list[int]:
    """The units that the deals of earlier stages left open to this one, the dearest first at their prices now."""
    verdicts: dict[Candidate, bool] = {}

    def is_open(unit: int) -> bool:
        for other in course.touched[unit]:
            if other not in verdicts:
                verdicts[other] = may_share(candidate, other, model)
            if not verdicts[other]:
                return False
        return True

    return sorted(filter(is_open, candidate.units), key=lambda unit: -course.price[unit])


def is_granted(gift: Candidate, course: Course) -> bool:
    """Whether a gift to hand out is earned by units it may share; it takes nothing off them, so priority is none
    of its concern: only exclusive deals and `combines_with` keep it away."""
    units = open_to(gift, course, ConcurrencyModel.ACROSS_PRIORITIES)
    course.attempts[gift] = Attempt(tuple(units), 0)
    return bool(units) and unmet_condition(gift.deal, units, course.units) is None


def run_stage(competing: list[Candidate], course: Course) -> None:
    """Finds the lowest total the stage can reach and takes it."""
    open_units, alone, joint = {}, {}, []
    unit_deals: dict[int, tuple[Candidate, ...]] = {}
    for candidate in competing:
        units = open_to(candidate, course, course.model)
        claim = claim_of(candidate, units, course.price)
        open_units[candidate], alone[candidate] = units, claim
        course.attempts[candidate] = Attempt(tuple(units), claim.most)
        binds = claim.is_capped or (candidate.limit is not None and len(units) > candidate.limit)
        if candidate.shape is Shape.EACH and not binds:
            for unit in claim.cuts:
                unit_deals[unit] = (*unit_deals.get(unit, ()), candidate)
        elif claim.saving:
            joint.append(candidate)
    mates = mates_of([one for one in competing if alone[one].saving], course.model)
    stage = Stage(course.price, open_units, alone, unit_deals, mates, course.effort)
    components = components_of(joint, stage)
    settlements = [best_settlement(component, stage) for component in components]
    closed = {unit for component in components for unit in component.units}
    settlements.append(settle(stage, [unit for unit in unit_deals if unit not in closed], []))
    for settlement in settlements:
        conclude(settlement.takings, course)


def mates_of(
    competing: Sequence[Candidate], model: ConcurrencyModel
) -> dict[Candidate, frozenset[Candidate]]:
    """With which others of the same stage each deal may share a unit; only compounded ones ever do."""
    sharing = [one for one in competing if one.deal.concurrence == Concurrence.COMPOUNDED]
    if model == ConcurrencyModel.ACROSS_PRIORITIES:
        sharing = []
    mates = dict.fromkeys(competing, frozenset[Candidate]())
    for one in sharing:
        mates[one] = frozenset(two for two in sharing if two is not one and may_combine(one, two))
    return mates


def conclude(takings: dict[Candidate, dict[int, int]], course: Course) -> None:
    """Takes the discounts off the prices and remembers who touched what."""
    for candidate, taking in takings.items():
        course.takings.setdefault(candidate, {}).update(taking)
        for unit, coins in taking.items():
            course.price[unit] -= coins
            course.touched[unit].append(candidate)
