"""Search as you type, from rows in the database."""

from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.models import Store
from promotions.rules.query_words import query_words
from promotions.selectors.finding import Found, find
from promotions.services.codes import generate_codes
from promotions.services.publishing import stop_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_campaign, create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    """Oat drink, coffee and honey; an offer of the store on coffee by mail, one of another store on honey."""
    store, other = create_store(store_code="here"), create_store(store_code="there")
    oat = create_item(sku="OAT-1", title="Oat Drink 1 L", brand="Hafertal", gtin="04006381333931")
    create_item(sku="COF-1", title="Filter Coffee 500 g")
    create_item(sku="BLU-1", title="Blütenhonig Sommer")
    put_stock(store=store, levels={oat: 12})
    create_campaign("autumn-mailing")
    create_published_promotion(
        promotion_id="COFFEE", long_title="Filter coffee $2 off with the code from the mail", percent_off=Decimal(10),
        item_id_inclusion=["COF-1"], campaign="autumn-mailing", store_codes_inclusion=["here"],
    )  # fmt: skip
    create_published_promotion(
        promotion_id="HONEY", long_title="Honey week", store_codes_inclusion=[other.store_code], percent_off=Decimal(5)
    )  # fmt: skip
    return store


def titles(found: Found) -> list[str]:
    return [*(one.headline for one in found.offers), *(one.title for one in found.items),
            *(f"elsewhere: {one.headline}" for one in found.elsewhere)]  # fmt: skip


COFFEE_DEAL = "Filter coffee $2 off with the code from the mail"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the deal from the mail", [COFFEE_DEAL]),
        ("mailing", [COFFEE_DEAL]),  # by its campaign
        ("coffee", [COFFEE_DEAL, "Filter Coffee 500 g"]),
        ("cofee filtre", [COFFEE_DEAL, "Filter Coffee 500 g"]),
        ("oat drnk", ["Oat Drink 1 L"]),
        ("drink oat", ["Oat Drink 1 L"]),
        ("hafertal", ["Oat Drink 1 L"]),
        ("OAT-1", ["Oat Drink 1 L"]),
        ("bluetenhonig", ["Blütenhonig Sommer"]),
        ("blüt", ["Blütenhonig Sommer"]),
        ("honey", ["elsewhere: Honey week"]),
        ("zzzz", []),
        ("", []),
        ("% _ \\ ' ( [ *", []),
    ],
)
def test_words_find_what_people_mean(store: Store, text: str, expected: list[str]) -> None:
    assert titles(find(store=store, text=text)) == expected


def test_what_is_only_alike_is_shown_where_nothing_starts_so(store: Store) -> None:
    create_item(title="Kofe maker")
    assert [item.title for item in find(store=store, text="cofe").items] == [
        "Filter Coffee 500 g",
        "Kofe maker",
    ]
    create_item(title="Cofe mug")
    assert [item.title for item in find(store=store, text="cofe").items] == ["Cofe mug"]


def test_a_find_says_what_the_verdict_is_asked_with_and_what_is_here(store: Store) -> None:
    item = find(store=store, text="oat").items[0]
    assert (item.code, item.quantity, item.regular_price) == ("04006381333931", 12, Decimal("2.790"))
    assert item.counted_at == NOW - timedelta(hours=2)
    offer = find(store=store, text="mail").offers[0]
    assert (offer.code, offer.benefit, offer.ends) == ("COFFEE", "10 % off", "Friday 27 November")


def test_a_batch_of_codes_is_remembered_by_its_name_and_a_stopped_offer_is_gone(store: Store) -> None:
    promotion = create_published_promotion(
        promotion_id="SOAP", long_title="Olive soap", offer_type="SINGLE_USE_CODES"
    )
    generate_codes(promotion=promotion, name="Birthday letter", quantity=1, author=None, now=NOW)
    assert titles(find(store=store, text="brthday")) == ["Olive soap"]
    stop_promotion(promotion=promotion, reason="price error", now=NOW + timedelta(hours=1))
    assert titles(find(store=store, text="birthday")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [("The deal from the MAIL!", ("mail",)), ("the deal", ("the", "deal")), ("das Angebot mit Hafer", ("hafer",)),
     ("a b cd", ("cd",)), ("cd cd", ("cd",)),
     ("seven six five four three two", ("seven", "six", "five", "four", "three"))],
)  # fmt: skip
def test_words_said_of_every_deal_count_for_nothing(text: str, words: tuple[str, ...]) -> None:
    assert query_words(text) == words
