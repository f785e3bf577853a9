"""The list's filters against what publishing makes of the same words, and its questions counted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.models import StoreGroup
from promotions.models import ItemList, Promotion
from promotions.selectors.board import promotion_rows
from promotions.selectors.listing import PromotionFilter, filtered, in_order, listed_revisions, state_counts
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.services.approving import publish_trusted
from promotions.services.publishing import create_promotion, revise_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    TODAY,
    content_for,
    create_campaign,
    create_staff_member,
    put_stock,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def campaigns(db: None) -> None:
    for name in ("Spring", "one", "two"):
        create_campaign(name)


def draft(promotion_id: str, **content: Any) -> Promotion:
    return create_promotion(
        promotion_id=promotion_id, content=content_for(**content), author=None, now=NOW
    ).promotion


def found(**asked: Any) -> list[str]:
    """The ids that the filter leaves, in its order."""
    return [revision.promotion.promotion_id for revision in listed_revisions(PromotionFilter(**asked))]


def test_each_filter_leaves_what_fits() -> None:
    tom = create_staff_member()
    draft("spring", campaign="Spring", starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    draft("fixed", coupon_value_type="FIXED_PRICE", fixed_price_amount=Decimal(2), long_title="Two dollars")
    Promotion.objects.filter(promotion_id="fixed").update(owner=tom)
    assert found(campaign="spring") == ["spring"]
    assert found(kind="FIXED_PRICE") == found(owner=tom.pk) == found(search="two dol") == ["fixed"]
    assert found(on=TODAY + timedelta(days=1)) == ["fixed"]
    assert set(found(on=TODAY)) == {"spring", "fixed"}
    assert found(states=("LIVE",)) == []


SCOPES: dict[str, dict[str, Any]] = {
    "all": {},
    "one": {"store_codes_inclusion": ["A"]},
    "not-one": {"store_codes_exclusion": ["A"]},
    "parent": {"store_groups_inclusion": ["usa"]},
    "child": {"store_groups_inclusion": ["east"]},
    "not-child": {"store_groups_exclusion": ["east"]},
    "not-parent": {"store_groups_exclusion": ["usa"]},
    "all-but": {"store_applicability": "SPECIFIC_STORES", "store_codes_exclusion": ["B"]},
    "mixed": {"store_groups_inclusion": ["usa"], "store_codes_exclusion": ["A"]},
}


@pytest.mark.parametrize("is_published", [False, True])
def test_a_stores_promotions_are_those_that_mean_it(is_published: bool) -> None:
    """For drafts by the scope, for published ones by their offers: the same as `targeted_stores`."""
    usa = StoreGroup.objects.create(code="usa", name="USA")
    east = StoreGroup.objects.create(code="east", name="East", parent=usa)
    a, b, c = (create_store(store_code=code) for code in "ABC")
    east.stores.add(a)
    usa.stores.add(b)
    create_item()
    made = {name: draft(name, **scope) for name, scope in SCOPES.items()}
    means = {name: set(targeted_stores(each.latest_revision())) for name, each in made.items()}
    if is_published:
        for name, each in made.items():
            if means[name]:
                publish_trusted(why="the test", promotion=each, now=NOW)
    for store in (a, b, c):
        expected = {name for name, stores in means.items() if store in stores}
        assert set(found(store=store.store_code)) == expected, store.store_code
    assert set(found(group="east")) == {name for name, stores in means.items() if a in stores}


@pytest.mark.parametrize("is_published", [False, True])
def test_an_items_promotions_are_those_that_cover_it(is_published: bool) -> None:
    create_store()
    oat = create_item(
        sku="OAT", gtin="04012345000016", brand="Nordhof", product_type="Drinks > Oat", item_group_id="G"
    )
    tea = create_item(sku="TEA", brand="Hill", product_type="Drinks")
    ItemList.objects.create(code="picks", name="Picks").items.add(oat)
    specific = {"product_applicability": "SPECIFIC_PRODUCTS"}
    scopes: dict[str, dict[str, Any]] = {
        "all": {}, "sku": {"item_id_inclusion": ["OAT"]}, "gtin": {"item_id_inclusion": ["4012345000016"]},
        "brand": {"brand_inclusion": ["Nordhof"], **specific},
        "type": {"product_type_inclusion": ["Drinks"], **specific},
        "subtype": {"product_type_inclusion": ["Drinks > Oat"], **specific},
        "group": {"item_group_id_inclusion": ["G"], **specific}, "list": {"item_list_inclusion": ["picks"], **specific},
        "not-brand": {"brand_exclusion": ["Nordhof"]}, "not-type": {"product_type_exclusion": ["Drinks > Oat"]},
    }  # fmt: skip
    made = {name: draft(name, **scope) for name, scope in scopes.items()}
    covers = {name: set(targeted_items(each.latest_revision())) for name, each in made.items()}
    if is_published:
        for each in made.values():
            publish_trusted(why="the test", promotion=each, now=NOW)
    for item, name in ((oat, "OAT"), (oat, "4012345000016"), (tea, "TEA")):
        assert set(found(item=name)) == {key for key, items in covers.items() if item.pk in items}, name
    assert found(item="nothing") == []
    assert {"brand", "sku", "all"} <= set(found(brand="nordhof"))


def test_problem_stores_are_those_that_are_meant_and_cannot() -> None:
    stores, item = [create_store(), create_store()], create_item()
    for store in stores:
        put_stock(store=store, levels={item: 5})
    publish_trusted(why="the test", promotion=draft("fine"), now=NOW)
    put_stock(store=stores[1], levels={item: 0})
    publish_trusted(why="the test", promotion=draft("trouble"), now=NOW)
    assert found(problems=True) == ["trouble"]


def test_the_orders() -> None:
    draft("b", long_title="Alpha", starts_on=TODAY - timedelta(days=2))
    draft("a", long_title="Beta", ends_on=TODAY + timedelta(days=1))
    assert found() == ["a", "b"]
    assert found(sort="starts") == found(sort="title") == ["b", "a"]
    assert found(sort="ends") == found(sort="id") == ["a", "b"]


def test_a_published_promotion_is_listed_once_by_its_published_words() -> None:
    create_store()
    create_item()
    promotion = publish_trusted(why="the test", promotion=draft("p", campaign="one"), now=NOW)
    revise_promotion(promotion=promotion, content=content_for(campaign="two"), author=None, now=NOW)
    assert (found(), found(campaign="one"), found(campaign="two")) == (["p"], ["p"], [])


@pytest.mark.parametrize("promotions", [2, 40])
def test_a_page_asks_the_same_questions_for_any_number(
    promotions: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    create_store()
    create_item()
    for number in range(promotions):
        publish_trusted(why="the test", promotion=draft(f"p{number}"), now=NOW)
    with django_assert_num_queries(6):
        left = filtered(PromotionFilter())
        counts = state_counts(left)
        rows = promotion_rows(revisions=in_order(left, PromotionFilter())[:50])
    assert len(rows) == counts.total() == promotions
