"""What becomes of every store while words are written."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.models import Store
from promotions.models import Promotion, PromotionRevision
from promotions.selectors.outlook import fates_of, judged_items
from promotions.selectors.targeting import targeted_items
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, put_stock

pytestmark = pytest.mark.django_db


def fates(**content: Any) -> list[tuple[str, str, int]]:
    revision = PromotionRevision(promotion=Promotion(pk=0, promotion_id="ours"), **content_for(**content))
    stores = list(Store.objects.order_by("store_code"))
    found = fates_of(revision=revision, stores=stores, item_ids=targeted_items(revision), at=NOW)
    return [(fate.state, fate.reason, len(fate.stores)) for fate in found]


def test_stores_are_told_apart_by_stock_and_by_money() -> None:
    item = create_item()
    for quantity in (9, 9, 2, 0):
        put_stock(store=create_store(), levels={item: quantity})
    create_store()
    create_store(currency="CAD")
    assert fates(coupon_value_type="MONEY_OFF", money_off_amount=Decimal(1), minimum_stock=3) == [
        ("LIVE", "It holds at that moment, and enough is there.", 2),
        ("LOW_STOCK", "Fewer than half of its items there reach “low below”.", 1),
        ("OUT_OF_STOCK", "None of its items is left there.", 1),
        ("NOT_STOCKED", "No source has ever counted one of its items there.", 1),
        ("BLOCKED", "The amount is in USD, which is not this store's money.", 1),
    ]


def test_an_online_deal_is_blocked_everywhere() -> None:
    create_store()
    create_item()
    assert fates(redemption_channel=["ONLINE"]) == [("BLOCKED", "Only valid for online orders.", 1)]


@pytest.mark.parametrize("stores", [2, 20])
def test_it_asks_once_however_many_stores(
    stores: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    item = create_item()
    for _ in range(stores):
        put_stock(store=create_store(), levels={item: 3})
    with django_assert_num_queries(3):
        assert sum(count for _state, _reason, count in fates()) == stores


@pytest.mark.parametrize(
    ("items", "stores", "judged"),
    [(0, 5, 0), (3, 0, 3), (100, 500, 100), (101, 500, 51), (10_000, 500, 100), (50, 9_000, 17)],
)
def test_only_so_many_levels_are_counted_while_one_types(items: int, stores: int, judged: int) -> None:
    assert len(judged_items(range(items), stores=stores)) == judged
