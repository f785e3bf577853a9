"""Sales of the generic table: lines of receipts, or totals of a day or a period.

Fields of a sale beside store, item, quantity, amount, currency, unit and title: a line of a receipt has business_day,
workstation, sequence, line and occurred_at; a total has business_day, or period_start and period_end (its last day).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import figure_in, instant_in, quantity_in, read_instant, rejected
from inventory.feeds.facts import BadRow, Code, Found, Note, SalesTotal, StockMovement
from inventory.feeds.headers import Header, open_table
from inventory.feeds.numbers import NotANumber
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row
from inventory.feeds.table_counts import Columns, check_fields, columns_of, items_in, store_in

_RECEIPT = ("business_day", "workstation", "sequence", "line", "occurred_at")
_FIELDS = frozenset({
    "store", "item", "quantity", "amount", "currency", "unit", "title", "period_start", "period_end", *_RECEIPT,
})  # fmt: skip
_WHOLE = re.compile(r"[0-9]{1,18}")


def read_sales(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The sales of a table. Raises FeedRefused("unknown_header") naming the declared columns it lacks."""
    check_fields(profile, _FIELDS)
    columns, rows = open_table(file, profile, lambda header: _recognised(header, profile), skips_totals=True)
    read = _movement if "sequence" in columns.places else _total
    for row in rows:
        if not isinstance(row, Row):
            yield row
            continue
        items = items_in(row, columns)
        if isinstance(items, BadRow):
            yield items
            continue
        codes, notes = items
        yield from notes
        yield read(row, columns, codes, profile)


def _recognised(header: Header, profile: Profile) -> Columns:
    declared = set(profile.columns)
    needed: tuple[str, ...] = ("quantity",)
    if not profile.options.get("store") or declared & {"store", "store_code"}:
        needed = ("store", *needed)
    if "sequence" in declared:
        needed = (*needed, *_RECEIPT)
    elif "period_start" in declared or "period_end" in declared:
        needed = (*needed, "period_start", "period_end")
    else:
        needed = (*needed, "business_day")
    return columns_of(header, profile, needed=needed)


def _movement(row: Row, columns: Columns, codes: tuple[Code, ...], profile: Profile) -> Found:
    store = store_in(row, columns, profile)
    quantity = _sold(row, columns, profile)
    amount = _amount(row, columns, profile)
    day = _day(row, columns, "business_day", profile)
    occurred_at = instant_in(row, columns.places["occurred_at"], columns.names["occurred_at"], profile)
    numbers = [_whole(row, columns, field) for field in ("sequence", "line")]
    for found in (store, quantity, amount, day, occurred_at, *numbers):
        if isinstance(found, BadRow | Note):
            return found
    sold = cast(Decimal, quantity)
    sequence, line = cast("list[int]", numbers)
    return StockMovement(
        line_number=row.line_number,
        place=cast(Code, store),
        items=codes,
        quantity=-sold,
        kind="SALE" if sold >= 0 else "RETURN",
        occurred_at=cast(datetime, occurred_at),
        business_day=cast(date, day),
        workstation=columns.text(row, "workstation"),
        sequence=sequence,
        line=line,
        unit=columns.text(row, "unit") or None,
        amount=cast("Decimal | None", amount),
        currency=_currency(row, columns, profile),
        title=columns.text(row, "title"),
        raw=row.raw,
    )


def _total(row: Row, columns: Columns, codes: tuple[Code, ...], profile: Profile) -> Found:
    store = store_in(row, columns, profile)
    quantity = _sold(row, columns, profile)
    amount = _amount(row, columns, profile)
    first_field, last_field = (
        ("period_start", "period_end") if "period_end" in columns.places else ("business_day", "business_day")
    )
    first, last = (_day(row, columns, field, profile) for field in (first_field, last_field))
    for found in (store, quantity, amount, first, last):
        if isinstance(found, BadRow | Note):
            return found
    start, end = cast(date, first), cast(date, last)
    if end < start:
        return rejected(
            row, "bad_time", columns.names[last_field], str(end), f"a day that is not before {start}"
        )
    if end == date.max:
        return rejected(row, "bad_time", columns.names[last_field], str(end), "a day that has a next one")
    return SalesTotal(
        line_number=row.line_number,
        place=cast(Code, store),
        items=codes,
        quantity=cast(Decimal, quantity),
        period_start=start,
        period_end=end + timedelta(days=1),
        unit=columns.text(row, "unit") or None,
        amount=cast("Decimal | None", amount),
        currency=_currency(row, columns, profile),
        title=columns.text(row, "title"),
        raw=row.raw,
    )


def _sold(row: Row, columns: Columns, profile: Profile) -> Decimal | BadRow | Note:
    """What was sold, positive whatever sign the profile writes it with."""
    place, name = columns.places["quantity"], columns.names["quantity"]
    if not columns.text(row, "quantity"):
        return rejected(row, NotANumber.code, name, "", "the quantity sold")
    quantity = quantity_in(row, place, name, profile)
    if isinstance(quantity, Decimal) and profile.quantity_sign == "STOCK_VIEW":
        return -quantity
    return quantity


def _amount(row: Row, columns: Columns, profile: Profile) -> Decimal | BadRow | None:
    if not columns.text(row, "amount"):
        return None
    return figure_in(row, columns.places["amount"], columns.names["amount"], profile)


def _currency(row: Row, columns: Columns, profile: Profile) -> str:
    return columns.text(row, "currency") or cast(str, profile.options.get("currency") or "")


def _day(row: Row, columns: Columns, field: str, profile: Profile) -> date | BadRow:
    """A day by the profile's `date_format`, or in ISO 8601 as a sheet's cells are."""
    text = columns.text(row, field)
    for date_format in (profile.date_format, None):
        try:
            return read_instant(text, date_format).date()
        except ValueError:
            continue
    return rejected(row, "bad_time", columns.names[field], text, f"a day written {profile.date_format}")


def _whole(row: Row, columns: Columns, field: str) -> int | BadRow:
    text = columns.text(row, field)
    if not _WHOLE.fullmatch(text):
        return rejected(row, NotANumber.code, columns.names[field], text, "a whole number from 0")
    return int(text)
