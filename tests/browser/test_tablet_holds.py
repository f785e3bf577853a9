"""Sold out here, held at the next store, seen live there, handed out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inventory.models import Reservation, StockLevel
from tests.browser.fixtures import Shoot, SignIn
from tests.browser.shop import open_shop
from tests.factories_promotions import create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.slow
def test_sold_out_is_held_next_door_and_fetched_there(
    sign_in: SignIn, accessible: Callable[[Page], None], shoot: Shoot
) -> None:
    shop = open_shop()
    oak = sign_in(create_staff_member(username="otto", stores=[shop.oak]))
    elm = sign_in(shop.maria)
    expect(oak.locator("#link")).to_have_attribute("data-link", "live")
    expect(oak.locator("#holds-count")).to_be_hidden()

    elm.locator("#code").fill("HON-1")
    elm.keyboard.press("Enter")
    expect(elm.locator(".verdict h2")).to_have_text("Offer an alternative")
    accessible(elm)
    shoot(elm, "sold-out-with-stores")
    elm.get_by_role("button", name="Rain check").click()
    expect(elm.locator(".qr svg")).to_be_visible()
    accessible(elm)
    shoot(elm, "rain-check")
    elm.locator("#code").fill("HON-1")
    elm.keyboard.press("Enter")
    elm.get_by_label("First name").fill("Ann")
    elm.get_by_role("button", name="Hold 1 in Oak Avenue").click()
    expect(elm.locator(".verdict h2")).to_have_text("On hold")
    held = Reservation.objects.get()
    expect(elm.locator(".reference")).to_contain_text(held.reference)
    accessible(elm)
    shoot(elm, "on-hold")

    expect(oak.locator("#holds-count")).to_have_text("1")
    oak.get_by_role("link", name="Holds").click()
    expect(oak.locator(".hold-line")).to_contain_text(f"{held.reference} 1 × Blossom Honey 250 g")
    expect(oak.locator(".hold-line")).to_contain_text("Ann")
    accessible(oak)
    shoot(oak, "holds")
    oak.get_by_role("button", name="Picked up").click()
    expect(oak.locator(".holds .message")).to_have_text(f"{held.reference} is picked up.")
    expect(oak.locator(".hold-line")).to_have_count(0)
    expect(oak.locator("#holds-count")).to_be_hidden()
    shoot(oak, "holds-picked-up")
    held.refresh_from_db()
    assert (held.state, held.store_id, held.made_in_id) == ("FULFILLED", shop.oak.pk, shop.elm.pk)
    assert StockLevel.objects.get(store=shop.oak, item=shop.honey).reserved == 1  # until a sale is heard of
