"""The calendar of the desk: what runs in which weeks, by campaign, and where promotions meet on the same items."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.models import StoreGroup
from promotions.rules.content import EARLIEST_YEAR, LATEST_YEAR
from promotions.selectors.calendar import Bar, bars_of, running_revisions
from promotions.selectors.sentences import benefit_text
from promotions.views.merchandising import merchandisers_only
from promotions.views.revision_words import window_text

ROWS_A_PAGE = 60
WEEKS = (4, 5, 6, 7, 8)
USUAL_WEEKS = 6


class CalendarForm(forms.Form):
    """From which week, how many, and for which stores; what cannot be read is taken as not said."""

    first = forms.DateField(
        label=_("From the week of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    weeks = forms.TypedChoiceField(
        label=_("Weeks"), required=False, coerce=int, choices=[(n, n) for n in WEEKS],
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    group = forms.ChoiceField(
        label=_("Store group"), required=False, widget=forms.Select(attrs={"class": "input"})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)
        groups = StoreGroup.objects.order_by("name").values_list("code", "name")
        group.choices = [("", _("Every store")), *groups]


@dataclass(frozen=True)
class Day:
    """A column of the calendar."""

    day: date
    is_today: bool

    @property
    def is_weekend(self) -> bool:
        return self.day.isoweekday() > 5


@dataclass(frozen=True)
class Line:
    """A bar between the days before and after it, with its words."""

    bar: Bar
    benefit: str
    window: str
    before: list[Day]
    after: list[Day]


@require_safe
@merchandisers_only
def promotion_calendar(request: HttpRequest) -> HttpResponse:
    """Some weeks from a Monday on."""
    today = timezone.now().date()
    form = CalendarForm({"weeks": USUAL_WEEKS, **request.GET.dict()})
    form.is_valid()
    weeks = form.cleaned_data.get("weeks") or USUAL_WEEKS
    group = form.cleaned_data.get("group", "")
    first_day = monday_of(form.cleaned_data.get("first") or today)
    days = [Day(first_day + timedelta(days=number), first_day + timedelta(days=number) == today)
            for number in range(weeks * 7)]  # fmt: skip
    found = running_revisions(first_day=first_day, days=len(days), group=group)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    bars = bars_of(list(page.object_list), first_day=first_day, days=len(days))
    context = {
        "section": "promotions",
        "form": CalendarForm(initial={"first": first_day, "weeks": weeks, "group": group}),
        "first_day": first_day,
        "last_day": days[-1].day,
        "earlier": first_day - timedelta(weeks=weeks),
        "later": first_day + timedelta(weeks=weeks),
        "mondays": [day.day for day in days[::7]],
        "days": days,
        "width": len(days) + 1,
        "campaigns": by_campaign(bars, days),
        "page": page,
        "not_compared": sum(not bar.is_compared for bar in bars),
    }
    return render(request, "merchandising/calendar.html", context)


def monday_of(day: date) -> date:
    """The Monday of its week, within the years that promotions may have."""
    day = min(max(day, date(EARLIEST_YEAR, 1, 3)), date(LATEST_YEAR, 1, 1))
    return day - timedelta(days=day.weekday())


def by_campaign(bars: Iterable[Bar], days: list[Day]) -> list[tuple[str, list[Line]]]:
    """The lines of each campaign under its name; "" holds those of none."""
    return [
        (campaign, [line_of(bar, days) for bar in some])
        for campaign, some in groupby(bars, key=lambda bar: bar.revision.campaign)
    ]


def line_of(bar: Bar, days: list[Day]) -> Line:
    return Line(
        bar=bar,
        benefit=benefit_text(bar.revision.benefit),
        window=window_text(bar.revision),
        before=days[: bar.first],
        after=days[bar.first + bar.days :],
    )
