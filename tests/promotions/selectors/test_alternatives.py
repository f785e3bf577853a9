"""The nearest stores where the deal can be had, against a brute force over generated worlds."""

import math
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import Item, StockClaim, Store
from promotions.selectors.alternatives import items_of_deal, nearest_stores
from promotions.templatetags.moments import opening
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db

ZONES = ("America/New_York", "Europe/London", "Pacific/Auckland", "America/Los_Angeles")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Where it stands, its clock, its hours (None: unknown), how many it has, and how many hours ago they were counted.
a_store = st.tuples(
    st.integers(-60, 60), st.integers(-170, 170), st.sampled_from(ZONES),
    st.one_of(st.none(), st.tuples(st.integers(0, 11), st.integers(12, 23), st.sets(st.sampled_from(DAYS)))),
    st.integers(0, 3), st.sampled_from([1, 25, 27]),
)  # fmt: skip


def kilometres(one: Store, other: Store) -> float:
    """Along the great circle, by the angle between two vectors (the product uses haversines)."""
    vectors = []
    for store in (one, other):
        assert store.latitude is not None
        assert store.longitude is not None
        north, east = math.radians(store.latitude), math.radians(store.longitude)
        vectors.append((math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)))
    cross = math.dist((0, 0, 0), tuple(
        vectors[0][a] * vectors[1][b] - vectors[0][b] * vectors[1][a] for a, b in ((1, 2), (2, 0), (0, 1))
    ))  # fmt: skip
    return 6371 * math.atan2(cross, sum(a * b for a, b in zip(*vectors, strict=True)))


def visit_at(store: Store) -> datetime | None:
    """The first quarter of an hour from NOW on at which the store is open: walked there, a quarter at a time."""
    if not store.opening_hours:
        return NOW
    for quarter in range(-1, 4 * 24 * 8):
        # NOW itself first, then the full quarters after it (hours begin on full hours).
        moment = NOW if quarter < 0 else NOW.replace(minute=0) + timedelta(minutes=15 * (quarter + 1))
        if moment < NOW:
            continue
        local = moment.astimezone(ZoneInfo(store.timezone))
        hours = store.opening_hours.get(DAYS[local.weekday()])
        if hours and hours[0] <= f"{local:%H:%M}" < hours[1]:
            return moment
    return None


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stores=st.lists(a_store, max_size=10), days=st.integers(1, 3), first=st.integers(0, 1))
def test_equal_to_a_brute_force(stores: list[Any], days: int, first: int) -> None:
    with transaction.atomic():
        item, here = create_item(sku="OAT"), create_store(latitude=40.0, longitude=-75.0)
        made = []
        for latitude, longitude, zone, hours, quantity, counted in stores:
            week = {day: [f"{hours[0]:02}:00", f"{hours[1]:02}:00"] for day in hours[2]} if hours else {}
            store = create_store(latitude=latitude, longitude=longitude, timezone=zone, opening_hours=week)
            put_stock(store=store, levels={item: quantity}, counted_at=NOW - timedelta(hours=counted))
            made.append((store, quantity, counted))
        starts, ends = TODAY + timedelta(days=first), TODAY + timedelta(days=first + days)  # not its end
        deal = create_published_promotion(starts_on=starts, ends_on=ends)
        expected = []
        for store, quantity, counted in made:
            moment = visit_at(store)
            if quantity and counted <= 26 and moment:
                day = moment.astimezone(ZoneInfo(store.timezone)).date()
                if starts <= day < ends:
                    expected.append((round(kilometres(here, store), 6), store.store_code))
        found = nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
        assert [place.store_code for place in found] == [code for _km, code in sorted(expected)[:3]]
        transaction.set_rollback(True)


def test_one_statement_however_many_stores() -> None:
    item, here = create_item(), create_store(latitude=40.0, longitude=-75.0)
    for number in range(15):
        put_stock(store=create_store(latitude=40.0 + number, longitude=-75.0), levels={item: 1})
    deal = create_published_promotion()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
    assert len(asked) == 1


