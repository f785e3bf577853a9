"""The pages around the briefing, with and without a script; who may not see them."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from inventory.models import Item, Store, StoreItemPlace
from omnistore.staff.models import Role, StaffMember
from promotions.models import Acknowledgement, Look, Nudge, Promotion, QuizAnswer
from promotions.services.publishing import stop_promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import create_staff_member, put_stock
from tests.promotions.views.test_tablet import PIECE, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def item(store: Store) -> Item:
    item = create_item(sku="OAT-1", title="Oat Drink")
    put_stock(store=store, levels={item: 12}, counted_at=timezone.now() - timedelta(hours=2))
    return item


@pytest.fixture
def maria(store: Store) -> StaffMember:
    return create_staff_member(username="maria", stores=[store])


@pytest.fixture
def tablet(client: Client, maria: StaffMember) -> Client:
    client.force_login(maria)
    return client


@pytest.fixture
def managers(store: Store) -> Client:
    client = Client()
    client.force_login(create_staff_member(username="samira", role=Role.MANAGER, stores=[store]))
    return client


@pytest.fixture
def promotion(item: Item) -> Promotion:
    return publish(long_title="29 % off oat drink", talk_track="From Swedish oats.\nNo sugar added.")


def test_the_morning_says_it_all_and_is_a_look(tablet: Client, promotion: Promotion) -> None:
    page = tablet.get("/tablet/morning/").content.decode()
    for words in ("29 % off oat drink", "From Swedish oats.", "New for you", "Tomorrow"):
        assert words in page
    assert Look.objects.get().previous_at is None


def test_a_board_that_loads_itself_is_no_look(tablet: Client, promotion: Promotion) -> None:
    tablet.get("/tablet/?show=now&unattended=1", headers=PIECE)
    assert not Look.objects.exists()


def test_got_it_can_be_undone(tablet: Client, promotion: Promotion) -> None:
    asked = {"revision": promotion.current_revision_id}
    read = tablet.post(f"/tablet/offers/{promotion.pk}/acknowledge/", asked, headers=PIECE)
    assert "Undo" in read.content.decode()
    undone = tablet.post(f"/tablet/offers/{promotion.pk}/take-back/", asked, headers=PIECE)
    assert "Got it" in undone.content.decode()
    assert not Acknowledgement.objects.exists()


def test_a_question_is_asked_explained_and_asked_again(tablet: Client, item: Item) -> None:
    promotion = publish(
        quiz_question="Which ones?", quiz_answers="All\nSome", quiz_explanation="Each size counts."
    )
    revision = promotion.current_revision_id
    where = f"/tablet/offers/{promotion.pk}"
    tablet.post(f"{where}/acknowledge/", {"revision": revision})  # a tap is not enough
    assert not Acknowledgement.objects.exists()
    wrong = tablet.post(f"{where}/answer/", {"revision": revision, "answer": "Some"}, headers=PIECE)
    assert "Each size counts." in wrong.content.decode()
    forged = tablet.post(f"{where}/answer/", {"revision": revision, "answer": "Maybe"})
    assert forged.status_code == 422
    right = tablet.post(f"{where}/answer/", {"revision": revision, "answer": "All"}, headers=PIECE)
    assert "You have read this" in right.content.decode()
    assert QuizAnswer.objects.count() == 2


def test_where_it_stands_is_said_at_the_shelf(tablet: Client, promotion: Promotion) -> None:
    where = f"/tablet/offers/{promotion.pk}/place/"
    said = tablet.post(where, {"sku": "OAT-1", "place": "  Aisle 4,  shelf B "}, headers=PIECE)
    assert "Aisle 4, shelf B" in said.content.decode()
    assert StoreItemPlace.objects.get().place in tablet.get("/tablet/").content.decode()
    refused = tablet.post(where, {"sku": "OAT-1", "place": "x" * 61})
    assert (refused.status_code, "up to 60 characters" in refused.content.decode()) == (422, True)
    assert tablet.post(where, {"sku": "TEA-1", "place": "Aisle 1"}).status_code == 404


@override_settings(IMAGE_HOSTS=["images.shop.example"])
@pytest.mark.parametrize("host", ["images.shop.example", "elsewhere.example"])
def test_a_picture_is_shown_from_our_servers_alone(
    tablet: Client, item: Item, promotion: Promotion, host: str
) -> None:
    Item.objects.filter(pk=item.pk).update(image_link=f"https://{host}/oat.png")
    page = tablet.get(f"/tablet/offers/{promotion.pk}/").content.decode()
    assert ("<img" in page) is (host == "images.shop.example")


def test_a_stop_waits_on_the_page_until_it_is_dismissed(tablet: Client, promotion: Promotion) -> None:
    stop_promotion(promotion=promotion, reason="A misprint.", now=timezone.now())
    page = tablet.get("/tablet/")
    assert "Stopped: don’t give it any more" in page.content.decode()
    (notice,) = page.context["notices"]
    left = tablet.post("/tablet/notices/dismiss/", {"key": notice.key}, headers=PIECE)
    assert left.content.decode().strip() == ""
    assert tablet.get("/tablet/").context["notices"] == []
    for key in ("", "change-x", "offer-1", "change--1"):
        assert tablet.post("/tablet/notices/dismiss/", {"key": key}).status_code == 400


def test_the_manager_nudges_and_the_page_fills(
    managers: Client, tablet: Client, maria: StaffMember, promotion: Promotion
) -> None:
    page = managers.get("/tablet/team/").content.decode()
    assert "0 of 2 read" in page
    asked = {"person": maria.pk, "promotion": promotion.pk}
    for _tap in range(2):
        nudged = managers.post("/tablet/team/nudge/", asked, headers=PIECE)
        assert "nudged" in nudged.content.decode()
    assert Nudge.objects.count() == 1
    assert "samira asks you to read this" in tablet.get("/tablet/notices/").content.decode()
    tablet.post(f"/tablet/offers/{promotion.pk}/acknowledge/", {"revision": promotion.current_revision_id})
    assert "1 of 2 read" in managers.get("/tablet/team/", headers=PIECE).content.decode()


def test_only_the_stores_manager_sees_its_team(
    tablet: Client, managers: Client, maria: StaffMember, promotion: Promotion
) -> None:
    asked = {"person": maria.pk, "promotion": promotion.pk}
    assert (
        tablet.get("/tablet/team/").status_code
        == tablet.post("/tablet/team/nudge/", asked).status_code
        == 403
    )
    assert "/tablet/team/" not in tablet.get("/tablet/").content.decode()
    foreign = Client()
    olga = create_staff_member(role=Role.MANAGER, stores=[create_store(store_code="0500")])
    foreign.force_login(olga)
    assert foreign.post("/tablet/team/nudge/", asked).status_code == 404
    assert managers.post("/tablet/team/nudge/", asked | {"person": olga.pk}).status_code == 404
    assert managers.post("/tablet/team/nudge/", asked | {"person": "x"}).status_code == 400
    assert "maria" not in foreign.get("/tablet/team/").content.decode()
    assert not Nudge.objects.exists()


def test_a_foreign_stores_offer_has_no_pages_here(tablet: Client, item: Item) -> None:
    create_store(store_code="0500")
    elsewhere = publish(store_codes_inclusion=["0500"])
    asked = {"revision": elsewhere.current_revision_id, "answer": "x", "sku": "OAT-1", "place": "Aisle 1"}
    for what in ("take-back", "answer", "place"):
        assert tablet.post(f"/tablet/offers/{elsewhere.pk}/{what}/", asked).status_code == 404


def test_nobody_gets_in_without_signing_in(client: Client) -> None:
    for address in ("morning", "notices", "team"):
        assert client.get(f"/tablet/{address}/")["Location"].startswith("/sign-in/"), address
