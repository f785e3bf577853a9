"""What is withheld cannot be promised: offers, recount and verdict go by what is left."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.feeds.records import NO_CHANGES
from inventory.imports.deriving import derive_levels
from inventory.imports.precedence import change_precedence, derive_change
from inventory.imports.telling import read_withheld, tell_stock_changed
from inventory.models import FeedSource, Item, StockClaim, StockWithheld, Store
from promotions.models import StoreOffer
from promotions.selectors.verdicts import verdict_for
from promotions.services.reconciling import reconcile
from tests.api_client import stopped_clock
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.factories_promotions import NOW, create_published_promotion
from tests.inventory.imports.files import load, stock_file

pytestmark = pytest.mark.django_db
GTIN = gtin_for(7)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with stopped_clock():
        yield


@pytest.fixture
def store() -> Store:
    return create_store(store_code="S1")


@pytest.fixture
def item() -> Item:
    return create_item(sku="A", gtin=GTIN)


def say(source: FeedSource, quantity: int, *, minute: int) -> None:
    """A count of this morning."""
    at = datetime(2026, 11, 22, 12, minute, tzinfo=UTC).isoformat()
    load(stock_file(("S1", GTIN, quantity, at)), source=source, now=NOW)


def withhold(source: FeedSource, quantity: int) -> None:
    """A source withholds so many, and the stores hear of it."""
    store, item = Store.objects.get(), Item.objects.get()
    before = read_withheld([store.pk])
    StockWithheld.objects.update_or_create(
        store=store,
        item=item,
        source=source,
        state="RESERVED",
        defaults={"quantity": quantity, "as_of": NOW, "run": source.runs.latest("pk")},
    )
    tell_stock_changed(changes=NO_CHANGES, store_ids=[store.pk], withheld_before=before, run=None, now=NOW)


def counts() -> tuple[int, int, int]:
    offer = StoreOffer.objects.get()
    return offer.items_stocked, offer.items_available, offer.items_enough


def test_reserving_the_last_takes_the_offer_out(store: Store, item: Item) -> None:
    wms = create_source(code="wms")
    say(wms, 3, minute=1)
    create_published_promotion(minimum_stock=2)
    assert counts() == (1, 1, 1)
    withhold(wms, 2)
    assert counts() == (1, 1, 0)
    withhold(wms, 3)
    assert (counts(), StoreOffer.objects.get().state) == ((1, 0, 0), "OUT_OF_STOCK")
    say(wms, 6, minute=2)
    assert (counts(), StoreOffer.objects.get().state) == ((1, 1, 1), "LIVE")


def test_no_yes_for_what_is_promised_to_somebody_else(store: Store, item: Item) -> None:
    wms = create_source(code="wms")
    say(wms, 3, minute=1)
    create_published_promotion()
    assert verdict_for(store=store, code=GTIN, now=NOW).outcome == "HONOUR"
    withhold(wms, 3)
    verdict = verdict_for(store=store, code=GTIN, now=NOW)
    assert verdict.outcome != "HONOUR"
    assert verdict.stock is not None
    assert (verdict.stock.on_hand, verdict.stock.quantity) == (3, 0)


def test_another_source_believed_is_another_word_on_what_is_withheld(store: Store, item: Item) -> None:
    erp, wms = create_source(code="erp"), create_source(code="wms")
    say(erp, 4, minute=1)
    say(wms, 4, minute=2)
    withhold(erp, 4)
    create_published_promotion()
    assert counts() == (1, 1, 1)
    change = change_precedence(source=erp, precedence=1, holds_for=None, member=None, now=NOW)
    assert change is not None
    derive_change(change=change, now=NOW)
    assert counts() == (1, 0, 0)


steps = st.lists(
    st.tuples(st.sampled_from(["count", "withhold", "precedence"]), st.integers(0, 1), st.integers(0, 4)),
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_recount_never_finds_a_difference(steps: list[Any]) -> None:
    with transaction.atomic():
        create_store(store_code="S1")
        create_item(sku="A", gtin=GTIN)
        sources = [create_source(code=code) for code in ("erp", "wms")]
        for minute, source in enumerate(sources):
            say(source, 2, minute=minute)
        create_published_promotion(minimum_stock=2)
        for number, (what, which, value) in enumerate(steps):
            if what == "count":
                say(sources[which], value, minute=10 + number)
            elif what == "withhold":
                withhold(sources[which], value)
            else:
                FeedSource.objects.filter(pk=sources[which].pk).update(precedence=value)
                derive_levels(store_ids=[Store.objects.get().pk], now=NOW)
        run = reconcile(slot=None, now=NOW)
        assert run is not None
        assert (run.offers, run.differences) == (1, 0)
        transaction.set_rollback(True)


def test_a_level_that_goes_is_carried_no_more(store: Store, item: Item) -> None:
    say(create_source(code="wms"), 3, minute=1)
    create_published_promotion()
    StockClaim.objects.all().delete()
    derive_levels(store_ids=[store.pk], now=NOW)
    assert (counts(), StoreOffer.objects.get().state) == ((0, 0, 0), "NOT_STOCKED")
