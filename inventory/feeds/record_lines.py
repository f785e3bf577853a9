"""Files of records with a separator, each line's kind in its first column, by a layout table.

    H|20261122|0412|10077|Dairy
    L|4006381333931|…|7|31|…

The separator is the profile's "delimiter". Such files know no quotes. See inventory.feeds.layouts for the table.
"""

from collections.abc import Iterator
from dataclasses import replace

from inventory.feeds.blocks import FeedFile
from inventory.feeds.contract import Dialect
from inventory.feeds.facts import Found
from inventory.feeds.layouts import Layout, read_layout
from inventory.feeds.profiles import Profile
from inventory.feeds.record_files import read_records
from inventory.feeds.records import FeedRefused


def read_record_lines(file: FeedFile, profile: Profile) -> Iterator[Found]:
    """The facts of a file of separated records. Raises FeedRefused, also for a profile without a layout."""
    layout = profile.options["layout"]
    if not isinstance(layout, Layout):
        raise FeedRefused("bad_profile", 'The source\'s profile needs a "layout".')
    yield from read_records(file, profile, replace(layout, separator=profile.delimiter))


def _layout(value: object) -> object:
    return None if value is None else read_layout(value, separator="|")


DIALECT = Dialect(
    name="record_lines",
    title="Separated records by a layout table",
    kinds=("STOCK", "SALES"),
    read=read_record_lines,
    options={"layout": _layout},
    defaults={"delimiter": "|"},
)
