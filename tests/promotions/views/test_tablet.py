"""The tablet's pages as a browser without a script gets them, and their pieces for htmx."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Item, Store
from promotions.models import Acknowledgement, Briefing, Promotion, Redemption, SingleUseCode
from promotions.services.approving import publish_trusted
from promotions.services.codes import generate_codes
from promotions.services.publishing import revise_promotion
from promotions.services.spent_limits import tell_spent_limits
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)
from tests.promotions.services.till import limit

pytestmark = pytest.mark.django_db

PIECE = {"HX-Request": "true"}


@pytest.fixture
def store() -> Store:
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def item(store: Store) -> Item:
    item = create_item(sku="OAT-1", title="Oat Drink")
    put_stock(store=store, levels={item: 12}, counted_at=timezone.now() - timedelta(hours=2))
    return item


@pytest.fixture
def tablet(client: Client, store: Store) -> Client:
    client.force_login(create_staff_member(username="maria", stores=[store]))
    return client


def publish(**content: Any) -> Promotion:
    """A promotion open everywhere on earth now."""
    today = timezone.now().date()
    window = {"starts_on": today - timedelta(days=1), "ends_on": today + timedelta(days=3)}
    return create_published_promotion(now=timezone.now(), **(window | content))


def test_today_shows_the_offer_and_tells_the_store(tablet: Client, store: Store, item: Item) -> None:
    promotion = publish(long_title="29 % off oat drink")
    page = tablet.get("/tablet/").content.decode()
    assert "29 % off oat drink" in page
    assert "$1.98" in page
    assert Briefing.objects.get(store=store, revision=promotion.current_revision).told_at is not None


def test_piece_for_htmx_is_the_board_alone(tablet: Client, item: Item) -> None:
    response = tablet.get("/tablet/?show=coming", headers=PIECE)
    assert response.content.decode().strip().startswith('<section class="board"')
    assert response.context["show"] == "coming"
    assert "HX-Request" in response["Vary"]


def test_unknown_filter_is_now(tablet: Client, store: Store) -> None:
    assert tablet.get("/tablet/?show=<script>").context["show"] == "now"


def test_times_are_the_stores(client: Client) -> None:
    auckland = create_store(timezone="Pacific/Auckland")
    client.force_login(create_staff_member(stores=[auckland]))
    page = client.get("/tablet/").content.decode()
    assert f"{timezone.now().astimezone(auckland.zone):%a %H:}" in page


def test_a_scan_gets_a_verdict_with_a_key(tablet: Client, item: Item) -> None:
    publish()
    response = tablet.get("/tablet/verdict/", {"code": "OAT-1"}, headers=PIECE)
    assert response.context["verdict"].outcome == "HONOUR"
    assert "Redeem one" in response.content.decode()
    assert isinstance(response.context["redeem_key"], uuid.UUID)


def test_nothing_to_redeem_on_a_refusal(tablet: Client, item: Item) -> None:
    page = tablet.get("/tablet/verdict/", {"code": "OAT-1"}).content.decode()
    assert "Can’t honour" in page
    assert "Redeem one" not in page


def test_an_empty_scan_is_today(tablet: Client, store: Store) -> None:
    assert tablet.get("/tablet/verdict/", {"code": "  "})["Location"] == "/tablet/"


def redemption(promotion: Promotion, **changes: object) -> dict[str, object]:
    return {
        "key": str(uuid.uuid4()), "promotion_pk": promotion.pk, "promotion_id": promotion.promotion_id,
        "item": "OAT-1", **changes,
    }  # fmt: skip


def test_the_same_key_redeems_once_with_the_same_answer(tablet: Client, item: Item) -> None:
    asked = redemption(publish(generic_redemption_code="SAVE", limit_uses=5))
    first = tablet.post("/tablet/redeem/", asked, headers=PIECE)
    second = tablet.post("/tablet/redeem/", asked, headers=PIECE)
    assert "$0.81 off, one use taken" in first.content.decode()
    assert second.context["answer"].body == first.context["answer"].body
    assert Redemption.objects.get().item == item


def test_a_spent_code_is_not_redeemed(tablet: Client, item: Item) -> None:
    promotion = publish(generic_redemption_code="SAVE", limit_uses=1)
    tablet.post("/tablet/redeem/", redemption(promotion))
    response = tablet.post("/tablet/redeem/", redemption(promotion), headers=PIECE)
    assert response.status_code == 409
    assert "Not redeemed" in response.content.decode()


def test_what_a_limit_needs_is_asked_for_and_nothing_typed_is_lost(tablet: Client, item: Item) -> None:
    limits = [limit("CUSTOMER", "DAY", "1"), limit("PROMOTION", "TOTAL", "50", "MONEY")]
    terms = {
        "coupon_value_type": "BUY_M_GET_MONEY_OFF",
        "money_off_amount": 2,
        "minimum_purchase_quantity": 2,
    }
    promotion = publish(limits=limits, **terms)
    page = tablet.get("/tablet/verdict/", {"code": "OAT-1"}).content.decode()
    assert 'name="customer"' in page
    assert 'name="discount_amount"' in page
    asked = redemption(promotion, scanned="OAT-1", customer="M1", discount_amount="two")
    refused = tablet.post("/tablet/redeem/", asked, headers=PIECE)
    assert (refused.status_code, 'value="M1"' in refused.content.decode()) == (422, True)
    assert "Enter an amount such as 4.50." in refused.content.decode()
    taken = tablet.post("/tablet/redeem/", {**asked, "discount_amount": "2,00"}, headers=PIECE)
    assert "$2.00 off, one use taken" in taken.content.decode()


def test_a_mailed_code_is_redeemed_by_itself_and_asked_for_otherwise(tablet: Client, item: Item) -> None:
    promotion = publish(offer_type="SINGLE_USE_CODES")
    generate_codes(promotion=promotion, name="mail", quantity=1, author=None, now=timezone.now())
    code = SingleUseCode.objects.get().code
    by_item = tablet.get("/tablet/verdict/", {"code": "OAT-1"}).content.decode()
    by_code = tablet.get("/tablet/verdict/", {"code": code}).content.decode()
    assert ('id="redeem-code"' in by_item, f'name="code" value="{code}"' in by_code) == (True, True)
    tablet.post("/tablet/redeem/", redemption(promotion, code=code))
    assert Redemption.objects.get().code == code


def test_a_redemption_is_undone_in_place(tablet: Client, item: Item) -> None:
    promotion = publish(limit_uses=1)
    taken = tablet.post("/tablet/redeem/", redemption(promotion), headers=PIECE)
    undo = f"/tablet/redemptions/{Redemption.objects.get().pk}/roll-back/"
    assert f'action="{undo}"' in taken.content.decode()
    assert tablet.post(undo, {"reason": "whim"}).status_code == 400
    for _tap in range(2):
        undone = tablet.post(undo, {"reason": "Item returned"}, headers=PIECE)
        assert "The use and $0.81 are free again" in undone.content.decode()
    assert tablet.post("/tablet/redeem/", redemption(promotion)).status_code == 200


def test_a_foreign_stores_redemption_is_not_undone(tablet: Client, client: Client, item: Item) -> None:
    promotion = publish()
    tablet.post("/tablet/redeem/", redemption(promotion))
    client.force_login(create_staff_member(stores=[create_store(store_code="0500")]))
    undo = f"/tablet/redemptions/{Redemption.objects.get().pk}/roll-back/"
    assert client.post(undo, {"reason": "Item returned"}).status_code == 404
    assert Redemption.objects.get().state == "REDEEMED"


@pytest.mark.parametrize(
    "changes", [{"key": ""}, {"promotion_id": ""}, {"promotion_pk": "x"}, {"key": "k" * 256}]
)
def test_a_redemption_must_say_what(tablet: Client, item: Item, changes: dict[str, str]) -> None:
    asked = redemption(publish(), **changes)
    assert tablet.post("/tablet/redeem/", asked).status_code == 400


def test_got_it_is_one_persons(tablet: Client, store: Store, item: Item) -> None:
    promotion = publish()
    revision = promotion.current_revision_id
    response = tablet.post(
        f"/tablet/offers/{promotion.pk}/acknowledge/", {"revision": revision}, headers=PIECE
    )
    assert "You read this at" in response.content.decode()
    assert Acknowledgement.objects.get().revision_id == revision
    tablet.force_login(create_staff_member(stores=[store]))
    assert "You read this at" not in tablet.get("/tablet/").content.decode()


def test_got_it_on_an_older_revision_reads_nothing(tablet: Client, item: Item) -> None:
    promotion = publish()
    shown = promotion.current_revision_id
    today = timezone.now().date()
    words = content_for(
        starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=3), percent_off=35
    )
    revise_promotion(promotion=promotion, author=None, content=words, now=timezone.now())
    publish_trusted(promotion=promotion, why="", now=timezone.now())
    response = tablet.post(f"/tablet/offers/{promotion.pk}/acknowledge/", {"revision": shown}, headers=PIECE)
    assert "Got it" in response.content.decode()
    assert not Acknowledgement.objects.exists()


def test_told_takes_numbers_only(tablet: Client, store: Store, item: Item) -> None:
    promotion = publish()
    assert tablet.post("/tablet/told/", {"revision": ["x"]}).status_code == 400
    assert tablet.post("/tablet/told/", {"revision": [promotion.current_revision_id]}).status_code == 204
    assert Briefing.objects.get(store=store).told_at is not None


def test_a_foreign_stores_offer_is_not_found(tablet: Client, item: Item) -> None:
    create_store(store_code="0500")
    elsewhere = publish(store_codes_inclusion=["0500"])
    assert tablet.get(f"/tablet/offers/{elsewhere.pk}/").status_code == 404
    posted = tablet.post(
        f"/tablet/offers/{elsewhere.pk}/acknowledge/", {"revision": elsewhere.current_revision_id}
    )
    assert posted.status_code == 404


def test_a_foreign_store_cannot_be_chosen(tablet: Client) -> None:
    create_store(store_code="0500")
    assert tablet.post("/tablet/store/", {"store_code": "0500"}).status_code == 404
    assert tablet.get("/tablet/").context["store"].store_code == "0412"


def test_the_first_store_is_where_the_tablet_opens_until_another_is_chosen(client: Client) -> None:
    second, first = create_store(store_code="0001"), create_store(store_code="0002")
    client.force_login(create_staff_member(stores=[first, second]))
    assert client.get("/tablet/").context["store"] == first
    assert client.post("/tablet/store/", {"store_code": "0001"})["Location"] == "/tablet/"
    assert client.get("/tablet/").context["store"] == second


def test_somebody_without_a_store_is_told_so(client: Client) -> None:
    client.force_login(create_staff_member())
    page = client.get("/tablet/", follow=True)
    assert "nobody has put you in a store" in page.content.decode()


def test_nobody_reads_without_signing_in(client: Client) -> None:
    for address in ("/tablet/", "/tablet/verdict/?code=1", "/tablet/offers/1/", "/tablet/store/"):
        assert client.get(address)["Location"].startswith("/sign-in/"), address


def test_scripts_and_policy_agree(tablet: Client, item: Item) -> None:
    publish(long_title="<b>Bold</b> & brave")
    response = tablet.get("/tablet/verdict/", {"code": "OAT-1"})
    page = response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "<b>Bold" not in page
    assert " style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("store/", {"store_code": "0412"}),
        ("redeem/", {"key": "k", "promotion_pk": "1", "promotion_id": "deal"}),
        ("redeem/", {"key": "k", "promotion_pk": "1", "code": "SAVE29"}),
        ("offers/{}/place/", {"sku": "OAT-1", "place": "Aisle 4"}),
    ],
)
def test_nul_is_no_part_of_any_text(
    tablet: Client, store: Store, item: Item, page: str, form: dict[str, str]
) -> None:
    deal = publish(promotion_id="deal")
    for name in form:
        answer = tablet.post("/tablet/" + page.format(deal.pk), form | {name: f"{form[name]}\0"})
        assert answer.status_code < 500


def test_a_spent_deal_says_so_to_the_floor_in_its_language(tablet: Client, store: Store, item: Item) -> None:
    deal = publish(promotion_id="deal", limit_uses=1)
    tablet.post("/tablet/redeem/", {"key": "k", "promotion_pk": str(deal.pk), "promotion_id": "deal"})
    tell_spent_limits(now=timezone.now())
    page = tablet.get(f"/tablet/offers/{deal.pk}/", headers={"Accept-Language": "de"}).content.decode()
    assert "Alle Einlösungen dieser Aktion sind vergeben." in page
    assert "Raise the limit" not in page
