"""Every page that the address book has, for each person, in four languages, light and dark, at every size.

A new page is walked by itself; an address with a new kind of parameter fails here until `places_in` knows a value.
"""

import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from omnistore.staff.enrolling import approve_device, revoke_device
from omnistore.staff.models import Device
from tests.access import Route, walk
from tests.browser.every_state import open_everything, places_in
from tests.browser.fixtures import LANDSCAPE, NEXT_FRAMES, PHONE, RULES_ABOUT_COLOUR, SIZES, capture
from tests.browser.looking import faults_at_a_glance
from tests.browser.shop import Shop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]

PEOPLE = (
    "nobody", "waiting", "locked", "revoked", "maria", "samira", "tom", "ines", "nora", "ada",
)  # fmt: skip
LANGUAGES = [code for code, _name in settings.LANGUAGES]
ELSEWHERE = ("/api/", "/admin/")  # machines read the one, Django draws the other
# The same address shows more than one screen.
QUERIES = {
    "tablet": ["", "?show=new", "?show=ending", "?show=coming"],
    "tablet-verdict": [
        f"?code={code}"
        for code in ("04012345000016", "HON-1", "COF-1", "SOA-1", "ONLINE", "9999", "04012345000017", "oat")
    ],
    "promotion-list": ["", "?view=all", "?view=all&campaign=Winter"],
    "promotion-compare": ["?old=1&new=2"],
    "conflict-list": ["", "?state=RESOLVED"],
    "report-inbox": ["", "?view=all"],
    "stock-find": ["", "?store=0412", "?store=0412&q=oat"],
    "device-approve": ["", "?code=ABCD-EFGH"],
}
FINGER, HAND = 48, 44  # px: a target on the shop floor, and at a desk

axe = Axe()


@pytest.fixture
def shop() -> Shop:
    return open_everything()


@pytest.mark.parametrize("who", PEOPLE)
def test_every_screen_is_worth_showing(
    who: str, shop: Shop, contexts: Callable[..., BrowserContext], web_server: str
) -> None:
    context = contexts()
    arrive(context, who=who, shop=shop, web_server=web_server)
    addresses = list(dict.fromkeys(pages_for(context, shop=shop)))
    assert addresses
    page, faults = context.new_page(), defaultdict[str, dict[str, str]](dict)
    for language, (name, address) in product(LANGUAGES, addresses):
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": web_server}])
        page.goto(address)
        for look, fault in faults_of(page, language=language, picture=f"{who}-{name}"):
            faults[fault].setdefault(address, f"{language} {look}")
    told = "\n".join(f"{fault} on {dict(sorted(places.items())[:4])}" for fault, places in faults.items())
    assert not told, f"on {len(addresses)} pages:\n{told}"


def arrive(context: BrowserContext, *, who: str, shop: Shop, web_server: str) -> None:
    """Somebody sits down at this browser; a shared tablet asks, is approved, is shut out."""
    if who in shop.people:
        person = Client()
        person.force_login(shop.people[who])
        session = person.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(shop.people[who].pk)
        session.save()
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": web_server}]
        )
    elif who != "nobody":
        enrol(context, who=who, shop=shop)


def enrol(context: BrowserContext, *, who: str, shop: Shop) -> None:
    page, samira = context.new_page(), shop.people["samira"]
    page.goto("/device/")
    page.get_by_role("button", name="Ask for a code").click()
    code = page.locator(".device-code").inner_text()
    page.close()
    if who != "waiting":
        approve_device(code=code, store_code="0412", name="Checkout 2", by=samira, now=timezone.now())
    if who == "revoked":
        device = Device.objects.get(state=Device.State.ACTIVE)
        revoke_device(device=device, why="Left on the bus", by=samira, now=timezone.now())


def pages_for(context: BrowserContext, *, shop: Shop) -> Iterator[tuple[str, str]]:
    """Name and address of every page that this browser may open: a whole one, not a piece for htmx."""
    places = places_in(shop)
    for route in walk(get_resolver().url_patterns, prefix="/"):
        if route.path.startswith(ELSEWHERE):
            continue
        for address in addresses_of(route, places):
            answer = context.request.get(address, max_redirects=0)
            if answer.status == 200 and answer.text().lower().lstrip().startswith("<!doctype html"):
                yield f"{route.name}{re.sub(r'[^A-Za-z0-9]+', '-', address)}", address
    yield "not-found", "/nowhere/"


def addresses_of(route: Route, places: dict[str, list[Any]]) -> Iterator[str]:
    """The route with every value for its parameters."""
    parameters = re.findall(r"<(?:\w+:)?(\w+)>", route.path)
    for values in product(*(values_of(parameter, route=route, places=places) for parameter in parameters)):
        filled = dict(zip(parameters, values, strict=True))
        path = route.path
        for name, value in filled.items():
            path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
        for query in QUERIES.get(route.name, [""]):
            yield path + query


def values_of(parameter: str, *, route: Route, places: dict[str, list[Any]]) -> list[Any]:
    if parameter != "pk":
        return places[parameter]
    starts = [start for start in places if route.name.startswith(start)]
    return places[max(starts, key=len)] if starts else places[f"pk of {route.name}"]


def faults_of(page: Page, *, language: str, picture: str) -> Iterator[tuple[str, str]]:
    """In which look what is wrong: axe in every language once, in English at every size, and colours in the dark."""
    on_the_floor = page.locator("body.tablet").count() > 0
    if page.locator("#link-word").count():
        expect(page.locator("#link")).to_have_attribute("data-link", "live")
    for size, (width, height) in SIZES.items():
        if (width, height) == PHONE and not on_the_floor:
            continue
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(NEXT_FRAMES)
        for fault in faults_at_a_glance(page, least_target=FINGER if on_the_floor else HAND):
            yield size, fault
        if language == "en" or size == "landscape":
            yield from ((size, each) for each in violations(page))
            keep(page, f"{picture}-{language}-{size}-light")
    page.set_viewport_size({"width": LANDSCAPE[0], "height": LANDSCAPE[1]})
    if language == "en":
        page.emulate_media(color_scheme="dark")
        page.evaluate(NEXT_FRAMES)
        yield from (("dark", each) for each in violations(page, runOnly=RULES_ABOUT_COLOUR))
        keep(page, f"{picture}-{language}-landscape-dark")
        page.emulate_media(color_scheme="light")


def violations(page: Page, **options: Any) -> Iterator[str]:
    """axe-core's, one line each."""
    found = axe.run(page, options={"resultTypes": ["violations"], **options})
    for each in found.response["violations"]:
        yield f"{each['id']}: {', '.join(str(node['target'][0]) for node in each['nodes'][:3])}"


def keep(page: Page, name: str) -> None:
    """A picture for people, where they asked for them."""
    folder = os.environ.get("OMNISTORE_ARTEFACTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        capture(page, Path(folder) / f"{name}.png")
