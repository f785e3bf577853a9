"""Loading of feeds: receive a file, load it once, whatever dies on the way."""

from inventory.imports.documents import load_feed
from inventory.imports.loaders import LOADERS, Arrival, Counts, Loader, Progress
from inventory.imports.receiving import receive_file
from inventory.imports.running import Rehearsal, fail_exhausted_runs, load_run, rehearse, retry_run

LOADERS |= {"STOCK": load_feed, "SALES": load_feed, "PLACES": load_feed}

__all__ = [
    "LOADERS",
    "Arrival",
    "Counts",
    "Loader",
    "Progress",
    "Rehearsal",
    "fail_exhausted_runs",
    "load_run",
    "receive_file",
    "rehearse",
    "retry_run",
]
