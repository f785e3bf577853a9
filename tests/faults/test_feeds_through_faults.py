"""Files keep coming while worker, PostgreSQL and Valkey are killed at random: nothing is lost, nothing counts twice."""

import random
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omnistore.demo.folders import throw_away_folder
from tests.factories import gtin_for
from tests.faults.ground import PARTS, Ground, ground
from tests.inventory.imports.files import sales_file, stock_file

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

STORES = [f"S{number}" for number in range(1, 7)]
ITEMS = {f"I{number}": gtin_for(number) for number in range(1, 31)}
SEEDS = range(1, 21)
# Sources whose inbox is looked into at every tick, and a first count of everything by a source of its own.
WORLD = """
from datetime import UTC, datetime, timedelta
from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import load, stock_file
for code in {stores}:
    create_store(store_code=code)
for sku, gtin in {items}.items():
    create_item(sku=sku, gtin=gtin)
often = {{"pull_every": timedelta(seconds=1), "next_pull_at": datetime.now(UTC)}}
lines = [(store, gtin, 0, "2020-01-01T00:00:00Z") for store in {stores} for gtin in {items}.values()]
load(stock_file(*lines), source=create_source(code="master", **often), now=datetime.now(UTC))
for code, kind in (("east", "STOCK"), ("west", "STOCK"), ("tills", "SALES")):
    create_source(code=code, kind=kind, **often)
"""
SETTLED_SECONDS = 120
Count = tuple[str, str, int, datetime]


@pytest.fixture(scope="module")
def ours() -> Iterator[Ground]:
    # Not pytest's folder: PostgreSQL runs as somebody else when we are root, and has to reach its data.
    with throw_away_folder("ground") as folder, ground(folder) as made:
        made.manage("shell", "-v0", "-c", WORLD.format(stores=STORES, items=ITEMS))
        made.start("worker")
        made.start("beat")
        pulled = "SELECT count(*) FROM inventory_feedsource WHERE last_pull_at IS NULL"
        eventually(lambda: made.sql(pulled) == [(0,)])
        yield made


def eventually(is_so: Callable[[], bool], *, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.long] if seed > 1 else []) for seed in SEEDS]
)
def test_nothing_lost_nothing_doubled(ours: Ground, seed: int) -> None:
    chance = random.Random(seed)
    forget(ours)
    now = datetime.now(UTC).replace(microsecond=0)
    nights = {
        (source, hours): [
            (store, sku, chance.randint(0, 50), now - timedelta(hours=hours))
            for store in STORES
            for sku in ITEMS
            if chance.random() < 0.8
        ]
        for source in ("east", "west")
        for hours in (30, 6)
    }
    sold = [
        (store, sku, chance.randint(1, 3), now - timedelta(hours=chance.choice([40, 20, 5, 1])))
        for store in STORES
        for sku in chance.choices(list(ITEMS), k=40)
    ]
    files = list(all_files(nights, sold, chance))
    chance.shuffle(files)
    trouble = [chance.choice(PARTS) for _fault in range(3)]
    for number, (source, content) in enumerate(files):
        drop(ours, source, f"{number:03}.csv", content)
        if number % 4 == 3 and trouble:
            part = trouble.pop()
            time.sleep(chance.uniform(0, 1.5))  # wherever it happens to be
            ours.kill(part)
            time.sleep(chance.uniform(0, 0.5))
            ours.start(part)
    settle(ours, len({content for _source, content in files}))
    assert standing(ours) == expected(nights, sold)
    assert ours.sql("SELECT count(*), sum(-quantity) FROM inventory_stockmovement") == [
        (len(sold), sum(quantity for _store, _sku, quantity, _at in sold))
    ]
    ours.manage("verify_stock")


