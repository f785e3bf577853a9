"""Feeds for Google and offers in schema.org's words, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from promotions.services.publishing import stop_promotion
from tests.api_client import World, create_world, is_problem, stopped_clock
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, TODAY, create_published_promotion, put_stock

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with stopped_clock():
        yield create_world(promotion_url="https://example.com/oat")


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("who", ["merchandiser", "operator", "admin"])
def test_the_people_who_send_feeds_get_them(world: World, who: str) -> None:
    api = getattr(world, who)

    tsv = api.get("/exports/google/promotions.tsv")
    xml = api.get("/exports/google/promotions.xml?variant=full")
    stock = api.get("/exports/google/local-inventory.tsv")

    assert tsv["Content-Disposition"] == 'attachment; filename="promotions-google.tsv"'
    assert [line.split("\t")[0].partition("_")[0] for line in body(tsv).splitlines()] == [
        "promotion",
        "oat",
        "oat",
        "oat",
    ]
    assert "<g:omnistore_variant>full</g:omnistore_variant>" in body(xml)
    assert [line.split("\t")[:4] for line in body(stock).splitlines()[1:]] == [
        ["here-1", "OAT-1", "in_stock", "12"], ["there-1", "OAT-1", "out_of_stock", "0"],
    ]  # fmt: skip


def test_what_is_left_out_is_told_with_its_reason(world: World) -> None:
    create_published_promotion(promotion_id="members", audience="MEMBERS")

    lines = body(world.merchandiser.get("/exports/google/left-out.tsv")).splitlines()

    assert lines[1:] == [
        "members\tmembers_only\taudience\taudience: expected a deal for everyone, found “MEMBERS”."
    ]


def test_a_variant_that_nobody_knows_is_an_error_at_its_field(world: World) -> None:
    answer = world.merchandiser.get("/exports/google/promotions.tsv?variant=bing")

    assert is_problem(answer, 400)
    assert answer.json()["errors"] == {"variant": ["Choose from google, full."]}


def test_an_offer_of_a_store_in_the_words_of_schema_org(world: World) -> None:
    answer = world.associate.get("/stores/here-1/offers.jsonld")

    assert answer["Content-Type"] == "application/ld+json"
    assert answer.json() == {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Store", "@id": "#store", "branchCode": "here-1", "name": "Broadway"},
            {
                "@type": "Offer",
                "@id": "#oat/OAT-1",
                "identifier": "oat",
                "name": "29 % off oat drink",
                "description": "29 % off",
                "url": "https://example.com/oat",
                "availableAtOrFrom": {"@id": "#store"},
                "itemOffered": {
                    "@type": "Product", "sku": "OAT-1", "gtin": "04012345678901", "name": "Oat Drink",
                },
                "availability": "https://schema.org/InStock",
                "inventoryLevel": {"@type": "QuantitativeValue", "value": "12", "unitCode": "EA"},
                "validFrom": "2026-11-22T00:00:00-05:00",
                "validThrough": "2026-11-28T00:00:00-05:00",
                "priceSpecification": [
                    {
                        "@type": "UnitPriceSpecification", "price": "1.98", "priceCurrency": "USD",
                        "validFrom": "2026-11-22T00:00:00-05:00", "validThrough": "2026-11-28T00:00:00-05:00",
                    },
                    {
                        "@type": "UnitPriceSpecification", "price": "2.79", "priceCurrency": "USD",
                        "priceType": "https://schema.org/StrikethroughPrice",
                    },
                ],
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "hours_old", "channels", "word"),
    [
        (12, 2, ["IN_STORE"], "InStoreOnly"),
        (12, 2, ["IN_STORE", "ONLINE"], "InStock"),
        (2, 2, ["IN_STORE"], "LimitedAvailability"),
        (0, 2, ["IN_STORE"], "OutOfStock"),
        (12, 27, ["IN_STORE"], None),
    ],
)
def test_availability_is_what_can_be_trusted(
    world: World, quantity: int, hours_old: int, channels: list[str], word: str | None
) -> None:
    stop_promotion(promotion=world.promotion, reason="another one", now=NOW)
    put_stock(store=world.here, levels={world.item: quantity}, counted_at=NOW - timedelta(hours=hours_old))
    create_published_promotion(redemption_channel=channels)

    [_store, offer] = world.associate.get("/stores/here-1/offers.jsonld").json()["@graph"]

    assert offer.get("availability") == (word and f"https://schema.org/{word}")
    assert ("inventoryLevel" in offer) == (word is not None)


def test_conditions_stand_beside_the_regular_price(world: World) -> None:
    stop_promotion(promotion=world.promotion, reason="another one", now=NOW)
    create_published_promotion(
        coupon_value_type="BUY_M_GET_PERCENT_OFF", percent_off=Decimal(10), minimum_purchase_quantity=3,
        minimum_purchase_amount=Decimal(20), audience="MEMBERS",
    )  # fmt: skip

    [_store, offer] = world.associate.get("/stores/here-1/offers.jsonld").json()["@graph"]

    assert [price["price"] for price in offer["priceSpecification"]] == ["2.79"]
    assert offer["eligibleQuantity"]["minValue"] == 3
    assert offer["eligibleTransactionVolume"] == {
        "@type": "PriceSpecification", "minPrice": "20.00", "priceCurrency": "USD",
    }  # fmt: skip
    assert offer["validForMemberTier"]["name"] == "Members"


def test_what_is_over_blocked_or_has_hours_is_not_among_the_offers(world: World) -> None:
    stop_promotion(promotion=world.promotion, reason="over", now=NOW)
    create_published_promotion(redemption_channel=["ONLINE"])
    create_published_promotion(weekly_hours=[{"days": [1], "from": "17:00", "until": "19:00"}])
    create_published_promotion(starts_on=TODAY - 3 * DAY, ends_on=TODAY - DAY)

    [_store] = world.associate.get("/stores/here-1/offers.jsonld").json()["@graph"]


def test_offers_come_in_pages(world: World) -> None:
    create_item(sku="TEA-1")
    create_store()
    stop_promotion(promotion=world.promotion, reason="another one", now=NOW)
    create_published_promotion(promotion_id="all")

    first = world.associate.get("/stores/here-1/offers.jsonld?limit=1")
    after = world.associate.get("/stores/here-1/offers.jsonld?limit=1&offset=1")

    assert [answer.json()["@graph"][1]["itemOffered"]["sku"] for answer in (first, after)] == [
        "OAT-1",
        "TEA-1",
    ]
    assert 'offset=1>; rel="next"' in first["Link"]
    assert "Link" not in after
