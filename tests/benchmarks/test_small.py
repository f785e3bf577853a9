"""Each benchmark from end to end on the test servers; the limits are far from the goals, which need full size."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import connection

from omnistore.demo.folders import PROJECT
from omnistore.management.commands.benchmark import VALKEY_DATABASE

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def migrated(django_db_setup: None) -> Iterator[dict[str, str]]:
    """Addresses of a copy of the empty test database, which need not be migrated, and of an empty Valkey."""
    server, copied = os.environ["DATABASE_URL"], "omnistore_small_benchmark"
    redis_url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{VALKEY_DATABASE}").geturl()
    with psycopg.connect(server, autocommit=True) as admin, redis.Redis.from_url(redis_url) as valkey:
        name = connection.settings_dict["NAME"]
        admin.execute(f"CREATE DATABASE {copied} TEMPLATE {name}")
        yield {"DATABASE_URL": urlsplit(server)._replace(path=f"/{copied}").geturl(), "REDIS_URL": redis_url}
        valkey.flushdb()
        admin.execute(f"DROP DATABASE {copied} WITH (FORCE)")


def benchmark(name: str, *sizes: str, on: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `manage.py benchmark` says at these sizes, with servers of its own choice or `on` these."""
    command = [
        sys.executable,
        str(PROJECT / "manage.py"),
        "benchmark",
        *(["--on-these-servers"] if on else []),
    ]
    command += [name, *sizes, "--rounds=2", "--json"]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=280, cwd=PROJECT, env=os.environ | (on or {})
    )
    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    answer: dict[str, Any] = json.loads(line)
    assert list(answer) == ["benchmark", "size", "rounds", "figures", "ratios"]
    assert (answer["benchmark"], answer["rounds"]) == (name, 2)
    return answer


def test_import(migrated: dict[str, str]) -> None:
    sizes = ("--rows=20000", "--stores=10", "--promotions=3", "--peer-rows=500", "--sales-lines=3000")
    found = benchmark("import", *sizes, "--no-growth", on=migrated)
    assert found["size"]["rows"] == 20_000
    assert set(found["ratios"]) == {
        "of_copy", "of_copy_unchanged", "of_copy_first", "over_bulk_create", "over_saleor_way", "sales_of_copy",
        "sales_again", "dirty",
    }  # fmt: skip
    assert found["ratios"]["of_copy"] > 0.05
    assert found["ratios"]["over_bulk_create"] > 3


@pytest.mark.long
def test_import_of_ten_times_the_rows() -> None:
    sizes = ("--rows=20000", "--stores=10", "--promotions=3", "--peer-rows=500", "--sales-lines=3000")
    found = benchmark("import", *sizes, "--growth-rounds=1")
    assert found["ratios"]["growth_10m"] > 0
    assert 0 < found["figures"]["peak_mb_1m"] < found["figures"]["peak_mb_10m"] < 300


@pytest.mark.long
def test_quote() -> None:
    found = benchmark("quote", "--promotions=120", "--items=300", "--quotes=5")
    assert set(found["ratios"]) == {"growth", "over_oscar"}
    assert found["ratios"]["growth"] < 3
    assert found["ratios"]["over_oscar"] > 10


def test_push(migrated: dict[str, str]) -> None:
    found = benchmark("push", "--streams=60", "--stores=12", "--waves=30", "--no-worker", on=migrated)
    assert set(found["ratios"]) == {"over_bare", "over_valkey"}
    assert max(found["ratios"].values()) < 10
    assert found["figures"]["ours_threads_per_stream"] < 0.1
    assert found["figures"]["ours_database_connections_per_stream"] < 0.1


@pytest.mark.long
def test_push_from_the_commit(migrated: dict[str, str]) -> None:
    sizes = ("--streams=60", "--stores=12", "--waves=30", "--changes=10")
    figures = benchmark("push", *sizes, on=migrated)["figures"]
    assert 0 < figures["one_store_p50_ms"] <= figures["one_store_p99_ms"]
    assert figures["publish_last_ms"] > 0
    assert (figures["restart_lost"], figures["restart_doubled"]) == (0, 0)


def test_verdict(migrated: dict[str, str]) -> None:
    sizes = ("--stores=10", "--items=60", "--promotions=5", "--requests=200", "--few=5", "--many=60")
    found = benchmark("verdict", *sizes, on=migrated)
    assert set(found["ratios"]) == {"over_hello", "over_sql", "growth"}
    assert found["ratios"]["growth"] < 3
    assert found["ratios"]["over_hello"] < 20
    assert found["ratios"]["over_sql"] < 10
    assert found["figures"]["share_honour"] > 0.5


def test_refresh(migrated: dict[str, str]) -> None:
    sizes = ("--stores=8", "--few-stores=3", "--items=80", "--promotions=12", "--changed=0.05")
    found = benchmark("refresh", *sizes, on=migrated)
    assert set(found["ratios"]) == {"growth", "growth_few_rows", "of_full"}
    assert found["figures"]["many_stores_rows"] == 8 * 80 * 0.05
    assert found["figures"]["full_offers"] == 8 * 12 / 2


def test_a_size_that_makes_no_sense_is_refused() -> None:
    command = [sys.executable, str(PROJECT / "manage.py"), "benchmark", "import", "--rows=0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=PROJECT)
    assert ended.returncode == 2
    assert "at least 1" in ended.stderr
