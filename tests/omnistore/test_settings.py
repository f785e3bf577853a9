"""The key of a local installation: one, however many processes start at once in a new folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from omnistore import settings


def test_all_who_start_at_once_have_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for number in range(20):
        monkeypatch.setattr(settings, "DATA_DIR", tmp_path / str(number))
        with ThreadPoolExecutor(8) as processes:
            keys = set(processes.map(lambda _process: settings.local_secret_key(), range(8)))
        assert len(keys) == 1
        assert len(keys.pop()) >= 50
        assert (settings.DATA_DIR / "secret_key").stat().st_mode & 0o077 == 0
