"""Loading of feeds: receive a file, load it once, whatever dies on the way."""

from inventory.imports.loaders import LOADERS, Arrival, Counts, Loader, Progress
from inventory.imports.receiving import receive_file
from inventory.imports.running import Rehearsal, fail_exhausted_runs, load_run, rehearse, retry_run
from inventory.imports.sales import load_sales
from inventory.imports.stock import load_stock

LOADERS |= {"STOCK": load_stock, "SALES": load_sales}

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
