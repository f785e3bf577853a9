"""What a source may declare about where its files come from, and what is said about everything else."""

import base64
from typing import Any

import pytest

from inventory.imports.transports.choosing import wanted_files
from inventory.imports.transports.declared import Bucket, Choice, Folder, Https, Pushed, Sftp, read_transport
from inventory.imports.transports.faults import PullFailed

KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + b"k" * 32).decode()
SFTP: dict[str, Any] = {
    "kind": "sftp", "host": "Files.Example.com", "user": "shop", "path": "/out", "password_env": "WMS_PASSWORD",
    "host_key": KEY,
}  # fmt: skip
S3: dict[str, Any] = {
    "kind": "s3", "endpoint": "https://s3.example.com", "bucket": "feeds", "access_key_env": "A", "secret_key_env": "B",
}  # fmt: skip
URL = {"kind": "https", "url": "https://files.example.com/stock.csv?day=1"}


def test_each_kind_is_read() -> None:
    assert read_transport({}) == Folder(Choice(), 600)
    assert read_transport(
        {"kind": "folder", "marker": ".complete", "settle_seconds": 0.5, "pattern": "*.csv"}
    ) == (Folder(Choice("*.csv", ".complete", 0.5), 600))
    sftp = read_transport(SFTP | {"after": "move:done", "port": 2222})
    assert isinstance(sftp, Sftp)
    assert (sftp.host, sftp.port, sftp.after, sftp.move_to, sftp.host_key[0]) == (
        "files.example.com", 2222, "move", "done", "ssh-ed25519",
    )  # fmt: skip
    https = read_transport(URL | {"header_env": {"Authorization": "WMS_TOKEN"}})
    assert isinstance(https, Https)
    assert https.header_env == {"Authorization": "WMS_TOKEN"}
    bucket = read_transport(S3 | {"prefix": "out/", "time_limit": 60})
    assert isinstance(bucket, Bucket)
    assert (bucket.prefix, bucket.time_limit) == ("out/", 60)
    assert read_transport({"kind": "webhook", "secret_env": "A"}) == Pushed("webhook", ("A",))
    assert read_transport({"kind": "upload"}) == Pushed("upload")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ([], "no JSON object"),
        ({"kind": "ftp"}, "expected one of folder, sftp, https, s3, webhook, upload"),
        ({"marker": "complete"}, "expected an ending"),
        ({"settle_seconds": 31}, "expected a number from 0 to 30"),
        ({"settle_seconds": True}, "expected a number"),
        ({"time_limit": "60"}, "expected a number"),
        ({"kind": "folder", "path": "/etc"}, "unknown key 'path' of folder"),
        ({"kind": "sftp"}, "password_env"),
        (SFTP | {"host": ""}, "host is ''; expected text"),
        (SFTP | {"host": "a/b"}, "host is 'a/b'; expected a host name"),
        (SFTP | {"key_env": "KEY"}, "one of password_env and key_env"),
        (SFTP | {"password_env": "p@ss word"}, "not the secret itself"),
        (SFTP | {"password_env": "SECRET_KEY"}, "no partner may be sent"),
        (SFTP | {"host_key": "ssh-ed25519 AAAA"}, "host_key"),
        (SFTP | {"host_key": KEY.replace("ssh-ed25519", "ssh-rsa")}, "host_key"),
        (SFTP | {"after": "move"}, "after is 'move'"),
        (SFTP | {"after": "keep:x"}, "after is 'keep:x'"),
        (SFTP | {"path": "/out\n"}, "control characters"),
        (URL | {"url": "ftp://files.example.com/a"}, "expected https://"),
        (URL | {"url": "file:///etc/passwd"}, "expected an address"),
        (URL | {"url": "https://me:pw@files.example.com/a"}, "user name"),
        (URL | {"url": "https://①②⑦.0.0.1/a"}, "expected an address"),
        (URL | {"header_env": {"Authorization": "Bearer abc"}}, "not the secret itself"),
        (URL | {"header_env": {"A: b": "NAME"}}, "header_env must map"),
        (S3 | {"bucket": "../x"}, "the name of a bucket"),
        ({"kind": "webhook", "secret_env": [1]}, "secret_env"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_named(declared: object, told: str) -> None:
    with pytest.raises(PullFailed, match="bad_transport") as refusal:
        read_transport(declared)
    assert told in refusal.value.message


def test_a_marker_calls_its_file_finished() -> None:
    names = [
        "b.csv",
        "a.dat",
        "a.dat.complete",
        "c.dat",
        "c.dat.zip.complete",
        "d.complete",
        ".e",
        ".e.complete",
    ]
    assert list(wanted_files(names, Choice(marker=".complete"))) == [
        ("a.dat", "a.dat.complete"), ("c.dat", "c.dat.zip.complete"),
    ]  # fmt: skip
    assert list(wanted_files(names, Choice("*.csv"))) == [("b.csv", "")]


def test_names_that_are_no_names_are_left_alone() -> None:
    names = ["../a", "/etc/passwd", "a\0b", "a\nb", "c\\d", "x" * 256, "", "a.part", "b.tmp", "ok con .csv"]
    assert list(wanted_files(names, Choice())) == [("ok con .csv", "")]
