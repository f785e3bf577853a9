"""Offers follow the groups, lists, stores and items a promotion names, and nothing else is touched."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from inventory.models import Item, ItemIdentifier, Store, StoreGroup
from promotions.models import ItemList, OfferChange, OfferItem, Promotion, StoreOffer, TargetMark
from promotions.services.approving import publish_trusted
from promotions.services.publishing import revise_promotion, stop_promotion
from promotions.services.reconciling import reconcile
from promotions.services.retargeting import retarget_promotions
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> StoreGroup:
    """The group "north" with the store "in"; "out" is in none."""
    create_item(sku="it")
    create_store(store_code="out")
    north = StoreGroup.objects.create(code="north", name="North")
    north.stores.add(create_store(store_code="in"))
    return north


def settle() -> None:
    """Whatever was marked while the world was made."""
    retarget_promotions(now=NOW)


def rows(table: str) -> dict[Any, int]:
    """The transaction that wrote each row last, and which command of it: another one after any rewrite."""
    key = {"storeoffer": "store_id, promotion_id", "offeritem": "item_id, promotion_id"}[table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({key})::text, ctid::text FROM promotions_{table}")
        return dict(cursor.fetchall())


def told(reason: str = "RETARGETED") -> list[tuple[str, str, str]]:
    changes = OfferChange.objects.filter(reason=reason).order_by("store", "seq")
    return list(changes.values_list("store__store_code", "old_state", "new_state"))


def covered(promotion: Promotion) -> list[str]:
    return sorted(promotion.offer_items.values_list("item__sku", flat=True))


def test_a_store_joins_the_group_and_one_leaves_it(group: StoreGroup) -> None:
    create_published_promotion(store_groups_inclusion=["north"])
    settle()

    group.stores.set([Store.objects.get(store_code="out")])

    assert [retarget_promotions(now=NOW), retarget_promotions(now=NOW)] == [1, 0]
    assert told() == [("out", "", "NOT_STOCKED")]
    assert told("NO_LONGER_TARGETED") == [("in", "NOT_STOCKED", "STOPPED")]


def test_a_group_moved_below_another_brings_its_stores(group: StoreGroup) -> None:
    create_published_promotion(store_groups_inclusion=["north"])
    south = StoreGroup.objects.create(code="south", name="South")
    south.stores.add(Store.objects.get(store_code="out"))
    settle()

    south.parent = group
    south.save()
    retarget_promotions(now=NOW)

    assert told() == [("out", "", "NOT_STOCKED")]


def test_only_promotions_that_name_it_are_looked_at(group: StoreGroup) -> None:
    """The others' rows stand on the same place of the same page: nobody wrote them."""
    create_published_promotion(promotion_id="named", store_groups_inclusion=["north"])
    create_published_promotion(promotion_id="other", store_codes_inclusion=["in"])
    create_published_promotion(promotion_id="everywhere")
    settle()
    before = rows("storeoffer") | rows("offeritem")

    group.stores.add(Store.objects.get(store_code="out"))
    retarget_promotions(now=NOW)

    after = rows("storeoffer") | rows("offeritem")
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1


def test_the_same_again_folds_into_one_and_leaves_nothing(group: StoreGroup) -> None:
    create_published_promotion(store_groups_inclusion=["north"])
    settle()
    store = Store.objects.get(store_code="out")

    for _time in range(5):
        group.stores.add(store)
        group.stores.remove(store)
    group.stores.add(store)

    assert retarget_promotions(now=NOW) == 1
    assert (told(), TargetMark.objects.count()) == ([("out", "", "NOT_STOCKED")], 0)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_while_the_marks_are_worked_off_is_not_lost(group: StoreGroup) -> None:
    create_published_promotion(store_groups_inclusion=["north"])
    settle()
    group.stores.clear()
    elsewhere = connection.copy()
    elsewhere.set_autocommit(False)
    with elsewhere.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_storegroup_stores (storegroup_id, store_id)"
            " SELECT %s, id FROM inventory_store WHERE store_code = 'out'",
            [group.pk],
        )

    first = retarget_promotions(now=NOW)  # waits for nobody
    elsewhere.commit()
    elsewhere.close()

    assert [first, retarget_promotions(now=NOW)] == [1, 1]
    assert (told(), told("NO_LONGER_TARGETED")) == (
        [("out", "", "NOT_STOCKED")], [("in", "NOT_STOCKED", "STOPPED")],
    )  # fmt: skip


def retype(item: Item) -> None:
    item.brand = "Oatly"
    item.save()


def retype_in_bulk(item: Item) -> None:
    Item.objects.filter(pk=item.pk).update(product_type="Dairy > Milk > Oat")


def list_it(item: Item) -> None:
    ItemList.objects.get(code="best").items.add(item)


def name_it(item: Item) -> None:
    ItemIdentifier.objects.create(item=item, kind="GTIN", value="04006381333931")


