"""The codes a file may use, read from the database once a load."""

import numpy as np

from inventory.feeds.records import Catalogue
from inventory.imports.copying import raw_cursor, unpacked
from inventory.models import Item, ItemIdentifier, Store


def read_catalogue(*, item_code: str) -> Catalogue:
    """Stores by code, and items by the one kind of code the profile names."""
    stores = list(Store.objects.values_list("store_code", "pk", "timezone"))
    with raw_cursor() as cursor:
        gtins = np.empty(0, np.int64)
        gtin_item_ids = np.empty(0, np.int32)
        if item_code == "GTIN":
            cursor.execute(
                "SELECT string_agg(int8send(value::int8) || int4send(item_id), ''::bytea ORDER BY value)"
                " FROM inventory_itemidentifier WHERE kind = 'GTIN'"
            )
            pairs = unpacked(_only(cursor.fetchone()), [("gtin", ">i8"), ("item", ">i4")])
            gtins, gtin_item_ids = pairs["gtin"].astype(np.int64), pairs["item"].astype(np.int32)
        cursor.execute(
            "SELECT string_agg(int4send(id) || int4send(unit_decimals::int4), ''::bytea) FROM inventory_item"
        )
        units = unpacked(_only(cursor.fetchone()), [("item", ">i4"), ("decimals", ">i4")])
    decimals = np.zeros(int(units["item"].max(initial=0)) + 1, np.int8)
    decimals[units["item"]] = units["decimals"]
    return Catalogue(
        store_ids={code: number for code, number, _zone in stores},
        store_zones={number: zone for _code, number, zone in stores},
        gtins=gtins,
        gtin_item_ids=gtin_item_ids,
        item_ids={} if item_code == "GTIN" else _text_codes(item_code),
        decimals=decimals,
    )


def _text_codes(item_code: str) -> dict[str, int]:
    if item_code == "SKU":
        return dict(Item.objects.values_list("sku", "pk"))
    return dict(ItemIdentifier.objects.filter(kind=item_code).values_list("value", "item_id"))


def _only(row: tuple[bytes | None] | None) -> bytes | None:
    return row[0] if row else None
