"""Other commands reach a running demo, and never one that is gone."""

from pathlib import Path

import pytest

from omnistore.demo.addresses import AlreadyRunning, claimed, of_running_demo, published

ADDRESSES = {
    "DATABASE_URL": "postgresql://omnistore@/postgres?host=/a=b",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def test_a_running_demo_is_found_and_its_note_is_private(tmp_path: Path) -> None:
    with claimed(tmp_path), published(tmp_path, ADDRESSES):
        assert of_running_demo(tmp_path) == ADDRESSES
        assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "env").exists()


def test_the_note_of_a_killed_demo_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("DATABASE_URL=postgresql://gone\n")
    assert of_running_demo(tmp_path) == {}


def test_two_demos_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(AlreadyRunning), claimed(tmp_path):
        pass
