"""The filter of the list of promotions as a form: what stands in the address, and back."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from inventory.models import StoreGroup
from promotions.models import Promotion
from promotions.models.promotions import choices
from promotions.rules.words import CouponValueType, PromotionState
from promotions.selectors.listing import SORTS, PromotionFilter

SORT_NAMES = {
    "newest": _("Newest first"),
    "starts": _("First day"),
    "ends": _("Last day"),
    "title": _("Title"),
    "id": _("Promotion id"),
}


def text(label: Any, most: int, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


class ListFilter(forms.Form):
    """Every field may be empty. What cannot be read is told beside its field and asks nothing."""

    q = text(_("Search by title, id or code"), 200)
    state = forms.MultipleChoiceField(required=False, choices=[(each, each) for each in PromotionState])
    campaign = text(_("Campaign"), 60)
    group = forms.ChoiceField(label=_("Store group"), required=False)
    store = text(_("Store code"), 64)
    item = text(_("Item: SKU or barcode"), 64)
    brand = text(_("Brand"), 120)
    on = forms.DateField(
        label=_("Valid on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    kind = forms.ChoiceField(
        label=_("Kind of deal"), required=False, choices=[("", _("Any")), *choices(CouponValueType)]
    )
    owner = forms.TypedChoiceField(label=_("Owner"), required=False, coerce=int, empty_value=None)
    problems = forms.BooleanField(label=_("Only with stores that cannot give it"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=list(SORT_NAMES.items()))

    folded = ("group", "store", "campaign", "item", "brand", "kind", "owner", "on", "problems")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        groups = StoreGroup.objects.order_by("name").values_list("code", "name")
        owners = get_user_model().objects.filter(pk__in=Promotion.objects.values("owner"))
        people = [(person.pk, person.get_full_name() or person.get_username()) for person in owners]
        self.offer("group", [("", _("Any")), *groups])
        self.offer("owner", [("", _("Anyone")), *sorted(people, key=lambda pair: str(pair[1]))])

    def offer(self, name: str, offered: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offered

    def said(self) -> dict[str, Any]:
        """What was asked and can be read."""
        self.is_valid()
        return {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], False)
        }

    def asked(self) -> PromotionFilter:
        said = self.said()
        return PromotionFilter(
            search=said.get("q", ""),
            states=tuple(said.get("state", ())),
            sort=said.get("sort", "newest") if said.get("sort", "newest") in SORTS else "newest",
            problems="problems" in said,
            on=said.get("on"),
            owner=said.get("owner"),
            **{name: said.get(name, "") for name in ("campaign", "store", "group", "item", "brand", "kind")},
        )

    def query(self) -> str:
        """The filter as a query string, the same for the same filter; without the page."""
        said = {name: "on" if value is True else value for name, value in self.said().items()}
        return urlencode(said, doseq=True)

    def folded_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.folded]

    def chips(self) -> list[tuple[str, str, str]]:
        """(name, label, words) of what the folded part asks, to be seen and taken away one by one."""
        said = self.said()
        found = []
        for name in self.folded:
            if name in said:
                words = dict(getattr(self.fields[name], "choices", ())).get(said[name], said[name])
                found.append((name, str(self.fields[name].label), "" if words is True else str(words)))
        return found
