"""One sample, built once for the tests that read it."""

from datetime import UTC, datetime

import pytest

from omnistore.demo.sample import Sample, build_sample

# A Sunday noon in New York; Honolulu has just woken up.
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return build_sample(folder=tmp_path_factory.mktemp("sample"), now=NOON)
