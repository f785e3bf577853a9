"""Holds and rain checks as a tablet without a script gets them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Item, Reservation, Store
from omnistore.staff.models import Role
from promotions.models import RainCheck, RedemptionOverride
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member, put_stock

pytestmark = pytest.mark.django_db
PIECE = {"HX-Request": "true"}


@pytest.fixture
def elm() -> Store:
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def oak() -> Store:
    return create_store(store_code="0397", name="Oak Avenue")


@pytest.fixture
def oat(elm: Store, oak: Store) -> Item:
    item = create_item(sku="OAT-1", title="Oat Drink")
    for store, quantity in ((elm, 0), (oak, 1)):
        put_stock(store=store, levels={item: quantity}, counted_at=timezone.now() - timedelta(hours=2))
    today = timezone.now().date()
    create_published_promotion(
        promotion_id="oat",
        now=timezone.now(),
        starts_on=today - timedelta(days=2),
        ends_on=today + timedelta(days=3),
    )
    return item


@pytest.fixture
def tablet(client: Client, elm: Store) -> Client:
    client.force_login(create_staff_member(username="maria", stores=[elm]))
    return client


FORM = {"key": "k", "hold_in": "0397", "item:0397": "OAT-1", "promotion:0397": "oat", "for_whom": " Ann "}


def test_the_answer_offers_to_hold_at_the_next_store_and_a_rain_check(tablet: Client, oat: Item) -> None:
    page = tablet.get("/tablet/verdict/?code=OAT-1").content.decode()
    assert 'name="hold_in" value="0397"' in page
    assert 'name="promotion:0397" value="oat"' in page
    assert "Rain check: $1.98 later" in page


def test_a_hold_by_a_form_and_a_second_tap(tablet: Client, oat: Item, oak: Store) -> None:
    first, second = tablet.post("/tablet/holds/new/", FORM), tablet.post("/tablet/holds/new/", FORM)
    held = Reservation.objects.get()
    assert (held.store, held.for_whom) == (oak, "Ann")
    for answer in (first, second):
        assert held.reference in answer.content.decode()
    refused = tablet.post("/tablet/holds/new/", {**FORM, "key": "k2"})
    assert (refused.status_code, "not enough of Oat Drink" in refused.content.decode()) == (409, True)


@pytest.mark.parametrize(
    "changes",
    [{"key": ""}, {"item:0397": ""}, {"hold_in": "\x00"}, {"hold_in": "x" * 5000}, {"promotion:0397": ""}],
)
def test_a_form_that_is_none_of_ours_holds_nothing(
    tablet: Client, oat: Item, changes: dict[str, str]
) -> None:
    assert tablet.post("/tablet/holds/new/", FORM | changes).status_code == 400
    assert not Reservation.objects.exists()


def test_the_list_of_both_stores_and_the_hand_over(tablet: Client, oat: Item, oak: Store) -> None:
    tablet.post("/tablet/holds/new/", FORM)
    held = Reservation.objects.get()
    assert "Put aside in other stores" in tablet.get("/tablet/holds/", headers=PIECE).content.decode()
    assert tablet.post(f"/tablet/holds/{held.pk}/fulfil/").status_code == 404
    other = Client()
    other.force_login(create_staff_member(username="otto", stores=[oak]))
    page = other.get("/tablet/holds/").content.decode()
    assert "asked for in Elm Street" in page
    assert '<span class="count" id="holds-count">1</span>' in page
    done = other.post(f"/tablet/holds/{held.pk}/fulfil/", headers=PIECE).content.decode()
    assert f"{held.reference} is picked up." in done
    assert "is over" in other.post(f"/tablet/holds/{held.pk}/release/", headers=PIECE).content.decode()


def test_a_third_store_neither_sees_nor_ends_it(tablet: Client, oat: Item) -> None:
    tablet.post("/tablet/holds/new/", FORM)
    held = Reservation.objects.get()
    stranger = Client()
    stranger.force_login(create_staff_member(stores=[create_store()]))
    assert held.reference not in stranger.get("/tablet/holds/").content.decode()
    for action in ("fulfil", "release"):
        assert stranger.post(f"/tablet/holds/{held.pk}/{action}/").status_code == 404
        assert stranger.post(f"/tablet/holds/{uuid.uuid4()}/{action}/").status_code == 404
    held.refresh_from_db()
    assert held.state == "ACTIVE"


@pytest.mark.parametrize("path", ["", "new/", f"{uuid.uuid4()}/fulfil/", f"{uuid.uuid4()}/release/"])
def test_nobody_without_a_store_or_an_account(client: Client, path: str) -> None:
    send = client.get if not path else client.post
    assert "/sign-in" in send(f"/tablet/holds/{path}").headers["Location"]
    client.force_login(create_staff_member())
    assert send(f"/tablet/holds/{path}").headers["Location"] == "/tablet/store/"


def test_a_rain_check_shows_its_code_as_text_and_square(tablet: Client, oat: Item) -> None:
    form = {"key": "k", "item": "OAT-1", "promotion_id": "oat"}
    first, second = (tablet.post("/tablet/rain-checks/", form).content.decode() for _tap in range(2))
    code = RainCheck.objects.get().code_id
    for page in (first, second):
        assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in page
        assert "<svg" in page
    assert tablet.post("/tablet/rain-checks/", form | {"key": ""}).status_code == 400
    assert tablet.post("/tablet/rain-checks/", form | {"key": "2", "item": "NOPE"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "is_allowed", "is_asked"),
    [(Role.MANAGER, True, True), (Role.MANAGER, False, False), (Role.ASSOCIATE, True, False)],
)
def test_only_a_manager_is_asked_to_take_it_on(
    client: Client, elm: Store, oat: Item, settings: Any, role: Role, is_allowed: bool, is_asked: bool
) -> None:
    settings.MANAGER_OVERRIDE = is_allowed
    client.force_login(create_staff_member(role=role, stores=[elm]))
    today = timezone.now().date()
    later = create_published_promotion(
        promotion_id="later",
        now=timezone.now(),
        starts_on=today + timedelta(days=2),
        ends_on=today + timedelta(days=3),
    )
    assert ('name="override"' in client.get("/tablet/verdict/?code=later").content.decode()) == is_asked
    form = {
        "key": "k",
        "promotion_id": "later",
        "promotion_pk": later.pk,
        "scanned": "later",
        "override": "Drove far",
    }
    status = client.post("/tablet/redeem/", form).status_code
    assert (status, RedemptionOverride.objects.count()) == ((200, 1) if is_asked else (422, 0))
