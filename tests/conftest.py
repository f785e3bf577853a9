"""What every test shares."""

import gc
from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import is_hypothesis_test, settings

# Times are not asserted anywhere, and a tree that may not be written must do: no deadline, no example database.
# A law that says nothing else is tried this often, and ten times as often with `-m long`.
settings.register_profile("omnistore", deadline=None, database=None, max_examples=40)
settings.register_profile("long", parent=settings.get_profile("omnistore"), max_examples=400)
settings.load_profile("omnistore")

# A browser and the web server before it, for tests/browser and tests/journeys; and a web server alone.
pytest_plugins = ["tests.browser.fixtures", "tests.web_server"]


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_when_asked_for() -> Iterator[None]:
    """Otherwise every test client would read all of them at its first request."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def checks_are_written_with_the_answer() -> Iterator[None]:
    """A thread of its own would write past the transaction that a test takes back; the writer has its own test."""
    with override_settings(CHECK_FLUSH_SECONDS=0):
        yield


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("markexpr") == "long":
        settings.load_profile("long")


# Here a test is a story of whole processes, and takes as long as they take to start and to die.
SLOW_FOLDERS = ("faults", "benchmarks")
SLOW_FILES = (
    *(
        "demo/test_demo_command.py",
        "demo/test_prepare.py",
        "demo/test_stack.py",
        "demo/test_sample_loading.py",
    ),
    *("imports/test_any_order.py", "browser/test_shared_tablet.py", "browser/test_sign_in.py"),
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every law is run by `-m long` too, where it is tried more often; what lasts is marked where it lies."""
    is_long = item.get_closest_marker("long") is not None
    if not is_long and (item.path.parent.name in SLOW_FOLDERS or item.path.as_posix().endswith(SLOW_FILES)):
        item.add_marker("slow")
    if item.config.getoption("markexpr") == "long" and is_hypothesis_test(getattr(item, "obj", None)):
        item.add_marker("long")


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end; to look through it again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: it keeps an event loop in the main thread, where others start their own."""
    items.sort(key=lambda item: item.path.parent.name in ("browser", "journeys"))
