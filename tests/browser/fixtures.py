"""A real web server on the test database and a real chromium in front of it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from omnistore.demo.browser import HOW_TO_GET_IT, find_chromium
from omnistore.staff.models import StaffMember

# Playwright's event loop runs in the test's own thread, where the ORM is used too, never at the same time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANDSCAPE, PORTRAIT, DESK = (1180, 820), (820, 1180), (1440, 900)
PHONE = (390, 844)
SIZES = {"landscape": LANDSCAPE, "portrait": PORTRAIT, "desk": DESK, "phone": PHONE}

POLICY = "Content Security Policy"
# What axe-core can judge otherwise in the dark; all its other rules look at the elements, which stay the same.
RULES_ABOUT_COLOUR = ["color-contrast", "link-in-text-block"]

# Colours fade into the other scheme: two frames later the fade (1 ms with reduced motion) is over.
NEXT_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

expect.set_options(timeout=15_000)  # ms: a deadline, not a measurement

SignIn = Callable[..., Page]
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def web_server(django_db_setup: None) -> Iterator[str]:
    """uvicorn on the test database; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    command = [sys.executable, "-m", "uvicorn", "omnistore.asgi:application", "--port", str(port), "--lifespan",
               "off", "--timeout-graceful-shutdown", "1", "--log-level", "warning"]  # fmt: skip
    with subprocess.Popen(command, env=os.environ | {"DATABASE_URL": database}) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)


def wait_until_ready(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Until /readyz answers; at most 20 s."""
    for _attempt in range(200):
        assert server.poll() is None, "the web server ended while it was starting"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the web server did not get ready")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.fail(f"There is no chromium. {HOW_TO_GET_IT}")
    chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def contexts(browser: Browser, web_server: str) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, that is people with devices; no script of ours may fail in them."""
    made: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        *, size: tuple[int, int] = LANDSCAPE, scheme: str = "light", **options: object
    ) -> BrowserContext:
        context = browser.new_context(
            base_url=web_server,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(10_000)
        context.on("weberror", lambda raised: complaints.append(str(raised.error)))
        context.on("console", lambda said: complaints.append(said.text) if POLICY in said.text else None)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert not complaints


@pytest.fixture
def sign_in(contexts: Callable[..., BrowserContext], web_server: str) -> SignIn:
    """A page of somebody who has signed in already; the sign-in page has tests of its own."""

    def open_page(member: StaffMember, **options: object) -> Page:
        person = Client()
        person.force_login(member)
        session = person.cookies[settings.SESSION_COOKIE_NAME].value
        context = contexts(**options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": web_server}])
        page = context.new_page()
        page.goto("/")
        return page

    return open_page


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Complains of whatever axe-core finds on the page as it stands, and of colours in the dark."""
    axe = Axe()

    def check(page: Page) -> None:
        for scheme, rules in (("dark", {"runOnly": RULES_ABOUT_COLOUR}), ("light", {})):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(NEXT_FRAMES)
            found = axe.run(page, options={"resultTypes": ["violations"], **rules})
            assert found.violations_count == 0, f"{scheme}: {found.generate_report()}"

    return check


def capture(page: Page, path: Path) -> None:
    """One picture of what the page shows once it has loaded.

    Now and then chromium refuses a picture (robotframework-browser issue 5237) and takes the same one when asked again.
    """
    page.wait_for_load_state()
    for _attempt in range(3):
        try:
            page.screenshot(path=path)
        except PlaywrightError as refusal:
            if "Unable to capture screenshot" not in str(refusal):
                raise
            page.evaluate(NEXT_FRAMES)
        else:
            return
    pytest.fail(f"chromium refused the picture {path.name} three times")


@pytest.fixture(scope="session")
def shoot(pytestconfig: pytest.Config) -> Shoot:
    """Keeps a screenshot of a state for people to look at; with `-m browser` in every size, light and dark."""
    every_look = pytestconfig.getoption("markexpr") == "browser"
    folder = Path(os.environ.get("OMNISTORE_ARTEFACTS") or tempfile.mkdtemp(prefix="omnistore-screens-"))
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        before = page.viewport_size
        for size, (width, height) in SIZES.items():
            if before != {"width": width, "height": height} and not every_look:
                continue
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark") if every_look else ("light",):
                page.emulate_media(color_scheme=scheme)
                page.evaluate(NEXT_FRAMES)
                capture(page, folder / f"{name}-{size}-{scheme}.png")
        page.emulate_media(color_scheme="light")
        # A picture leaves style="" on every input, and a swap that copies it would offend the policy.
        page.evaluate(
            "document.querySelectorAll('[style=\"\"]').forEach(one => one.removeAttribute('style'))"
        )
        if before:
            page.set_viewport_size(before)

    return keep
