"""The codes a file may use, read from the database once a load."""

import re

import numpy as np

from inventory.feeds.records import Catalogue
from inventory.imports.copying import raw_cursor, unpacked
from inventory.models import CodeMapping, Item, ItemIdentifier, Store

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)  # as inventory.feeds.columns.item_column takes for a number


def read_catalogue(*, item_code: str, source_id: int | None = None) -> Catalogue:
    """Stores by code, and items by the one kind of code the profile names.

    What a person said of this source's codes comes first.
    """
    mapped_stores, mapped_items = _mapped(source_id)
    aliases = mapped_items if item_code != "GTIN" else {}
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
            aliases, numbers = _told_apart(mapped_items)
            gtins = np.concatenate([np.array(list(numbers), np.int64), pairs["gtin"].astype(np.int64)])
            gtins, places = np.unique(gtins, return_index=True)  # the first of equals: the mapped one
            gtin_item_ids = np.concatenate(
                [np.array(list(numbers.values()), np.int32), pairs["item"].astype(np.int32)]
            )[places]
        cursor.execute(
            "SELECT string_agg(int4send(id) || int4send(unit_decimals::int4), ''::bytea) FROM inventory_item"
        )
        units = unpacked(_only(cursor.fetchone()), [("item", ">i4"), ("decimals", ">i4")])
    decimals = np.zeros(int(units["item"].max(initial=0)) + 1, np.int8)
    decimals[units["item"]] = units["decimals"]
    return Catalogue(
        store_ids={code: number for code, number, _zone in stores} | mapped_stores,
        store_zones={number: zone for _code, number, zone in stores},
        gtins=gtins,
        gtin_item_ids=gtin_item_ids,
        item_ids={} if item_code == "GTIN" else _text_codes(item_code) | aliases,
        decimals=decimals,
        item_aliases=aliases,
    )


def _mapped(source_id: int | None) -> tuple[dict[str, int], dict[str, int]]:
    """Store ids and item ids by the codes that a person has mapped for the source."""
    stores: dict[str, int] = {}
    items: dict[str, int] = {}
    told = CodeMapping.objects.filter(source_id=source_id) if source_id else CodeMapping.objects.none()
    for code, store_id, item_id in told.values_list("code", "store_id", "item_id"):
        if store_id is not None:
            stores[code] = store_id
        if item_id is not None:
            items[code] = item_id
    return stores, items


def _told_apart(items: dict[str, int]) -> tuple[dict[str, int], dict[int, int]]:
    """Mapped codes that are not compared as numbers, and those that are, as GTINs are."""
    numbers = {code: item for code, item in items.items() if _NUMBER.fullmatch(code)}
    texts = {code: item for code, item in items.items() if code not in numbers}
    return texts, {int(code): item for code, item in numbers.items()}


def _text_codes(item_code: str) -> dict[str, int]:
    if item_code == "SKU":
        return dict(Item.objects.values_list("sku", "pk"))
    return dict(ItemIdentifier.objects.filter(kind=item_code).values_list("value", "item_id"))


def _only(row: tuple[bytes | None] | None) -> bytes | None:
    return row[0] if row else None
