"""A deal for members: the number is asked for, what was typed stays, and a use is undone where it was taken."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from promotions.models import Redemption
from tests.browser.fixtures import Shoot, SignIn
from tests.browser.shop import open_shop, publish
from tests.promotions.services.till import limit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_members_deal_is_redeemed_and_undone(
    sign_in: SignIn, accessible: Callable[[Page], None], shoot: Shoot
) -> None:
    shop = open_shop()
    publish(shop.elm, generic_redemption_code="MEMBERS", limits=[limit("CUSTOMER", "DAY", "1")])
    page = sign_in(shop.maria)
    page.locator("#code").fill("MEMBERS")
    page.keyboard.press("Enter")
    page.get_by_label("Member number").fill("M\u00074711")
    page.get_by_role("button", name="Redeem one").click()
    expect(page.get_by_label("Member number")).to_have_attribute("aria-invalid", "true")
    accessible(page)
    shoot(page, "member-number-wrong")
    page.get_by_label("Member number").fill("M 4711")
    page.get_by_role("button", name="Redeem one").click()
    expect(page.locator(".verdict h2")).to_have_text("Redeemed")
    accessible(page)
    shoot(page, "redeemed-with-undo")
    page.get_by_label("Something wrong?").select_option("Item returned")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".verdict h2")).to_have_text("Undone")
    accessible(page)
    shoot(page, "undone")
    assert Redemption.objects.get().state == "ROLLED_BACK"
