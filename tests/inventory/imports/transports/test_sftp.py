"""Files of an SSH server: only from the host we know, only when they have settled, each once."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from pytest_django import Settings

from inventory.imports.transports.visits import landing_folder
from inventory.models import FeedRun, FeedSource
from tests.factories import create_source
from tests.inventory.imports.transports.servers import (
    SshServer,
    contents,
    policy_for,
    pull,
    ssh_server,
    web_server,
)

pytestmark = pytest.mark.django_db
CLIENT_KEY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    authorized = CLIENT_KEY.export_public_key().decode()
    with ssh_server(tmp_path_factory.mktemp("sftp"), authorized=authorized) as running:
        yield running


@pytest.fixture
def out(server: SshServer, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own on the server."""
    monkeypatch.setenv("WMS_PASSWORD", "open sesame")
    folder: Path = server.folder / request.node.name
    folder.mkdir()
    return folder


def source_of(server: SshServer, folder: Path, **more: Any) -> FeedSource:
    declared = {
        "kind": "sftp", "host": "sftp.test", "port": server.port, "user": "shop", "path": f"/{folder.name}",
        "password_env": "WMS_PASSWORD", "host_key": server.host_key, "settle_seconds": 0,
    }  # fmt: skip
    return create_source(transport=declared | more)


def fetch(source: FeedSource, server: SshServer) -> list[tuple[str, bool]]:
    return pull(source, policy_for(("sftp.test", server.port)))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_are_taken_in_order_and_known_again(server: SshServer, out: Path) -> None:
    big = os.urandom(3_000_000)
    for name, content in (("2.csv", b"two"), ("10.csv", big), (".hidden", b"h"), ("3.csv.part", b"p")):
        (out / name).write_bytes(content)
    (out / "link.csv").symlink_to("2.csv")
    (out / "folder.csv").mkdir()
    source = source_of(server, out)
    assert fetch(source, server) == [("10.csv", True), ("2.csv", True)]
    assert contents() == {"10.csv": big, "2.csv": b"two"}
    assert fetch(source, server) == []
    (out / "2.csv").write_bytes(b"two again")
    assert fetch(source, server) == [("2.csv", True)]
    (out / "10.csv").unlink()
    fetch(source, server)
    assert list(source.transport_state["taken"]) == ["2.csv"]
    assert list(landing_folder().iterdir()) == []


def test_a_file_is_as_old_as_where_it_lay(server: SshServer, out: Path) -> None:
    (out / "a.csv").write_bytes(b"a")
    os.utime(out / "a.csv", (1_777_600_000, 1_777_600_000))
    source = source_of(server, out)
    source.profile = {"as_of": "modified"}
    source.save()
    fetch(source, server)
    assert FeedRun.objects.get().file_as_of == datetime.fromtimestamp(1_777_600_000, UTC)


