"""The verdict by a table, and no false yes in generated worlds (promise G13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promotions.rules.price import Benefit, Tier
from promotions.rules.verdict import DealFacts, Decision, ItemFacts, SeenPrices, StockFacts, best, decide
from promotions.rules.window import WeeklyHours, hours_of
from promotions.rules.words import (
    AppliesTo,
    Audience,
    OfferState,
    OfferType,
    Outcome,
    Reason,
    RedemptionChannel,
    TierBasis,
)
from promotions.rules.words import CouponValueType as Kind

NOW = datetime(2026, 11, 22, 14, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEAL = DealFacts(
    promotion_id="oat-drink",
    benefit=Benefit(kind=Kind.PERCENT_OFF, amount=Decimal(29)),
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
            replace(DEAL, benefit=Benefit(kind=Kind.MONEY_OFF, amount=Decimal(1), currency="GBP")),
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


# NOW is a Sunday, 14:07 in UTC and 09:07 in New York.
AFTERNOON, EVENING = (
    hours_of([{"days": [7], "from": start, "until": end}])
    for start, end in (("14:00", "15:00"), ("17:00", "19:00"))
)
WEEK = replace(DEAL, starts_at=NOW - 24 * HOUR, ends_at=NOW + 24 * HOUR)
LATE = replace(DEAL, ends_at=NOW - HOUR, state=OfferState.EXPIRED, honoured_until=NOW + HOUR)


def gives(**benefit: Any) -> DealFacts:
    terms: dict[str, Any] = {"amount": Decimal(10), "currency": "USD"} | benefit
    return replace(DEAL, benefit=Benefit(**terms))


@pytest.mark.parametrize(
    ("deal", "outcome", "reasons"),
    [
        (replace(WEEK, hours=AFTERNOON), "HONOUR", ["VALID"]),
        (replace(WEEK, hours=AFTERNOON, timezone="America/New_York"), "REFUSE", ["OUTSIDE_HOURS"]),
        (replace(WEEK, hours=EVENING), "REFUSE", ["OUTSIDE_HOURS"]),
        (replace(WEEK, hours=EVENING, starts_at=NOW + HOUR), "REFUSE", ["NOT_STARTED"]),
        (LATE, "HONOUR", ["HONOUR_WINDOW"]),
        (replace(LATE, hours=EVENING), "HONOUR", ["HONOUR_WINDOW"]),  # what was seen, whatever the hour
        (replace(LATE, honoured_until=NOW), "REFUSE", ["ENDED"]),
        (replace(LATE, state=OfferState.STOPPED), "REFUSE", ["STOPPED"]),
        (replace(LATE, uses_left=0), "REFUSE", ["BUDGET_SPENT"]),
        (replace(DEAL, audience=Audience.MEMBERS), "HONOUR", ["VALID", "MEMBERS_ONLY"]),
        (replace(DEAL, offer_type=OfferType.SINGLE_USE_CODES), "HONOUR", ["VALID", "CODE_NEEDED"]),
        (replace(DEAL, offer_type=OfferType.GS1_COUPON), "HONOUR", ["VALID", "CODE_NEEDED"]),
        (gives(kind=Kind.FREE_SHIPPING_STANDARD), "REFUSE", ["ONLINE_ONLY"]),
        (gives(kind=Kind.FREE_GIFT, gift="a mug"), "HONOUR", ["VALID"]),
        (gives(kind=Kind.BUY_M_GET_N_PERCENT_OFF, minimum_quantity=2, get_quantity=1),
         "HONOUR", ["VALID", "MINIMUM_QUANTITY"]),
        (gives(kind=Kind.BUY_M_GET_PERCENT_OFF, minimum_quantity=20),
         "CHECK_SHELF", ["THIN_STOCK", "MINIMUM_QUANTITY"]),  # 12 are here
        (gives(kind=Kind.BUNDLE_PRICE, minimum_quantity=3), "HONOUR", ["VALID", "MINIMUM_QUANTITY"]),
        (gives(kind=Kind.BUNDLE_PRICE), "HONOUR", ["VALID", "BUNDLE_INCOMPLETE"]),
        (gives(kind=Kind.TIERED, tiers=(Tier(Decimal(3), Kind.PERCENT_OFF, Decimal(10)),)),
         "HONOUR", ["VALID", "MINIMUM_QUANTITY"]),
        (gives(kind=Kind.TIERED, tier_basis=TierBasis.AMOUNT,
               tiers=(Tier(Decimal(30), Kind.PERCENT_OFF, Decimal(10)),)),
         "HONOUR", ["VALID", "MINIMUM_PURCHASE"]),
        (gives(kind=Kind.PERCENT_OFF, limit_value=Decimal("2.79")), "HONOUR", ["VALID"]),
        (gives(kind=Kind.PERCENT_OFF, limit_value=Decimal("2.78")), "REFUSE", ["PRICE_ABOVE_LIMIT"]),
    ],
)  # fmt: skip
def test_every_kind_of_deal_by_hand(deal: DealFacts, outcome: str, reasons: list[str]) -> None:
    decision = decide(deal, ITEM, now=NOW)

    assert (decision.outcome, set(decision.reasons)) == (Outcome(outcome), {Reason(code) for code in reasons})


@pytest.mark.parametrize(
    ("benefit", "price"),
    [
        ({"kind": Kind.PERCENT_OFF}, Decimal("2.51")),
        ({"kind": Kind.PERCENT_OFF, "applies_to": AppliesTo.BASKET}, None),
        ({"kind": Kind.BUY_M_GET_PERCENT_OFF, "minimum_quantity": 2}, None),
        ({"kind": Kind.BUNDLE_PRICE, "minimum_quantity": 2}, None),
        ({"kind": Kind.TIERED}, None),
        ({"kind": Kind.FREE_GIFT, "gift": "a mug"}, None),
    ],
)
def test_one_unit_has_a_price_only_where_the_deal_gives_it_one(
    benefit: dict[str, Any], price: Decimal | None
) -> None:
    assert decide(gives(**benefit), ITEM, now=NOW).price == price


def test_a_deal_that_holds_goes_before_one_that_ended() -> None:
    better = replace(LATE, promotion_id="late", benefit=replace(DEAL.benefit, amount=Decimal(50)))
    found = best([(deal, decide(deal, ITEM, now=NOW)) for deal in (better, DEAL)])

    assert found is not None
    assert found[0] == DEAL


instants = st.integers(min_value=-100, max_value=100).map(lambda hours: NOW + hours * HOUR / 2)
stocks = st.none() | st.builds(
    StockFacts,
    quantity=st.integers(min_value=-3, max_value=30),
    counted_at=instants,
    freshness_limit=st.sampled_from([HOUR, 26 * HOUR]),
    per_unit=st.sampled_from([1, 10]),
    thin=st.integers(min_value=0, max_value=3),
)
benefits = st.builds(
    Benefit,
    kind=st.sampled_from(Kind),
    amount=st.decimals(min_value=1, max_value=100, places=2),
    currency=st.sampled_from(["USD", "GBP"]),
    applies_to=st.sampled_from(AppliesTo),
    minimum_quantity=st.none() | st.integers(1, 3),
    limit_value=st.none() | st.sampled_from([Decimal(1), Decimal(40)]),
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
    hours=st.sampled_from([(), AFTERNOON, EVENING]),
    timezone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]),
    honoured_until=st.none() | instants,
    audience=st.sampled_from(Audience),
    uses_left=st.none() | st.integers(min_value=0, max_value=2),
    minimum_stock=st.integers(min_value=1, max_value=20),
    stacked_out=st.sampled_from([None, None, Reason.BEATEN, Reason.EXCLUDED_BY]),
)
amounts = st.none() | st.decimals(min_value=0, max_value=50, places=2)
seen_prices = st.builds(SeenPrices, sign=amounts, till=amounts)
items = st.builds(
    ItemFacts,
    regular_price=st.none() | st.decimals(min_value=0, max_value=50, places=2),
    currency=st.sampled_from(["USD", "GBP"]),
    stock=stocks,
)


SPEAK_OF_MONEY = {
    "MONEY_OFF", "FIXED_PRICE", "BUY_M_GET_N_MONEY_OFF", "BUY_M_GET_MONEY_OFF", "BUNDLE_PRICE",
}  # fmt: skip


def clock_is_within(hours: tuple[WeeklyHours, ...], *, timezone: str) -> bool:
    """Whether the clock on the wall shows one of the hours, none of which runs over midnight."""
    local = NOW.astimezone(ZoneInfo(timezone))
    return not hours or any(
        local.isoweekday() in one.days and one.opens <= local.time() < one.closes for one in hours
    )


def forbidden(deal: DealFacts, item: ItemFacts) -> bool:
    """Promise G13, written a second time: every way in which a yes would be false."""
    speaks_of_money = deal.benefit.kind in SPEAK_OF_MONEY or deal.benefit.limit_value is not None
    money_is_foreign = speaks_of_money and deal.benefit.currency != item.currency
    return (
        deal.starts_at > NOW
        or (deal.ends_at > NOW and not clock_is_within(deal.hours, timezone=deal.timezone))
        or (deal.ends_at <= NOW and (deal.honoured_until is None or deal.honoured_until <= NOW))
        or "SHIPPING" in deal.benefit.kind
        or (deal.benefit.limit_value or 99) < (item.regular_price or 0)
        or deal.state == OfferState.STOPPED
        or RedemptionChannel.IN_STORE not in deal.channels
        or deal.uses_left == 0
        or money_is_foreign
        or item.stock is None
        or item.stock.quantity <= 0
        or item.stock.counted_at + item.stock.freshness_limit < NOW
        or item.stock.quantity < (deal.benefit.minimum_quantity or 1) * item.stock.per_unit
        or (
            item.stock.quantity <= item.stock.thin
            and item.stock.counted_at + item.stock.freshness_limit / 2 < NOW
        )
        or deal.stacked_out is not None
    )


@settings(max_examples=5 * settings().max_examples)
@given(deal=deals, item=items, seen=seen_prices)
def test_a_yes_is_never_false_and_never_withheld(deal: DealFacts, item: ItemFacts, seen: SeenPrices) -> None:
    decision = decide(deal, item, now=NOW, seen=seen)
    assert decision.is_yes == (not forbidden(deal, item))
    # Sign and till are reported with a yes, and never change it.
    wrong = [amount for amount in (seen.sign, seen.till) if amount not in (None, decision.price)]
    is_reported = decision.price is not None and deal.ends_at > NOW and bool(wrong)
    if decision.is_yes:
        assert decision.outcome == (Outcome.HONOUR_AND_REPORT if is_reported else Outcome.HONOUR)


@given(deals=st.lists(deals, max_size=5), item=items)
def test_the_best_deal_is_a_yes_whenever_there_is_one(deals: list[DealFacts], item: ItemFacts) -> None:
    decided = [(deal, decide(deal, item, now=NOW)) for deal in deals]
    found = best(decided)

    yes = [decision for _deal, decision in decided if decision.is_yes]
    holding = [decision for decision in yes if Reason.HONOUR_WINDOW not in decision.reasons]
    honoured = [decision.price for decision in holding or yes]
    if honoured and None not in honoured:
        assert found is not None
        assert found[1] == Decision(
            Outcome.HONOUR, found[1].reasons, min(price for price in honoured if price is not None)
        )
