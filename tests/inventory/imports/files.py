"""Feed files made in memory, and what stands in the database after loading them."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource, StockLevel

NOW = datetime(2024, 5, 22, 12, 0, tzinfo=UTC)
DAY = "2024-05-22"
STOCK_HEADER = "store_code,gtin,on_hand,as_of"
SALES_HEADER = "store_code,workstation,business_day,sequence,line,gtin,quantity,occurred_at"


def stock_file(*lines: Sequence[object]) -> bytes:
    """A stock file of (store code, GTIN, quantity, as-of) lines."""
    return _file(STOCK_HEADER, lines)


def sales_file(*lines: Sequence[object]) -> bytes:
    """A sales file of (store code, till, day, sequence, line, GTIN, quantity, time) lines."""
    return _file(SALES_HEADER, lines)


def _file(header: str, lines: Iterable[Sequence[object]]) -> bytes:
    return "\n".join([header, *(",".join(map(str, line)) for line in lines), ""]).encode()


def at(hours: float) -> str:
    """An ISO time so many hours before NOW."""
    return (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def load(content: bytes, *, source: FeedSource, now: datetime = NOW) -> FeedRun:
    """Receive and load, as a worker would."""
    run, _is_new = receive_file(source=source, file_name="a.csv", content=io.BytesIO(content), now=now)
    return load_run(run_id=run.pk, now=now) or FeedRun.objects.get(pk=run.pk)


def counts(run: FeedRun) -> tuple[int, int, int, int]:
    """Applied, unchanged, stale, rejected; together they are what was received."""
    figures = (run.rows_applied, run.rows_unchanged, run.rows_stale, run.rows_rejected)
    assert run.rows_received == sum(figures)
    return figures


def rejects(run: FeedRun) -> list[tuple[int, str]]:
    """Line number and code of each rejected line."""
    return list(run.rejected_rows.values_list("line_number", "code"))


def levels() -> dict[tuple[str, str], int]:
    """Every level by store code and SKU."""
    rows = StockLevel.objects.values_list("store__store_code", "item__sku", "on_hand")
    return {(store, sku): on_hand for store, sku, on_hand in rows}
