"""The project's web server on the test database, one for all tests of a run that need it."""

from collections.abc import Iterator

import pytest

from tests.promotions.live.parties import WebServer


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(folder=tmp_path_factory.mktemp("web"))
    server.start()
    yield server
    server.stop()
