"""A revision in words: for the promotion's page and for what changed between two revisions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from inventory.templatetags.days import in_words
from promotions.forms import SECTIONS, PromotionForm
from promotions.forms.rows import PERIODS, SCOPES, UNITS, WEEKDAYS
from promotions.models import PromotionRevision
from promotions.rules.last_day import last_day_and_time
from promotions.rules.materiality import MATERIAL_FIELDS
from promotions.rules.words import Audience, LimitPeriod, LimitScope, LimitUnit, RewardItems, Urgency
from promotions.selectors.sentences import benefit_text, money

# Told together with another field: the kind of deal with its terms, a day with its time.
TOLD_ELSEWHERE = {
    *("percent_off", "money_off_amount", "fixed_price_amount", "currency", "applies_to"),
    *("minimum_purchase_quantity", "get_this_quantity_discounted", "tiers", "tier_basis"),
    *("free_gift_description", "free_gift_value"),
    *("starts_time", "ends_time", "display_starts_time", "display_ends_time"),
}
# Not worth a word unless it differs from what is usual.
USUAL = {
    "audience": Audience.EVERYONE,
    "reward_items": RewardItems.CHEAPEST,
    "priority": 0,
    "honour_hours": 0,
    "urgency": Urgency.SHIFT,
}


@dataclass(frozen=True)
class FieldWords:
    """One field by its label on the form."""

    label: Any
    text: str


@dataclass(frozen=True)
class FieldChange:
    """One field that differs from the revision before; empty texts are things not said."""

    field: str
    label: Any
    old: str
    new: str

    @property
    def is_material(self) -> bool:
        """Whether it changes the terms, so that everybody is asked anew."""
        return self.field in MATERIAL_FIELDS


def moment(day: dt.date, at: dt.time | None, *, pattern: str = "D j M Y") -> str:
    text = date_format(day, in_words(pattern))
    return f"{text}, {at:%H:%M}" if at and at != dt.time(0) else text


def window_text(revision: PromotionRevision) -> str:
    """First and last day as people mean them: "28 Nov – 5 Dec 2026"."""
    last_day, until = last_day_and_time(revision.ends_on, revision.ends_time)
    pattern = "j M" if revision.starts_on.year == last_day.year else "j M Y"
    last = moment(last_day, until, pattern="j M Y")
    if revision.starts_on == last_day and revision.starts_time == dt.time(0):
        return last
    return f"{moment(revision.starts_on, revision.starts_time, pattern=pattern)} – {last}"


def words_of(revision: PromotionRevision) -> dict[str, str]:
    """Every field of the form that says something, as text."""
    special = {
        "coupon_value_type": benefit_text(revision.benefit),
        "minimum_purchase_amount": money_text(revision.minimum_purchase_amount, revision.currency),
        "limit_value": money_text(revision.limit_value, revision.currency),
        "bundle_parts": "; ".join(map(part_text, revision.bundle_parts)),
        "weekly_hours": "; ".join(map(hours_text, revision.weekly_hours)),
        "limits": "; ".join(limit_text(one, currency=revision.currency) for one in revision.limits),
        "starts_on": first_day_text(revision.starts_on, revision.starts_time),
        "ends_on": last_day_text(revision.ends_on, revision.ends_time),
        "display_starts_on": first_day_text(revision.display_starts_on, revision.display_starts_time),
        "display_ends_on": last_day_text(revision.display_ends_on, revision.display_ends_time),
        "window_timezone": revision.window_timezone or _("Each store's own clock"),
    }
    fields = [
        field for part in SECTIONS for field in (*part.fields, *part.more) if field not in TOLD_ELSEWHERE
    ]
    return {field: special[field] if field in special else plain_text(revision, field) for field in fields}


def money_text(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else money(amount, currency)


def first_day_text(day: dt.date | None, at: dt.time) -> str:
    return "" if day is None else moment(day, at)


def last_day_text(day: dt.date | None, at: dt.time) -> str:
    return "" if day is None else moment(*last_day_and_time(day, at))


def part_text(part: Mapping[str, Any]) -> str:
    """One part of a bundle: "2 × Dairy, OAT-1"."""
    named = [
        str(name)
        for key in ("item_id", "brand", "product_type", "item_group_id")
        for name in part.get(key, [])
    ]
    return f"{part['quantity']} × {', '.join(named)}"


def hours_text(one: Mapping[str, Any]) -> str:
    """Hours of the week: "Mon, Fri 17:00–19:00"."""
    days = dict(WEEKDAYS)
    return f"{', '.join(str(days[str(day)]) for day in one['days'])} {one['from']}–{one['until']}"


def limit_text(one: Mapping[str, Any], *, currency: str) -> str:
    """One limit: "20 uses, each store, a day"."""
    is_money = one["unit"] == LimitUnit.MONEY
    most = money(Decimal(one["limit"]), currency) if is_money else f"{one['limit']} {UNITS[LimitUnit.USES]}"
    return f"{most}, {SCOPES[LimitScope(one['scope'])]}, {PERIODS[LimitPeriod(one['period'])]}"


def plain_text(revision: PromotionRevision, field: str) -> str:
    """A value as the form's own words: choices by their label, lists with commas; nothing for what is usual."""
    value = getattr(revision, field)
    if field in USUAL and value == USUAL[field]:
        return ""
    labels = dict(getattr(PromotionForm.base_fields[field], "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(labels.get(part, part)) for part in value)
    return "" if value is None else str(labels.get(value, value))


def sections_of(revision: PromotionRevision) -> list[tuple[str, list[FieldWords]]]:
    """The revision section by section, without what it leaves unsaid."""
    words = words_of(revision)
    return [
        (
            part.title,
            [
                FieldWords(label_of(field), words[field])
                for field in (*part.fields, *part.more)
                if words.get(field)
            ],
        )
        for part in SECTIONS
    ]


def changes_between(old: PromotionRevision, new: PromotionRevision) -> tuple[FieldChange, ...]:
    """What differs, in the order of the form."""
    old_words, new_words = words_of(old), words_of(new)
    return tuple(
        FieldChange(field, label_of(field), old_words[field], text)
        for field, text in new_words.items()
        if text != old_words[field]
    )


def label_of(field: str) -> Any:
    return PromotionForm.base_fields[field].label
