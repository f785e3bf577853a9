"""The tablet's box as a browser without a script gets it, and its pieces for htmx."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Store
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member, put_stock

pytestmark = pytest.mark.django_db
PIECE = {"HX-Request": "true"}


@pytest.fixture
def tablet(client: Client) -> Client:
    """Oat drink, 29 % off with the code from the mail, twelve of them in the store."""
    store = create_store(store_code="0412", name="Elm Street")
    item = create_item(sku="OAT-1", title="Oat Drink", gtin="04006381333931")
    put_stock(store=store, levels={item: 12}, counted_at=timezone.now() - timedelta(hours=2))
    today = timezone.now().date()
    create_published_promotion(
        promotion_id="MAIL", long_title="Breakfast with the code from the mail", now=timezone.now(),
        starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=3), item_id_inclusion=["OAT-1"],
    )  # fmt: skip
    client.force_login(create_staff_member(username="maria", stores=[store]))
    return client


def test_suggestions_are_options_that_name_what_to_ask_with(tablet: Client) -> None:
    piece = tablet.get("/tablet/search/", {"code": "the deal from the maill"}, headers=PIECE).content.decode()
    assert 'role="option" id="offer-here-1" data-code="MAIL"' in piece
    assert 'data-said="1 suggestion"' in piece
    assert (
        'data-code="04006381333931"'
        in tablet.get("/tablet/search/", {"code": "oat"}, headers=PIECE).content.decode()
    )


def test_without_a_script_a_search_is_a_page_of_links(tablet: Client) -> None:
    page = tablet.get("/tablet/search/", {"code": "breakfast"}).content.decode()
    assert 'href="/tablet/verdict/?code=MAIL"' in page
    assert 'class="board"' in page
    assert "Nothing here is called that" in tablet.get("/tablet/search/", {"code": "zzzz"}).content.decode()
    assert tablet.get("/tablet/search/", {"code": "a\0\x1d" + "é" * 5000}).status_code == 200


def test_words_that_are_no_code_show_what_they_may_mean(tablet: Client) -> None:
    page = tablet.get("/tablet/verdict/", {"code": "oat drnk"})
    assert page.context["verdict"].outcome == "UNKNOWN"
    assert 'href="/tablet/verdict/?code=04006381333931"' in page.content.decode()


def test_too_long_a_paste_is_refused_in_words_and_in_place(tablet: Client) -> None:
    answer = tablet.get("/tablet/verdict/", {"code": "x" * 5000}, headers=PIECE)
    assert answer.status_code == 422
    assert "A code has at most 200 characters" in answer.content.decode()
    assert tablet.get("/tablet/verdict/", {"code": "a\0b"}).status_code == 422


def test_another_price_on_the_sign_is_a_yes_to_report_and_is_asked_again_with_it(tablet: Client) -> None:
    asked = {"code": "OAT-1", "seen_price": "2,79"}
    answer = tablet.get("/tablet/verdict/", asked, headers=PIECE)
    page = unescape(answer.content.decode())
    assert answer.context["verdict"].outcome == "HONOUR_AND_REPORT"
    assert "The sign says $2.79; $1.98 is right." in page
    assert "Redeem one" in page
    assert 'data-refresh="/tablet/verdict/?code=OAT-1&seen_price=2.79&' in page


@pytest.mark.parametrize("price", ["two", "-1", "1e99", "NaN", "9" * 5000])
def test_a_price_that_is_none_is_refused_beside_its_field(tablet: Client, price: str) -> None:
    answer = tablet.get("/tablet/verdict/", {"code": "OAT-1", "till_price": price}, headers=PIECE)
    assert answer.status_code == 422
    assert (
        '<p class="error" id="compare-till_price-error">Enter a price such as 4.50.</p>'
        in answer.content.decode()
    )
    assert answer.context["verdict"].price.deal == Decimal("1.98")


def test_the_policy_lets_the_cameras_reader_run_and_nothing_else(tablet: Client) -> None:
    policy = tablet.get("/tablet/")["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert "wasm" not in tablet.get("/sign-in/")["Content-Security-Policy"]


def test_a_search_shows_a_store_its_own_stock_and_offers_only(tablet: Client, client: Client) -> None:
    other = create_store(store_code="0500")
    put_stock(store=other, levels={create_item(title="Rye Bread"): 7}, counted_at=timezone.now())
    piece = tablet.get("/tablet/search/", {"code": "rye"}, headers=PIECE).content.decode()
    assert "never counted here" in piece
    assert Store.objects.count() == 2


def test_nobody_searches_without_signing_in(client: Client) -> None:
    assert client.get("/tablet/search/?code=oat")["Location"].startswith("/sign-in/")
    client.force_login(create_staff_member())
    assert client.get("/tablet/search/?code=oat")["Location"] == "/tablet/store/"


def test_a_suggestion_says_how_old_its_figure_is(tablet: Client) -> None:
    old = timezone.now() - timedelta(days=3)
    put_stock(store=Store.objects.get(), levels={create_item(title="Rye Bread"): 7}, counted_at=old)
    found = tablet.get("/tablet/search/", {"code": "rye"}, headers=PIECE).content.decode()
    assert "7 here, 3 d ago" in found
