"""Stock and sales through the real door, beside COPY (the limit), bulk_create and Saleor's way (the peers)."""

import time
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from inventory.imports.copying import raw_cursor
from inventory.models import FeedRun, FeedSource
from omnistore.benchmarks import import_peers
from omnistore.benchmarks.goods import Goods, create_goods, import_file, publish_promotions
from omnistore.benchmarks.import_child import load_in_child
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Part,
    Report,
    Spent,
    WrongResult,
    database_pid,
    in_turns,
    paired_ratio,
    positive,
    say,
    share,
    tree_cpu_seconds,
)

BAD = 0.001
GROWN = 10  # times as many rows


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument(
        "--rows", type=positive, default=1_000_000, help="stock levels: every store has every item"
    )
    parser.add_argument("--stores", type=positive, default=200, help="stores that share the rows")
    parser.add_argument(
        "--changed", type=share, default=0.05, help="share of the rows that change every night"
    )
    parser.add_argument("--promotions", type=int, default=20, help="live promotions on 50 items each")
    parser.add_argument("--peer-rows", type=positive, default=20_000, help="rows that the Django peers get")
    parser.add_argument("--sales-lines", type=positive, default=200_000, help="lines of an hour's sales")
    parser.add_argument("--rounds", type=positive, default=7, help="nights")
    parser.add_argument("--growth-rounds", type=positive, default=2, help="nights of ten times the rows")
    parser.add_argument(
        "--growth", action=BooleanOptionalAction, default=True, help="load ten times the rows as well"
    )


@dataclass
class _Bench:
    """What the parts of a round share."""

    goods: Goods
    tills: FeedSource
    changed: float
    peer_rows: int
    sales_lines: int
    database: Meter
    hour: int = 0
    again: int = 0
    content: bytes = b""

    def spent(self) -> Spent:
        return Spent(client=time.process_time, database=self.database)


