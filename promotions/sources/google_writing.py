"""Promotions as Google's feed: a revision's fields as cells, and cells as columns or RSS.

Two variants. `google` says what Google can say and nothing else; `full` has every field of a revision, so that our
own import reads back what stood there.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from promotions.rules.google import AMOUNTS, OWN_KINDS, WHOLE_NUMBERS, Problem
from promotions.rules.price import MINOR_UNITS
from promotions.rules.words import Audience, OfferType, RedemptionChannel, RewardItems
from promotions.sources import google_columns as columns
from promotions.sources.google_periods import wall_clock_text

Cells = dict[str, list[str]]

# The feed's own names of what the Merchant API calls otherwise.
FEED_NAMES = {"minimum_purchase_quantity": "buy_this_quantity", "item_id_inclusion": "item_id"}
NAMESPACE = "http://base.google.com/ns/1.0"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where, when and for what a promotion is on: what Google is told instead of our scopes and windows.

    `stores` are codes, None for all; `items` are SKUs, None for all. Instants are aware, the end not included; they
    are written with the offsets of their own zones. `displayed` is when it is shown, None for as long as it is on.
    """

    channels: tuple[RedemptionChannel, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime
    stores: Sequence[str] | None
    items: Sequence[str] | None
    displayed: tuple[dt.datetime, dt.datetime] | None = None


def full_cells(*, promotion_id: str, content: Mapping[str, Any]) -> Cells:
    """Every field of a revision in its column; what is empty has no cell."""
    currency = content["currency"]
    cells: dict[str, str] = {
        "promotion_id": promotion_id,
        columns.EFFECTIVE: wall_clock_text(content),
        columns.DISPLAY: wall_clock_text(content, prefix="display_"),
        columns.VARIANT: columns.FULL,
        "currency": currency,
        "window_timezone": content["window_timezone"],
        "redemption_channel": ",".join(content["redemption_channel"]),
    }
    for name in (*columns.WORDS, *columns.WHOLE_NUMBERS):
        cells[name] = "" if content[name] is None else str(content[name])
    for name in columns.TEXTS:
        cells[name] = whole_text(content[name])
    for name in columns.AMOUNTS:
        cells[name] = "" if content[name] is None else f"{plain_number(content[name])} {currency}"
    if content["percent_off"] is not None:
        cells["percent_off"] = plain_number(content["percent_off"])
    for name in columns.LISTS:
        cells[name] = whole_list(content[name])
    for name in columns.OBJECTS:
        cells[name] = json_text(content[name]) if content[name] else ""
    return {name: [text] for name, text in cells.items() if text}


def plain_number(number: Decimal) -> str:
    """Without exponent or needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole_text(text: str) -> str:
    """A text as a cell; as a JSON string where a cell would not give it back."""
    is_plain = text == text.strip() and text.isprintable() and not text.startswith('"')
    return text if is_plain else json_text(text)


def whole_list(values: Sequence[str]) -> str:
    """A list with commas between; as a JSON array where one of them stands in a value, or the like."""
    text = ",".join(values)
    is_plain = text.isprintable() and not text.startswith("[") and '"' not in text and all(values)
    is_plain = is_plain and not any("," in value or value != value.strip() for value in values)
    return text if is_plain else json_text(list(values))


def json_text(value: Any) -> str:
    """JSON of printable signs in one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if text.isprintable() else json.dumps(value, default=str)


def unsayable(content: Mapping[str, Any]) -> Iterator[Problem]:
    """What a revision says and Google's feed has no words for: it would promise more than we keep."""
    kind, code = content["coupon_value_type"], content["offer_type"]
    if kind in OWN_KINDS:
        yield Problem("kind_not_known", "coupon_value_type", kind, "one of Google's kinds of deal")
    if content["weekly_hours"]:
        shown = json_text(content["weekly_hours"])
        yield Problem("weekly_hours", "weekly_hours", shown, "a deal that holds all day")
    if content["audience"] == Audience.MEMBERS:
        yield Problem("members_only", "audience", content["audience"], "a deal for everyone")
    if code not in (OfferType.NO_CODE, OfferType.GENERIC_CODE):
        yield Problem("code_not_generic", "offer_type", code, "no code, or one for everyone")
    if content["reward_items"] == RewardItems.NAMED:
        shown = ", ".join(content["reward_item_id_inclusion"])
        yield Problem("named_reward", "reward_item_id_inclusion", shown, "the cheapest items as the reward")


def google_cells(*, promotion_id: str, content: Mapping[str, Any], reach: Reach) -> Cells:
    """One promotion in Google's columns. Whether it may be said so is asked of promotions.rules.google."""
    in_store = RedemptionChannel.IN_STORE in reach.channels
    singles = {
        "promotion_id": promotion_id,
        "product_applicability": "all_products" if reach.items is None else "specific_products",
        "offer_type": content["offer_type"].lower(),
        "coupon_value_type": content["coupon_value_type"].lower(),
        columns.EFFECTIVE: instants_text(reach.starts_at, reach.ends_at),
        columns.DISPLAY: instants_text(*reach.displayed) if reach.displayed else "",
        **{
            name: one_line(content[name])
            for name in ("long_title", "generic_redemption_code", "free_gift_description", "free_gift_item_id",
                         "promotion_url")
        },
        **{name: money_text(content[name], currency=content["currency"]) for name in AMOUNTS},
        **{name: "" if content[name] is None else str(content[name]) for name in WHOLE_NUMBERS},
        "percent_off": "" if content["percent_off"] is None else plain_number(content["percent_off"]),
        "store_applicability": ("all_stores" if reach.stores is None else "specific_stores") if in_store else "",
    }  # fmt: skip
    cells = {name: [text] for name, text in singles.items() if text}
    cells["redemption_channel"] = [channel.lower() for channel in reach.channels]
    if in_store and reach.stores is not None:
        cells["store_codes_inclusion"] = list(reach.stores)
    if reach.items is not None:
        cells["item_id_inclusion"] = list(reach.items)
    return cells


def one_line(text: str) -> str:
    """Printable signs with single blanks: no tab, line break or what XML cannot hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def money_text(amount: Decimal | None, *, currency: str) -> str:
    """An amount with its currency, "" where there is none: "5.00 USD", "500 JPY"."""
    return "" if amount is None else f"{money_number(amount, currency=currency)} {currency}"


def money_number(amount: Decimal, *, currency: str) -> str:
    """An amount in the currency's own decimals, or more where it has more."""
    coins = amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)))
    return f"{coins:f}" if amount == coins else plain_number(amount)


