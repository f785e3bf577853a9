"""Offers follow stock and clock; the recount finds nothing left to mend."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.feeds.records import Int32s
from inventory.models import StockLevel
from promotions.models import Budget, OfferChange, Promotion, Reconciliation, StoreOffer
from promotions.services.publishing import stop_promotion
from promotions.services.reconciling import reconcile
from promotions.services.refreshing import (
    refresh_after_stock_change,
    turn_offers,
    whole_stores,
)
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, change_stock, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def offer_state() -> str:
    return StoreOffer.objects.get().state


def test_sales_turn_an_offer_low_and_then_out_and_a_delivery_brings_it_back() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion(minimum_stock=5)

    seen = []
    for quantity in (5, 4, 3, 0, -1, 20):
        refresh_after_stock_change(changes=change_stock(store=store, levels={item: quantity}), now=NOW)
        seen.append(offer_state())

    assert seen == ["LIVE", "LOW_STOCK", "LOW_STOCK", "OUT_OF_STOCK", "OUT_OF_STOCK", "LIVE"]
    assert list(OfferChange.objects.filter(reason="STOCK").values_list("old_state", "new_state")) == [
        ("LIVE", "LOW_STOCK"), ("LOW_STOCK", "OUT_OF_STOCK"), ("OUT_OF_STOCK", "LIVE"),
    ]  # fmt: skip


def test_stock_of_items_nobody_promotes_touches_no_offer() -> None:
    store, item, other = create_store(), create_item(sku="in"), create_item(sku="out")
    put_stock(store=store, levels={item: 12})
    create_published_promotion(item_id_inclusion=["in"])

    assert refresh_after_stock_change(changes=change_stock(store=store, levels={other: 3}), now=NOW) == 0


@given(
    stores=st.lists(st.integers(1, 6), min_size=1, max_size=60).map(
        lambda numbers: np.array(numbers, np.int32)
    ),
    at_once=st.integers(1, 20),
)
def test_a_big_change_is_cut_between_stores(stores: Int32s, at_once: int) -> None:
    parts = [places.tolist() for places in whole_stores(stores, at_once=at_once)]

    assert sorted(place for part in parts for place in part) == list(range(len(stores)))
    found = [set(stores[part].tolist()) for part in parts]
    assert sum(len(part) for part in found) == len(set(stores.tolist()))  # no store in two of them
    assert all(len(part) >= at_once for part in parts[:-1])


worlds = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-1, 6)), max_size=6),
    min_size=1,
    max_size=5,
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=worlds)
def test_after_any_nights_the_counts_are_those_of_a_recount(
    nights: list[list[tuple[int, int, int]]], db: Any
) -> None:
    """Brute force: whatever changed in whatever order, the reconciler counts the same from scratch."""
    StoreOffer.objects.all().delete()
    Promotion.objects.update(state="STOPPED", stopped_at=NOW)
    StockLevel.objects.all().delete()
    stores = [create_store() for _number in range(3)]
    items = [create_item() for _number in range(4)]
    for minimum in (1, 3):
        create_published_promotion(
            store_codes_inclusion=[store.store_code for store in stores],
            item_id_inclusion=[item.sku for item in items[: minimum + 1]],
            minimum_stock=minimum,
        )
    for night in nights:
        for store_number, item_number, quantity in night:
            changes = change_stock(store=stores[store_number], levels={items[item_number]: quantity})
            refresh_after_stock_change(changes=changes, now=NOW)

    run = reconcile(slot=TODAY, now=NOW)

    assert run is not None
    assert run.details == []
    run.delete()


def test_the_reconciler_names_and_mends_a_difference() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion()
    StockLevel.objects.update(on_hand=0)  # behind everybody's back

    run = reconcile(slot=TODAY, now=NOW)

    assert run is not None
    assert (run.offers, run.differences, run.details[0]["new_state"]) == (1, 1, "OUT_OF_STOCK")
    assert offer_state() == "OUT_OF_STOCK"
    assert reconcile(slot=TODAY, now=NOW) is None


def test_windows_open_and_close_once_however_late_the_tick() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion(starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY, generic_redemption_code="SOON")
    offer = StoreOffer.objects.get()
    assert (offer.state, Promotion.objects.get().state) == ("READY", "PENDING")

    assert turn_offers(now=offer.starts_at - timedelta(seconds=1)) == 0
    assert turn_offers(now=offer.starts_at) == 1
    assert (offer_state(), Promotion.objects.get().state) == ("LIVE", "LIVE")
    assert turn_offers(now=offer.starts_at) == 0
    assert turn_offers(now=offer.ends_at + timedelta(hours=5)) == 1
    promotion = Promotion.objects.get()
    assert (offer_state(), promotion.state, promotion.open_code) == ("EXPIRED", "EXPIRED", None)
    assert not Budget.objects.get().is_open


def test_a_window_missed_whole_goes_straight_to_its_end() -> None:
    create_store()
    create_item()
    create_published_promotion(starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)

    assert turn_offers(now=NOW + 9 * DAY) == 1
    assert (offer_state(), OfferChange.objects.order_by("seq").values_list("reason", flat=True).last()) == (
        "EXPIRED",
        "WINDOW_CLOSED",
    )


def test_an_opened_window_is_told_even_when_the_shelf_is_as_empty_as_before() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 0})
    create_published_promotion(starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)

    turn_offers(now=StoreOffer.objects.get().starts_at)

    change = OfferChange.objects.get(reason="WINDOW_OPENED")
    assert (change.old_state, change.new_state) == ("OUT_OF_STOCK", "OUT_OF_STOCK")


def test_a_stopped_promotion_is_not_turned() -> None:
    create_store()
    create_item()
    promotion = create_published_promotion(starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)
    stop_promotion(promotion=promotion, reason="price error", now=NOW)

    assert turn_offers(now=NOW + 9 * DAY) == 0
    assert offer_state() == "STOPPED"


def test_a_recount_whose_worker_died_begins_again_once() -> None:
    Reconciliation.objects.create(slot=TODAY, started_at=NOW)
    assert reconcile(slot=TODAY, now=NOW + timedelta(hours=1)) is None
    later = NOW + timedelta(hours=2)
    run = reconcile(slot=TODAY, now=later)
    assert run
    assert (run.started_at, run.finished_at) == (later, later)
    assert reconcile(slot=TODAY, now=later + timedelta(hours=3)) is None
    assert Reconciliation.objects.get() == run
