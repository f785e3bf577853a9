"""A partner's file lands in the inbox; the tablet on the shop floor turns, and nobody touched anything."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.models import FeedRun, RejectedRow
from promotions.models import OfferChange
from tests.browser.fixtures import SignIn
from tests.browser.shop import Shop
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import sales_file, stock_file
from tests.journeys.conftest import Drop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("night_shift"),
]

OAT, BARISTA = "04012345000016", "04012345000023"
SOON = 40_000  # ms: a deadline for a slow machine


def live_tablet(sign_in: SignIn, shop: Shop) -> Page:
    """Maria's tablet, which will not be loaded again."""
    page = sign_in(shop.maria)
    expect(page.locator("#link-word")).to_have_text("Live")
    page.evaluate("window.sameLoad = true")
    return page


def sold(shop: Shop, *, sequence: int, **pieces: int) -> bytes:
    """A till file of Elm Street, as of now: `sold(shop, sequence=1, oat=12)`."""
    now = timezone.now()
    gtins = {"oat": OAT, "barista": BARISTA}
    day = shop.elm.local(now).date()
    return sales_file(
        *(("0412", "T1", day, sequence, line, gtins[name], quantity, now.isoformat())
          for line, (name, quantity) in enumerate(pieces.items(), start=1))
    )  # fmt: skip


def test_sales_in_the_inbox_turn_the_card_and_the_open_answer(
    shop: Shop, sign_in: SignIn, drop: Drop
) -> None:
    page, oak = live_tablet(sign_in, shop), sign_in(create_staff_member(stores=[shop.oak]))
    card = page.locator(".card", has_text="Oat drinks, 29 % off")
    page.locator("#code").fill(OAT)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    drop("till", "sales_1.csv", sold(shop, sequence=1, oat=12, barista=7))
    expect(card.locator(".word", has_text="Out").first).to_be_visible(timeout=SOON)
    expect(page.locator(".verdict h2")).to_have_text("Offer an alternative")
    expect(page.locator(".verdict")).to_contain_text("Oak Avenue")
    assert page.evaluate("window.sameLoad") is True
    # Oak Avenue sells its own.
    expect(
        oak.locator(".card", has_text="Oat drinks, 29 % off").locator(".word", has_text="Out")
    ).to_have_count(0)


def test_a_file_sent_twice_is_heard_once(shop: Shop, sign_in: SignIn, drop: Drop) -> None:
    page = live_tablet(sign_in, shop)
    card = page.locator(".card", has_text="Oat drinks, 29 % off")
    content = sold(shop, sequence=1, oat=12, barista=7)
    drop("till", "sales_1.csv", content)
    expect(card.locator(".word", has_text="Out").first).to_be_visible(timeout=SOON)
    told = OfferChange.objects.filter(store=shop.elm, reason="STOCK").count()
    drop("till", "sales_1_again.csv", content)
    # What follows in the same inbox shows that the repeat has been looked at.
    drop("till", "sales_2.csv", sold(shop, sequence=2, oat=-1, barista=-1))
    expect(card.locator(".word", has_text="Out")).to_have_count(0, timeout=SOON)
    assert FeedRun.objects.filter(source__code="till").count() == 2
    assert OfferChange.objects.filter(store=shop.elm, reason="STOCK").count() == told + 1


def test_a_count_brings_an_offer_back_and_a_bad_line_stops_nothing(
    shop: Shop, sign_in: SignIn, drop: Drop
) -> None:
    shop.stock(oat=0, barista=0)
    page = live_tablet(sign_in, shop)
    card = page.locator(".card", has_text="Oat drinks, 29 % off")
    expect(card.locator(".word", has_text="Out").first).to_be_visible()
    counted = (timezone.now() - timedelta(minutes=5)).isoformat()
    lines = [("0412", OAT, 20, counted), ("0412", OAT[:-1] + "7", 5, counted), ("0412", BARISTA, 6, counted)]
    drop("depot", "stock.csv", stock_file(*lines))
    expect(card.locator(".word", has_text="Out")).to_have_count(0, timeout=SOON)
    assert page.evaluate("window.sameLoad") is True
    rejected = RejectedRow.objects.get(run__source__code="depot")
    assert (rejected.line_number, rejected.code) == (3, "gtin_check_digit")
