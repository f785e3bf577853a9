"""A revision in words: for the promotion's page and for what changed between two revisions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from promotions.forms import SECTIONS, PromotionForm
from promotions.models import Promotion, PromotionRevision
from promotions.rules.last_day import last_day_and_time
from promotions.selectors.sentences import benefit_text, money

# Told together with another field: the kind of deal with its amount, a day with its time.
TOLD_ELSEWHERE = {
    "percent_off",
    "money_off_amount",
    "fixed_price_amount",
    "currency",
    "starts_time",
    "ends_time",
}


@dataclass(frozen=True)
class FieldWords:
    """One field by its label on the form."""

    label: Any
    text: str


@dataclass(frozen=True)
class FieldChange:
    """One field that differs from the revision before; empty texts are things not said."""

    label: Any
    old: str
    new: str


@dataclass(frozen=True)
class HistoryEntry:
    """One revision in the timeline with what it changed."""

    revision: PromotionRevision
    is_current: bool
    changes: tuple[FieldChange, ...]


def moment(day: dt.date, at: dt.time | None, *, pattern: str = "D j M Y") -> str:
    text = date_format(day, pattern)
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
    last_day, until = last_day_and_time(revision.ends_on, revision.ends_time)
    special = {
        "coupon_value_type": benefit_text(revision.benefit),
        "minimum_purchase_amount": (
            money(revision.minimum_purchase_amount, revision.currency)
            if revision.minimum_purchase_amount
            else ""
        ),
        "starts_on": moment(
            revision.starts_on, revision.starts_time if revision.starts_time != dt.time(0) else None
        ),
        "ends_on": moment(last_day, until),
        "window_timezone": revision.window_timezone or _("Each store's own clock"),
    }
    fields = [
        field for part in SECTIONS for field in (*part.fields, *part.more) if field not in TOLD_ELSEWHERE
    ]
    return {field: special[field] if field in special else plain_text(revision, field) for field in fields}


def plain_text(revision: PromotionRevision, field: str) -> str:
    """A value as the form's own words: choices by their label, lists with commas."""
    value = getattr(revision, field)
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


def history_of(promotion: Promotion) -> list[HistoryEntry]:
    """Revisions, newest first, each with what it changed; one query."""
    revisions = list(promotion.revisions.select_related("created_by").order_by("number"))
    before: Sequence[PromotionRevision | None] = [None, *revisions]
    return [
        HistoryEntry(
            revision=revision,
            is_current=revision.pk == promotion.current_revision_id,
            changes=changes_between(old, revision) if old else (),
        )
        for old, revision in zip(before, revisions, strict=False)
    ][::-1]


def changes_between(old: PromotionRevision, new: PromotionRevision) -> tuple[FieldChange, ...]:
    """What differs, in the order of the form."""
    old_words, new_words = words_of(old), words_of(new)
    return tuple(
        FieldChange(label_of(field), old_words[field], text)
        for field, text in new_words.items()
        if text != old_words[field]
    )


def label_of(field: str) -> Any:
    return PromotionForm.base_fields[field].label
