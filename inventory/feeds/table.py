"""The generic table: counts, sales or places by declared columns, in a workbook or in text that quotes line ends.

For what the vectorised "delimited" path does not do: workbooks, title rows, a column a store, several codes for an
item, several quantities in a row. `columns` of the profile maps our fields, which table_counts.py, table_sales.py
and table_places.py list, to the header's names.
"""

import re
from collections.abc import Iterator

from inventory.feeds.blocks import FeedFile
from inventory.feeds.cells import store_option
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Found
from inventory.feeds.headers import TABLE_OPTIONS
from inventory.feeds.profiles import Profile
from inventory.feeds.table_counts import item_columns_option, read_counts, states_option, store_columns_option
from inventory.feeds.table_places import read_places
from inventory.feeds.table_sales import read_sales


def read_table(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The counts, sales or places of a table, by the kind of its source."""
    return _READERS[profile.kind](file, profile)


_READERS = {"STOCK": read_counts, "SALES": read_sales, "PLACES": read_places}


def _currency_option(value: object) -> object:
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value)):
        raise ValueError("a currency of ISO 4217 such as EUR")
    return value


DIALECT = Dialect(
    name="table",
    title="Table or workbook by declared columns",
    kinds=("STOCK", "SALES", "PLACES"),
    read=read_table,
    options={
        **TABLE_OPTIONS,
        "store": store_option,
        "store_columns": store_columns_option,
        "item_columns": item_columns_option,
        "states": states_option,
        "currency": _currency_option,
    },
    is_line_oriented=True,
)