def run(
    *,
    rows: int,
    stores: int,
    changed: float,
    promotions: int,
    peer_rows: int,
    sales_lines: int,
    rounds: int,
    growth_rounds: int,
    growth: bool,
    **_others: Any,
) -> Report:
    """First loads, nights, and hours of sales; each is done by us and by the limit or the peers in turns."""
    goods = create_goods(stores=stores, items=max(1, rows // stores), nights=8 * rounds + 20)
    peer_rows = min(peer_rows, goods.rows)
    size = {"rows": goods.rows, "stores": stores, "changed": changed, "promotions": promotions}
    report = Report("import", {**size, "peer_rows": peer_rows, "sales_lines": sales_lines}, rounds)
    bench = _Bench(
        goods=goods,
        tills=FeedSource.objects.create(code="tills", name="Tills", kind="SALES"),
        changed=changed,
        peer_rows=peer_rows,
        sales_lines=sales_lines,
        database=partial(tree_cpu_seconds, database_pid()),
    )
    first_load(bench)  # to warm up
    firsts = in_turns(lambda: first_parts(bench), rounds=min(rounds, 5))
    first_load(bench)
    say("the first night is loaded")
    publish_promotions(goods, promotions=promotions)
    import_peers.create_peers()
    load_night(bench, changed=changed)  # the last one to warm up
    say("the promotions are live and the peers have their tables")
    nights = in_turns(lambda: night_parts(bench), rounds=rounds)
    check_levels(goods)
    sales = in_turns(lambda: sales_parts(bench), rounds=rounds)
    for found in (firsts, nights, sales):
        report.take(found)
    report.ratios |= ratios(firsts | nights | sales)
    if growth:
        grow(bench, report, rounds=growth_rounds)
    return report


def ratios(found: Mapping[str, list[float]]) -> Figures:
    """Our rows per CPU second against the others', round by round."""

    def of(one: str, other: str) -> float:
        return paired_ratio(found[f"{one}_cpu_us_per_row"], found[f"{other}_cpu_us_per_row"])

    return {
        "of_copy": of("copy", "night"),
        "of_copy_unchanged": of("copy", "unchanged"),
        "of_copy_first": of("copy_binary", "first_load"),
        "over_bulk_create": of("bulk_create", "night"),
        "over_saleor_way": of("saleor_way", "night"),
        "sales_of_copy": of("sales_copy", "sales"),
        "sales_again": of("sales", "sales_again"),
        "dirty": of("dirty", "night"),
    }


def first_parts(bench: _Bench) -> dict[str, Part]:
    """An empty table filled by us, and by binary COPY of the same rows."""
    return {
        "first_load": partial(first_load, bench),
        "copy_binary": partial(copy_first, bench),
    }


def night_parts(bench: _Bench) -> dict[str, Part]:
    """Nights of four kinds of content; whoever comes first makes the next one."""
    return {
        "night": partial(load_night, bench, changed=bench.changed),
        "copy": partial(copy_night, bench),
        "unchanged": partial(load_night, bench, changed=0),
        "dirty": partial(load_night, bench, changed=bench.changed, bad=BAD),
        "bulk_create": partial(peer_night, bench, import_peers.bulk_create),
        "saleor_way": partial(peer_night, bench, import_peers.saleor_way),
    }


def sales_parts(bench: _Bench) -> dict[str, Part]:
    """An hour of sales, the same lines in another file, and both beside COPY."""
    return {
        "sales_copy": partial(copy_sales, bench),
        "sales": partial(load_sales, bench),
        "sales_again": partial(load_sales_again, bench),
    }


def per_row(spent: Spent, rows: int) -> Figures:
    """What each row took."""
    return {
        "cpu_us_per_row": spent.cpu / rows * MICROSECONDS,
        "client_cpu_us_per_row": spent.seconds["client"] / rows * MICROSECONDS,
        "rows_per_second": rows / spent.seconds["wall"],
    }


def first_load(bench: _Bench) -> Figures:
    """All levels for the first time, into empty tables."""
    bench.goods.next_night(changed=bench.changed)
    empty()
    return _load_stock(bench, bench.goods.stock_file(), applied=bench.goods.rows)


def empty() -> None:
    """As before the first file."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE inventory_stocklevel, inventory_stockclaim, inventory_storefeed")


def copy_first(bench: _Bench) -> Figures:
    """The same rows, codes already looked up, into the same empty table with its key."""
    records = import_peers.level_records(bench.goods)
    empty()
    settle("inventory_stocklevel")
    with bench.spent() as spent:
        import_peers.copy_levels(records)
    return per_row(spent, bench.goods.rows)


def load_night(bench: _Bench, *, changed: float, bad: float = 0) -> Figures:
    """Receive and load the next night's file."""
    applied = bench.goods.next_night(changed=changed)
    content = bench.goods.stock_file(bad=bad)
    if not bad:
        bench.content = content
    return _load_stock(bench, content, applied=applied, rejected=round(bench.goods.rows * bad))


def _load_stock(bench: _Bench, content: bytes, *, applied: int, rejected: int = 0) -> Figures:
    """Load a file; exactly so many lines must have changed something, and so many been rejected."""
    rows = bench.goods.rows
    settle("inventory_stocklevel", "inventory_stockclaim", "promotions_storeoffer")
    with bench.spent() as spent:
        loaded = import_file(source=bench.goods.source, content=content)
    check_run(loaded, received=rows + rejected, applied=applied, rejected=rejected)
    return per_row(spent, rows)


def check_run(loaded: FeedRun, **expected: int) -> None:
    """A load that did something else than it should have is no load."""
    found = {name: getattr(loaded, f"rows_{name}") for name in expected}
    if not loaded.state.startswith("LOADED") or found != expected:
        raise WrongResult(f"{loaded.state}: {found}, expected {expected}, {loaded.problem}")


def copy_night(bench: _Bench) -> Figures:
    """A night's bytes into a typed table without index and without log."""
    with raw_cursor() as cursor:
        cursor.execute("TRUNCATE benchmark_copied")
    settle()
    content = bench.content or bench.goods.stock_file()
    with bench.spent() as spent:
        import_peers.copy_text("benchmark_copied", content)
    return per_row(spent, bench.goods.rows)


def peer_night(bench: _Bench, way: Any) -> Figures:
    """A night's first lines the way of a peer."""
    settle("benchmark_ordinary_level")
    content = bench.content or bench.goods.stock_file()
    with bench.spent() as spent:
        way(bench.goods, content, rows=bench.peer_rows)
    return per_row(spent, bench.peer_rows)


def load_sales(bench: _Bench) -> Figures:
    """An hour's sales that are all new."""
    bench.hour += 1
    bench.content = bench.goods.sales_file(lines=bench.sales_lines, hour=bench.hour)
    return _load_sales(bench, bench.content, applied=bench.sales_lines)


def load_sales_again(bench: _Bench) -> Figures:
    """The last hour's lines once more; another way to write its heading makes it another file."""
    bench.again += 1
    heading = "".join(
        sign.upper() if bench.again >> place & 1 else sign for place, sign in enumerate("store_code")
    )
    return _load_sales(bench, bench.content.replace(b"store_code", heading.encode(), 1), applied=0)


def _load_sales(bench: _Bench, content: bytes, *, applied: int) -> Figures:
    settle("inventory_stocklevel", "inventory_stockmovement", "inventory_stockclaim")
    with bench.spent() as spent:
        loaded = import_file(source=bench.tills, content=content)
    check_run(loaded, received=bench.sales_lines, applied=applied, rejected=0)
    return per_row(spent, bench.sales_lines)


def copy_sales(bench: _Bench) -> Figures:
    """An hour's lines into a table with the ledger's key."""
    bench.hour += 1
    content = bench.goods.sales_file(lines=bench.sales_lines, hour=bench.hour)
    settle("benchmark_sold")
    with bench.spent() as spent:
        import_peers.copy_text("benchmark_sold", content)
    return per_row(spent, bench.sales_lines)


def grow(bench: _Bench, report: Report, *, rounds: int) -> None:
    """Ten times the rows, each load in a process of its own whose memory is looked at."""
    small = bench.goods
    big = create_goods(
        stores=GROWN * len(small.stores), items=len(small.items), nights=rounds + 4, prefix="B"
    )
    with TemporaryDirectory(prefix="benchmark-import") as folder:
        file = Path(folder) / "feed.csv"

        def load(goods: Goods, changed: float, first: bool = False) -> Figures:
            applied = goods.next_night(changed=changed)
            file.write_bytes(goods.stock_file())
            settle("inventory_stocklevel", "inventory_stockclaim")
            return load_in_child(
                source=goods.source,
                file=file,
                received=goods.rows,
                applied=goods.rows if first else applied,
                database=bench.database,
            )

        first = load(big, bench.changed, first=True)
        say(f"{big.rows:,} rows are loaded: {first}")
        load_night_again = partial(load, changed=bench.changed)
        _settle_after_sales(bench)
        found = in_turns(
            lambda: {
                "grown": partial(load_night_again, big),
                "small": partial(load_night_again, small),
            },
            rounds=rounds,
        )
        check_levels(big)
        peak = max(first["peak_mb"], *found["grown_peak_mb"])
        report.figures |= {
            "first_load_10m_cpu_us_per_row": first["cpu_us_per_row"],
            "night_10m_cpu_us_per_row": median(found["grown_cpu_us_per_row"]),
            "peak_mb_10m": peak,
            "peak_mb_1m": max(found["small_peak_mb"]),
        }
        report.ratios["growth_10m"] = paired_ratio(
            found["grown_cpu_us_per_row"], found["small_cpu_us_per_row"]
        )


def _settle_after_sales(bench: _Bench) -> None:
    """A night that takes back what the sales have moved."""
    bench.goods.next_night(changed=0)
    import_file(source=bench.goods.source, content=bench.goods.stock_file())


def settle(*tables: str) -> None:
    """What autovacuum and the checkpointer would do between two nights, so that they do it in no measured one."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


LEVELS_OF = """
SELECT array_agg(on_hand ORDER BY item_id), array_agg(item_id ORDER BY item_id)
FROM inventory_stocklevel WHERE store_id = %s
"""


def check_levels(goods: Goods) -> None:
    """Every level must be what the last file said."""
    item_ids = [item.pk for item in goods.items]
    with connection.cursor() as cursor:
        for place, store in enumerate(goods.stores):
            cursor.execute(LEVELS_OF, [store.pk])
            if cursor.fetchone() != (goods.quantities[place].tolist(), item_ids):
                raise WrongResult(f"store {store.store_code} does not hold what the last file said")
