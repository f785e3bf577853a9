"""Holds: never more than can be promised, once a key, given back once, and offers that follow."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from inventory.imports.holding import NotEnough, end_hold, hold_stock, sweep_holds
from inventory.imports.verifying import verify_stock
from inventory.models import FeedSource, Item, Reservation, ReservationChange, StockLevel, Store, StoreFeed
from promotions.models import OfferChange, Promotion, StoreOffer
from promotions.rules.words import Outcome
from promotions.selectors.verdicts import verdict_for
from promotions.services.approving import publish_trusted
from promotions.services.holding import fulfil, give_back_expired_holds, hold, release
from promotions.services.idempotency import Answer
from promotions.services.publishing import revise_promotion, stop_promotion
from promotions.services.reconciling import reconcile
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)
from tests.promotions.services.till import Till, limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Store:
    return create_store(store_code="here")


@pytest.fixture
def there() -> Store:
    return create_store(store_code="there", timezone="America/Chicago")


@pytest.fixture
def oat(here: Store, there: Store) -> Item:
    item = create_item(sku="OAT")
    put_stock(store=here, levels={item: 0})
    put_stock(store=there, levels={item: 1})
    create_published_promotion(promotion_id="deal")
    return item


@pytest.fixture
def ask(here: Store) -> Callable[..., Answer]:
    """A person here asks to hold one OAT there, unless something else is said."""
    maria = create_staff_member(stores=[here])

    def asked(key: str = "k", *, lines: Any = None, **request: Any) -> Answer:
        asked_for = {
            "lines": lines or [{"item": "OAT"}],
            "hold_in": "there",
            "promotion_id": "deal",
            **request,
        }
        return hold(made_in=here, staff_member=maria, key=key, request=asked_for, now=NOW)

    return asked


def test_the_last_one_is_held_and_nobody_is_promised_it(
    ask: Callable[..., Answer], oat: Item, there: Store
) -> None:
    answer = ask(for_whom="Ann")
    held = Reservation.objects.get()
    assert (answer.status, answer.body["reference"], held.for_whom) == (201, held.reference, "Ann")
    assert answer.body["expires_at"] == "2026-11-22T10:07:00-06:00"  # two hours on, there
    assert verdict_for(store=there, code="OAT", now=NOW).outcome != Outcome.HONOUR
    assert StoreOffer.objects.get(store=there).state == "OUT_OF_STOCK"
    assert ask("k2").body["reasons"] == ["OUT_OF_STOCK"]
    assert not any(verified.differences for verified in verify_stock())
    assert reconcile(slot=None, now=NOW).differences == 0  # type: ignore[union-attr]


def test_a_second_tap_is_the_same_hold(ask: Callable[..., Answer], oat: Item) -> None:
    first, second = ask(), ask()
    assert (first.body, second.is_repeat) == (second.body, True)
    assert ask(for_whom="Bob").status == 422
    assert Reservation.objects.count() == 1


def test_released_it_is_back_and_the_offer_too(
    ask: Callable[..., Answer], oat: Item, here: Store, there: Store
) -> None:
    held = ask().body["holds"][0]
    maria = create_staff_member()
    for key in ("r1", "r2"):
        answer = release(store=here, hold_id=held["hold_id"], staff_member=maria, key=key, why="", now=NOW)
        assert (answer.status, answer.body["state"]) == (200, "RELEASED")
    assert StockLevel.objects.get(store=there).reserved == 0
    assert StoreOffer.objects.get(store=there).state == "LIVE"
    told = OfferChange.objects.filter(store=there).order_by("seq").values_list("new_state", "reason")
    assert list(told)[1:] == [
        ("OUT_OF_STOCK", "STOCK"), ("OUT_OF_STOCK", "HELD"), ("LIVE", "STOCK"), ("LIVE", "HELD"),
    ]  # fmt: skip
    steps = ReservationChange.objects.values_list("old_state", "new_state", "why")
    assert list(steps) == [("", "ACTIVE", "held for a shopper"), ("ACTIVE", "RELEASED", "released")]


def test_only_the_store_that_holds_hands_it_out(
    ask: Callable[..., Answer], oat: Item, here: Store, there: Store
) -> None:
    held = ask().body["holds"][0]
    ask_there: Any = {"hold_id": held["hold_id"], "staff_member": create_staff_member(), "now": NOW}
    assert fulfil(store=here, key="f1", **ask_there).status == 404
    assert fulfil(store=create_store(), key="f2", **ask_there).status == 404
    assert fulfil(store=there, key="f3", **ask_there).body["state"] == "FULFILLED"
    late = release(store=here, key="f4", why="", **ask_there)
    assert (late.status, late.body["code"], late.body["state"]) == (409, "hold_over", "FULFILLED")


def test_what_was_handed_out_is_promised_to_nobody_until_a_sale_is_heard_of(
    ask: Callable[..., Answer], oat: Item, there: Store
) -> None:
    held = Reservation.objects.get(pk=ask().body["holds"][0]["hold_id"])
    end_hold(reservation=held, state="FULFILLED", by=None, why="picked up", now=NOW)
    assert sweep_holds(now=NOW + timedelta(minutes=5)) == []
    tills = FeedSource.objects.create(code="pos", kind="SALES", name="Tills", profile={})
    run = tills.runs.create(file_name="s", sha256="1" * 64, size=1, received_at=NOW, state="RECEIVED")
    StoreFeed.objects.create(source=tills, store=there, as_of=NOW + timedelta(minutes=3), run=run)
    assert len(sweep_holds(now=NOW + timedelta(minutes=5))) == 1
    assert StockLevel.objects.get(store=there).reserved == 0
    held.refresh_from_db()
    assert (held.state, held.is_withheld) == ("FULFILLED", False)


def test_what_nobody_fetched_comes_back_within_a_sweep_and_once(
    ask: Callable[..., Answer], oat: Item, there: Store
) -> None:
    ask(for_whom="Ann")
    assert give_back_expired_holds(now=NOW + timedelta(minutes=119)) == 0
    late = NOW + timedelta(minutes=120)
    assert [give_back_expired_holds(now=late) for _sweep in range(2)] == [1, 0]
    assert StockLevel.objects.get(store=there).reserved == 0
    assert StoreOffer.objects.get(store=there).state == "LIVE"
    assert ReservationChange.objects.get(new_state="EXPIRED").by is None
    assert Reservation.objects.get().for_whom == ""
    assert not any(verified.differences for verified in verify_stock())


def test_lines_of_one_item_are_added_up_before_anything_is_held(
    ask: Callable[..., Answer], oat: Item, there: Store
) -> None:
    gtin = oat.identifiers.get().value
    assert ask("k1", lines=[{"item": "OAT"}, {"item": gtin}]).body["code"] == "out_of_stock"
    put_stock(store=there, levels={oat: 2})
    assert ask("k2", lines=[{"item": "OAT"}, {"item": gtin}]).status == 201
    assert Reservation.objects.get().quantity == 2


def test_all_or_nothing(ask: Callable[..., Answer], oat: Item, there: Store) -> None:
    tea = create_item(sku="TEA")
    put_stock(store=there, levels={tea: 0})
    create_published_promotion(promotion_id="both")
    answer = ask(lines=[{"item": "OAT"}, {"item": "TEA"}], promotion_id="both")
    assert (answer.status, answer.body["items"]) == (409, ["TEA"])
    assert not Reservation.objects.exists()
    assert set(StockLevel.objects.values_list("reserved", flat=True)) == {0}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"hold_in": "nowhere"}, "unknown_store"),
        ({"hold_in": "dc"}, "unknown_store"),
        ({"promotion_id": "none"}, "unknown_deal"),
        ({"promotion_id": "here-only"}, "unknown_deal"),
        ({"promotion_id": "tea-only"}, "item_not_in_deal"),
        ({"promotion_id": "later"}, "not_started"),
        ({"promotion_id": "online"}, "online_only"),
        ({"promotion_id": "stopped"}, "stopped"),
        ({"lines": [{"item": "GIBBERISH" * 20}]}, "unknown_item"),
        ({"lines": [{"item": "TEA"}]}, "not_stocked"),
    ],
)  # fmt: skip
def test_what_does_not_hold_there_is_not_held(
    ask: Callable[..., Answer], oat: Item, request_: dict[str, Any], code: str
) -> None:
    create_store(store_code="dc", kind="DC")
    create_item(sku="TEA")
    create_published_promotion(promotion_id="here-only", store_codes_inclusion=["here"])
    create_published_promotion(promotion_id="tea-only", item_id_inclusion=["TEA"])
    create_published_promotion(promotion_id="later", starts_on=(NOW + timedelta(days=1)).date())
    create_published_promotion(promotion_id="online", redemption_channel=["ONLINE"])
    stop_promotion(promotion=create_published_promotion(promotion_id="stopped"), reason="x", now=NOW)
    create_published_promotion(promotion_id="deal-2")
    asked = {"promotion_id": "deal-2", **request_}
    assert ask(**asked).body["code"] == code
    assert not Reservation.objects.exists()


def test_elsewhere_only_for_a_deal_and_only_what_was_counted_lately(
    ask: Callable[..., Answer], oat: Item, here: Store, there: Store
) -> None:
    with pytest.raises(ValidationError) as error:
        ask(promotion_id="")
    assert set(error.value.message_dict) == {"promotion_id"}
    put_stock(store=there, levels={oat: 5}, counted_at=NOW - timedelta(days=3))
    assert ask().body["reasons"] == ["STALE_STOCK"]
    put_stock(store=here, levels={oat: 5})
    assert ask("own", hold_in="here", promotion_id="").status == 201


def test_goods_by_weight_are_held_in_their_unit(ask: Callable[..., Answer], oat: Item, there: Store) -> None:
    cheese = create_item(sku="CHEESE", unit="KGM", unit_decimals=3)
    put_stock(store=there, levels={cheese: 2_500})
    create_published_promotion(promotion_id="cheese", item_id_inclusion=["CHEESE"])
    pound = {"item": "CHEESE", "quantity": Decimal("0.454")}
    assert ask(lines=[pound], promotion_id="cheese").body["holds"][0]["quantity"] == "0.454"
    assert StockLevel.objects.get(item=cheese).reserved == 454
    with pytest.raises(ValidationError):
        ask("half", lines=[{"item": "OAT", "quantity": Decimal("0.5")}])


def held(store: Store, item: Item, **fields: Any) -> Reservation:
    """One hold made straight at the stock."""
    (made,) = hold_stock(
        store=store, quantities={item.pk: 1}, made_in=store, made_by=None, for_whom="",
        expires_at=NOW + timedelta(hours=1), revision_id=None, why="test", now=NOW,
    )  # fmt: skip
    Reservation.objects.filter(pk=made.pk).update(**fields)
    return made


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"quantity": 0}, "inventory_hold_quantity_1"),
        ({"state": "LOST"}, "inventory_hold_ended_paired"),
        ({"reference": "0OI"}, "inventory_hold_reference_has_form"),
        ({"expires_at": NOW}, "inventory_hold_expires_after_made"),
        ({"state": "RELEASED"}, "inventory_hold_ended_paired"),
        ({"state": "EXPIRED", "ended_at": NOW}, "inventory_hold_ended_paired"),
        ({"is_withheld": False}, "inventory_hold_ended_paired"),
        ({"state": "FULFILLED", "ended_at": NOW, "for_whom": "Ann"}, "inventory_hold_over_names_nobody"),
    ],
)
def test_the_database_keeps_what_a_hold_is(
    there: Store, oat: Item, fields: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name):
        held(there, oat, **fields)


def test_the_database_keeps_references_levels_and_steps(there: Store, oat: Item) -> None:
    one = held(there, oat)
    step = one.changes.get()
    broken: list[tuple[Callable[[], Any], str]] = [
        (lambda: Reservation.objects.bulk_create([Reservation(
            store=there, item=oat, quantity=1, reference=one.reference, made_in=there, made_at=NOW,
            expires_at=NOW + timedelta(1))]), "inventory_hold_reference_once_an_item"),
        (lambda: StockLevel.objects.update(reserved=-1), "inventory_level_reserved_not_negative"),
        (lambda: one.changes.create(new_state="ACTIVE", why="x", at=NOW), "inventory_hold_leaves_a_state_once"),
        (lambda: one.changes.create(old_state="EXPIRED", new_state="ACTIVE", why="x", at=NOW),
         "inventory_hold_step_known"),
        (lambda: one.changes.create(old_state="ACTIVE", new_state="EXPIRED", why="", at=NOW),
         "inventory_hold_step_says_why"),
        (lambda: ReservationChange.objects.filter(pk=step.pk).update(why="y"), "append-only"),
    ]  # fmt: skip
    for breaking, name in broken:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            breaking()


def test_a_reserved_figure_that_is_not_the_sum_of_the_holds_is_named(there: Store, oat: Item) -> None:
    held(there, oat)
    StockLevel.objects.filter(store=there).update(reserved=0)
    (difference,) = [one for verified in verify_stock(store_code="there") for one in verified.differences]
    assert str(difference) == "store there, OAT: 0 of holds stands, should be 1 of holds"


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
@pytest.mark.timeout(600)
def test_opposite_orders_never_wait_for_each_other_in_a_circle(here: Store) -> None:
    cross_orders(here, runs=1_000)


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_in_short(here: Store) -> None:
    cross_orders(here, runs=100)


def cross_orders(store: Store, *, runs: int) -> None:
    """Two people hold two items in opposite orders and give them back, all the while; nobody is ever stopped."""
    one, two = create_item(), create_item()
    put_stock(store=store, levels={one: 10_000, two: 10_000})

    def holds(order: tuple[Item, Item]) -> Counter[str]:
        told: Counter[str] = Counter()
        chance = random.Random(order[0].pk)
        try:
            for _run in range(runs):
                made = hold_stock(
                    store=store, quantities={item.pk: 1 for item in order}, made_in=store, made_by=None, for_whom="",
                    expires_at=NOW + timedelta(hours=1), revision_id=None, why="test", now=NOW,
                )  # fmt: skip
                told["held"] += 1
                with transaction.atomic():
                    for each in chance.sample(made, 2):
                        end_hold(reservation=each, state="RELEASED", by=None, why="test", now=NOW)
        finally:
            connection.close()
        return told

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(holds, [(one, two), (two, one)])) == [Counter(held=runs)] * 2
    assert set(StockLevel.objects.values_list("reserved", flat=True)) == {0}


def test_more_than_there_are_is_not_held(there: Store, oat: Item) -> None:
    held(there, oat)
    with pytest.raises(NotEnough) as error:
        held(there, oat)
    assert error.value.item_ids == [oat.pk]


def test_nothing_is_held_for_a_deal_whose_share_there_is_used_up(
    ask: Callable[..., Answer], oat: Item, there: Store
) -> None:
    create_published_promotion(promotion_id="scarce", limits=[limit("STORE", "TOTAL", "1")])
    assert Till(store=there).redeem(promotion_id="scarce").status == 201
    assert ask(promotion_id="scarce").body["reasons"] == ["STORE_LIMIT_REACHED"]


def test_a_hold_rings_its_store_also_after_the_deal_was_reworded(
    ask: Callable[..., Answer], oat: Item, here: Store, there: Store
) -> None:
    held = ask().body["holds"][0]
    deal = Promotion.objects.get(promotion_id="deal")
    revise_promotion(promotion=deal, content=content_for(long_title="Other words"), author=None, now=NOW)
    publish_trusted(promotion=deal, why="", now=NOW)
    release(store=here, hold_id=held["hold_id"], staff_member=create_staff_member(), key="r", why="", now=NOW)
    assert OfferChange.objects.filter(store=there, reason="HELD").count() == 2
