"""A feed says what stands in the store; what we hold of it stays held, and offers go by what is left."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.imports.deriving import derive_levels
from inventory.imports.explaining import explain_stock
from inventory.imports.holding import NotEnough, end_hold, hold_stock
from inventory.imports.verifying import verify_stock
from inventory.models import FeedSource, Item, Reservation, StockClaim, StockLevel, Store
from inventory.selectors import stock_figures
from promotions.models import StoreOffer
from promotions.services.holding import give_back_expired_holds
from promotions.services.reconciling import reconcile
from tests.api_client import stopped_clock
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.factories_promotions import NOW, create_published_promotion
from tests.inventory.imports.files import load, sales_file, stock_file
from tests.promotions.services.test_withheld import withhold

pytestmark = pytest.mark.django_db
GTIN = gtin_for(7)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with stopped_clock():
        yield


@pytest.fixture
def wms() -> FeedSource:
    create_store(store_code="S1")
    create_item(sku="A", gtin=GTIN)
    return create_source(code="wms")


def at(minute: int) -> str:
    return datetime(2026, 11, 22, 12, minute, tzinfo=UTC).isoformat()


def say(source: FeedSource, quantity: int, *, minute: int) -> None:
    load(stock_file(("S1", GTIN, quantity, at(minute))), source=source, now=NOW)


def hold(quantity: int = 1) -> None:
    """As many as there may be; else none."""
    store, item = Store.objects.get(), Item.objects.get()
    try:
        hold_stock(
            store=store, quantities={item.pk: quantity}, made_in=store, made_by=None, for_whom="",
            expires_at=NOW + timedelta(hours=1), revision_id=None, why="test", now=NOW,
        )  # fmt: skip
    except NotEnough:
        return


def standing() -> tuple[int, int, str]:
    """On hand, reserved, and the offer's state."""
    level = StockLevel.objects.get()
    return level.on_hand, level.reserved, StoreOffer.objects.get().state


def test_a_count_and_a_sale_leave_holds_as_they_are(wms: FeedSource) -> None:
    say(wms, 3, minute=1)
    create_published_promotion()
    hold(2)
    say(wms, 2, minute=2)  # two are there, and both are somebody's
    assert standing() == (2, 2, "OUT_OF_STOCK")
    till = create_source(code="pos", kind="SALES")
    load(sales_file(("S1", 1, "2026-11-22", 1, 1, GTIN, 1, at(3))), source=till, now=NOW)
    assert standing() == (1, 2, "OUT_OF_STOCK")
    say(wms, 5, minute=4)
    assert standing() == (5, 2, "LIVE")
    figure = stock_figures(stores=Store.objects.all(), items=Item.objects.all())
    assert [(one.available, one.withheld) for one in figure.values()] == [(3, {"HELD": 2})]
    explained = explain_stock(store=Store.objects.get(), item=Item.objects.get(), now=NOW)
    assert (explained.available, explained.withheld) == (3, {"HELD": 2})


def test_a_level_that_goes_and_comes_again_finds_its_holds(wms: FeedSource) -> None:
    say(wms, 1, minute=1)
    create_published_promotion()
    hold()
    StockClaim.objects.all().delete()
    derive_levels(store_ids=[Store.objects.get().pk], now=NOW)
    assert not StockLevel.objects.exists()
    say(wms, 1, minute=2)
    assert standing() == (1, 1, "OUT_OF_STOCK")
    give_back_expired_holds(now=NOW + timedelta(hours=1))
    assert standing() == (1, 0, "LIVE")


steps = st.lists(
    st.tuples(
        st.sampled_from(["count", "hold", "release", "fulfil", "expire", "withhold", "forget"]),
        st.integers(0, 4),
    ),
    max_size=10,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_happens_the_sums_are_right_and_offers_follow(steps: list[Any]) -> None:
    with transaction.atomic():
        create_store(store_code="S1")
        create_item(sku="A", gtin=GTIN)
        wms = create_source(code="wms")
        say(wms, 3, minute=1)
        create_published_promotion(minimum_stock=2)
        for number, (what, value) in enumerate(steps, 10):
            take(what, value, source=wms, minute=number)
            assert not [one for verified in verify_stock() for one in verified.differences]
            run = reconcile(slot=None, now=NOW)
            assert run is not None
            assert (run.offers, run.differences) == (1, 0)
        transaction.set_rollback(True)


def take(what: str, value: int, *, source: FeedSource, minute: int) -> None:
    """One step of the law."""
    active = Reservation.objects.active().order_by("pk").first()
    if what == "count":
        say(source, value, minute=minute)
    elif what == "hold":
        hold(value or 1)
    elif what == "withhold":
        withhold(source, value)
    elif what == "forget":
        StockClaim.objects.all().delete()
        derive_levels(store_ids=[Store.objects.get().pk], now=NOW)
    elif active and what == "expire":
        Reservation.objects.filter(pk=active.pk).update(expires_at=active.made_at + timedelta(seconds=1))
        give_back_expired_holds(now=NOW + timedelta(seconds=1))
    elif active:
        state = "RELEASED" if what == "release" else "FULFILLED"
        end_hold(reservation=active, state=state, by=None, why="test", now=NOW)
