"""Which page of an offer a link shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.rules.pages import codes_in, most_alike, own_promotion, page_of

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (f"{SHOP}/offers", [1]),
        (f"{SHOP}/offers/?utm_source=mail", [1]),
        (f"{SHOP}/offers?deal=7&gclid=x", [2]),  # the more exactly named alone
        (f"{SHOP}/offers?deal=8", [1]),
        (f"{SHOP}/offers?deal=7&lang=de", [2]),
        (f"{SHOP}/other", []),
        ("https://user@shop.example:443/offers", [1]),
        ("https://shop.example:8443/offers", []),
        ("ftp://shop.example/offers", []),
        ("https://shop.example:99999/offers", []),
        ("https://[::1/offers", []),
        ("https:///offers", []),
    ],
)
def test_the_most_exactly_named_page_is_shown(link: str, shown: list[int]) -> None:
    offers = [
        (1, f"{SHOP}/offers/"),
        (2, "http://www.shop.example/offers?deal=7&utm_medium=cpc"),
        (3, "https://[::1"),
    ]
    page = page_of(link)
    assert (most_alike(page, offers) if page else []) == shown


def test_the_spellings_that_a_database_may_have_kept() -> None:
    page = page_of("https://XN--SSSES-KVA.example/S%C3%BC%C3%9Fes/")
    assert page is not None
    assert page.keys == (
        "xn--ssses-kva.example/süßes", "xn--ssses-kva.example/s%c3%bc%c3%9fes",
        "süsses.example/süßes", "süsses.example/s%c3%bc%c3%9fes",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("link", "codes"),
    [
        (f"{SHOP}/cart?Coupon=SAVE5&x=1", ("SAVE5",)),
        (f"{SHOP}/en/discount/SAVE%205", ("SAVE 5",)),
        (f"{SHOP}/api/v1/promotions/a%2Fb/history", ("a/b",)),
        (f"{SHOP}/api/v1/stores/1/offers.jsonld?page=2#oat/1/OAT%2F1", ("oat/1",)),
        (f"{SHOP}/api/v1/stores/1/verdict?code=SAVE5", ("SAVE5",)),
        (f"{SHOP}/?code={'x' * 61}", ()),
        (f"{SHOP}/?code=a%00b", ()),
        ("https://[::1/?code=a", ()),
    ],
)
def test_the_codes_that_a_link_carries(link: str, codes: tuple[str, ...]) -> None:
    assert codes_in(link) == codes


def test_our_own_pages() -> None:
    assert [own_promotion(f"https://omni.example/{path}") for path in (
        "tablet/offers/12/", "desk/promotions/12/edit/", "tablet/offers/x/", f"tablet/offers/{'9' * 19}/",
    )] == [12, 12, None, None]  # fmt: skip


@given(st.text(max_size=80).map(lambda text: f"https://{text}") | st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    codes_in(text)
    own_promotion(text)
    page = page_of(text)
    if page is not None:
        assert page.keys
        assert page.shows(page)