@pytest.mark.parametrize(
    ("scope", "change"),
    [
        ({"brand_inclusion": ["Oatly"]}, retype),
        ({"product_type_inclusion": ["Dairy > Milk"]}, retype_in_bulk),
        ({"item_list_inclusion": ["best"]}, list_it),
        ({"item_id_inclusion": ["4006381333931"]}, name_it),  # the shorter form of the GTIN
    ],
)
def test_an_item_comes_into_the_deal_with_its_stock(
    scope: dict[str, Any], change: Callable[[Item], None]
) -> None:
    store = create_store()
    there = create_item(sku="there", brand="Oatly", product_type="Dairy > Milk", gtin="00000040063812")
    comes = create_item(sku="comes")
    ItemList.objects.create(code="best", name="Best").items.add(there)
    if "item_id_inclusion" in scope:
        scope = {"item_id_inclusion": [*scope["item_id_inclusion"], "there"]}
    put_stock(store=store, levels={there: 0, comes: 7})
    content = {"product_applicability": "SPECIFIC_PRODUCTS", **scope}
    promotion = create_published_promotion(**content)
    settle()

    change(comes)

    assert retarget_promotions(now=NOW) == 1
    assert covered(promotion) == ["comes", "there"]
    assert told() == [(store.store_code, "OUT_OF_STOCK", "LIVE")]
    assert reconcile(slot=None, now=NOW).differences == 0  # type: ignore[union-attr]


def test_an_item_leaves_an_excluded_brand_and_goes_back() -> None:
    store, item = create_store(), create_item(sku="it", brand="Own")
    put_stock(store=store, levels={item: 3, create_item(sku="other"): 0})
    promotion = create_published_promotion(brand_exclusion=["Own"])
    settle()

    seen = []
    for brand in ("Else", "Own"):
        Item.objects.filter(pk=item.pk).update(brand=brand)
        retarget_promotions(now=NOW)
        seen.append((covered(promotion), StoreOffer.objects.get().state))

    assert seen == [(["it", "other"], "LIVE"), (["other"], "OUT_OF_STOCK")]
    assert reconcile(slot=None, now=NOW).differences == 0  # type: ignore[union-attr]


def test_new_items_and_stores_come_into_what_means_all_of_them_only() -> None:
    create_store(store_code="old")
    create_item(sku="old")
    everything = create_published_promotion(promotion_id="everything")
    named = create_published_promotion(
        promotion_id="named", item_id_inclusion=["old"], store_codes_inclusion=["old"]
    )
    settle()

    Item.objects.bulk_create([Item(sku="new", title="New")])
    create_store(store_code="new")
    create_store(store_code="warehouse", kind="DC")

    assert retarget_promotions(now=NOW) == 1
    assert (covered(everything), covered(named)) == (["new", "old"], ["old"])
    assert told() == [("new", "", "NOT_STOCKED")]
    assert OfferItem.objects.count() == 3


def test_a_store_in_another_time_zone_gets_that_clock() -> None:
    create_item()
    store, other = create_store(), create_store()
    create_published_promotion()
    settle()
    before = StoreOffer.objects.get(store=other)

    Store.objects.filter(pk=store.pk).update(timezone="Pacific/Honolulu")
    retarget_promotions(now=NOW)

    moved = StoreOffer.objects.get(store=store).starts_at - before.starts_at
    assert moved.total_seconds() == 5 * 3600
    assert StoreOffer.objects.get(store=other).changed_at == before.changed_at


def test_what_is_over_is_left_alone(group: StoreGroup) -> None:
    promotion = create_published_promotion(store_groups_inclusion=["north"])
    settle()
    stop_promotion(promotion=promotion, reason="price error", now=NOW)

    group.stores.add(Store.objects.get(store_code="out"))

    assert (retarget_promotions(now=NOW), TargetMark.objects.count()) == (0, 0)


def test_an_edit_that_says_nothing_new_writes_no_row() -> None:
    create_item()
    create_store()
    promotion = create_published_promotion()
    before = rows("storeoffer") | rows("offeritem")

    revise_promotion(promotion=promotion, content=content_for(), author=None, now=NOW)
    publish_trusted(why="the test", promotion=promotion, now=NOW)

    assert rows("storeoffer") | rows("offeritem") == before
    assert OfferChange.objects.count() == 1


def test_an_edit_of_words_moves_the_revision_alone() -> None:
    """No item is written, no stock counted: the counts that stand, right or wrong, are kept."""
    item = create_item()
    put_stock(store=create_store(), levels={item: 5})
    create_store(store_code="gone")
    promotion = create_published_promotion()
    revise_promotion(
        promotion=promotion, content=content_for(store_codes_exclusion=["gone"]), author=None, now=NOW
    )
    publish_trusted(why="the test", promotion=promotion, now=NOW)
    StoreOffer.objects.exclude(state="STOPPED").update(items_stocked=9)
    items, gone = rows("offeritem"), StoreOffer.objects.values().get(store__store_code="gone")

    said = content_for(store_codes_exclusion=["gone"], operator_text="Point at the shelf.")
    revision = revise_promotion(promotion=promotion, content=said, author=None, now=NOW)
    publish_trusted(why="the test", promotion=promotion, now=NOW)

    offer = StoreOffer.objects.exclude(state="STOPPED").get()
    assert (offer.revision, offer.items_stocked, rows("offeritem")) == (revision, 9, items)
    assert StoreOffer.objects.values().get(store__store_code="gone") == gone


def test_the_reconciler_finds_targets_that_nobody_marked(group: StoreGroup) -> None:
    promotion = create_published_promotion(store_groups_inclusion=["north"])
    settle()
    group.stores.add(Store.objects.get(store_code="out"))
    TargetMark.objects.all().delete()  # behind everybody's back

    runs = [reconcile(slot=None, now=NOW) for _time in range(2)]

    assert [run.differences for run in runs if run] == [1, 0]
    assert runs[0] is not None
    assert runs[0].details == [{"promotion": promotion.pk, "stores_added": 1}]
