"""Which deal wins in a store: small baskets against figures worked by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import Item, Store
from promotions.models import Promotion, PromotionRevision
from promotions.rules.price import Benefit
from promotions.rules.words import CouponValueType, TierBasis
from promotions.selectors.contests import Contest, contests_for, units_needed
from promotions.selectors.preview import draft_card
from promotions.selectors.targeting import targeted_items
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


def unsaved(**content: Any) -> PromotionRevision:
    return PromotionRevision(
        promotion=Promotion(pk=0, promotion_id="ours"), number=1, **content_for(**content)
    )


def contests(revision: PromotionRevision, *, store: Store) -> list[Contest]:
    card = draft_card(revision=revision, store=store, now=NOW)
    return contests_for(revision=revision, card=card, item_ids=targeted_items(revision), at=NOW)


def stocked(**fields: Any) -> tuple[Store, Item]:
    store, item = create_store(), create_item(regular_price=Decimal("10.00"), **fields)
    put_stock(store=store, levels={item: 5})
    return store, item


def test_the_better_deal_wins_and_the_other_says_by_what_it_is_beaten() -> None:
    store, item = stocked()
    create_published_promotion(promotion_id="half", long_title="Half price", percent_off=Decimal(50))
    (contest,) = contests(unsaved(percent_off=Decimal(20)), store=store)
    assert (contest.lines, contest.regular, contest.total) == (
        ((1, item),),
        Decimal("10.00"),
        Decimal("5.00"),
    )
    assert [(one.headline, one.is_ours, one.discount) for one in contest.winners] == [
        ("Half price", False, Decimal("5.00"))
    ]
    assert [(one.is_ours, one.reasons) for one in contest.losers] == [(True, ("“Half price” saves more.",))]


def test_deals_that_add_up_win_together() -> None:
    store, _item = stocked()
    create_published_promotion(promotion_id="ten", percent_off=Decimal(10), concurrence="COMPOUNDED")
    (contest,) = contests(unsaved(percent_off=Decimal(20), concurrence="COMPOUNDED"), store=store)
    assert contest.total == Decimal("7.20")  # 10 less 20 % is 8, less 10 % is 7.20, in either order
    assert (len(contest.winners), contest.losers) == (2, ())


def test_only_deals_of_this_store_and_moment_on_these_items_are_met() -> None:
    store, item = stocked()
    other = create_item(regular_price=Decimal(1))
    create_published_promotion(item_id_inclusion=[other.sku])
    create_published_promotion(store_codes_inclusion=[create_store().store_code])
    create_published_promotion(starts_on=NOW.date() + timedelta(days=3))
    create_published_promotion(promotion_id="ours", percent_off=Decimal(90))
    (contest,) = contests(unsaved(item_id_inclusion=[item.sku]), store=store)
    assert (contest.has_rivals, contest.total) == (False, Decimal("7.10"))


def test_a_deal_that_does_not_hold_then_says_so() -> None:
    store, _item = stocked()
    tomorrow = NOW.date() + timedelta(days=1)
    (contest,) = contests(unsaved(starts_on=tomorrow), store=store)
    assert contest.losers[0].reasons == ("Starts here on Monday 23 November.",)


def test_an_example_holds_every_part_of_a_bundle() -> None:
    store = create_store()
    sandwich = create_item(product_type="Sandwich", regular_price=Decimal(4))
    snacks = [create_item(product_type="Snack", regular_price=Decimal(2)) for _ in range(2)]
    put_stock(store=store, levels={snacks[1]: 3})
    parts = [{"quantity": 1, "product_type": ["Sandwich"]}, {"quantity": 2, "product_type": ["Snack"]}]
    bundle = unsaved(coupon_value_type="BUNDLE_PRICE", fixed_price_amount=Decimal(6), bundle_parts=parts)
    (contest,) = contests(bundle, store=store)
    assert contest.lines == ((1, sandwich), (2, snacks[1]))
    assert (contest.regular, contest.total) == (Decimal("8.00"), Decimal("6.00"))


def test_an_example_holds_the_named_reward() -> None:
    store, item = stocked()
    mug = create_item(regular_price=Decimal(3))
    deal = unsaved(
        coupon_value_type="BUY_M_GET_N_PERCENT_OFF", percent_off=Decimal(100), minimum_purchase_quantity=2,
        get_this_quantity_discounted=1, reward_items="NAMED", reward_item_id_inclusion=[mug.sku],
        item_id_inclusion=[item.sku],
    )  # fmt: skip
    (contest,) = contests(deal, store=store)
    assert (contest.lines, contest.total) == (((2, item), (1, mug)), Decimal("20.00"))


def test_other_money_has_no_example() -> None:
    store = create_store(currency="CAD")
    create_item(regular_price=Decimal(3))
    assert contests(unsaved(), store=store) == []


@pytest.mark.parametrize(
    ("terms", "units"),
    [
        ({"kind": CouponValueType.PERCENT_OFF}, 1),
        ({"kind": CouponValueType.BUY_M_GET_N_MONEY_OFF, "minimum_quantity": 2, "get_quantity": 1}, 3),
        ({"kind": CouponValueType.BUY_M_GET_PERCENT_OFF, "minimum_quantity": 4}, 4),
        ({"kind": CouponValueType.PERCENT_OFF, "minimum_purchase": Decimal("10.01")}, 5),
        ({"kind": CouponValueType.FREE_GIFT, "minimum_purchase": Decimal(9_000_000)}, 200),
    ],
)
def test_an_example_is_just_large_enough(terms: dict[str, Any], units: int) -> None:
    assert units_needed(Benefit(amount=Decimal(10), **terms), price=Decimal("2.50")) == units


@pytest.mark.parametrize(("basis", "units"), [("QUANTITY", 3), ("AMOUNT", 2)])
def test_an_example_reaches_the_first_step(basis: str, units: int) -> None:
    revision = PromotionRevision(
        coupon_value_type="TIERED", tier_basis=basis,
        tiers=[{"from": "3", "percent_off": "10"}, {"from": "6", "percent_off": "20"}],
    )  # fmt: skip
    assert revision.benefit.tier_basis == TierBasis(basis)
    assert units_needed(revision.benefit, price=Decimal("2.50")) == units
