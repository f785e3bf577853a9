"""The quote, and its words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from inventory.models import Store
from promotions.rules.basket import ConcurrencyModel, Lack, Quote, quote_basket
from promotions.rules.words import Reason
from promotions.selectors.quoting.asking import AskedBasket, Basket, look_up
from promotions.selectors.quoting.deals import StoreDeal, deals_of_basket
from promotions.selectors.sentences import money, reason_text
from promotions.selectors.verdicts.shapes import ReasonLine

OF_THE_WINDOW = (Reason.NOT_STARTED, Reason.ENDED, Reason.OUTSIDE_HOURS, Reason.HONOUR_WINDOW)
COUNTED = (Reason.MINIMUM_QUANTITY, Reason.BUNDLE_INCOMPLETE, Reason.REWARD_MISSING)


@dataclass(frozen=True)
class LosingDeal:
    """A deal that does not apply, with every condition that failed."""

    deal: StoreDeal
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True)
class StoreQuote:
    """A quote with the store's words; `deals` are all deals of the basket by promotion_id.

    `applies` says of each winner by promotion_id why it does: VALID, or HONOUR_WINDOW after its end.
    """

    store: Store
    at: dt.datetime
    basket: Basket
    quote: Quote
    deals: Mapping[str, StoreDeal]
    losers: tuple[LosingDeal, ...]
    applies: Mapping[str, ReasonLine]


def quote_for(
    *,
    store: Store,
    asked: AskedBasket,
    now: dt.datetime,
    model: ConcurrencyModel = ConcurrencyModel.WITHIN_PRIORITY,
) -> StoreQuote:
    """What the basket costs in the store now: three queries, however many promotions there are.

    `now` is aware; money is the store's. Raises BasketUnknown for lines without item or price, BasketRefused for
    quantities that cannot be.
    """
    basket = look_up(asked, store=store)
    found = deals_of_basket(basket, asked=asked, store=store, now=now)
    deals = {one.deal.promotion_id: one for one in found}
    quote = quote_basket(
        lines=basket.lines, deals=[one.deal for one in found], currency=store.currency, model=model
    )
    losers = tuple(
        LosingDeal(
            deals[loser.promotion_id],
            reason_lines(loser.lacks, deal=deals[loser.promotion_id], deals=deals, store=store, now=now),
        )
        for loser in quote.losers
    )
    applies = {
        winner.promotion_id: applies_line(deals[winner.promotion_id], now=now) for winner in quote.winners
    }
    return StoreQuote(store, store.local(now), basket, quote, deals, losers, applies)


def applies_line(deal: StoreDeal, *, now: dt.datetime) -> ReasonLine:
    """Why a deal applies: it holds, or it has ended and is still honoured."""
    is_late = deal.shown.facts.is_honoured_late(now)
    reason = Reason.HONOUR_WINDOW if is_late else Reason.VALID
    return ReasonLine(reason, reason_text(reason, deal.shown.window_words(now)))


def reason_lines(
    lacks: Sequence[Lack], *, deal: StoreDeal, deals: Mapping[str, StoreDeal], store: Store, now: dt.datetime
) -> tuple[ReasonLine, ...]:
    """Each failed condition as a code and a sentence with its figures."""
    return tuple(
        ReasonLine(lack.reason, lack_text(lack, deal=deal, deals=deals, store=store, now=now))
        for lack in lacks
    )


def lack_text(
    lack: Lack, *, deal: StoreDeal, deals: Mapping[str, StoreDeal], store: Store, now: dt.datetime
) -> str:
    """The sentence of one failed condition."""
    shown = deal.shown
    facts: dict[str, Any] = {
        "code": shown.code,
        "currency": shown.facts.benefit.currency,
        "other": ", ".join(deals[other].shown.headline for other in lack.by),
        "bought": amount_text(lack.needs),
    }
    if lack.reason in OF_THE_WINDOW:
        facts |= shown.window_words(now)
    if lack.needs is not None and lack.reason not in COUNTED:
        facts["minimum"] = facts["limit"] = money(lack.needs, store.currency)
    return reason_text(lack.reason, facts)


def amount_text(amount: Decimal | None) -> str:
    """A count without needless zeros."""
    return "" if amount is None else f"{amount.normalize():f}"
