"""Working on the floor: scanner, keyboard, thumbs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from promotions.models import Acknowledgement, Briefing, Redemption
from tests.browser.fixtures import SignIn
from tests.browser.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_scanner_types_wherever_the_focus_is(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    expect(page.locator("#code")).to_be_focused()
    page.get_by_role("link", name="Oat drinks, 29 % off").focus()
    page.keyboard.type("04012345000016")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    # The next scan overwrites the last one.
    page.keyboard.type("04012345000017")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Unknown")
    expect(page.locator("#code")).to_have_value("04012345000017")


def test_keyboard_alone_reads_and_redeems(sign_in: SignIn) -> None:
    shop = open_shop()
    page = sign_in(shop.maria)
    tab_to(page, "Got it Oat drinks, 29 % off")
    page.keyboard.press("Enter")
    expect(page.locator("#cards")).to_contain_text("You read this at")
    expect(page.locator(".chip[data-show=new] .count")).to_have_text("5")
    page.keyboard.type("SAVE2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Redeem one")).to_be_visible()
    tab_to(page, "Redeem one")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Redeemed")
    expect(page.locator(".card", has_text="SAVE2")).to_contain_text("41 uses left")
    assert Acknowledgement.objects.get().revision_id == shop.oat_deal.current_revision_id
    assert Redemption.objects.get().redeemed_by == shop.maria


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this text."""
    for _step in range(60):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.textContent")
        if " ".join(text.split()) == name:
            return
    pytest.fail(f"Tab never reaches {name}")


def test_two_quick_taps_redeem_once(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    page.locator("#code").fill("SAVE2")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Redeem one").dblclick()
    expect(page.locator(".verdict h2")).to_have_text("Redeemed")
    assert Redemption.objects.count() == 1


def test_a_use_asked_for_on_a_dead_link_is_taken_once_after_it(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    page.locator("#code").fill("SAVE2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Redeem one")).to_be_visible()
    # The server takes the use, but its answer never comes back.
    page.route("**/redeem/", lambda route: (route.fetch(), route.abort()))
    page.get_by_role("button", name="Redeem one").click()
    expect(page.get_by_text("No connection. Tap again: it is taken only once.")).to_be_visible()
    page.unroute("**/redeem/")
    page.get_by_role("button", name="Redeem one").click()
    expect(page.locator(".verdict h2")).to_have_text("Redeemed")
    assert Redemption.objects.count() == 1


def test_a_scan_without_connection_shows_no_old_answer(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    page.locator("#code").fill("OAT-1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    page.context.set_offline(True)
    page.locator("#code").fill("SOA-1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("No connection")
    expect(page.locator("#unchecked")).to_have_text("SOA-1")


def test_reading_in_the_new_list_moves_nothing(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    page.locator(".chip[data-show=new]").click()
    second = page.locator(".card", has_text="SAVE2")
    before = second.bounding_box()
    page.get_by_role("button", name="Got it Oat drinks").click()
    expect(page.locator(".card").first).to_contain_text("You read this at")
    assert second.bounding_box() == before
    page.locator(".chip[data-show=new]").click()
    expect(page.locator(".card", has_text="Oat drinks, 29 % off")).to_be_hidden()


def test_everything_works_without_javascript(contexts: Callable[..., BrowserContext]) -> None:
    shop = open_shop()
    page = contexts(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("User name").fill("maria")
    page.get_by_label("Password").fill("secret-enough")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Got it Oat drinks").click()
    expect(page.locator(".card").first).to_contain_text("You read this at")
    page.locator("#code").fill("SAVE2")
    page.locator("#code").press("Enter")
    page.get_by_role("button", name="Redeem one").click()
    expect(page.locator(".verdict h2")).to_have_text("Redeemed")
    page.get_by_role("link", name="Coming").click()
    expect(page.locator(".card:visible")).to_have_count(1)
    assert Briefing.objects.filter(store=shop.elm, told_at__isnull=True).count() == 0
