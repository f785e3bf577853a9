"""POST /stores/{store_code}/redemptions, one request at a time."""

from decimal import Decimal
from typing import Any

import pytest

from promotions.api.redemptions import RedeemedSerializer, RolledBackSerializer
from promotions.models import Budget, IdempotencyKey, Redemption
from promotions.services.publishing import stop_promotion
from tests.api_client import World, is_problem
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion
from tests.promotions.api.test_verdicts import same_fields
from tests.promotions.services.till import limit

PLACE = "/stores/here-1/redemptions"


def test_a_use_is_taken_and_told(world: World) -> None:
    answer = world.associate.post(PLACE, {"code": "save29", "item": "4012345678901"}, Idempotency_Key="k1")
    body = answer.json()
    redemption = Redemption.objects.get()
    assert (answer.status_code, body["redemption_id"]) == (201, str(redemption.pk))
    assert (body["sku"], body["discount_amount"], body["currency"]) == ("OAT-1", "0.810", "USD")
    assert Budget.objects.get().used == 1


def test_the_same_key_gets_the_same_bytes_and_takes_no_second_use(world: World) -> None:
    first, second, third = (
        world.associate.post(PLACE, {"promotion_id": "oat"}, Idempotency_Key="k1") for _ in range(3)
    )
    assert first.content == second.content == third.content
    assert [answer.headers.get("Idempotent-Replayed") for answer in (first, second)] == [None, "true"]
    assert Redemption.objects.count() == Budget.objects.get().used == 1


def test_the_same_key_for_something_else_is_refused(world: World) -> None:
    world.associate.post(PLACE, {"promotion_id": "oat"}, Idempotency_Key="k1")
    answer = world.associate.post(PLACE, {"code": "SAVE29"}, Idempotency_Key="k1")
    assert is_problem(answer, 422)
    assert answer.json()["code"] == "key_reused"
    assert Redemption.objects.count() == 1


def test_two_people_may_choose_the_same_key(world: World) -> None:
    for api in (world.associate, world.admin):
        assert api.post(PLACE, {"code": "SAVE29"}, Idempotency_Key="k1").status_code == 201
    assert Budget.objects.get().used == 2


@pytest.mark.parametrize("key", [None, "", "   ", "x" * 256, "tab\there"])
def test_without_a_usable_key_nothing_is_taken(world: World, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency_Key": key}
    assert is_problem(world.associate.post(PLACE, {"code": "SAVE29"}, **headers), 400)
    assert not IdempotencyKey.objects.exists()


def test_a_key_of_a_request_that_made_no_sense_can_be_used_again(world: World) -> None:
    assert is_problem(world.associate.post(PLACE, {"code": 7.5, "item": None}, Idempotency_Key="k1"), 400)
    assert world.associate.post(PLACE, {"code": "SAVE29"}, Idempotency_Key="k1").status_code == 201


def test_unknown_codes_and_items_are_not_found(world: World) -> None:
    unknown = world.associate.post(PLACE, {"code": "NOPE"}, Idempotency_Key="k1")
    item = world.associate.post(PLACE, {"code": "SAVE29", "item": "NOPE"}, Idempotency_Key="k2")
    assert is_problem(unknown, 404)
    assert is_problem(item, 404)
    assert (unknown.json()["code"], item.json()["code"]) == ("unknown_code", "unknown_item")


def test_an_item_that_the_deal_does_not_cover_is_refused(world: World) -> None:
    create_item(sku="SOAP-1")
    answer = world.associate.post(PLACE, {"code": "SAVE29", "item": "SOAP-1"}, Idempotency_Key="k1")
    assert is_problem(answer, 409)
    assert answer.json()["reasons"] == ["ITEM_NOT_IN_DEAL"]
    assert Budget.objects.get().used == 0


def test_an_item_that_is_too_dear_for_the_deal_is_refused_as_its_verdict_says(world: World) -> None:
    create_published_promotion(promotion_id="cheap", limit_value=Decimal("2.50"), currency="USD")
    asked = {"promotion_id": "cheap", "item": "OAT-1"}  # 2.79
    answer = world.associate.post(PLACE, asked, Idempotency_Key="dear")
    assert is_problem(answer, 409)
    assert answer.json()["reasons"] == ["PRICE_ABOVE_LIMIT"]
    assert answer.json()["detail"] == "Only for items up to $2.50."


def test_a_stopped_promotion_is_refused_with_the_reason(world: World) -> None:
    stop_promotion(promotion=world.promotion, reason="misprint", now=NOW)
    answer = world.associate.post(PLACE, {"promotion_id": "oat"}, Idempotency_Key="k1")
    assert is_problem(answer, 409)
    assert (answer.json()["code"], answer.json()["reasons"]) == ("stopped", ["STOPPED"])


def test_after_the_last_use_the_next_one_hears_so(world: World) -> None:
    create_published_promotion(generic_redemption_code="LAST", limit_uses=1)
    first = world.associate.post(PLACE, {"code": "LAST"}, Idempotency_Key="k1")
    second = world.associate.post(PLACE, {"code": "LAST"}, Idempotency_Key="k2")
    assert first.json()["uses_left"] == 0
    assert (second.status_code, second.json()["reasons"]) == (409, ["BUDGET_SPENT"])
    assert is_problem(world.associate.post(PLACE, {"code": "LAST"}, Idempotency_Key="k2"), 409)


def test_nobody_redeems_in_a_foreign_store(world: World) -> None:
    answer = world.foreign_associate.post(PLACE, {"code": "SAVE29"}, Idempotency_Key="k1")
    assert is_problem(answer, 404)
    assert not Redemption.objects.exists()


def test_the_list_shows_the_stores_own_newest_first(world: World) -> None:
    for key, place in (("k1", "here-1"), ("k2", "here-1"), ("k3", "there-1")):
        world.admin.post(f"/stores/{place}/redemptions", {"code": "SAVE29"}, Idempotency_Key=key)
    listed = world.associate.get(PLACE).json()
    assert (listed["count"], {row["store_code"] for row in listed["results"]}) == (2, {"here-1"})
    assert listed["results"][0]["redeemed_at"] == "2026-11-22T09:07:00-05:00"


def test_a_use_is_given_back_through_the_api(world: World) -> None:
    taken = world.associate.post(PLACE, {"code": "SAVE29", "item": "OAT-1"}, Idempotency_Key="k1").json()
    path = f"{PLACE}/{taken['redemption_id']}/roll-back"
    first, second = (world.associate.post(path, {"reason": "Slip"}, Idempotency_Key="k2") for _ in range(2))
    assert (first.status_code, first.json()["state"], first.json()["reason"]) == (200, "ROLLED_BACK", "Slip")
    assert (first.content, second.headers["Idempotent-Replayed"]) == (second.content, "true")
    same_fields(first.json(), RolledBackSerializer())
    same_fields(taken, RedeemedSerializer())
    assert Budget.objects.get().used == 0
    (row,) = world.associate.get(PLACE).json()["results"]
    assert (row["state"], row["quantity"]) == ("ROLLED_BACK", 1)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 201}, {"reason": None}])
