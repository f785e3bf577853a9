"""Holds and rain checks through the API: bad input, who sees what, and a hundred hands on one unit."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from inventory.models import Reservation, StockLevel
from omnistore.staff.models import ApiKey
from promotions.api.holds import HeldSerializer, HoldSerializer, ListedHoldSerializer
from promotions.api.rain_checks import RainCheckSerializer
from promotions.models import IdempotencyKey, RainCheck
from promotions.services.reconciling import reconcile
from tests.api_client import World, is_problem
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member, put_stock
from tests.promotions.api.test_redemption_storm import all_at_once
from tests.promotions.api.test_verdicts import same_fields
from tests.promotions.live.parties import WebServer

PLACE = "/stores/here-1/holds"
OAT: dict[str, Any] = {"lines": [{"item": "OAT-1"}]}
THERE = {**OAT, "hold_in": "there-1", "promotion_id": "oat"}


def test_a_hold_is_made_listed_and_handed_out(world: World) -> None:
    made = world.associate.post(PLACE, {**OAT, "for_whom": "Ann"}, Idempotency_Key="k1").json()
    same_fields(made, HeldSerializer())
    (held,) = made["holds"]
    same_fields(held, HoldSerializer())
    assert (held["quantity"], held["expires_at"]) == ("1", "2026-11-22T11:07:00-05:00")
    for _tap in range(2):
        done = world.associate.post(f"{PLACE}/{held['hold_id']}/fulfil", Idempotency_Key="k2")
        assert (done.status_code, done.json()["state"]) == (200, "FULFILLED")
    (row,) = world.associate.get(PLACE).json()["results"]
    same_fields(row, ListedHoldSerializer())
    assert (row["state"], row["for_whom"]) == ("FULFILLED", "")  # the name goes with the reason for it


def test_both_stores_see_it_and_a_third_does_not(world: World) -> None:
    put_stock(store=world.there, levels={world.item: 1})
    reconcile(slot=None, now=NOW)
    held = world.associate.post(PLACE, {**THERE, "for_whom": "Ann"}, Idempotency_Key="k1").json()["holds"][0]
    seen = [api.get(place).json()["results"] for api, place in (
        (world.associate, PLACE), (world.foreign_associate, "/stores/there-1/holds"))]  # fmt: skip
    assert seen == [[held | {"for_whom": "Ann"}]] * 2
    third = create_store(store_code="third")
    assert world.admin.get(f"/stores/{third.store_code}/holds").json()["results"] == []
    assert is_problem(world.associate.post(f"{PLACE}/{held['hold_id']}/fulfil", Idempotency_Key="k2"), 404)
    assert world.associate.post(f"{PLACE}/{held['hold_id']}/release", Idempotency_Key="k3").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lines"), ({"lines": []}, "lines"), ({"lines": "OAT-1"}, "lines"), ({"lines": [{}]}, "lines"),
        ({"lines": [{"item": "OAT-1"}] * 21}, "lines"),
        ({"lines": [{"item": "x" * 5000}]}, "lines"), ({"lines": [{"item": "a\u0000b"}]}, "lines"),
        ({"lines": [{"item": "OAT-1", "quantity": 0}]}, "lines"),
        ({"lines": [{"item": "OAT-1", "quantity": "NaN"}]}, "lines"),
        ({"lines": [{"item": "OAT-1", "quantity": 1e9}]}, "lines"),
        ({"lines": [{"item": "OAT-1", "quantity": "0.5"}]}, "quantity"),
        ({"lines": [{"item": "OAT-1", "quantity": "101"}]}, "quantity"),
        ({**OAT, "for_whom": "x" * 41}, "for_whom"),
        ({**OAT, "hold_in": "there-1"}, "promotion_id"),
        ({**OAT, "hold_in": ["there-1"]}, "hold_in"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_an_error_of_its_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = world.associate.post(PLACE, body, Idempotency_Key="k1")
    assert is_problem(answer, 400)
    assert {name.split(".")[0] for name in answer.json()["errors"]} == {field}
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("store_code", ["nowhere", "x" * 64, "../here-1", "0412'; DROP TABLE"])
def test_a_strange_store_is_not_found(world: World, store_code: str) -> None:
    answer = world.associate.post(PLACE, {**THERE, "hold_in": store_code}, Idempotency_Key="k1")
    assert is_problem(answer, 404)


def test_a_key_is_needed_and_means_one_thing(world: World) -> None:
    assert is_problem(world.associate.post(PLACE, OAT), 400)
    assert world.associate.post(PLACE, OAT, Idempotency_Key="k1").status_code == 201
    assert is_problem(world.associate.post(PLACE, {**OAT, "for_whom": "Bo"}, Idempotency_Key="k1"), 422)


def test_a_rain_check_through_the_api(world: World) -> None:
    asked = {"item": "OAT-1", "promotion_id": "oat"}
    assert is_problem(world.associate.post("/stores/here-1/rain-checks", asked, Idempotency_Key="k1"), 409)
    StockLevel.objects.update(on_hand=0)
    first, second = (
        world.associate.post("/stores/here-1/rain-checks", asked, Idempotency_Key="k2") for _tap in range(2)
    )
    same_fields(first.json(), RainCheckSerializer())
    assert (first.status_code, first.content, RainCheck.objects.count()) == (201, second.content, 1)
    assert is_problem(world.associate.post("/stores/here-1/rain-checks", {}, Idempotency_Key="k3"), 400)


@pytest.fixture
def hands(transactional_db: None, web: WebServer) -> Iterator[httpx.Client]:
    """A client of one store, for a deal on the last unit of the next store."""
    now = timezone.now()
    here, there = create_store(store_code="0042"), create_store(store_code="0043")
    item = create_item(sku="OAT-1")
    for store, quantity in ((here, 0), (there, 1)):
        put_stock(store=store, levels={item: quantity}, counted_at=now)
    days: dict[str, Any] = {
        "starts_on": now.date() - timedelta(days=2),
        "ends_on": now.date() + timedelta(days=2),
        "now": now,
    }
    create_published_promotion(promotion_id="oat", **days)
    _key, token = ApiKey.issue(staff_member=create_staff_member(stores=[here]), name="hands", now=now)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{web.port}/api/v1/stores/0042",
        headers={"Authorization": f"Bearer {token}"},
        limits=httpx.Limits(max_connections=100),
        timeout=60,
    ) as client:
        yield client


def test_a_hundred_hands_on_the_last_unit(hands: httpx.Client) -> None:
    asked = {**THERE, "hold_in": "0043"}
    answers = all_at_once(hands, [(f"hand {number}", asked) for number in range(100)], path="/holds")
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"out_of_stock"}
    assert StockLevel.objects.get(store__store_code="0043").reserved == Reservation.objects.count() == 1


def test_a_double_tap_is_one_hold(hands: httpx.Client) -> None:
    answers = all_at_once(hands, [("one tap", {**THERE, "hold_in": "0043"})] * 4, path="/holds")
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Reservation.objects.count() == 1
