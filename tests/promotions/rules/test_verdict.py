"""The verdict by a table, and no false yes in generated worlds (promise G13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotions.rules.price import Benefit
from promotions.rules.verdict import DealFacts, Decision, ItemFacts, StockFacts, best, decide
from promotions.rules.words import CouponValueType, OfferState, OfferType, Outcome, Reason, RedemptionChannel

NOW = datetime(2026, 11, 22, 14, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEAL = DealFacts(
    promotion_id="oat-drink",
    benefit=Benefit(kind=CouponValueType.PERCENT_OFF, amount=Decimal(29)),
    starts_at=NOW - HOUR,
    ends_at=NOW + HOUR,
    state=OfferState.LIVE,
    channels=frozenset({RedemptionChannel.IN_STORE, RedemptionChannel.ONLINE}),
)
STOCK = StockFacts(quantity=12, counted_at=NOW - HOUR, freshness_limit=26 * HOUR)
ITEM = ItemFacts(regular_price=Decimal("2.79"), currency="USD", stock=STOCK)


def with_stock(**changes: Any) -> ItemFacts:
    return replace(ITEM, stock=replace(STOCK, **changes))


@pytest.mark.parametrize(
    ("deal", "item", "outcome", "reasons"),
    [
        (DEAL, ITEM, "HONOUR", ["VALID"]),
        (replace(DEAL, starts_at=NOW), ITEM, "HONOUR", ["VALID"]),  # the start belongs to the window
        (replace(DEAL, ends_at=NOW), ITEM, "REFUSE", ["ENDED"]),  # the end does not
        (replace(DEAL, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR), ITEM, "REFUSE", ["NOT_STARTED"]),
        (replace(DEAL, state=OfferState.STOPPED), ITEM, "REFUSE", ["STOPPED"]),
        (replace(DEAL, channels=frozenset({RedemptionChannel.ONLINE})), ITEM, "REFUSE", ["ONLINE_ONLY"]),
        (replace(DEAL, uses_left=0), ITEM, "REFUSE", ["BUDGET_SPENT"]),
        (replace(DEAL, uses_left=1), ITEM, "HONOUR", ["VALID"]),
        (
            replace(DEAL, benefit=Benefit(kind=CouponValueType.MONEY_OFF, amount=Decimal(1), currency="GBP")),
            ITEM,
            "REFUSE",
            ["CURRENCY_MISMATCH"],
        ),
        (DEAL, replace(ITEM, stock=None), "OFFER_ALTERNATIVE", ["NOT_STOCKED"]),
        (DEAL, with_stock(quantity=0), "OFFER_ALTERNATIVE", ["OUT_OF_STOCK"]),
        (DEAL, with_stock(quantity=-2), "OFFER_ALTERNATIVE", ["OUT_OF_STOCK"]),
        (DEAL, with_stock(counted_at=NOW - 26 * HOUR), "HONOUR", ["VALID"]),
        (DEAL, with_stock(counted_at=NOW - 27 * HOUR), "CHECK_SHELF", ["STALE_STOCK"]),
        (DEAL, with_stock(counted_at=NOW - 27 * HOUR, quantity=0), "CHECK_SHELF", ["STALE_STOCK"]),
        (replace(DEAL, minimum_stock=20), ITEM, "HONOUR", ["LOW_STOCK", "VALID"]),
        (replace(DEAL, offer_type=OfferType.GENERIC_CODE), ITEM, "HONOUR", ["VALID", "CODE_NEEDED"]),
        (replace(DEAL, minimum_purchase=Decimal(45)), ITEM, "HONOUR", ["VALID", "MINIMUM_PURCHASE"]),
        (
            replace(DEAL, state=OfferState.STOPPED, ends_at=NOW, uses_left=0),
            ITEM,
            "REFUSE",
            ["STOPPED", "ENDED", "BUDGET_SPENT"],
        ),
    ],
)
def test_verdict_by_hand(deal: DealFacts, item: ItemFacts, outcome: str, reasons: list[str]) -> None:
    decision = decide(deal, item, now=NOW)

    assert (decision.outcome, set(decision.reasons)) == (Outcome(outcome), {Reason(code) for code in reasons})


instants = st.integers(min_value=-100, max_value=100).map(lambda hours: NOW + hours * HOUR / 2)
stocks = st.none() | st.builds(
    StockFacts,
    quantity=st.integers(min_value=-3, max_value=30),
    counted_at=instants,
    freshness_limit=st.sampled_from([HOUR, 26 * HOUR]),
)
benefits = st.builds(
    Benefit,
    kind=st.sampled_from(CouponValueType),
    amount=st.decimals(min_value=1, max_value=100, places=2),
    currency=st.sampled_from(["USD", "GBP"]),
)
deals = st.builds(
    DealFacts,
    promotion_id=st.sampled_from("abc"),
    benefit=benefits,
    starts_at=instants,
    ends_at=instants,
    state=st.sampled_from(OfferState),
    channels=st.frozensets(st.sampled_from(RedemptionChannel), min_size=1),
    offer_type=st.sampled_from(OfferType),
    uses_left=st.none() | st.integers(min_value=0, max_value=2),
    minimum_stock=st.integers(min_value=1, max_value=20),
)
items = st.builds(
    ItemFacts,
    regular_price=st.none() | st.decimals(min_value=0, max_value=50, places=2),
    currency=st.sampled_from(["USD", "GBP"]),
    stock=stocks,
)


SPEAK_OF_MONEY = {
    "MONEY_OFF", "FIXED_PRICE", "BUY_M_GET_N_MONEY_OFF", "BUY_M_GET_MONEY_OFF", "BUNDLE_PRICE",
}  # fmt: skip


def forbidden(deal: DealFacts, item: ItemFacts) -> bool:
    """Promise G13, written a second time: every way in which a yes would be false."""
    money_is_foreign = deal.benefit.kind in SPEAK_OF_MONEY and deal.benefit.currency != item.currency
    return (
        not deal.starts_at <= NOW < deal.ends_at
        or deal.state == OfferState.STOPPED
        or RedemptionChannel.IN_STORE not in deal.channels
        or deal.uses_left == 0
        or money_is_foreign
        or item.stock is None
        or item.stock.quantity <= 0
        or item.stock.counted_at + item.stock.freshness_limit < NOW
    )


@settings(max_examples=5 * settings().max_examples)
@given(deal=deals, item=items)
def test_a_yes_is_never_false_and_never_withheld(deal: DealFacts, item: ItemFacts) -> None:
    assert (decide(deal, item, now=NOW).outcome == Outcome.HONOUR) == (not forbidden(deal, item))


@given(deals=st.lists(deals, max_size=5), item=items)
def test_the_best_deal_is_a_yes_whenever_there_is_one(deals: list[DealFacts], item: ItemFacts) -> None:
    decided = [(deal, decide(deal, item, now=NOW)) for deal in deals]
    found = best(decided)

    honoured = [decision.price for _deal, decision in decided if decision.is_yes]
    if honoured and None not in honoured:
        assert found is not None
        assert found[1] == Decision(
            Outcome.HONOUR, found[1].reasons, min(price for price in honoured if price is not None)
        )
