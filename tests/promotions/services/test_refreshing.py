"""Offers follow stock and clock; the recount finds nothing left to mend."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import StockLevel
from promotions.models import Budget, OfferChange, Promotion, StoreOffer
from promotions.rules.offer_state import OfferFacts, decide_state
from promotions.services.publishing import stop_promotion
from promotions.services.refreshing import (
    reconcile,
    refresh_after_stock_change,
    state_sql,
    turn_offers,
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


worlds = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-1, 6)), max_size=6),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=worlds)
def test_after_any_nights_the_counts_are_those_of_a_recount(
    nights: list[list[tuple[int, int, int]]], db: Any
) -> None:
    """Brute force: whatever changed in whatever order, the reconciler counts the same from scratch."""
    StoreOffer.objects.all().delete()
    StockLevel.objects.all().delete()
    stores = [create_store() for _number in range(3)]
    items = [create_item() for _number in range(4)]
    for minimum in (1, 3):
        create_published_promotion(
            item_id_inclusion=[item.sku for item in items[: minimum + 1]], minimum_stock=minimum
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


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    state=st.sampled_from(["STOPPED", "READY"]),
    hours=st.tuples(st.integers(-3, 3), st.integers(1, 4)),
    counts=st.tuples(*[st.integers(0, 4)] * 3).map(lambda three: sorted(three, reverse=True)),
    is_blocked=st.booleans(),
)
def test_the_databases_state_is_the_rules_state(
    state: str, hours: tuple[int, int], counts: list[int], is_blocked: bool, db: Any
) -> None:
    starts_at = NOW + timedelta(hours=hours[0])
    ends_at = starts_at + timedelta(hours=hours[1])
    row = """(SELECT %(state)s::text AS state, %(starts)s::timestamptz AS starts_at,
                     %(ends)s::timestamptz AS ends_at, %(issues)s::jsonb AS issues) o"""
    sql = state_sql(offer="o", stocked=str(counts[0]), available=str(counts[1]), enough=str(counts[2]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sql} FROM {row}",
            {
                "now": NOW, "state": state, "starts": starts_at, "ends": ends_at,
                "issues": '[{"severity": "blocking"}]' if is_blocked else "[]",
            },
        )  # fmt: skip
        said = cursor.fetchone()[0]

    facts = OfferFacts(
        starts_at,
        ends_at,
        counts[0],
        counts[1],
        counts[2],
        is_stopped=state == "STOPPED",
        is_blocked=is_blocked,
    )
    assert said == decide_state(facts, now=NOW)
