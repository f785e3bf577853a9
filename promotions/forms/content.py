"""Between what is typed and what a revision says: whole days against half-open ends, and what a kind leaves out."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from promotions.forms.kinds import FIELD_KINDS
from promotions.forms.rows import HoursRow, LimitRow, PartRow, RowForm, TierRow
from promotions.models import PromotionRevision
from promotions.rules.content.value import speaks_of_money
from promotions.rules.last_day import half_open_end, last_day_and_time
from promotions.rules.words import RewardItems

ROWS: dict[str, RowForm] = {
    "tiers": TierRow, "bundle_parts": PartRow, "weekly_hours": HoursRow, "limits": LimitRow,
}  # fmt: skip
ENDS = (("ends_on", "ends_time"), ("display_ends_on", "display_ends_time"))
STARTS = ("starts_time", "display_starts_time")


def content_of(typed: Mapping[str, Any], *, said: PromotionRevision) -> dict[str, Any]:
    """The revision's fields from the form's cleaned values; what is missing or empty is the field's default.

    `said` is the revision that the form was opened on: it speaks for fields that the form does not have. What
    is not of the chosen kind is left out.
    """
    blank = PromotionRevision()
    content = {name: getattr(said, name) for name in PromotionRevision.content_fields() - set(typed)}
    for name, value in typed.items():
        content[name] = getattr(blank, name) if value is None or value == "" else value
    for day, at in ENDS:
        if content[day] is not None:
            content[day], content[at] = half_open_end(content[day], content[at])
    return content | left_out(content, said=said)


def left_out(content: Mapping[str, Any], *, said: PromotionRevision) -> dict[str, Any]:
    """The terms that the chosen kind does not have, empty; a revision of the same kind keeps what it says of them."""
    kind = content["coupon_value_type"]
    source = said if said.coupon_value_type == kind else PromotionRevision()
    others = {name: getattr(source, name) for name, kinds in FIELD_KINDS.items() if kind not in kinds}
    if (others.get("reward_items") or content["reward_items"]) == RewardItems.CHEAPEST:
        others["reward_item_id_inclusion"] = []
    if kind and not speaks_of_money({**content, **others}, kind):
        others["currency"] = source.currency
    return others


def initial_of(revision: PromotionRevision) -> dict[str, Any]:
    """A revision as the form shows it."""
    initial = {name: plain(getattr(revision, name)) for name in PromotionRevision.content_fields()}
    for day, at in ENDS:
        if initial[day] is not None:
            initial[day], initial[at] = last_day_and_time(initial[day], initial[at])
    for at in (*STARTS, "display_ends_time"):
        initial[at] = initial[at] if initial[at] != time(0) else None
    for name, row in ROWS.items():
        initial[name] = [row.shown(one) for one in initial[name]]
    return initial | {"based_on": revision.number}


def plain(value: Any) -> Any:
    """35, not the column's 35.000."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value