def test_a_key_opens_too(server: SshServer, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (out / "a.csv").write_bytes(b"a")
    monkeypatch.setenv("WMS_KEY", CLIENT_KEY.export_private_key().decode())
    source = source_of(server, out, password_env="", key_env="WMS_KEY")
    assert fetch(source, server) == [("a.csv", True)]
    monkeypatch.setenv("WMS_KEY", "no key")
    fetch(source, server)
    assert source.pull_problem["code"] == "secret_unusable"


def test_another_host_key_ends_it_before_anything_is_said(server: SshServer, out: Path) -> None:
    (out / "a.csv").write_bytes(b"a")
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    source = source_of(server, out, host_key=other)
    assert fetch(source, server) == []
    assert source.pull_problem["code"] == "host_key_mismatch"
    another_kind = asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_public_key().decode().strip()
    source = source_of(server, out, host_key=another_kind)
    assert fetch(source, server) == []
    assert source.pull_problem["code"] == "unreachable"
    assert "ecdsa-sha2-nistp256" in source.pull_problem["message"]


def test_a_wrong_password(server: SshServer, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMS_PASSWORD", "geheim")
    source = source_of(server, out)
    assert fetch(source, server) == []
    assert source.pull_problem["code"] == "sign_in_refused"
    assert "geheim" not in source.pull_problem["message"]


def test_a_file_waits_for_its_marker_and_takes_it_along(server: SshServer, out: Path) -> None:
    for name in ("a.dat", "b.dat", "b.dat.complete", "c.dat", "c.dat.zip.complete"):
        (out / name).write_bytes(name.encode())
    source = source_of(server, out, marker=".complete", after="move:done")
    assert fetch(source, server) == [("b.dat", True), ("c.dat", True)]
    assert source.pull_problem == {}
    assert names(out) == [
        "a.dat",
        "done/b.dat",
        "done/b.dat.complete",
        "done/c.dat",
        "done/c.dat.zip.complete",
    ]
    (out / "b.dat").write_bytes(b"the next night")
    assert fetch(source, server) == []
    (out / "b.dat.complete").touch()
    assert fetch(source, server) == [("b.dat", True)]
    assert len([name for name in names(out) if name.startswith("done/b.dat")]) == 4


def test_files_can_be_deleted_once_they_are_ours(server: SshServer, out: Path) -> None:
    for name in ("a.csv", "b.txt"):
        (out / name).write_bytes(name.encode())
    assert fetch(source_of(server, out, after="delete", pattern="*.csv"), server) == [("a.csv", True)]
    assert names(out) == ["b.txt"]


def test_a_file_that_still_grows_waits(server: SshServer, out: Path) -> None:
    (out / "a.csv").write_bytes(b"whole")
    (out / "b.csv").write_bytes(b"half")
    source = source_of(server, out, settle_seconds=0.01)
    server.before_listing.extend([lambda: None, lambda: append(out / "b.csv", b" and the rest")])
    assert fetch(source, server) == [("a.csv", True)]
    assert fetch(source, server) == [("b.csv", True)]
    assert contents()["b.csv"] == b"half and the rest"


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def test_one_bad_file_does_not_stop_the_others(server: SshServer, out: Path, settings: Settings) -> None:
    settings.FEED_MAX_BYTES = 100
    (out / "a.csv").write_bytes(bytes(101))
    (out / "b.csv").write_bytes(b"b")
    (out / "c.csv").write_bytes(b"c")
    (out / "c.csv").chmod(0)
    source = source_of(server, out)
    taken = fetch(source, server)
    assert ("b.csv", True) in taken
    assert "a.csv is larger than 100 bytes" in source.pull_problem["message"]
    assert source.pull_problem["code"] == "too_large"


def test_a_folder_that_is_not_there(server: SshServer, out: Path) -> None:
    source = source_of(server, out, path="/nowhere")
    assert fetch(source, server) == []
    assert source.pull_problem["code"] == "unreadable"
    assert "nowhere" in source.pull_problem["message"]


def test_a_file_that_cannot_be_set_aside_is_read_again_and_counts_once(server: SshServer, out: Path) -> None:
    (out / "a.csv").write_bytes(b"a")
    (out / "done").write_bytes(b"a file where the folder should be")
    source = source_of(server, out, after="move:done", pattern="*.csv")
    assert fetch(source, server) == [("a.csv", True)]
    assert source.pull_problem["code"] == "unreadable"
    assert fetch(source, server) == [("a.csv", False)]


def test_what_does_not_speak_ssh(server: SshServer, out: Path) -> None:
    with web_server() as site:
        source = source_of(server, out, port=site.port)
        assert pull(source, policy_for(("sftp.test", site.port))) == []
    assert source.pull_problem["code"] == "unreachable"
    assert pull(source, policy_for(("sftp.test", site.port))) == []  # now nobody listens at all
    assert source.pull_problem["code"] == "unreachable"


def test_only_where_we_may(server: SshServer, out: Path) -> None:
    source = source_of(server, out)
    assert pull(source, policy_for(("sftp.test", 22))) == []
    assert source.pull_problem["code"] == "host_not_allowed"
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    policy = replace(policy_for(("sftp.test", server.port)), resolve=lambda _host, _port: answers.pop(0))
    pull(source, policy)
    assert source.pull_problem == {}
    pull(source, policy)
    assert source.pull_problem["code"] == "address_refused"
