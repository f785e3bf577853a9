"""Loader of every dialect that yields facts: codes are looked up, facts become arrays, one transaction writes them.

Counts go the road of the stock loader, movements that of the ledger, totals of a period into a table of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import Found
from inventory.feeds.profiles import DELIMITED, Profile
from inventory.feeds.records import FeedHeld, FeedRefused
from inventory.imports.documents.adopting import NewItems, NewStores
from inventory.imports.documents.codes import read_codes
from inventory.imports.documents.reading import Reading
from inventory.imports.documents.spool import FactSpool
from inventory.imports.documents.writing import completeness, write_document
from inventory.imports.loaders import Arrival, Counts
from inventory.imports.sales import load_sales
from inventory.imports.stock import load_stock
from inventory.models import FeedSource

BATCH = 2_000
FEW_LINES = 100


def load_feed(arrival: Arrival) -> Callable[[], Counts]:
    """Load a STOCK, SALES or PLACES file by the dialect its source declares; the loader of these kinds.

    Raises FeedRefused, and FeedHeld for a file that a person should see before it is used.
    """
    kind = arrival.run.source.kind
    profile = arrival.profile()
    if profile.format != DELIMITED:
        write = load_records(arrival, profile)
    elif kind == FeedSource.Kind.STOCK:
        write = load_stock(arrival)
    else:
        write = load_sales(arrival)

    def write_guarded() -> Counts:
        counts = write()
        check_errors(arrival, counts, most=profile.max_errors)
        return counts

    return write_guarded


def check_errors(arrival: Arrival, counts: Counts, *, most: float) -> None:
    """Raise FeedHeld where more than a share of a file's lines cannot be used; small files speak for themselves."""
    rejected = arrival.rejects.count
    if arrival.run.released_at or counts.received < FEW_LINES or rejected <= counts.received * most:
        return
    raise FeedHeld(
        "too_many_errors",
        f"{rejected:,} of {counts.received:,} lines cannot be used ({rejected / counts.received:.0%}; "
        f"up to {most:.0%} pass). Released, the others are used and these wait in quarantine.",
        preview={
            "counts": counts.of_lines,
            "rejected": rejected,
            "causes": dict(arrival.rejects.codes),
        },
    )


def load_records(arrival: Arrival, profile: Profile) -> Callable[[], Counts]:
    """Read a document of any dialect; give back what writes it. Raises FeedRefused and FeedHeld."""
    dialect = DIALECTS[profile.format]
    with ExitStack() as stack:
        spool = stack.enter_context(
            FactSpool(keeps_records=not dialect.is_line_oriented or not arrival.run.keeps_raw)
        )
        codes = read_codes(source_id=arrival.run.source_id, region=profile.region)
        reading = Reading(
            arrival,
            profile,
            codes,
            spool,
            NewItems(codes),
            NewStores(profile.new_timezone, profile.new_currency),
        )
        file = arrival.file(encoding=profile.encoding)
        for batch in _batches(dialect.read(file, profile)):
            before = reading.received
            reading.read(batch)
            arrival.progress.reach(rows=reading.received - before, bytes_read=0)
        check_partner(reading)
        check_emptiness(reading)
        stack.pop_all()
    return lambda: write_document(reading)


def check_emptiness(reading: Reading) -> None:
    """A full file that says nothing waits for a person; another stock file that says nothing is refused."""
    run, profile = reading.arrival.run, reading.profile
    kind = run.source.kind
    if reading.received or run.replay_of_id or run.released_at:
        return
    if kind == FeedSource.Kind.PLACES:
        raise FeedRefused("no_rows", "The file holds no place; nothing was changed.")
    if kind != FeedSource.Kind.STOCK:
        return
    said = completeness(profile, reading.gathered.document)
    if said == "FULL":
        raise FeedHeld("empty_snapshot", "A full file without a line would count everything as none.")
    if said == "PARTIAL":
        raise FeedRefused("no_rows", "The file holds no count; nothing was changed.")


def check_partner(reading: Reading) -> None:
    """A file all of whose lines name unknown stores was meant for somebody else. Raises FeedRefused."""
    unknown = sum(reading.unknown_places.values())
    if unknown and unknown == reading.received and not reading.arrival.run.replay_of_id:
        named = ", ".join(f'"{place}"' for place in list(reading.unknown_places)[:5])
        raise FeedRefused(
            "wrong_partner",
            f"No line names a store we know; the file speaks of {named}. Map them, or it was misdirected.",
            facts={"unknown_stores": list(reading.unknown_places)[:200]},
        )


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    while batch := list(islice(found, BATCH)):
        yield batch