def test_many_near_stores_whose_deal_is_over_hide_no_farther_one() -> None:
    item, here = create_item(), create_store(latitude=0.0, longitude=0.0)
    # 14:07 UTC on Sunday: closed there till Monday, when the deal is over.
    for number in range(13):
        near = create_store(latitude=0.1, longitude=number / 100, opening_hours={"mon": ["08:00", "20:00"]})
        put_stock(store=near, levels={item: 1})
    far = create_store(name="Far", latitude=9.0, longitude=0.0)
    put_stock(store=far, levels={item: 1})
    deal = create_published_promotion(ends_on=TODAY + timedelta(days=1))
    found = nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
    assert [place.name for place in found] == ["Far"]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ({"sun": ["08:00", "20:00"]}, "open until 20:00"),
        ({"sun": ["12:00", "20:00"]}, "opens 12:00"),
        ({"fri": ["09:00", "20:00"]}, "opens Fri 09:00"),
        ({key: ["00:00", "24:00"] for key in DAYS}, "open day and night"),
        ({}, ""),
    ],
)  # fmt: skip
def test_when_it_is_open_is_said_in_its_own_time(hours: dict[str, Any], words: str) -> None:
    item, here = create_item(), create_store()
    there = create_store(timezone="America/Chicago", opening_hours=hours)  # 08:07 on Sunday there
    put_stock(store=there, levels={item: 1})
    deal = create_published_promotion()
    (place,) = nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
    assert opening(place, NOW) == words


@pytest.mark.parametrize(
    ("terms", "pieces"),
    [
        ({"coupon_value_type": "BUY_M_GET_N_PERCENT_OFF", "minimum_purchase_quantity": 2, "percent_off": 100,
          "get_this_quantity_discounted": 1}, 3),
        ({"coupon_value_type": "TIERED", "percent_off": None,
          "tiers": [{"from": "2", "percent_off": "10"}, {"from": "4", "percent_off": "20"}]}, 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("decimals", [0, 3])
def test_a_store_with_fewer_than_the_deal_takes_is_not_worth_the_way(
    terms: dict[str, Any], pieces: int, decimals: int
) -> None:
    item, here = create_item(unit_decimals=decimals), create_store(latitude=0.0, longitude=0.0)
    near, far = (create_store(latitude=float(north), longitude=0.0) for north in (1, 2))
    put_stock(store=near, levels={item: pieces * 10**decimals - 1})
    put_stock(store=far, levels={item: pieces * 10**decimals})
    deal = create_published_promotion(**terms)
    (found,) = nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
    assert found.store_code == far.store_code


def told_apart(store: Store, *, hours_ago: dict[Item, int]) -> None:
    """The store's counts with a time of their own each."""
    times = [NOW - timedelta(hours=hours_ago[item]) for item in sorted(hours_ago, key=lambda item: item.pk)]
    packed = np.array([int(at.timestamp() * 1_000_000) for at in times], "<i8").tobytes()
    StockClaim.objects.filter(store=store).update(as_of=max(times), as_ofs=packed)


def test_a_store_is_named_by_the_age_of_this_items_count() -> None:
    item, other, here = create_item(), create_item(), create_store(latitude=0.0, longitude=0.0)
    near, far = (create_store(latitude=float(north), longitude=0.0) for north in (1, 2))
    for store, hours in ((near, 30), (far, 20)):
        put_stock(store=store, levels={item: 5, other: 5})
        told_apart(store, hours_ago={item: hours, other: 1})
    deal = create_published_promotion()
    (found,) = nearest_stores(store=here, promotion_pk=deal.pk, item_pk=item.pk, now=NOW)
    assert (found.store_code, found.counted_at) == (far.store_code, NOW - timedelta(hours=20))


def test_what_is_alike_but_long_uncounted_too_dear_or_in_other_money_is_not_offered_at_a_price() -> None:
    store, wanted = create_store(), create_item()
    old, dear = create_item(), create_item(regular_price=Decimal("9.99"))
    foreign, fresh = create_item(price_currency="CHF"), create_item()
    put_stock(store=store, levels=dict.fromkeys((wanted, old, dear, foreign, fresh), 5))
    told_apart(store, hours_ago={wanted: 1, old: 30, dear: 1, foreign: 1, fresh: 1})
    deal = create_published_promotion(limit_value=Decimal(5), currency="USD")
    found = items_of_deal(store=store, promotion_pk=deal.pk, but=wanted.pk, now=NOW)
    assert {one.sku: one.deal_price for one in found} == {fresh.sku: Decimal("1.98"), foreign.sku: None}
