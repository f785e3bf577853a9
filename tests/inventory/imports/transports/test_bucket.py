"""Objects of a bucket: each version once, page by page, over the connection that was checked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from inventory.imports.transports import bucket
from inventory.imports.transports.addresses import Policy
from inventory.models import FeedRun, FeedSource
from tests.factories import create_source
from tests.inventory.imports.transports.servers import contents, policy_for, pull

pytestmark = pytest.mark.django_db


@dataclass
class Store:
    """A bucket of the test's own on an S3-compatible server, seen by the partner who fills it."""

    port: int
    s3: Any
    name: str

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)

    @property
    def policy(self) -> Policy:
        return policy_for(("localhost", self.port))


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield running.get_host_and_port()[1]
    running.stop()


@pytest.fixture
def store(server: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("WMS_ACCESS", "key")
    monkeypatch.setenv("WMS_SECRET", "secret")
    s3 = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{server}", region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key="secret",
    )  # fmt: skip
    name = request.node.name.replace("_", "-")[:60]
    s3.create_bucket(Bucket=name)
    return Store(server, s3, name)


def source_of(store: Store, **more: Any) -> FeedSource:
    declared = {
        "kind": "s3", "endpoint": f"http://localhost:{store.port}", "bucket": store.name,
        "access_key_env": "WMS_ACCESS", "secret_key_env": "WMS_SECRET",
    }  # fmt: skip
    return create_source(transport=declared | more)


def test_each_version_is_taken_once(store: Store) -> None:
    for key in ("out/b.csv", "out/a b+ü&=%2F.csv", "out/", "elsewhere/c.csv"):
        store.put(key, key.encode())
    source = source_of(store, prefix="out/")
    assert pull(source, store.policy) == [("a b+ü&=%2F.csv", True), ("b.csv", True)]
    assert source.pull_problem == {}
    assert contents() == {"b.csv": b"out/b.csv", "a b+ü&=%2F.csv": "out/a b+ü&=%2F.csv".encode()}
    assert pull(source, store.policy) == []
    store.put("out/b.csv", b"the next night")
    assert pull(source, store.policy) == [("b.csv", True)]
    store.s3.delete_object(Bucket=store.name, Key="out/b.csv")
    pull(source, store.policy)
    assert len(source.transport_state["taken"]) == 1


def test_a_file_is_as_old_as_its_object(store: Store) -> None:
    store.put("b.csv", b"b")
    source = source_of(store)
    source.profile = {"as_of": "modified"}
    source.save()
    pull(source, store.policy)
    said = store.s3.head_object(Bucket=store.name, Key="b.csv")["LastModified"]
    assert FeedRun.objects.get().file_as_of == said


def test_more_than_a_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "PAGE", 2)
    for number in range(5):
        store.put(f"{number}.csv", b"%d" % number)
    assert pull(source_of(store), store.policy) == [(f"{number}.csv", True) for number in range(5)]


def test_an_object_waits_for_its_marker(store: Store) -> None:
    for key in ("x/a.csv", "y/a.csv", "y/a.csv.complete"):
        store.put(key, key.encode())
    source = source_of(store, marker=".complete")
    assert pull(source, store.policy) == [("a.csv", True)]
    assert contents() == {"a.csv": b"y/a.csv"}


def test_one_bad_object_does_not_stop_the_others(store: Store, settings: Settings) -> None:
    settings.FEED_MAX_BYTES = 10
    store.put("a.csv", bytes(11))
    store.put("b.csv", b"b")
    source = source_of(store)
    assert pull(source, store.policy) == [("b.csv", True)]
    assert source.pull_problem["code"] == "too_large"


def test_a_bucket_that_is_not_there(store: Store) -> None:
    source = source_of(store, bucket="nobody")
    assert pull(source, store.policy) == []
    assert source.pull_problem["code"] == "unexpected_answer"
    assert "NoSuchBucket" in source.pull_problem["message"]


def test_the_name_is_looked_up_once_and_checked(store: Store) -> None:
    store.put("a.csv", b"a")
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    policy = replace(store.policy, resolve=lambda _host, _port: answers.pop(0))
    source = source_of(store)
    assert pull(source, policy) == [("a.csv", True)]
    assert pull(source, policy) == []
    assert source.pull_problem["code"] == "address_refused"


def test_missing_keys_and_servers_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WMS_SECRET")
    source = source_of(store)
    pull(source, store.policy)
    assert source.pull_problem["code"] == "secret_missing"
    monkeypatch.setenv("WMS_SECRET", "secret")
    away = source_of(store, endpoint="http://localhost:1")
    pull(away, policy_for(("localhost", 1)))
    assert away.pull_problem["code"] == "unreachable"
