"""The box that takes everything a shopper can show: words, a scanner, the camera."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Playwright, expect

from omnistore.demo.browser import find_chromium
from tests.browser.fixtures import FLAGS, Shoot, SignIn
from tests.browser.shop import open_shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The bars of the digits 0-9 (GS1 General Specifications, 5.2.1.2.1): seven modules each, 1 is dark. Set C is A with
# light and dark exchanged, set B is C from right to left. Which of the first six digits are of set B says the first.
SET_A = [
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
]
SET_C = [bars.translate(str.maketrans("01", "10")) for bars in SET_A]
SET_B = [bars[::-1] for bars in SET_C]
SETS_BY_FIRST = [
    "AAAAAA",
    "AABABB",
    "AABBAB",
    "AABBBA",
    "ABAABB",
    "ABBAAB",
    "ABBBAA",
    "ABABAB",
    "ABABBA",
    "ABBABA",
]


def ean_13(digits: str) -> str:
    """The 95 modules of the symbol."""
    left = zip(digits[1:7], SETS_BY_FIRST[int(digits[0])], strict=True)
    bars = "".join((SET_A if kind == "A" else SET_B)[int(digit)] for digit, kind in left)
    return f"101{bars}01010{''.join(SET_C[int(digit)] for digit in digits[7:])}101"


def film_of(digits: str, path: Path) -> Path:
    """A film of a label: YUV4MPEG2, 640 × 480, three modules of margin to five pixels each."""
    picture = np.full((480, 640), 235, np.uint8)
    row = np.repeat(np.array([16 if bar == "1" else 235 for bar in ean_13(digits)], np.uint8), 5)
    picture[140:340, 80 : 80 + row.size] = row
    colourless = np.full(480 * 640 // 2, 128, np.uint8).tobytes()
    frame = b"FRAME\n" + picture.tobytes() + colourless
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 3)
    return path


@pytest.fixture
def filmed(playwright: Playwright, web_server: str, tmp_path: Path) -> Iterator[Page]:
    """Maria's tablet, whose camera sees the label of an oat drink."""
    film = film_of("4012345000016", tmp_path / "label.y4m")
    camera = [
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    chromium = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *camera])
    context = chromium.new_context(base_url=web_server, viewport={"width": 1180, "height": 820})
    person = Client()
    person.force_login(open_shop().maria)
    session = person.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": web_server}])
    yield context.new_page()
    chromium.close()


def test_the_camera_reads_a_label_and_is_loaded_only_then(filmed: Page) -> None:
    loaded: list[str] = []
    filmed.on("request", lambda request: loaded.append(request.url))
    filmed.goto("/tablet/")
    expect(filmed.locator("#code")).to_be_focused()
    assert not any("barcode" in url or "camera" in url or "zxing" in url for url in loaded)
    filmed.get_by_role("button", name="Scan with the camera").click()
    expect(filmed.locator(".verdict h2")).to_have_text("Honour")
    expect(filmed.locator("#code")).to_have_value("4012345000016")
    expect(filmed.locator("#camera")).to_be_hidden()


def test_without_a_camera_the_box_works_as_always(
    sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(open_shop().maria)
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator("#camera-said")).to_contain_text("the box works as always")
    shoot(page, "tablet-camera-denied")
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("OAT-1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")


def test_words_are_looked_up_as_somebody_types(
    sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]
) -> None:
    page = sign_in(open_shop().maria)
    code, options = page.locator("#code"), page.get_by_role("option")
    page.keyboard.type("the cofee from the mail")
    expect(options).to_have_count(1)
    code.fill("oat")
    expect(options).to_have_count(4)
    expect(code).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(code).to_have_attribute("aria-activedescendant", "offer-here-2")
    shoot(page, "tablet-suggestions")
    accessible(page)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    code.fill("coff")
    options.first.click()
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    expect(code).to_have_attribute("aria-expanded", "false")


def test_a_scan_never_waits_for_words_and_another_field_keeps_its_keys(sign_in: SignIn) -> None:
    page = sign_in(open_shop().maria)
    searches: list[str] = []
    page.on("request", lambda request: searches.append(request.url) if "/search/" in request.url else None)
    page.get_by_role("link", name="Oat drinks, 29 % off").focus()
    page.keyboard.type("OAT-1", delay=5)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour")
    page.get_by_text("Another price on the sign or the till?").click()
    page.get_by_label("On the sign").click()
    page.keyboard.type("2.49")
    expect(page.get_by_label("On the sign")).to_have_value("2.49")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict h2")).to_have_text("Honour and report")
    expect(page.locator(".reasons")).to_contain_text("The sign says $2.49; $1.98 is right.")
    assert searches == []


@pytest.mark.slow
def test_the_looks_of_an_answer(sign_in: SignIn, shoot: Shoot, accessible: Callable[[Page], None]) -> None:
    page = sign_in(open_shop().maria)
    for name, query in {
        "report": "code=OAT-1&seen_price=2.79&till_price=2.49",
        "words": "code=oat+drnk",
        "too-long": f"code={'x' * 300}",
        "link": "code=https://shop.example/a/very/long/address/of/an/offer/that/nobody/has%3Futm_source=newsletter",
    }.items():
        page.goto(f"/tablet/verdict/?{query}")
        shoot(page, f"tablet-{name}")
        accessible(page)
