"""A basket is priced by the deals that hold in the store, and each other deal says why it does not."""

from decimal import Decimal
from typing import Any

from promotions.api.quotes import QuoteSerializer
from promotions.services.publishing import stop_promotion
from tests.api_client import World, is_problem
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion
from tests.promotions.api.test_verdicts import same_fields


def quote(world: World, *lines: dict[str, Any], store: str = "here-1", **body: Any) -> Any:
    return world.admin.post(f"/stores/{store}/quote", {"lines": lines, **body})


def lost(answer: Any) -> dict[str, list[tuple[str, str]]]:
    return {
        deal["promotion_id"]: [(reason["code"], reason["text"]) for reason in deal["reasons"]]
        for deal in answer.json()["losers"]
    }


def test_a_code_that_is_shown_takes_effect(world: World) -> None:
    answer = quote(world, {"item": "OAT-1", "quantity": "2"}, codes=["save29"])
    body = answer.json()
    same_fields(body, QuoteSerializer())
    # 29 % of 2.79 is 0.8091: 0.81 off each
    assert (body["regular"], body["discount"], body["total"], body["is_exact"]) == (
        "5.58",
        "1.62",
        "3.96",
        True,
    )
    assert body["lines"][0]["deals"] == [{"promotion_id": "oat", "discount": "1.62", "units": 2}]
    assert [(winner["promotion_id"], winner["revision"]) for winner in body["winners"]] == [("oat", 1)]


def test_without_it_the_deal_says_what_is_missing(world: World) -> None:
    answer = quote(world, {"item": "04012345678901"})
    assert answer.json()["total"] == "2.79"
    assert lost(answer) == {"oat": [("CODE_NEEDED", "The shopper needs the code SAVE29.")]}


def test_every_other_deal_says_why_not(world: World) -> None:
    create_published_promotion(
        promotion_id="3for2", long_title="3 for 2", coupon_value_type="BUY_M_GET_N_PERCENT_OFF",
        percent_off=Decimal(100), minimum_purchase_quantity=2, get_this_quantity_discounted=1, currency="",
    )  # fmt: skip
    create_published_promotion(
        promotion_id="big", long_title="5 off 30", applies_to="BASKET", coupon_value_type="MONEY_OFF",
        money_off_amount=Decimal(5), minimum_purchase_amount=Decimal(30),
    )  # fmt: skip
    create_published_promotion(promotion_id="club", audience="MEMBERS", percent_off=Decimal(50))
    answer = quote(world, {"item": "OAT-1", "quantity": "3"})
    # one of three free is 2.79 off
    assert (answer.json()["discount"], answer.json()["winners"][0]["promotion_id"]) == ("2.79", "3for2")
    assert lost(answer) == {
        "oat": [("CODE_NEEDED", "The shopper needs the code SAVE29.")],
        "big": [("MINIMUM_PURCHASE", "From a purchase of $30.00.")],
        "club": [("MEMBERS_ONLY", "Only for members of the loyalty programme.")],
    }
    beaten = lost(quote(world, {"item": "OAT-1", "quantity": "3"}, is_member=True))
    assert beaten["3for2"] == [("BEATEN", "29 % off oat drink saves more.")]


def test_rewards_and_parts_are_named_by_code_brand_or_type(world: World) -> None:
    mug = create_item(sku="MUG-1", regular_price=Decimal("4.00"), gtin="04006381333931", brand="Potter")
    create_published_promotion(
        promotion_id="mug", coupon_value_type="BUY_M_GET_N_PERCENT_OFF", percent_off=Decimal(50), currency="",
        minimum_purchase_quantity=2, get_this_quantity_discounted=1, item_id_inclusion=["OAT-1"],
        reward_items="NAMED", reward_item_id_inclusion=["4006381333931"],
    )  # fmt: skip
    both = {"item": "OAT-1", "quantity": "2"}, {"item": mug.sku}
    assert quote(world, *both).json()["discount"] == "2.00"
    create_published_promotion(
        promotion_id="set", coupon_value_type="BUNDLE_PRICE", fixed_price_amount=Decimal("5.00"),
        bundle_parts=[{"quantity": 1, "item_id": ["OAT-1"]}, {"quantity": 1, "brand": ["Potter"]}],
    )  # fmt: skip
    # 2.79 + 4.00 for 5.00 saves 1.79; half the mug saves 2.00
    assert quote(world, *both).json()["discount"] == "2.00"
    assert quote(world, {"item": "OAT-1"}, {"item": mug.sku}).json()["discount"] == "1.79"


def test_a_store_quotes_its_own_deals_only(world: World) -> None:
    stop_promotion(promotion=world.promotion, reason="misprint", now=NOW)
    create_published_promotion(promotion_id="here", store_codes_inclusion=["here-1"])
    assert quote(world, {"item": "OAT-1"}).json()["discount"] == "0.81"
    assert quote(world, {"item": "OAT-1"}, store="there-1").json()["losers"] == []
    assert (
        world.foreign_associate.post("/stores/here-1/quote", {"lines": [{"item": "OAT-1"}]}).status_code
        == 404
    )


def test_what_cannot_be_priced_is_named_by_line(world: World) -> None:
    create_item(sku="FREE", title="Sample", regular_price=None, price_currency="")
    answer = quote(world, {"item": "OAT-1"}, {"item": "nothing"}, {"item": "FREE"})
    assert is_problem(answer, 400)
    assert answer.json()["errors"] == {
        "lines[1]": ["No item has the code nothing."],
        "lines[2]": ["Sample has no price in USD; give one."],
    }
    assert quote(world, {"item": "FREE", "unit_price": "1.00"}).json()["total"] == "1.00"


def test_a_basket_that_cannot_be_is_refused(world: World) -> None:
    baskets: list[list[Any]] = [
        [], [{}], [{"item": "OAT-1", "quantity": "0"}], [{"item": "OAT-1", "quantity": "1.5"}],
                  [{"item": "OAT-1", "quantity": "2001"}], [{"item": "OAT-1", "quantity": "NaN"}],
                  [{"item": "OAT-1", "unit_price": "-1"}], [{"item": "OAT-1", "line_id": "a"}] * 2,
    ]  # fmt: skip
    for lines in baskets:
        assert is_problem(quote(world, *lines), 400), lines


def test_a_quote_costs_as_many_queries_whatever_is_on_offer(
    world: World, django_assert_num_queries: Any
) -> None:
    quote(world, {"item": "OAT-1"})
    for _ in range(5):
        create_published_promotion()
    with django_assert_num_queries(6):
        quote(world, *[{"item": "OAT-1", "line_id": str(number)} for number in range(9)])
