"""A promotion as the cells of a table: each column's text as a field of a revision, and back.

Columns that bear a field's own name mean what the API means by it. The two of the window's end that people write,
`last_day` and `ends_at`, mean what the form means: the last day counts.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotions.rules.cells.kinds import (
    CellError,
    Kind,
    amount,
    channels,
    choice,
    clock,
    codes,
    day,
    names,
    objects,
    text,
    web_address,
    whole,
)
from promotions.rules.last_day import half_open_end, last_day_and_time
from promotions.rules.words import (
    AppliesTo,
    Audience,
    Concurrence,
    CouponValueType,
    OfferType,
    ProductApplicability,
    RewardItems,
    StoreApplicability,
    TierBasis,
    Urgency,
)

__all__ = ["COLUMNS", "FIELDS", "CellError", "Reading", "cells_of", "read_content"]

LAST_DAY, ENDS_AT = "last_day", "ends_at"

FIELDS: dict[str, Kind] = {
    "campaign": text(60),
    "long_title": text(200),
    "operator_display_name": text(120),
    "customer_display_name": text(120),
    "operator_text": text(2000),
    "talk_track": text(500),
    "urgency": choice(Urgency, Urgency.SHIFT),
    "quiz_question": text(200),
    "quiz_answers": text(600),
    "quiz_explanation": text(300),
    "promotion_url": web_address(200),
    "picture": text(500),
    "coupon_value_type": choice(CouponValueType),
    "applies_to": choice(AppliesTo, AppliesTo.EACH_ITEM),
    "percent_off": amount(digits=3, decimals=2),
    "money_off_amount": amount(),
    "fixed_price_amount": amount(),
    "minimum_purchase_amount": amount(),
    "currency": text(3),
    "minimum_purchase_quantity": whole(),
    "get_this_quantity_discounted": whole(),
    "reward_items": choice(RewardItems, RewardItems.CHEAPEST),
    "reward_item_id_inclusion": codes(),
    "bundle_parts": objects('[{"quantity": 1, "brand": ["Nordhof"]}]'),
    "tiers": objects('[{"from": "3", "percent_off": "10"}]'),
    "tier_basis": choice(TierBasis, TierBasis.QUANTITY),
    "free_gift_item_id": text(200),
    "free_gift_description": text(200),
    "free_gift_value": amount(),
    "limit_quantity": whole(),
    "limit_value": amount(),
    "audience": choice(Audience, Audience.EVERYONE),
    "concurrence": choice(Concurrence, Concurrence.BEST_PRICE),
    "priority": whole(empty=0, least=-32_768, most=32_767),
    "tags": codes(),
    "combines_with": codes(),
    "offer_type": choice(OfferType, OfferType.NO_CODE),
    "generic_redemption_code": text(60),
    "limit_uses": whole(),
    "limits": objects('[{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}]'),
    "redemption_channel": channels(),
    "product_applicability": choice(ProductApplicability),
    "item_id_inclusion": codes(),
    "item_id_exclusion": codes(),
    "brand_inclusion": names(),
    "brand_exclusion": names(),
    "product_type_inclusion": names(),
    "product_type_exclusion": names(),
    "item_group_id_inclusion": codes(),
    "item_group_id_exclusion": codes(),
    "item_list_inclusion": codes(),
    "item_list_exclusion": codes(),
    "store_applicability": choice(StoreApplicability),
    "store_codes_inclusion": codes(),
    "store_codes_exclusion": codes(),
    "store_groups_inclusion": codes(),
    "store_groups_exclusion": codes(),
    "starts_on": day(),
    "starts_time": clock(),
    "ends_on": day(),
    "ends_time": clock(),
    "window_timezone": text(64),
    "weekly_hours": objects('[{"days": [1, 5], "from": "17:00", "until": "19:00"}]'),
    "display_starts_on": day(),
    "display_starts_time": clock(),
    "display_ends_on": day(),
    "display_ends_time": clock(),
    "honour_hours": whole(empty=0, least=0, most=32_767),
    "minimum_stock": whole(empty=1),
}
COLUMNS: dict[str, Kind] = {**FIELDS, LAST_DAY: day(), ENDS_AT: clock()}
# The field that a column writes, where it is called otherwise.
FIELD_OF = {LAST_DAY: "ends_on", ENDS_AT: "ends_time"}


@dataclass(frozen=True)
class Reading:
    """What the cells say over what stood: the content, and by column what could not be read."""

    content: dict[str, Any]
    errors: dict[str, list[str]]


def read_content(cells: Mapping[str, str], *, base: Mapping[str, Any]) -> Reading:
    """`base` (all fields of a revision) with the cells' words in place of its own; an empty cell empties its field.

    Cells that cannot be read leave their field as it was and have a sentence in `errors`.
    """
    errors: dict[str, list[str]] = {}
    said: dict[str, Any] = {}
    for column, written in cells.items():
        try:
            said[column] = COLUMNS[column].read(written)
        except CellError as error:
            errors[column] = [str(error)]
    if LAST_DAY in said or ENDS_AT in said:
        said |= end_of(said, base=base)
    content = {**base, **{field: value for field, value in said.items() if field in FIELDS}}
    return Reading(content=content, errors=errors)


def end_of(said: Mapping[str, Any], *, base: Mapping[str, Any]) -> dict[str, Any]:
    """The half-open end of a last day and the time on it, as the form takes them; what is not said stays."""
    last_day, until = None, None
    if base.get("ends_on"):
        last_day, until = last_day_and_time(base["ends_on"], base["ends_time"])
    last_day = said[LAST_DAY] if LAST_DAY in said else said.get("ends_on", last_day)
    until = said.get(ENDS_AT, said.get("ends_time", until))
    if last_day is None:
        return {"ends_on": None, "ends_time": dt.time(0)}
    if last_day == dt.date.max:
        return {"ends_on": last_day, "ends_time": dt.time(0)}  # no day follows; refused for its year
    ends_on, ends_time = half_open_end(last_day, until)
    return {"ends_on": ends_on, "ends_time": ends_time}


def cells_of(content: Mapping[str, Any], *, columns: tuple[str, ...]) -> dict[str, str]:
    """The content as cells; read again they say the same."""
    said = dict(content)
    if said.get("ends_on"):
        said[LAST_DAY], said[ENDS_AT] = last_day_and_time(said["ends_on"], said["ends_time"])
    return {column: COLUMNS[column].write(said.get(column)) for column in columns}
