"""Nasty files, one a case: what came before, the file itself, and what must become of it.

Outcomes: A accepted, W accepted with a note of that code, L that line rejected, H held for a person (the file, or the
lines of one transaction), R the whole file refused. The numbers are those of our list of nasty inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.factories import gtin_for
from tests.inventory.feeds.edi_files import x12

OATS, MILK = gtin_for(1), gtin_for(2)
HEAD = "store_code,gtin,on_hand,as_of\n"
NOON = "2026-11-20T12:00:00Z"
SALE_HEAD = "store_code,workstation,business_day,sequence,line,gtin,quantity,occurred_at\n"
LEVELS = {("S1", "OATS"): 9, ("S1", "MILK"): 4}


@dataclass(frozen=True)
class Case:
    """One file; `before` are files of the same source that were loaded already, `levels` what stands afterwards."""

    number: str
    what: str
    outcome: str
    content: bytes
    profile: Mapping[str, object] = field(default_factory=dict)
    kind: str = "STOCK"
    before: tuple[bytes, ...] = ()
    levels: Mapping[tuple[str, str], int] | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


def stock(*lines: str, head: str = HEAD) -> bytes:
    return (head + "\n".join(lines) + "\n").encode()


def line(item: str = OATS, quantity: object = 9, store: str = "S1", at: str = NOON) -> str:
    return f"{store},{item},{quantity},{at}"


def sale(
    item: str = OATS, quantity: object = 1, at: str = NOON, day: str = "2026-11-20", key: str = "12,1"
) -> str:
    return f"S1,T1,{day},{key},{item},{quantity},{at}"


def advice(*body: str, purpose: str = "00", **options: str) -> bytes:
    head = (f"BIA*{purpose}*DD*1*20261120*1200", "N1*WH**92*S1")
    return x12("846", [*head, *body], **options).encode()


COUNTED = stock(line(), line(MILK, 4))
FULL = {"completeness": "FULL"}
FIVE = [gtin_for(number) for number in range(1, 6)]
ALL_FIVE = stock(*(line(item, 9) for item in FIVE))
LIN = (f"LIN*1*UK*{OATS}", "QTY*33*7*EA")
SLSRPT = (
    "BGM+73E::9+1+9", "DTM+137:20261121:102", "DTM+356:20261120:102", "LOC+162+S1::92",
    f"LIN+1++{OATS[1:]}:EN", "QTY+153:1:PCE", f"LIN+2++{OATS[1:]}:EN", "QTY+153:1:PCE",
)  # fmt: skip
SHOPIFY_LONG = (
    "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Incoming,Unavailable,Committed,Available,On hand\n"
)
SHOPIFY = {"format": "shopify"}
LOYVERSE = "Handle,SKU,Name,Barcode,In stock [S1]\n"
POSLOG = {"format": "poslog"}
JSON_COUNT = {"fact": "count", "store": "S1", "item": OATS, "quantity": 9, "as_of": NOON}
