"""Lists of objects as rows of a form: steps, parts of a bundle, hours of the week, limits.

A row only turns what was typed into the object that a revision keeps. What it may say is the rule set's, which
gets unreadable text as it is, so that form and API say the same of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from promotions.forms.fields import checkboxes, codes, line, names, parts_of
from promotions.rules.price import TIER_FIELDS
from promotions.rules.words import LimitPeriod, LimitScope, LimitUnit

RawRow = dict[str, Any]
MOST_ROWS = 60  # a little over what the rule set allows, so that it can say so
WEEKDAYS = [
    ("1", _("Mon")), ("2", _("Tue")), ("3", _("Wed")), ("4", _("Thu")), ("5", _("Fri")), ("6", _("Sat")),
    ("7", _("Sun")),
]  # fmt: skip
SCOPES = {
    LimitScope.PROMOTION: _("all stores together"),
    LimitScope.STORE: _("each store"),
    LimitScope.CUSTOMER: _("each customer"),
}
PERIODS = {
    LimitPeriod.TOTAL: _("its whole time"),
    LimitPeriod.DAY: _("a day"),
    LimitPeriod.WEEK: _("a week"),
    LimitPeriod.MONTH: _("a month"),
}
UNITS = {LimitUnit.USES: _("uses"), LimitUnit.MONEY: _("of money")}
SORTS = {
    "percent_off": _("% off"),
    "money_off_amount": _("off each"),
    "fixed_price_amount": _("as the price of each"),
}


def number(label: Any) -> forms.CharField:
    return line(label, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


def moment(label: Any) -> forms.CharField:
    return line(label, widget=forms.TextInput(attrs={"type": "time"}))


def choice(label: Any, words: Mapping[Any, Any], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[(str(key), text) for key, text in words.items()], **options
    )


class TierRow(forms.Form):
    """{"from": "3", "percent_off": "10"}"""

    least = 1  # so many rows are there to be filled in
    noun = "Step"  # as the rule set's sentences begin
    title: ClassVar[Any] = _("Step %(number)s")
    add: ClassVar[Any] = _("Add a step")
    tells = ("start", "amount")

    start = number(_("From"))
    amount = number(_("They get"))
    sort = choice(_("What it is"), SORTS)

    @staticmethod
    def said(raw: RawRow) -> dict[str, Any]:
        sort = raw["sort"] if raw["sort"] in TIER_FIELDS else "percent_off"
        return {"from": raw["start"], sort: raw["amount"]}

    @staticmethod
    def shown(one: Mapping[str, Any]) -> RawRow:
        sort = next((name for name in TIER_FIELDS if one.get(name) is not None), "percent_off")
        return {"start": one.get("from"), "amount": one.get(sort), "sort": sort}


class PartRow(forms.Form):
    """{"quantity": 1, "item_id": […], "brand": […], "product_type": […], "item_group_id": […]}"""

    least = 0
    noun = "Part"
    title: ClassVar[Any] = _("Part %(number)s")
    add: ClassVar[Any] = _("Add a part")
    tells = ("quantity", "item_id", "brand", "product_type", "item_group_id")

    quantity = number(_("How many"))
    item_id = codes(_("Of these items (SKU or GTIN)"))
    brand = names(_("Of these brands"))
    product_type = names(_("Of these product types"))
    item_group_id = codes(_("Of these item groups"))

    @classmethod
    def said(cls, raw: RawRow) -> dict[str, Any]:
        lists = {}
        for name in cls.tells[1:]:
            field = cls.base_fields[name]
            lists[name] = parts_of(raw[name], separators=getattr(field, "separators", ""))
        return {"quantity": whole_of(raw["quantity"])} | {name: said for name, said in lists.items() if said}

    @classmethod
    def shown(cls, one: Mapping[str, Any]) -> RawRow:
        lists = {name: "\n".join(map(str, one.get(name) or [])) for name in cls.tells[1:]}
        return {"quantity": one.get("quantity"), **lists}


class HoursRow(forms.Form):
    """{"days": [1, 5], "from": "17:00", "until": "19:00"}"""

    least = 0
    noun = "Hours"
    title: ClassVar[Any] = _("Hours %(number)s")
    add: ClassVar[Any] = _("Add hours")
    tells = ("days", "start", "until")

    days = checkboxes(_("On"), WEEKDAYS)
    start = moment(_("From"))
    until = moment(_("Until"))

    @staticmethod
    def said(raw: RawRow) -> dict[str, Any]:
        days = sorted(int(day) for day in raw["days"] if day in dict(WEEKDAYS))
        return {"days": days, "from": raw["start"][:5], "until": raw["until"][:5]}

    @staticmethod
    def shown(one: Mapping[str, Any]) -> RawRow:
        return {
            "days": [str(day) for day in one.get("days") or []],
            "start": one.get("from"),
            "until": one.get("until"),
        }


class LimitRow(forms.Form):
    """{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}"""

    least = 0
    noun = "Limit"
    title: ClassVar[Any] = _("Limit %(number)s")
    add: ClassVar[Any] = _("Add a limit")
    tells = ("limit", "scope")

    limit = number(_("At most"))
    unit = choice(_("What is counted"), UNITS)
    scope = choice(_("For"), {"": _("Choose…"), **SCOPES})
    period = choice(_("Within"), PERIODS)

    @staticmethod
    def said(raw: RawRow) -> dict[str, Any]:
        return {name: raw[name] for name in ("scope", "period", "unit", "limit")}

    @staticmethod
    def shown(one: Mapping[str, Any]) -> RawRow:
        return {name: one.get(name) for name in ("scope", "period", "unit", "limit")}


RowForm = type[TierRow] | type[PartRow] | type[HoursRow] | type[LimitRow]


def whole_of(text: str) -> int | str:
    """A whole number, or the text as it stands."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


