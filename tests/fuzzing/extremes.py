"""Facts in our own form with values at the edge of what any column, clock or figure holds, and beyond it."""

import json
from random import Random
from typing import Any

GTIN, SKU, STORE = "4006381333931", "OATS", "S1"
FIGURES: tuple[object, ...] = (
    0,
    1,
    -1,
    2,
    12,
    -7,
    0.5,
    "-0.001",
    "0.0005",
    "1.0000000000000000000000000001",
    999_999_999,
    1_000_000_000,
    -999_999_999,
    2**31 - 1,
    2**31,
    -(2**31),
    2**63 - 1,
    2**63,
    -(2**63),
    10**29,
    -(10**29),
    "9" * 30,
    "0." + "9" * 28,
    10**12,
    10**13,
    "-0",
)
INSTANTS = (
    "2024-05-22T06:00:00Z",
    "2024-05-22T11:59:59.999999Z",
    "2024-05-22T12:10:00Z",
    "2024-05-22T12:16:00Z",
    "2024-05-21T23:30:00",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59Z",
    "1899-12-31T23:59:59Z",
    "1900-01-01T00:00:00+14:00",
    "1900-01-01T00:00:00",
    "1969-12-31T23:59:59Z",
    "1883-11-18T12:00:00",
    "2024-03-10T02:30:00",
    "2023-11-05T01:30:00",
    "2024-05-22T06:00:00+23:59",
    "2024-05-23T02:00:00+14:00",
    "2038-01-19T03:14:08Z",
    "2262-04-12T00:00:00Z",
    "2024-02-29T00:00:00Z",
)
DAYS = (
    "2024-05-22",
    "2024-05-21",
    "2024-05-23",
    "0001-01-01",
    "0001-01-02",
    "9999-12-31",
    "9999-12-30",
    "1900-01-01",
    "1970-01-01",
    "2100-01-01",
)
WHOLES = (0, 1, 2, 3, 2**31 - 1, 2**31, 10**9 - 1, 10**9, 10**18 - 1, 10**18, 2**63 - 1)
TEXTS = (
    "7",
    "x" * 32,
    "x" * 33,
    "x" * 128,
    "x" * 500,
    "\x01",
    "\u2400",
    "😀",
    "\u202e",
    "'; DROP TABLE",
    "\\N",
    "\t7",
    " 7 ",
    "é" * 32,
    "\ud7ff",
    "\ufffe",
)
UNITS = (None, None, None, "EA", "ea", "KGM", "LBR", "GLL", "XXX", "ß", "x" * 16)
CURRENCIES = ("EUR", "EUR", "USD", "", "eur", "EU", "E1R", "ÉÜR")
STATES = ("COMMITTED", "RESERVED", "SAFETY", "DAMAGED", "QUALITY_CONTROL", "UNAVAILABLE")
KINDS = ("SALE", "SALE", "RETURN", "VOID", "RECEIPT", "TRANSFER_IN", "TRANSFER_OUT", "ADJUSTMENT")


def document(random: Random, size: int = 60) -> bytes:
    """Lines of such facts, most of each ordinary, the same for the same state of `random`."""
    return "\n".join(json.dumps(fact(random)) for _line in range(size)).encode()


def fact(random: Random) -> dict[str, Any]:
    """One of the three kinds."""
    said: dict[str, Any] = {
        "store": odd(random, STORE, [*TEXTS, "S2", {"scheme": "GLN", "code": "4099200000015"}]),
        **item(random),
    }
    said["quantity"] = odd(random, random.randint(-3, 9), FIGURES, chance=0.3)
    if unit := random.choice(UNITS):
        said["unit"] = unit
    match random.choice(("count", "movement", "total")):
        case "count":
            return {"fact": "count", **said, **count(random)}
        case "movement":
            return {"fact": "movement", **said, **movement(random), **money(random)}
    return {"fact": "total", **said, **total(random), **money(random)}


def odd(random: Random, usual: object, odd_ones: Any, *, chance: float = 0.15) -> object:
    return random.choice(odd_ones) if random.random() < chance else usual


def item(random: Random) -> dict[str, object]:
    codes = [
        {
            "scheme": "GTIN",
            "code": odd(random, GTIN, ["96385074", "4006381333932", "\x1d0104006381333931", *TEXTS]),
        }
    ]
    codes += [{"scheme": random.choice(("SKU", "PLU", "INTERNAL")), "code": odd(random, SKU, TEXTS)}]
    return {"items": random.sample(codes, random.choice((1, 2)))}


def count(random: Random) -> dict[str, object]:
    said: dict[str, object] = {}
    if random.random() < 0.8:
        said["as_of"] = odd(random, INSTANTS[0], INSTANTS, chance=0.4)
    if random.random() < 0.3:
        said["withheld"] = {state: odd(random, 1, FIGURES) for state in random.sample(STATES, 2)}
    if random.random() < 0.3:
        said["state"] = "AVAILABLE"
    return said


def movement(random: Random) -> dict[str, object]:
    return {
        "kind": random.choice(KINDS),
        "occurred_at": odd(random, INSTANTS[1], INSTANTS, chance=0.3),
        "business_day": odd(random, DAYS[0], DAYS),
        "workstation": odd(random, "7", (*TEXTS, "")),
        "sequence": odd(random, random.randint(1, 99), WHOLES),
        "line": odd(random, random.randint(1, 99), WHOLES),
    }


def total(random: Random) -> dict[str, object]:
    return {
        "period_start": odd(random, DAYS[1], DAYS, chance=0.3),
        "period_end": odd(random, DAYS[0], DAYS, chance=0.3),
        "activity": random.choice(("SOLD", "SOLD", "RETURNED")),
        "title": odd(random, "", TEXTS),
    }


def money(random: Random) -> dict[str, object]:
    if random.random() < 0.4:
        return {}
    return {"amount": odd(random, "3.98", FIGURES, chance=0.4), "currency": random.choice(CURRENCIES)}