def all_files(
    nights: dict[tuple[str, int], list[Count]], sold: list[Count], chance: random.Random
) -> Iterable[tuple[str, bytes]]:
    """Every file cut into two pieces that overlap."""
    for (source, _hours), counts in nights.items():
        for part in pieces(counts, chance):
            yield (
                source,
                stock_file(*((store, ITEMS[sku], quantity, iso(at)) for store, sku, quantity, at in part)),
            )
    receipts = [
        (store, "T1", at.date(), number, 1, ITEMS[sku], quantity, iso(at))
        for number, (store, sku, quantity, at) in enumerate(sold)
    ]
    for start in range(0, len(receipts), 60):
        for part in pieces(receipts[start : start + 60], chance):
            yield "tills", sales_file(*part)


def pieces(lines: list[Any], chance: random.Random) -> Iterator[list[Any]]:
    cut = chance.randint(1, len(lines) - 1)
    yield lines[: cut + 1]
    yield lines[cut - 1 :]


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def expected(nights: dict[tuple[str, int], list[Count]], sold: list[Count]) -> dict[tuple[str, str], int]:
    """By hand: the newest count of each item (of equals that of the source made later), less what was sold since."""
    newest: dict[tuple[str, str], tuple[datetime, str, int]] = {
        (store, sku): (datetime(2020, 1, 1, tzinfo=UTC), "", 0) for store in STORES for sku in ITEMS
    }
    for (source, _hours), counts in nights.items():
        for store, sku, quantity, at in counts:
            newest[store, sku] = max(newest[store, sku], (at, source, quantity))
    return {
        key: quantity - sum(q for store, sku, q, at in sold if (store, sku) == key and at > counted)
        for key, (counted, _source, quantity) in newest.items()
    }


def drop(ours: Ground, source: str, name: str, content: bytes) -> None:
    """As partners do: written under another name, then renamed."""
    inbox = ours.folder / "inbox" / source
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / f"{name}.part").write_bytes(content)
    (inbox / f"{name}.part").rename(inbox / name)


def settle(ours: Ground, files: int) -> None:
    """Until every file is loaded; one that was given up after three attempts is tried again, as an operator would."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while True:
        states = dict(ours.sql("SELECT state, count(*) FROM inventory_feedrun GROUP BY 1"))
        if states.get("LOADED") == files + 1:  # and the master's
            return
        ours.start_what_ended()
        assert time.monotonic() < deadline, (
            states,
            ours.sql("SELECT code, pull_problem FROM inventory_feedsource"),
        )
        if states.get("FAILED"):
            ours.manage(
                "shell", "-v0", "-c",
                "from django.utils import timezone; from inventory.imports import retry_run;"
                "from inventory.models import FeedRun;"
                "[retry_run(run=run, now=timezone.now()) for run in FeedRun.objects.filter(state='FAILED')]",
            )  # fmt: skip
        time.sleep(0.3)


def standing(ours: Ground) -> dict[tuple[str, str], int]:
    rows = ours.sql(
        "SELECT s.store_code, i.sku, l.on_hand FROM inventory_stocklevel l"
        " JOIN inventory_store s ON s.id = l.store_id JOIN inventory_item i ON i.id = l.item_id"
    )
    return {(store, sku): on_hand for store, sku, on_hand in rows}


def forget(ours: Ground) -> None:
    """Everything but the world and the master's counts."""
    settle(ours, ours.sql("SELECT count(*) - 1 FROM inventory_feedrun")[0][0])
    shutil.rmtree(ours.folder / "inbox", ignore_errors=True)
    ours.sql(
        "DO $$ DECLARE master bigint := (SELECT id FROM inventory_feedsource WHERE code = 'master'); BEGIN"
        " DELETE FROM inventory_stockmovement; DELETE FROM inventory_stockconflict;"
        " DELETE FROM inventory_stockclaim WHERE source_id <> master;"
        " DELETE FROM inventory_storefeed WHERE source_id <> master;"
        " UPDATE inventory_stocklevel SET on_hand = 0, source_id = master, as_of = '2020-01-01T00:00:00Z';"
        " DELETE FROM inventory_feedrun WHERE source_id <> master; END $$"
    )
