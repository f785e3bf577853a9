"""Counts and sales of the same stores loaded at the same moment: nothing is lost between them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inventory.models import FeedRun, FeedSource
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import DAY, at, levels, load, sales_file, stock_file

STORES = [f"S{number}" for number in range(4)]
ITEMS = {f"I{number}": gtin_for(number) for number in range(1, 21)}


@pytest.mark.django_db(transaction=True)
def test_eight_files_at_once() -> None:
    for store in STORES:
        create_store(store_code=store)
    for item, gtin in ITEMS.items():
        create_item(sku=item, gtin=gtin)
    stock, tills = create_source(), create_source(kind="SALES")
    files: list[tuple[FeedSource, bytes]] = []
    for night, quantity in ((30, 10), (20, 20), (6, 30), (3, 40)):
        # Half the files name the stores backwards: locks are taken in one order all the same.
        stores = STORES if night > 10 else STORES[::-1]
        files.append(
            (stock, stock_file(*((s, g, quantity, at(night)) for s in stores for g in ITEMS.values())))
        )
        sold = [(s, "T", DAY, n, night, g, 1, at(1)) for s in stores for n, g in enumerate(ITEMS.values())]
        files.append((tills, sales_file(*sold)))
    with ThreadPoolExecutor(len(files)) as pool:
        states = list(pool.map(loaded, files))
    assert states == ["LOADED"] * 8
    assert set(levels().values()) == {40 - 4}
    assert len(levels()) == len(STORES) * len(ITEMS)


def loaded(file: tuple[FeedSource, bytes]) -> FeedRun.State | str:
    source, content = file
    try:
        return load(content, source=source).state
    finally:
        connection.close()
