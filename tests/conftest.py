"""What every test shares."""

import pytest
from hypothesis import settings

# Times are not asserted anywhere, and a tree that may not be written must do: no deadline, no example database.
settings.register_profile("omnistore", deadline=None, database=None)
settings.load_profile("omnistore")

# A browser and the web server before it, for tests/browser and tests/journeys.
pytest_plugins = ["tests.browser.fixtures"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: it keeps an event loop in the main thread, where others start their own."""
    items.sort(key=lambda item: item.path.parent.name in ("browser", "journeys"))
