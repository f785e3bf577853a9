"""Fields as the desk writes them: lists a line each, amounts, days and times of the browser."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Choices = Sequence[tuple[str, Any]]


def parts_of(text: str, *, separators: str = "") -> list[str]:
    """The values of a box: one a line, with `separators` also several a line; each once, in their order."""
    values = (part.strip() for part in re.split(f"[\n{separators}]", text))
    return list(dict.fromkeys(value for value in values if value))


class ListField(forms.CharField):
    """Several values in one box, a line each; with `separators` also several a line. Cleans to a list."""

    widget = forms.Textarea

    def __init__(self, *, separators: str = "", **options: Any) -> None:
        self.separators = separators
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **options
        )

    def clean(self, value: Any) -> Any:
        values = parts_of(super().clean(value), separators=self.separators)
        for part in values:
            if len(part) > 200:
                raise ValidationError(
                    gettext("“%(start)s…” is longer than 200 characters.") % {"start": part[:30]}
                )
        return values

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class OpenChoiceField(forms.ChoiceField):
    """A choice whose list is an offer: what else was sent is for the rule set to judge, in its own words."""

    def valid_value(self, _value: str) -> bool:
        return True


def codes(label: Any, **options: Any) -> ListField:
    return ListField(separators=",;\t", label=label, **options)


def names(label: Any, **options: Any) -> ListField:
    """Brands and product types may hold commas themselves, so only a new line parts them."""
    return ListField(label=label, **options)


def radios(label: Any, choices: Choices, **options: Any) -> forms.ChoiceField:
    message = _("Choose one.")
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": message},
        **options,
    )


def settled(label: Any, choices: Choices, **options: Any) -> forms.ChoiceField:
    """Radios with one chosen beforehand; a form that leaves them out means that one."""
    return radios(label, choices, required=False, initial=choices[0][0], **options)


def checkboxes(label: Any, choices: Choices | None = None, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices or [], widget=forms.CheckboxSelectMultiple, **options
    )


def amount(
    label: Any, *, max_digits: int = 12, decimal_places: int = 3, **options: Any
) -> forms.DecimalField:
    attrs = {"step": "any", "inputmode": "decimal"}
    return forms.DecimalField(
        label=label, required=False, max_digits=max_digits, decimal_places=decimal_places,
        widget=forms.NumberInput(attrs=attrs), **options,
    )  # fmt: skip


def whole(label: Any, **options: Any) -> forms.IntegerField:
    """A whole number of at most what the database holds; its range is the rule set's."""
    options = {"required": False, "max_value": 2**31 - 1, "min_value": -(2**31)} | options
    return forms.IntegerField(label=label, **options)


def line(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, **options)


def day(label: Any, **options: Any) -> forms.DateField:
    # Browsers send and expect ISO days whatever the page's language.
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def clock(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options
    )