def instants_text(start: dt.datetime, end: dt.datetime) -> str:
    return f"{start.isoformat()}/{end.isoformat()}"


def column_lines(rows: Iterable[Cells], *, names: Sequence[str], is_google: bool) -> Iterator[str]:
    """Tab separated lines with their header; values of a list between commas, quoted as CSV where they hold one."""
    yield tab_line(FEED_NAMES.get(name, name) if is_google else name for name in names)
    for cells in rows:
        yield tab_line(joined(cells.get(name, ())) for name in names)


def tab_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter="\t", lineterminator="\n").writerow(cells)
    return line.getvalue()


def joined(values: Sequence[str]) -> str:
    """One value as it stands, several as a line of CSV."""
    if len(values) < 2:
        return "".join(values)
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def rss_pieces(rows: Iterable[Cells], *, names: Sequence[str], is_google: bool, title: str) -> Iterator[str]:
    """An RSS channel with one item a promotion; a list repeats its element."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{NAMESPACE}">\n<channel>\n'
    yield f"<title>{escape(title)}</title>\n"
    for cells in rows:
        elements = (
            f"<g:{tag}>{escape(text)}</g:{tag}>"
            for name in names
            for tag in [FEED_NAMES.get(name, name) if is_google else name]
            for text in cells.get(name, ())
        )
        yield f"<item>{''.join(elements)}</item>\n"
    yield "</channel>\n</rss>\n"
