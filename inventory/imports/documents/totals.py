"""Totals of a period: a newer document replaces what an older one said; periods that overlap are for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from inventory.imports.documents.spool import FactSpool
from inventory.imports.loaders import Arrival, Counts
from inventory.models import SalesTotal

TotalKey = tuple[int, int, date, date, str]


@dataclass
class TotalSum:
    """The pieces of one total, added up; `numbers` are those of its facts in the spool."""

    quantity: int
    amount: Decimal | None
    currency: str
    numbers: list[int]

    def says(self, row: SalesTotal) -> bool:
        return (self.quantity, self.amount, self.currency) == (row.quantity, row.amount, row.currency)


def write_totals(
    totals: Mapping[TotalKey, TotalSum],
    *,
    arrival: Arrival,
    counts: Counts,
    spool: FactSpool,
    as_of: datetime,
) -> None:
    """Put the totals of one document in, in the caller's transaction, which holds the stores' locks."""
    if not totals:
        return
    standing = _standing(totals, arrival.run.source_id)
    fresh, changed = [], []
    for key, total in totals.items():
        store, item, start, end, activity = key
        rows = standing.get((store, item, activity), [])
        same = next((row for row in rows if (row.period_start, row.period_end) == (start, end)), None)
        others = [
            row for row in rows if row is not same and row.period_start < end and start < row.period_end
        ]
        if others:
            _reject(total, others[0], arrival=arrival, spool=spool)
        elif same is None:
            fresh.append(_row(key, total, arrival=arrival, as_of=as_of))
            counts.applied += len(total.numbers)
        elif same.as_of > as_of:
            counts.stale += len(total.numbers)
        elif total.says(same):
            counts.unchanged += len(total.numbers)
        else:
            same.quantity, same.amount, same.currency = total.quantity, total.amount, total.currency
            same.as_of, same.run = as_of, arrival.run
            changed.append(same)
            counts.applied += len(total.numbers)
    SalesTotal.objects.bulk_create(fresh, batch_size=2000)
    SalesTotal.objects.bulk_update(
        changed, ["quantity", "amount", "currency", "as_of", "run"], batch_size=1000
    )


def _standing(
    totals: Mapping[TotalKey, TotalSum], source_id: int
) -> dict[tuple[int, int, str], list[SalesTotal]]:
    """What the source said before of these stores and items in periods that touch the document's."""
    rows = SalesTotal.objects.filter(
        source_id=source_id,
        store_id__in={key[0] for key in totals},
        item_id__in={key[1] for key in totals},
        period_start__lt=max(key[3] for key in totals),
        period_end__gt=min(key[2] for key in totals),
    )
    found: dict[tuple[int, int, str], list[SalesTotal]] = {}
    for row in rows:
        found.setdefault((row.store_id, row.item_id, row.activity), []).append(row)
    return found


def _row(key: TotalKey, total: TotalSum, *, arrival: Arrival, as_of: datetime) -> SalesTotal:
    store, item, start, end, activity = key
    return SalesTotal(
        source_id=arrival.run.source_id,
        store_id=store,
        item_id=item,
        period_start=start,
        period_end=end,
        activity=activity,
        quantity=total.quantity,
        amount=total.amount,
        currency=total.currency,
        as_of=as_of,
        run=arrival.run,
    )


def _reject(total: TotalSum, other: SalesTotal, *, arrival: Arrival, spool: FactSpool) -> None:
    told = (
        f"its period overlaps {other.period_start} to {other.period_end}, which an earlier document has told; "
        "expected the same period or one beside it."
    )
    arrival.rejects.add(
        spool.rejected(number, code="overlapping_period", told=told, field="period")
        for number in total.numbers
    )
