"""The merchandising desk: author, publish, stop, and who may."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion
from promotions.services.approving import approve_revision, submit_revision
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.reading import acknowledge, mark_told
from tests.factories import create_item, create_store
from tests.factories_promotions import (
    NOW,
    TODAY,
    content_for,
    create_published_promotion,
    create_staff_member,
    put_stock,
)

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "promotion_id": "oat-29",
    "long_title": "29 % off oat drink",
    "coupon_value_type": "PERCENT_OFF",
    "percent_off": "29",
    "redemption_channel": ["IN_STORE"],
    "product_applicability": "ALL_PRODUCTS",
    "store_applicability": "ALL_STORES",
    "starts_on": TODAY.isoformat(),
    "ends_on": (TODAY + timedelta(days=6)).isoformat(),
    "offer_type": "NO_CODE",
    "minimum_stock": "1",
}


@pytest.fixture
def merchandiser() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def desk(merchandiser: StaffMember) -> Client:
    client = Client()
    client.force_login(merchandiser)
    return client


def page_of(promotion: Promotion, name: str = "promotion-detail") -> str:
    return reverse(name, args=[promotion.pk])


def test_an_authored_promotion_is_a_draft_that_no_store_sees(desk: Client, merchandiser: StaffMember) -> None:
    create_store()
    answer = desk.post(reverse("promotion-new"), TYPED)
    promotion = Promotion.objects.get(promotion_id="oat-29")
    assert answer.headers["Location"] == page_of(promotion)
    assert (promotion.state, promotion.owner, promotion.store_offers.count()) == ("DRAFT", merchandiser, 0)


def test_what_was_typed_comes_back_with_each_error_at_its_field(desk: Client) -> None:
    typed = TYPED | {"percent_off": "101", "ends_on": "2026-11-01", "operator_text": "Kept <words>"}
    answer = desk.post(reverse("promotion-new"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in page
    assert 'href="#id_percent_off">Percentage off: Enter a percentage above 0 and up to 100.' in page
    assert 'href="#id_ends_on">Last day: The promotion ends before it starts.' in page
    assert "Kept &lt;words&gt;" in page
    assert not Promotion.objects.exists()


def test_the_services_errors_stand_beside_their_fields(desk: Client) -> None:
    create_store()
    create_item()
    create_published_promotion(promotion_id="old", generic_redemption_code="OAT29")
    typed = TYPED | {"offer_type": "GENERIC_CODE", "generic_redemption_code": "oat29"}
    page = desk.post(reverse("promotion-new"), typed).content.decode()
    assert 'href="#id_generic_redemption_code"' in page
    assert "The code is taken by the open promotion old." in page


def test_the_second_editor_is_told_of_the_first_one_and_loses_nothing(desk: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion()
    revise_promotion(promotion=promotion, content=content_for(long_title="Theirs"), author=None, now=NOW)
    typed = TYPED | {"long_title": "Mine", "based_on": "1"}
    page = desk.post(page_of(promotion, "promotion-edit"), typed).content.decode()
    assert "saved revision 2 while you were writing" in page
    assert 'value="Mine"' in page
    assert desk.post(page_of(promotion, "promotion-edit"), typed | {"based_on": "2"}).status_code == 302
    assert promotion.latest_revision().long_title == "Mine"


def test_publishing_from_the_page_reaches_every_store(desk: Client) -> None:
    stores = [create_store(), create_store()]
    put_stock(store=stores[0], levels={create_item(): 5})
    desk.post(reverse("promotion-new"), TYPED)
    promotion = Promotion.objects.get()
    page = desk.get(page_of(promotion)).content.decode()
    assert "2 stores are told at once." in page
    assert "1 of 2 can honour it as stock stands now." in page
    submit_revision(promotion=promotion, number=1, by=None, now=NOW)
    approve_revision(promotion=promotion, number=1, by=None, now=NOW)
    answer = desk.post(page_of(promotion, "promotion-publish"), follow=True)
    assert "Told 0 of 2" in answer.content.decode()
    assert promotion.store_offers.count() == 2


def test_submitting_for_nobody_says_why(desk: Client) -> None:
    desk.post(reverse("promotion-new"), TYPED)
    address = page_of(Promotion.objects.get(), "promotion-submit")
    answer = desk.post(address, {"revision": 1}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No store is left: the target is empty." in page
    assert "<html" not in page


def test_stopping_needs_a_reason(desk: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion()
    assert desk.post(page_of(promotion, "promotion-stop"), {"reason": " "}).status_code == 422
    desk.post(page_of(promotion, "promotion-stop"), {"reason": "Wrong price"})
    promotion.refresh_from_db()
    assert (promotion.state, promotion.stopped_reason) == ("STOPPED", "Wrong price")
    assert "Wrong price" in desk.get(page_of(promotion)).content.decode()


def test_the_board_is_sent_again_only_when_it_changed(desk: Client) -> None:
    store, reader = create_store(), create_staff_member()
    create_item()
    promotion = create_published_promotion()
    revision = promotion.latest_revision()
    first = desk.get(page_of(promotion, "promotion-board"))
    tag = {"If-None-Match": first.headers["ETag"]}
    assert desk.get(page_of(promotion, "promotion-board"), headers=tag).status_code == 304
    mark_told(store=store, revision_ids=[revision.pk], now=NOW + timedelta(minutes=1))
    acknowledge(store=store, revision_id=revision.pk, staff_member=reader, now=NOW + timedelta(minutes=2))
    changed = desk.get(page_of(promotion, "promotion-board"), headers=tag)
    assert changed.status_code == 200
    assert "Told 1 of 1" in changed.content.decode()
    assert "Acknowledged 1 of 1" in changed.content.decode()


def test_the_preview_is_the_stores_own_card(desk: Client) -> None:
    item = create_item(title="Oat Drink Barista")
    here, there = create_store(name="Here"), create_store(name="There")
    put_stock(store=there, levels={item: 7})
    create_promotion(promotion_id="draft", content=content_for(), author=None, now=NOW)
    preview = page_of(Promotion.objects.get(), "promotion-preview")
    assert "Not stocked" in desk.get(preview, {"store": here.store_code}).content.decode()
    card = desk.get(preview, {"store": there.store_code}).content.decode()
    assert "Oat Drink Barista" in card
    assert "<strong>7</strong>" in card


def test_the_history_shows_what_each_revision_changed(desk: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion()
    revise_promotion(
        promotion=promotion,
        content=content_for(percent_off=Decimal(35)),
        author=None,
        now=NOW + timedelta(hours=1),
    )
    page = desk.get(page_of(promotion)).content.decode()
    assert "<del>29 % off</del>" in page
    assert "<ins>35 % off</ins>" in page


def test_the_list_counts_by_state_and_finds_by_code(desk: Client) -> None:
    create_store()
    create_item()
    create_published_promotion(promotion_id="found", generic_redemption_code="SPRING")
    create_promotion(promotion_id="draft", content=content_for(), author=None, now=NOW)
    answer = desk.get(reverse("promotion-list"), {"q": "spring"})
    assert [row.promotion.promotion_id for row, _window in answer.context["rows"]] == ["found"]
    counts = {key: count for key, _name, count in desk.get(reverse("promotion-list")).context["tabs"]}
    assert (counts[None], counts["DRAFT"]) == (2, 1)


def test_items_are_found_to_be_added(desk: Client) -> None:
    item = create_item(title="Oat Drink Barista")
    page = desk.get(reverse("promotion-items"), {"item_search": "barista oat"}).content.decode()
    assert f'data-add="{item.sku}"' in page


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.OPERATOR])
def test_others_get_the_403_page_everywhere(role: Role, client: Client) -> None:
    create_store()
    create_item()
    promotion = create_published_promotion()
    client.force_login(create_staff_member(role=role))
    names = [
        "detail",
        "edit",
        "preview",
        "board",
        "publish",
        "stop",
        "submit",
        "withdraw",
        "approve",
        "reject",
    ]
    addresses = [page_of(promotion, f"promotion-{name}") for name in names]
    addresses += [reverse(f"promotion-{name}") for name in ("list", "new", "items", "approvals")]
    assert {client.get(address).status_code for address in addresses} <= {403, 405}
    assert {client.post(address).status_code for address in addresses} <= {403, 405}
    promotion.refresh_from_db()
    assert promotion.state in ("LIVE", "PENDING")
