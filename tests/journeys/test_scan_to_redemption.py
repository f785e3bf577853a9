"""A shopper shows a code; the associate scans it, redeems it, and head office sees the use."""

from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role
from promotions.models import Redemption
from tests.browser.fixtures import DESK, SignIn
from tests.browser.shop import Shop
from tests.factories_promotions import create_published_promotion, create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def scan(page: Page, code: str) -> None:
    """A keyboard-wedge scanner types and presses Enter, wherever the focus is in the box."""
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")


def publish_last_two(shop: Shop) -> None:
    """A code with two uses on the coffee of which Elm Street has three."""
    today = shop.elm.local(shop.now).date()
    create_published_promotion(
        promotion_id="last-two", now=shop.now, long_title="Coffee, half price with LAST2", percent_off=50,
        item_id_inclusion=["COF-1"], generic_redemption_code="LAST2", limit_uses=2, starts_on=today,
        ends_on=today.replace(year=today.year + 1),
    )  # fmt: skip


def test_a_code_is_redeemed_until_it_is_spent(shop: Shop, sign_in: SignIn, night_shift: None) -> None:
    publish_last_two(shop)
    page = sign_in(shop.maria)
    for left in ("1 use left", "0 uses left"):
        scan(page, "last2")
        expect(page.locator(".verdict h2")).to_have_text("Honour")
        page.get_by_role("button", name="Redeem one").click()
        expect(page.locator(".verdict h2")).to_have_text("Redeemed")
        expect(page.locator(".redeemed")).to_contain_text(left)
        expect(page.locator(".redeemed")).to_contain_text("$4.25 off")
    scan(page, "LAST2")
    expect(page.locator(".verdict h2")).to_have_text("Can’t honour")
    expect(page.locator(".verdict")).to_contain_text("Every use of this promotion is taken.")
    # The clock notices the spent limit, and the card says so by itself.
    expect(page.locator(".card", has_text="LAST2")).to_contain_text("Blocked", timeout=40_000)
    assert Redemption.objects.filter(promotion__promotion_id="last-two", store=shop.elm).count() == 2


def test_head_office_sees_the_use(shop: Shop, sign_in: SignIn) -> None:
    publish_last_two(shop)
    page = sign_in(shop.maria)
    desk = sign_in(create_staff_member(username="tom", role=Role.MERCHANDISER), size=DESK)
    address = desk.get_by_role("link", name="Coffee, half price with LAST2").get_attribute("href")
    desk.goto(urljoin(desk.url, address))  # a click opens it beside the list
    expect(desk.locator(".reach")).to_contain_text("Used 0 of 2")
    scan(page, "LAST2")
    page.get_by_role("button", name="Redeem one").click()
    expect(desk.locator(".reach")).to_contain_text("Used 1 of 2")


def test_the_same_answer_redeems_once_however_often_it_is_sent(shop: Shop, sign_in: SignIn) -> None:
    publish_last_two(shop)
    page = sign_in(shop.maria)
    scan(page, "LAST2")
    page.get_by_role("button", name="Redeem one").wait_for()
    sent = page.evaluate(
        """async () => {
            const form = document.querySelector("form.redeem");
            const send = () => fetch(form.action, {method: "POST", body: new FormData(form)});
            const answers = await Promise.all([send(), send(), send()]);
            return answers.map(answer => answer.status);
        }"""
    )
    assert sent == [200, 200, 200]
    assert Redemption.objects.filter(promotion__promotion_id="last-two").count() == 1
