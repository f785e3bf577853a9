"""Every state of the tablet: pictures for people to look at, and axe-core's opinion."""

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.fixtures import Shoot, SignIn
from tests.browser.shop import open_shop, publish
from tests.factories import create_item, create_store
from tests.factories_promotions import create_staff_member, put_stock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]
SCANS = {
    "honour": "04012345000016",
    "alternative": "HON-1",
    "low": "COF-1",
    "not-stocked": "SOA-1",
    "online-only": "ONLINE",
    "unknown": "9999",
    "misread": "04012345000017",
}


def scan(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.locator("#code").press("Enter")
    expect(page.locator("#pane .verdict-code .code")).to_have_text(code)


def test_a_day_on_the_tablet(sign_in: SignIn, shoot: Shoot, accessible: Check) -> None:
    page = sign_in(open_shop().maria)
    expect(page.locator("#link-word")).to_have_text("Live")
    shoot(page, "tablet-today")
    accessible(page)
    for name, code in SCANS.items():
        scan(page, code)
        shoot(page, f"tablet-{name}")
        if name in ("honour", "alternative", "unknown"):
            accessible(page)
    page.get_by_role("link", name="Oat drinks, 29 % off").click()
    expect(page.locator(".answer h2")).to_have_text("Oat drinks, 29 % off")
    shoot(page, "tablet-offer")
    accessible(page)


def test_stale_count_is_struck_through(sign_in: SignIn, shoot: Shoot, accessible: Check) -> None:
    shop = open_shop()
    put_stock(store=shop.elm, levels={shop.oat: 12}, counted_at=shop.now - timedelta(hours=30))
    page = sign_in(shop.maria)
    scan(page, "OAT-1")
    expect(page.locator(".verdict h2")).to_have_text("Check the shelf")
    shoot(page, "tablet-stale")
    accessible(page)
    assert "line-through" in page.locator(".verdict-stock strong").evaluate(
        "e => getComputedStyle(e).textDecoration"
    )


@pytest.mark.slow
def test_nothing_on_and_forty_offers(sign_in: SignIn, shoot: Shoot) -> None:
    store = create_store(name="Elm Street")
    page = sign_in(create_staff_member(stores=[store]))
    expect(page.get_by_text("Nothing in this list")).to_be_visible()
    shoot(page, "tablet-nothing")
    create_item()
    for number in range(1, 41):
        publish(store, long_title=f"Offer {number} of a very full day")
    page.reload()
    expect(page.locator(".chip[data-show=now] .count")).to_have_text("40")
    shoot(page, "tablet-forty")


def test_signing_in_and_choosing_a_store(
    contexts: Callable[..., BrowserContext], sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    page = contexts().new_page()
    page.goto("/")
    shoot(page, "sign-in")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    shoot(page, "sign-in-refused")
    accessible(page)
    stores = [create_store(name=name) for name in ("Elm Street", "Oak Avenue", "Harbour Road")]
    page = sign_in(create_staff_member(stores=stores))
    page.get_by_role("link", name="Change store").click()
    shoot(page, "tablet-stores")
    accessible(page)
    page.get_by_role("button", name="Oak Avenue").click()
    expect(page.locator(".top-store")).to_contain_text("Oak Avenue")


def test_first_view_is_light(sign_in: SignIn) -> None:
    sizes: dict[str, int] = {}
    page = sign_in(open_shop().maria)
    page.on(
        "response", lambda got: sizes.update({got.url: len(gzip.compress(got.body()))}) if got.ok else None
    )
    page.route("**/live/**", lambda route: route.abort())
    page.goto("/tablet/")
    page.wait_for_load_state("networkidle")
    assert any(url.endswith("htmx-4.0.1.min.js") for url in sizes)
    assert sum(sizes.values()) <= 100_000, sizes
