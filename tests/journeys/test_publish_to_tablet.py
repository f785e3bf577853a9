"""Two windows side by side: head office publishes at the desk, the store's tablet shows it and answers."""

from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from omnistore.staff.models import Role
from promotions.services.approving import approve_revision, submit_revision
from promotions.services.publishing import create_promotion
from tests.browser.fixtures import DESK, SignIn
from tests.browser.shop import Shop
from tests.factories_promotions import content_for, create_staff_member

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("night_shift"),
]

TITLE = "Barista weekend, 40 % off"


def write_draft(shop: Shop) -> None:
    """What tom wrote yesterday and somebody else has approved."""
    today = timezone.now().date()
    content = content_for(
        long_title=TITLE, percent_off=40, item_id_inclusion=["OAT-2"], starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=3),
    )  # fmt: skip
    revision = create_promotion(promotion_id="barista", content=content, author=None, now=shop.now)
    submit_revision(promotion=revision.promotion, number=1, by=None, now=shop.now)
    approve_revision(promotion=revision.promotion, number=1, by=None, now=shop.now)


def desk(sign_in: SignIn) -> Page:
    """Tom at his desk, before the draft."""
    page = sign_in(create_staff_member(username="tom", role=Role.MERCHANDISER), size=DESK)
    address = page.get_by_role("link", name=TITLE).get_attribute("href")
    page.goto(urljoin(page.url, address))  # a click opens it beside the list
    return page


def tablet(sign_in: SignIn, shop: Shop) -> Page:
    """Maria's tablet, which will not be loaded again."""
    page = sign_in(shop.maria)
    expect(page.locator("#link-word")).to_have_text("Live")
    page.evaluate("window.sameLoad = true")
    return page


def test_published_read_and_stopped(shop: Shop, sign_in: SignIn) -> None:
    write_draft(shop)
    there, here = tablet(sign_in, shop), desk(sign_in)
    card, reach = there.locator(".card", has_text=TITLE), here.locator(".reach")
    expect(card).to_have_count(0)
    here.get_by_role("button", name="Publish now").click()
    expect(card).to_be_visible()
    expect(reach).to_contain_text("Told 1 of 3")
    expect(reach).to_contain_text("Acknowledged 0 of 3")
    there.get_by_role("button", name=f"Got it {TITLE}").click()
    expect(card).to_contain_text("You read this at")
    expect(reach).to_contain_text("Acknowledged 1 of 3")
    here.get_by_text("Stop this promotion").click()
    here.get_by_label("Why?").fill("The price was a misprint.")
    here.get_by_role("button", name="Stop it everywhere").click()
    expect(card).to_have_count(0)
    assert there.evaluate("window.sameLoad") is True


def test_an_open_answer_turns_into_yes_and_into_no(shop: Shop, sign_in: SignIn) -> None:
    write_draft(shop)
    there, here = tablet(sign_in, shop), desk(sign_in)
    there.locator("#code").fill("04012345000023")
    there.keyboard.press("Enter")
    answer = there.locator(".verdict")
    expect(answer).to_contain_text("Oat drinks, 29 % off")
    here.get_by_role("button", name="Publish now").click()
    there.get_by_role("button", name="Show 1 change").click()  # nothing moves under the reader's eyes
    expect(there.locator(".card", has_text=TITLE)).to_be_visible()
    there.locator("#code").fill("04012345000023")
    there.keyboard.press("Enter")
    # The better deal of the two, on 2.79.
    expect(answer).to_contain_text("1.67")
    here.get_by_text("Stop this promotion").click()
    here.get_by_label("Why?").fill("Sold to another chain.")
    here.get_by_role("button", name="Stop it everywhere").click()
    expect(answer).to_contain_text("1.98")
