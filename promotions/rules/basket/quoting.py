"""From lines and deals to a quote."""

from collections.abc import Iterable, Sequence

from promotions.rules.basket.candidates import Candidate, candidate_of
from promotions.rules.basket.contract import (
    BasketDeal,
    BasketLine,
    BasketRefused,
    ConcurrencyModel,
    DealShare,
    Lack,
    Loser,
    Quote,
    QuotedLine,
    Winner,
)
from promotions.rules.basket.settling import Effort
from promotions.rules.basket.stages import Course, run, stage_of
from promotions.rules.basket.units import units_of
from promotions.rules.words import Reason

EFFORT = 200_000


def quote_basket(
    *,
    lines: Sequence[BasketLine],
    deals: Sequence[BasketDeal],
    currency: str,
    model: ConcurrencyModel = ConcurrencyModel.WITHIN_PRIORITY,
    effort: int = EFFORT,
) -> Quote:
    """What the basket costs under these deals, which of them apply to what, and why the others do not.

    Prices and amounts are in `currency` (an ISO 4217 code); `effort` bounds the search for the lowest total, in
    steps of about a microsecond. The rules are in this package's docstring. Raises BasketRefused for lines that
    cannot be, too many units, or a promotion id that comes twice.
    """
    if len({deal.promotion_id for deal in deals}) < len(deals):
        raise BasketRefused("Each deal is given once.")
    units = units_of(lines, currency=currency)
    found = {
        deal.promotion_id: candidate_of(deal, units)
        for deal in sorted(deals, key=lambda deal: deal.promotion_id)
    }
    candidates = [candidate for candidate in found.values() if isinstance(candidate, Candidate)]
    course = run(candidates, units, model=model, effort=Effort(effort))
    fates = [fate_of(promotion_id, candidate, course) for promotion_id, candidate in found.items()]
    regular, total = sum(units.regular), sum(course.price)
    return Quote(
        currency=currency,
        lines=quoted_lines(lines, course),
        regular=units.money(regular),
        discount=units.money(regular - total),
        total=units.money(total),
        winners=tuple(fate for fate in fates if isinstance(fate, Winner)),
        losers=tuple(fate for fate in fates if isinstance(fate, Loser)),
        is_exact=course.effort.is_exact,
    )


def fate_of(promotion_id: str, candidate: Candidate | tuple[Lack, ...], course: Course) -> Winner | Loser:
    """What the deal gave, or why it gave nothing."""
    if not isinstance(candidate, Candidate):
        return Loser(promotion_id, candidate)
    benefit = candidate.deal.benefit
    if candidate in course.gifts:
        return Winner(promotion_id, course.units.money(0), 0, benefit.gift, benefit.gift_value)
    taking = course.takings.get(candidate, {})
    discount = sum(taking.values())
    if discount:
        return Winner(promotion_id, course.units.money(discount), len(taking))
    return Loser(promotion_id, (defeat_of(candidate, course),))


def defeat_of(candidate: Candidate, course: Course) -> Lack:
    """Why a deal whose own conditions hold has no effect: others hold its units, were better, or nothing is left."""
    attempt = course.attempts[candidate]
    if attempt.saving:
        rivals = {other for unit in attempt.open_units for other in course.touched[unit]}
        by = (other for other in rivals if stage_of(other) == stage_of(candidate) and other is not candidate)
        return Lack(Reason.BEATEN, by=ids_of(by), saving=course.units.money(attempt.saving))
    closed = set(candidate.units).difference(attempt.open_units)
    if not closed:
        return Lack(Reason.NOTHING_LEFT_TO_TAKE_OFF)
    holders = {other for unit in closed for other in course.touched[unit]}
    by = (other for other in holders if stage_of(other) < stage_of(candidate))
    return Lack(Reason.EXCLUDED_BY, by=ids_of(by))


def ids_of(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(sorted(candidate.deal.promotion_id for candidate in candidates))


def quoted_lines(lines: Sequence[BasketLine], course: Course) -> tuple[QuotedLine, ...]:
    """Each line as given, with what its units cost and which deals took part."""
    units = course.units
    regular, total = [0] * len(lines), [0] * len(lines)
    for line, before, after in zip(units.line_of, units.regular, course.price, strict=True):
        regular[line] += before
        total[line] += after
    shares: list[dict[str, list[int]]] = [{} for _ in lines]
    for candidate, taking in course.takings.items():
        for unit, coins in taking.items() if any(taking.values()) else ():
            share = shares[units.line_of[unit]].setdefault(candidate.deal.promotion_id, [0, 0])
            share[0] += coins
            share[1] += 1
    return tuple(
        QuotedLine(
            line_id=line.line_id,
            regular=units.money(regular[place]),
            discount=units.money(regular[place] - total[place]),
            total=units.money(total[place]),
            deals=tuple(
                DealShare(promotion_id, units.money(coins), count)
                for promotion_id, (coins, count) in shares[place].items()
            ),
        )
        for place, line in enumerate(lines)
    )
