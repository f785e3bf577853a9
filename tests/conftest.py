"""What every test shares."""

from hypothesis import settings

# Times are not asserted anywhere, and a tree that may not be written must do: no deadline, no example database.
settings.register_profile("omnistore", deadline=None, database=None)
settings.load_profile("omnistore")

# A browser and the web server before it, for tests/browser and tests/journeys.
pytest_plugins = ["tests.browser.fixtures"]
