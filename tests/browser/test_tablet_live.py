"""What head office and the feeds change shows on the tablet by itself; and what a lost link looks like."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect

from promotions.models import Briefing
from promotions.services.approving import publish_trusted
from promotions.services.publishing import revise_promotion, stop_promotion
from tests.browser.fixtures import Shoot, SignIn
from tests.browser.shop import Shop, open_shop, publish
from tests.factories_promotions import create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def live_tablet(sign_in: SignIn, shop: Shop) -> Page:
    page = sign_in(shop.maria)
    expect(page.locator("#link-word")).to_have_text("Live")
    page.evaluate("window.sameLoad = true")
    return page


def test_a_new_offer_appears_is_told_and_goes_when_stopped(sign_in: SignIn) -> None:
    shop = open_shop()
    page = live_tablet(sign_in, shop)
    promotion = publish(shop.elm, long_title="Rye bread, 10 % off", item_id_inclusion=["OAT-1"])
    card = page.locator(".card", has_text="Rye bread, 10 % off")
    expect(card).to_be_visible()
    expect(page.locator("#announce")).to_have_text("New offer: Rye bread, 10 % off")
    expect(page.locator(".chip[data-show=now] .count")).to_have_text("7")
    assert card.get_attribute("data-changed")
    page.wait_for_timeout(600)  # the beacon goes 300 ms after the last change
    assert Briefing.objects.get(store=shop.elm, revision=promotion.current_revision).told_at is not None
    stop_promotion(promotion=promotion, reason="a misprint", now=timezone.now())
    expect(card).to_have_count(0)
    expect(page.locator(".chip[data-show=now] .count")).to_have_text("6")
    assert page.evaluate("window.sameLoad") is True


def test_a_feed_turns_the_card_and_the_open_answer(sign_in: SignIn, shoot: Shoot) -> None:
    shop = open_shop()
    page = live_tablet(sign_in, shop)
    page.get_by_role("button", name="Got it Filter coffee").click()
    card = page.locator(".card", has_text="SAVE2")
    expect(card).to_contain_text("You read this at")
    page.locator("#code").fill("COF-1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    shop.stock(coffee=0)
    expect(card.locator(".word", has_text="Out")).to_be_visible()
    expect(page.locator(".verdict h2")).to_have_text("Offer an alternative")
    # The event is the store's; that Maria has read this revision stays.
    expect(card).to_contain_text("You read this at")
    shoot(page, "tablet-changed")


def test_a_new_revision_asks_again(sign_in: SignIn) -> None:
    shop = open_shop()
    page = live_tablet(sign_in, shop)
    page.get_by_role("button", name="Got it Oat drinks").click()
    expect(page.locator(".chip[data-show=new] .count")).to_have_text("5")
    old = shop.oat_deal.latest_revision()
    content = {
        "long_title": "Oat drinks, 35 % off", "coupon_value_type": "PERCENT_OFF", "percent_off": 35,
        "redemption_channel": ["IN_STORE"], "product_applicability": "SPECIFIC_PRODUCTS",
        "item_id_inclusion": ["OAT-1"], "store_applicability": "ALL_STORES", "starts_on": old.starts_on,
        "ends_on": old.ends_on,
    }  # fmt: skip
    revise_promotion(promotion=shop.oat_deal, content=content, author=None, now=timezone.now())
    publish_trusted(promotion=shop.oat_deal, why="", now=timezone.now())
    expect(page.get_by_role("button", name="Got it Oat drinks, 35 % off")).to_be_visible()
    expect(page.locator(".chip[data-show=new] .count")).to_have_text("6")


def test_another_store_hears_nothing(sign_in: SignIn) -> None:
    shop = open_shop()
    page = sign_in(create_staff_member(stores=[shop.oak]))
    expect(page.locator("#link-word")).to_have_text("Live")
    publish(shop.elm, long_title="Only in Elm Street", store_codes_inclusion=["0412"])
    publish(shop.elm, long_title="In every store")
    expect(page.locator(".card", has_text="In every store")).to_be_visible()
    expect(page.locator(".card", has_text="Only in Elm Street")).to_have_count(0)


def test_a_lost_link_says_since_when_and_misses_nothing(sign_in: SignIn, shoot: Shoot) -> None:
    shop = open_shop()
    page = sign_in(shop.maria)
    expect(page.locator("#link-word")).to_have_text("Live")
    page.clock.install()
    page.reload()
    expect(page.locator("#link-word")).to_have_text("Live")
    page.context.set_offline(True)
    page.clock.fast_forward(13_000)
    expect(page.locator("#link")).to_have_attribute("data-link", "offline")
    expect(page.locator("#link-word")).to_contain_text("Offline since")
    publish(shop.elm, long_title="Published meanwhile")
    shoot(page, "tablet-offline")
    page.context.set_offline(False)
    expect(page.locator(".card", has_text="Published meanwhile")).to_be_visible()
    expect(page.locator("#link-word")).to_have_text("Live")


def test_a_board_that_does_not_come_sets_no_clock_back(sign_in: SignIn) -> None:
    """Offline for half an hour: what stands there ages on, and the light says since when."""
    shop = open_shop()
    page = sign_in(shop.maria)
    page.clock.install()
    page.reload()
    expect(page.locator("#link-word")).to_have_text("Live")
    before = minute_of_day(page)
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: "/tablet/?show=" in request.url):
        page.clock.fast_forward("30:00")
    page.clock.run_for(6_000)
    expect(page.locator("#link")).to_have_attribute("data-link", "offline")
    assert (minute_of_day(page) - before) % (24 * 60) in (30, 31)


def minute_of_day(page: Page) -> int:
    """What the tablet's clock shows."""
    hours, minutes = page.locator("#clock").inner_text().split()[-1].split(":")
    return int(hours) * 60 + int(minutes)


def test_a_first_connect_that_fails_is_tried_again(contexts: Callable[..., BrowserContext]) -> None:
    shop = open_shop()
    page = contexts().new_page()
    page.route("**/live/**", lambda route: route.abort())
    page.goto("/")
    page.get_by_label("User name").fill(shop.maria.username)
    page.get_by_label("Password").fill("secret-enough")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#link-word")).to_have_text("Catching up")
    page.unroute("**/live/**")
    expect(page.locator("#link-word")).to_have_text("Live")


def test_a_board_read_before_an_event_does_not_cover_it(sign_in: SignIn) -> None:
    shop = open_shop()
    page = live_tablet(sign_in, shop)
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/tablet/?show=now", lambda route: held.append((route, route.fetch())))
    page.evaluate(
        "void (window.loaded = new Promise(done => document.addEventListener('board:loaded', done)))"
    )
    page.evaluate("import('/static/tablet.js').then(tablet => void tablet.reloadBoard())")
    while not held:
        page.wait_for_timeout(50)
    publish(shop.elm, long_title="Published meanwhile", item_id_inclusion=["OAT-1"])
    card = page.locator(".card", has_text="Published meanwhile")
    expect(card).to_be_visible()
    route, older = held[0]
    route.fulfill(response=older)
    page.evaluate("window.loaded.then(() => true)")
    expect(card).to_be_visible()
