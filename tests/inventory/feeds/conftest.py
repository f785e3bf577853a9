"""A reader knows neither settings nor folders: nothing is prepared for its tests."""

import pytest


@pytest.fixture(autouse=True)
def own_folders() -> None:
    """Instead of the folders that tests with stored files have."""