def test_giving_back_needs_a_reason_and_a_key(world: World, body: dict[str, Any]) -> None:
    taken = world.associate.post(PLACE, {"code": "SAVE29"}, Idempotency_Key="k1").json()
    path = f"{PLACE}/{taken['redemption_id']}/roll-back"
    assert is_problem(world.associate.post(path, body, Idempotency_Key="k2"), 400)
    assert is_problem(world.associate.post(path, {"reason": "Slip"}), 400)


def test_another_stores_redemption_is_not_given_back(world: World) -> None:
    taken = world.admin.post("/stores/there-1/redemptions", {"code": "SAVE29"}, Idempotency_Key="k1").json()
    for redemption_id in (taken["redemption_id"], "00000000-0000-0000-0000-000000000000", "1"):
        path = f"{PLACE}/{redemption_id}/roll-back"
        assert is_problem(world.associate.post(path, {"reason": "Slip"}, Idempotency_Key="k2"), 404)
    assert Budget.objects.get().used == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "customer"),
        ({"customer": "M1"}, "discount_amount"),
        ({"customer": "x" * 41}, "customer"),
        ({"customer": "M1", "discount_amount": "0.005"}, "discount_amount"),
        ({"customer": "M1", "discount_amount": "-1"}, "discount_amount"),
        ({"customer": "M1", "discount_amount": "NaN"}, "discount_amount"),
        ({"customer": "M1", "discount_amount": "1", "quantity": 0}, "quantity"),
    ],
)
def test_what_a_limit_asks_for_is_an_error_of_its_field(
    world: World, body: dict[str, Any], field: str
) -> None:
    limits = [limit("CUSTOMER", "DAY", "1"), limit("PROMOTION", "TOTAL", "5", "MONEY")]
    create_published_promotion(generic_redemption_code="LIMITED", limits=limits, currency="USD")
    answer = world.associate.post(PLACE, {"code": "LIMITED", **body}, Idempotency_Key="k1")
    assert is_problem(answer, 400)
    assert set(answer.json()["errors"]) == {field}
    good = {"code": "LIMITED", "customer": "M1", "discount_amount": "1.50"}
    assert world.associate.post(PLACE, good, Idempotency_Key="k1").status_code == 201
