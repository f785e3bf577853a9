"""The demo and the tests write only where it is safe and allowed."""

import os
from pathlib import Path

import pytest

from omnistore.demo import folders


def test_the_given_data_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNISTORE_DATA", str(tmp_path / "data"))
    assert folders.data_folder() == tmp_path / "data"
    assert (tmp_path / "data").is_dir()


def test_a_folder_that_others_may_write_is_not_trusted(tmp_path: Path) -> None:
    assert folders.private_folder(tmp_path / "mine") == tmp_path / "mine"
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    for untrusted in ("open", "link"):
        with pytest.raises(PermissionError, match="belongs to somebody else"):
            folders.private_folder(tmp_path / untrusted)


def test_a_closed_parent_keeps_others_out(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not folders.open_to_others(tmp_path / "closed" / "inner")
    assert folders.open_to_others(Path("/usr"))


def test_a_throw_away_folder_is_gone_afterwards() -> None:
    with folders.throw_away_folder("tests") as folder:
        (folder / "file").touch()
        assert folder.stat().st_uid == os.geteuid()
    assert not folder.exists()