class RowsWidget(forms.Widget):
    """Reads `tiers-0-start`, `tiers-1-start` … as rows of raw text, in their order, blank ones too."""

    def __init__(self, row: RowForm) -> None:
        super().__init__()
        self.row = row

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[RawRow]:
        found = {match[1] for key in data if (match := re.match(rf"{name}-(\d{{1,4}})-", key))}
        return [self.raw_row(data, f"{name}-{index}") for index in sorted(found, key=int)[:MOST_ROWS]]

    def raw_row(self, data: Any, prefix: str) -> RawRow:
        row: RawRow = {}
        for cell, field in self.row.base_fields.items():
            value = field.widget.value_from_datadict(data, {}, f"{prefix}-{cell}")
            row[cell] = value if isinstance(value, list) else (value or "").strip()
        return row


@dataclass(frozen=True)
class ShownRow:
    """One row on the page: its cells as a form, and what is wrong with it."""

    name: str
    number: int
    title: str
    cells: forms.Form
    errors: list[str]

    @property
    def key(self) -> str:
        """The row as buttons name it: "tiers-0"."""
        return f"{self.name}-{self.number - 1}"

    @property
    def first_id(self) -> str:
        """Where an error of the row leads to."""
        cell = next(iter(self.cells))
        return f"{cell.auto_id}_0" if cell.use_fieldset else str(cell.id_for_label)


class BoundRows(forms.BoundField):
    """The rows of a field as a page shows them."""

    field: "RowsField"

    @property
    def rows(self) -> list[ShownRow]:
        row = self.field.row
        raws = self.value() or [{}] * row.least
        shown = [
            ShownRow(
                name=self.name,
                number=number,
                title=row.title % {"number": number},
                cells=row(prefix=f"{self.name}-{number - 1}", initial=raw),
                errors=[
                    error for error in map(str, self.errors) if number_in(error, noun=row.noun) == number
                ],
            )
            for number, raw in enumerate(raws, 1)
        ]
        if (
            shown and getattr(self.form, "added", "") == self.name
        ):  # the row asked for is where one goes on typing
            next(iter(shown[-1].cells)).field.widget.attrs["autofocus"] = True
        return shown

    @property
    def add_id(self) -> str:
        """The button for one row more: where an error of the whole list leads to."""
        return f"{self.auto_id}_add"

    @property
    def add_label(self) -> Any:
        return self.field.row.add

    @property
    def other_errors(self) -> list[str]:
        """What is wrong with no single row."""
        return [
            error for error in map(str, self.errors) if number_in(error, noun=self.field.row.noun) is None
        ]


def number_in(error: str, *, noun: str) -> int | None:
    """Which row a sentence of the rule set speaks of: "Step 2: …" of the second."""
    match = re.match(rf"{noun} (\d+): ", error)
    return int(match[1]) if match else None


class RowsField(forms.Field):
    """A list of objects in rows. Values are raw rows; cleans to the objects, without rows that say nothing."""

    def __init__(self, row: RowForm, **options: Any) -> None:
        super().__init__(required=False, widget=RowsWidget(row), initial=[], **options)
        self.row = row

    def get_bound_field(self, form: Any, field_name: str) -> BoundRows:
        return BoundRows(form, self, field_name)

    def without_blanks(self, raws: Sequence[RawRow]) -> list[RawRow]:
        return [raw for raw in raws if any(raw[cell] for cell in self.row.tells)]

    def bound_data(self, data: Any, _initial: Any) -> list[RawRow]:
        """Blank rows go, so that the rows on the page have the numbers the errors name."""
        return self.without_blanks(data)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        raws = self.without_blanks(value or [])
        if any("\x00" in text for raw in raws for cell in raw.values() for text in cell):
            raise ValidationError(gettext("Null characters are not allowed."))
        return [self.row.said(raw) for raw in raws]
