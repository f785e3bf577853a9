"""The verdict card: where it stands, what can be put aside, what to take instead, and what nobody overrides."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.imports.places import say_places
from inventory.models import Item, Reservation, Store
from omnistore.staff.models import Role
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member, put_stock

pytestmark = pytest.mark.django_db
HOLD = 'name="hold_in" value="0412"'


@pytest.fixture
def store() -> Store:
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def oat(store: Store) -> Item:
    oat = create_item(sku="OAT-1", title="Oat Drink")
    say_places(store=store, places={"OAT-1": "Aisle 4, shelf B"}, member=None, now=timezone.now())
    return oat


@pytest.fixture
def tablet(client: Client, store: Store) -> Client:
    client.force_login(create_staff_member(username="maria", stores=[store]))
    return client


def publish(**content: Any) -> None:
    """A deal on everything, open everywhere on earth now."""
    today = timezone.now().date()
    window = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=3)}
    create_published_promotion(promotion_id="oat", now=timezone.now(), **(window | content))


def count(store: Store, item: Item, quantity: int, *, hours_ago: int = 1) -> None:
    counted_at = timezone.now() - timedelta(hours=hours_ago)
    put_stock(store=store, levels={item: quantity}, counted_at=counted_at)


def card(tablet: Client, query: str = "code=OAT-1") -> str:
    return tablet.get(f"/tablet/verdict/?{query}", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("quantity", [12, 0])
def test_the_card_says_where_it_stands(tablet: Client, store: Store, oat: Item, quantity: int) -> None:
    publish()
    count(store, oat, quantity)
    assert "Aisle 4, shelf B" in card(tablet)


def test_another_stores_place_is_not_ours(tablet: Client, store: Store, oat: Item) -> None:
    say_places(store=store, places={"OAT-1": ""}, member=None, now=timezone.now())
    say_places(store=create_store(), places={"OAT-1": "Aisle 9"}, member=None, now=timezone.now())
    count(store, oat, 12)
    assert 'class="place"' not in card(tablet)


@pytest.mark.parametrize(
    ("quantity", "hours_ago", "query", "word", "is_offered"),
    [
        (12, 1, "code=OAT-1", "Honour", True),
        (12, 1, "code=OAT-1&seen_price=2.49", "Honour and report", True),
        (2, 14, "code=OAT-1", "Check the shelf", True),  # thin: once seen on the shelf, it can be put aside
        (12, 27, "code=OAT-1", "Check the shelf", False),  # a count too old promises nothing
        (0, 1, "code=OAT-1", "Can’t honour", False),
    ],
)
def test_one_is_put_aside_where_a_good_count_has_it(
    tablet: Client, store: Store, oat: Item, quantity: int, hours_ago: int, query: str, word: str,
    is_offered: bool,
) -> None:  # fmt: skip
    publish()
    count(store, oat, quantity, hours_ago=hours_ago)
    page = card(tablet, query)
    assert (f"</svg>{word}</h2>" in page, HOLD in page) == (True, is_offered)
    form = {"key": "k", "hold_in": "0412", "item:0412": "OAT-1", "promotion:0412": "oat"}
    tablet.post("/tablet/holds/new/", form)
    assert Reservation.objects.exists() == is_offered  # what is offered can be done, and nothing else


def test_what_is_left_of_a_kilo_is_not_put_aside(tablet: Client, store: Store) -> None:
    cheese = create_item(sku="CHE-1", unit="KGM", unit_decimals=3)
    publish()
    count(store, cheese, 900)
    assert HOLD not in card(tablet, "code=CHE-1")
    count(store, cheese, 3_000)
    assert "Hold 1 kg here" in card(tablet, "code=CHE-1")


def test_sold_out_names_what_the_deal_gives_here_and_where_it_stands(
    tablet: Client, store: Store, oat: Item
) -> None:
    cheese = create_item(sku="CHE-1", title="Gouda", unit="KGM", unit_decimals=3)
    counted_at = timezone.now() - timedelta(hours=1)
    put_stock(store=store, levels={oat: 0, cheese: 1_500}, counted_at=counted_at)
    say_places(store=store, places={"CHE-1": "Counter"}, member=None, now=timezone.now())
    publish()
    page = card(tablet)
    assert "Here the same deal holds on Gouda." in page
    similar = page[page.index("Same deal, here now") :]
    assert all(text in similar for text in ("Gouda", "1.5 kg", "Counter", "$1.98"))


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.MANAGER])
def test_an_empty_shelf_is_counted_and_not_overridden(
    client: Client, store: Store, oat: Item, settings: Any, role: Role
) -> None:
    settings.MANAGER_OVERRIDE = True
    client.force_login(create_staff_member(role=role, stores=[store]))
    publish()
    count(store, oat, 0)
    page = card(client)
    assert ("Nobody overrides an empty shelf." in page, 'name="override"' in page) == (True, False)
    count(store, oat, 1)
    assert "Nobody overrides an empty shelf." not in card(client)
