"""Places of the generic table: one row says where an item stands in a store. Fields: store, item, place.

An empty place forgets where the item stands.
"""

from collections.abc import Iterator

from inventory.feeds.blocks import FeedFile
from inventory.feeds.facts import BadRow, Found, ItemPlace
from inventory.feeds.headers import Header, open_table
from inventory.feeds.profiles import Profile
from inventory.feeds.rows import Row
from inventory.feeds.table_counts import Columns, check_fields, columns_of, items_in, store_in

_FIELDS = frozenset({"store", "item", "place"})


def read_places(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The places of a table. Raises FeedRefused("unknown_header") naming the declared columns it lacks."""
    check_fields(profile, _FIELDS)
    columns, rows = open_table(file, profile, lambda header: _recognised(header, profile))
    for row in rows:
        if isinstance(row, Row):
            yield from _place(row, columns, profile)
        else:
            yield row


def _recognised(header: Header, profile: Profile) -> Columns:
    is_of_one_store = profile.options.get("store") and not set(profile.columns) & {"store", "store_code"}
    return columns_of(header, profile, needed=("place",) if is_of_one_store else ("store", "place"))


def _place(row: Row, columns: Columns, profile: Profile) -> Iterator[Found]:
    store, items = store_in(row, columns, profile), items_in(row, columns)
    if isinstance(store, BadRow):
        yield store
    elif isinstance(items, BadRow):
        yield items
    else:
        codes, notes = items
        yield from notes
        yield ItemPlace(
            line_number=row.line_number,
            place=store,
            items=codes,
            stands=columns.text(row, "place"),
            raw=row.raw,
        )
