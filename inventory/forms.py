"""What people fill in about stock."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.models import FeedSource

MOST_HOURS = 24 * 366


class PrecedenceForm(forms.Form):
    """How far one source is believed; hours stand for the time its count holds."""

    precedence = forms.IntegerField(
        min_value=0, max_value=32767, label=_("Place"), help_text=_("The lowest number is believed first.")
    )
    hours = forms.DecimalField(
        min_value=0,
        max_value=MOST_HOURS,
        decimal_places=2,
        required=False,
        label=_("Holds for, hours"),
        help_text=_("How much older than the newest count. Empty: as long as it counts as fresh."),
    )

    def __init__(self, data: Any = None, *, source: FeedSource) -> None:
        holds_for = source.holds_for
        hours = None if holds_for is None else f"{holds_for.total_seconds() / 3600:g}"
        super().__init__(
            data, initial={"precedence": source.precedence, "hours": hours}, auto_id=f"{source.code}-%s"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        hours = cleaned.get("hours")
        cleaned["holds_for"] = None if hours is None else timedelta(seconds=float(hours * 3600))
        return cleaned
