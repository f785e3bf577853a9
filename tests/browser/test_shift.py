"""The manager sees who has read what and nudges; what interrupts; and that nothing moves while an offer changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.imports.places import say_places
from omnistore.staff.models import Role
from promotions.services.nudging import nudge
from promotions.services.publishing import stop_promotion
from tests.browser.fixtures import PHONE, Shoot, SignIn
from tests.browser.shop import Shop, open_shop, publish
from tests.factories_promotions import create_staff_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], None]
# Collects what moved by itself; the browser knows what a tap has caused.
WATCH = """
() => { window.moved = []; new PerformanceObserver(seen => {
    for (const shift of seen.getEntries()) if (!shift.hadRecentInput)
        window.moved.push(...shift.sources.map(one => one.node?.outerHTML ?? one.node?.textContent));
}).observe({type: "layout-shift", buffered: false}); }
"""
READ_ANEW = "import('/static/tablet.js').then(tablet => tablet.reloadBoard()).then(() => true)"


def tablet(sign_in: SignIn, shop: Shop, **options: Any) -> Page:
    page = sign_in(shop.maria, **options)
    expect(page.locator("#link-word")).to_have_text("Live")
    return page


@pytest.mark.slow
def test_the_manager_nudges_and_maria_reads(sign_in: SignIn, shoot: Shoot, accessible: Check) -> None:
    shop = open_shop()
    samira = create_staff_member(username="samira", role=Role.MANAGER, stores=[shop.elm])
    publish(
        shop.elm, long_title="Barista weekend, 40 % off", percent_off=40, item_id_inclusion=["OAT-2"],
        talk_track="It froths like milk.\nGood for two more days.",
        quiz_question="Which oat drink is it?", quiz_answers="Barista alone\nEvery oat drink",
        quiz_explanation="The plain one is in another deal.",
    )  # fmt: skip
    there, here = tablet(sign_in, shop), sign_in(samira)
    here.get_by_role("link", name="Team").click()
    row = here.locator("tr", has_text="Barista weekend")
    expect(row).to_contain_text("0 of 2 read")
    here.get_by_role("button", name="Nudge maria: Barista weekend").click()
    expect(row).to_contain_text("nudged")
    shoot(here, "team")
    accessible(here)
    notice = there.locator(".notice")
    expect(notice).to_contain_text("samira asks you to read this")
    expect(notice).to_be_focused()
    shoot(there, "tablet-nudged")
    accessible(there)
    there.get_by_role("link", name="Show the offer").click()
    expect(there.locator("#pane")).to_contain_text("It froths like milk.")
    there.get_by_role("button", name="OK, seen").click()
    expect(notice).to_have_count(0)
    there.get_by_role("button", name="Every oat drink").click()
    expect(there.locator("#pane")).to_contain_text("The plain one is in another deal.")
    shoot(there, "tablet-question")
    accessible(there)
    there.get_by_role("button", name="Barista alone").click()
    expect(there.locator("#pane")).to_contain_text("Right. You have read this.")
    expect(there.locator(".card", has_text="Barista weekend")).to_contain_text("You read this at")
    expect(row.locator("td", has_text="Read")).to_have_count(1)
    expect(row).to_contain_text("1 of 2 read")


def test_a_stop_interrupts_until_it_is_dismissed(sign_in: SignIn, shoot: Shoot, accessible: Check) -> None:
    shop = open_shop()
    page = tablet(sign_in, shop)
    stop_promotion(promotion=shop.coffee_deal, reason="The price was a misprint.", now=timezone.now())
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Stopped: don’t give it any more")
    expect(notice).to_contain_text("The price was a misprint.")
    expect(page.locator(".card", has_text="SAVE2")).to_have_count(0)
    shoot(page, "tablet-stopped")
    accessible(page)
    page.reload()
    expect(notice).to_be_visible()
    page.get_by_role("button", name="OK, seen").click()
    expect(notice).to_have_count(0)
    expect(page.locator("#code")).to_be_focused()
    page.reload()
    expect(page.locator("#link-word")).to_have_text("Live")
    expect(notice).to_have_count(0)


def test_nothing_moves_while_offers_change_and_news_waits_for_the_hand(
    sign_in: SignIn, shoot: Shoot, accessible: Check
) -> None:
    shop = open_shop()
    page = tablet(sign_in, shop)
    page.evaluate(WATCH)
    shop.stock(coffee=0)
    card = page.locator(".card", has_text="SAVE2")
    expect(card).to_contain_text("Oak Avenue")
    shop.stock(coffee=9)
    expect(card.locator(".word", has_text="Out")).to_have_count(0)
    assert page.evaluate("window.moved") == []
    page.evaluate(READ_ANEW)  # the ages of all that was counted
    page.mouse.move(300, 300)  # a hand is at the tablet
    page.evaluate("window.moved = []")
    publish(shop.elm, long_title="Rye bread, 10 % off", item_id_inclusion=["OAT-1"])
    publish(shop.elm, long_title="Herring for everybody", item_id_inclusion=["OAT-1"], urgency="TODAY")
    publish(shop.elm, long_title="Plums, 20 % off", item_id_inclusion=["OAT-2"])
    rye, herring = (page.locator(".card", has_text=text) for text in ("Rye bread", "Herring"))
    gathered = page.get_by_role("button", name="Show 2 changes")
    expect(gathered).to_be_visible()
    assert page.evaluate("window.moved") == []
    shoot(page, "tablet-gathered")
    accessible(page)
    page.evaluate("window.moved = []")  # the colours of the dark are none of ours
    expect(page.locator(".new-count")).to_have_text("8")  # what waits for another look is not counted
    for card in (rye, herring):
        expect(card).to_be_hidden()
    page.evaluate(READ_ANEW)
    expect(gathered).to_be_visible()
    expect(herring).to_be_hidden()
    assert page.evaluate("window.moved") == []
    gathered.click()
    expect(rye).to_be_visible()
    expect(rye.get_by_role("link")).to_be_focused()
    expect(gathered).to_be_hidden()
    expect(herring).to_be_hidden()
    page.locator(".chip[data-show=now]").click()
    expect(herring).to_be_visible()
    assert herring.get_attribute("data-changed") is None


@pytest.mark.slow
def test_a_phone_large_text_and_the_morning(sign_in: SignIn, shoot: Shoot, accessible: Check) -> None:
    shop = open_shop()
    samira = create_staff_member(username="samira", role=Role.MANAGER, stores=[shop.elm])
    say_places(
        store=shop.elm, places={"OAT-1": "Aisle 4, shelf B", "COF-1": "Aisle 7"}, member=samira, now=shop.now
    )
    nudge(store=shop.elm, promotion_pk=shop.oat_deal.pk, staff_member=samira, by=samira, now=shop.now)
    page = sign_in(samira, size=PHONE)
    for name, address in (("today", "/tablet/"), ("morning", "/tablet/morning/"), ("team", "/tablet/team/")):
        page.goto(address)
        accessible(page)
        shoot(page, f"phone-{name}")
        # A 1180 × 820 tablet at 200 % has room for this much.
        page.set_viewport_size({"width": 590, "height": 410})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1180, "height": 820})
    page.goto("/tablet/morning/")
    shoot(page, "tablet-morning")
    accessible(page)
    page.goto("/tablet/")
    page.get_by_role("button", name="OK, seen").click()
    page.get_by_role("link", name="Oat drinks, 29 % off").click()
    expect(page.locator("#pane")).to_contain_text("Aisle 4, shelf B")
    shoot(page, "tablet-offer-told")
