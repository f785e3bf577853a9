"""The desk's forms: what a merchandiser types, as the fields of a revision and back."""

import re
from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.models import Store, StoreGroup
from promotions.models import PromotionRevision
from promotions.rules.content import AMOUNT_FIELDS
from promotions.rules.last_day import half_open_end, last_day_and_time
from promotions.rules.words import (
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)
from promotions.selectors.picking import unknown_item_names


class Section(NamedTuple):
    """A part of the form and of the promotion's page; `more` is what few promotions need."""

    key: str
    title: Any
    fields: tuple[str, ...]
    more: tuple[str, ...] = ()


SECTIONS = (
    Section(
        "deal",
        _("Deal"),
        (
            "long_title",
            "coupon_value_type",
            "percent_off",
            "money_off_amount",
            "fixed_price_amount",
            "currency",
            "minimum_purchase_amount",
            "redemption_channel",
        ),
    ),
    Section(
        "items",
        _("Items"),
        ("product_applicability", "item_id_inclusion", "brand_inclusion", "product_type_inclusion"),
        (
            "item_group_id_inclusion",
            "item_id_exclusion",
            "brand_exclusion",
            "product_type_exclusion",
            "item_group_id_exclusion",
        ),
    ),
    Section(
        "where",
        _("Where"),
        ("store_applicability", "store_groups_inclusion", "store_codes_inclusion"),
        ("store_groups_exclusion", "store_codes_exclusion"),
    ),
    Section("when", _("When"), ("starts_on", "starts_time", "ends_on", "ends_time"), ("window_timezone",)),
    Section(
        "words",
        _("Words"),
        ("operator_text", "operator_display_name", "customer_display_name", "promotion_url"),
    ),
    Section("limits", _("Limits"), ("offer_type", "generic_redemption_code", "limit_uses", "minimum_stock")),
)


class ListField(forms.CharField):
    """Several values in one box, a line each; with `separators` also several a line. Cleans to a list."""

    widget = forms.Textarea

    def __init__(self, *, separators: str = "", **options: Any) -> None:
        self.pattern = f"[\n{separators}]"
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **options
        )

    def clean(self, value: Any) -> Any:
        values = [part.strip() for part in re.split(self.pattern, super().clean(value))]
        for part in values:
            if len(part) > 200:
                raise ValidationError(
                    gettext("“%(start)s…” is longer than 200 characters.") % {"start": part[:30]}
                )
        return list(dict.fromkeys(part for part in values if part))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def codes(label: Any, **options: Any) -> ListField:
    return ListField(separators=",;\t", label=label, **options)


def names(label: Any, **options: Any) -> ListField:
    """Brands and product types may hold commas themselves, so only a new line parts them."""
    return ListField(label=label, **options)


def radios(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    message = _("Choose one.")
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages={"required": message}
    )


def amount(label: Any, **options: Any) -> forms.DecimalField:
    attrs = {"step": "any", "inputmode": "decimal"}
    return forms.DecimalField(label=label, required=False, widget=forms.NumberInput(attrs=attrs), **options)


def day(label: Any, **options: Any) -> forms.DateField:
    # Browsers send and expect ISO days whatever the page's language.
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def clock(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options
    )


class PromotionForm(forms.Form):
    """Everything a revision says. `ends_on` is the last day as people mean it; stored half-open.

    Types are converted here and names looked up; what the words may say is decided by the publishing service,
    whose errors the view puts beside the same fields.
    """

    promotion_id = forms.CharField(
        label=_("Promotion id"),
        max_length=60,
        error_messages={"required": _("Enter an id of up to 60 characters.")},
        help_text=_("Short and final: feeds, tills and reports use it."),
    )
    # The revision the author started from, so that two people do not overwrite each other unseen.
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    long_title = forms.CharField(
        label=_("Title"),
        max_length=200,
        error_messages={"required": _("Enter a title.")},
        help_text=_("As on the web page, such as “29 % off oat drinks”."),
    )
    coupon_value_type = radios(
        _("What the shopper gets"),
        [
            (CouponValueType.PERCENT_OFF, _("A percentage off")),
            (CouponValueType.MONEY_OFF, _("An amount of money off each")),
            (CouponValueType.FIXED_PRICE, _("A fixed price each")),
        ],
    )
    percent_off = amount(_("Percentage off"), max_digits=5, decimal_places=2)
    money_off_amount = amount(_("Money off"), max_digits=12, decimal_places=3)
    fixed_price_amount = amount(_("Price"), max_digits=12, decimal_places=3)
    currency = forms.ChoiceField(
        label=_("Currency"), required=False, help_text=_("Stores with other money cannot honour an amount.")
    )
    minimum_purchase_amount = amount(
        _("From a purchase of"), max_digits=12, decimal_places=3, help_text=_("Optional.")
    )
    redemption_channel = forms.MultipleChoiceField(
        label=_("Where it can be used"),
        choices=[(RedemptionChannel.IN_STORE, _("In store")), (RedemptionChannel.ONLINE, _("Online"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose where the promotion can be used: in store, online or both.")},
    )

    product_applicability = radios(
        _("Which items"),
        [
            (ProductApplicability.SPECIFIC_PRODUCTS, _("Only these")),
            (ProductApplicability.ALL_PRODUCTS, _("Every item")),
        ],
    )
    item_id_inclusion = codes(_("Items"), help_text=_("SKU or GTIN, one a line or with commas between."))
    brand_inclusion = names(_("Brands"), help_text=_("One a line."))
    product_type_inclusion = names(
        _("Product types"), help_text=_("One a line. “Dairy” includes “Dairy > Milk”.")
    )
    item_group_id_inclusion = codes(_("Item groups"))
    item_id_exclusion = codes(_("Except these items"))
    brand_exclusion = names(_("Except these brands"))
    product_type_exclusion = names(_("Except these product types"))
    item_group_id_exclusion = codes(_("Except these item groups"))

    store_applicability = radios(
        _("Which stores"),
        [
            (StoreApplicability.SPECIFIC_STORES, _("Only these")),
            (StoreApplicability.ALL_STORES, _("Every store")),
        ],
    )
    store_groups_inclusion = forms.MultipleChoiceField(
        label=_("Store groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    store_codes_inclusion = codes(_("Stores"), help_text=_("Store codes, one a line or with commas between."))
    store_groups_exclusion = forms.MultipleChoiceField(
        label=_("Except these groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    store_codes_exclusion = codes(_("Except these stores"))

    starts_on = day(_("First day"), error_messages={"required": _("Enter the first day.")})
    starts_time = clock(_("Starts at"), help_text=_("Empty: when the day begins."))
    ends_on = day(_("Last day"), error_messages={"required": _("Enter the last day.")})
    ends_time = clock(_("Ends at"), help_text=_("Empty: the whole last day counts."))
    window_timezone = forms.ChoiceField(label=_("On which clock"), required=False)

    operator_display_name = forms.CharField(
        label=_("Headline on the tablet"), max_length=120, required=False, help_text=_("Empty: the title.")
    )
    operator_text = forms.CharField(
        label=_("What to say to the shopper"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A full, friendly sentence. Empty: one is written from the deal."),
    )
    customer_display_name = forms.CharField(label=_("Name the shopper sees"), max_length=120, required=False)
    promotion_url = forms.URLField(label=_("Web page"), required=False, assume_scheme="https")

    offer_type = radios(
        _("Code"),
        [(OfferType.NO_CODE, _("No code needed")), (OfferType.GENERIC_CODE, _("The shopper shows a code"))],
    )
    generic_redemption_code = forms.CharField(label=_("The code"), max_length=60, required=False)
    limit_uses = forms.IntegerField(
        label=_("Uses in all stores together"),
        required=False,
        max_value=2**31 - 1,
        help_text=_("Empty: no limit."),
    )
    minimum_stock = forms.IntegerField(
        label=_("Low below"),
        error_messages={"required": _("Enter a number from 1.")},
        initial=1,
        max_value=2**31 - 1,
        help_text=_("A store with fewer of an item than this counts as low."),
    )

    def __init__(self, *args: Any, revision: PromotionRevision | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.revision = revision
        stores = Store.objects.all().selling()
        currencies = set(stores.values_list("currency", flat=True))
        zones = set(stores.values_list("timezone", flat=True))
        if revision:
            del self.fields["promotion_id"]
            self.initial = {**initial_of(revision), **self.initial}
            # What it says stays on offer even if no store has it any more.
            currencies |= {revision.currency} - {""}
            zones |= {revision.window_timezone} - {""}
        elif len(currencies) == 1:
            self.initial.setdefault("currency", min(currencies))
        groups = list(StoreGroup.objects.order_by("name").values_list("code", "name"))
        self.offer("currency", [("", "—"), *pairs(currencies)])
        self.offer("window_timezone", [("", gettext("Each store's own clock")), *pairs(zones)])
        self.offer("store_groups_inclusion", groups)
        self.offer("store_groups_exclusion", groups)

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_item_id_inclusion(self) -> list[str]:
        return known_items(self.cleaned_data["item_id_inclusion"])

    def clean_item_id_exclusion(self) -> list[str]:
        return known_items(self.cleaned_data["item_id_exclusion"])

    def clean(self) -> dict[str, Any]:
        """Two people at the same promotion: the second is told before overwriting the first."""
        newest = self.revision
        if newest and self.cleaned_data.get("based_on") not in (None, newest.number):
            raise ValidationError(
                gettext(
                    "%(who)s saved revision %(number)s while you were writing. Save again to replace it; "
                    "what you typed is kept below."
                )
                % {"who": newest.created_by or gettext("A feed"), "number": newest.number}
            )
        return self.cleaned_data

    def content(self) -> dict[str, Any]:
        """The revision's fields. Amounts of the kinds not chosen stay in the form and are left out here."""
        said = self.revision or PromotionRevision()
        content = {name: getattr(said, name) for name in PromotionRevision.content_fields()}
        content |= {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("promotion_id", "based_on")
        }
        own = AMOUNT_FIELDS.get(content["coupon_value_type"])
        for field in set(AMOUNT_FIELDS.values()) - {own}:
            content[field] = None
        content["starts_time"] = content["starts_time"] or time(0)
        content["ends_on"], content["ends_time"] = half_open_end(content["ends_on"], content["ends_time"])
        if (
            content["coupon_value_type"] == CouponValueType.PERCENT_OFF
            and not content["minimum_purchase_amount"]
        ):
            content["currency"] = ""
        return content

    def add_service_errors(self, error: ValidationError) -> None:
        """Put the service's errors beside their fields; what concerns none of them stands on its own."""
        for field, messages in error_lists(error):
            self.add_error(field if field in self.fields else None, messages)


class StopForm(forms.Form):
    """Why a promotion is withdrawn."""

    reason = forms.CharField(
        label=_("Why?"), max_length=200, error_messages={"required": _("Say why: the stores will ask.")}
    )


def error_lists(error: ValidationError) -> Iterable[tuple[str | None, list[str]]]:
    """The messages of a ValidationError by field; None stands for the whole."""
    return error.message_dict.items() if hasattr(error, "error_dict") else [(None, error.messages)]


def pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(values)]


def known_items(values: list[str]) -> list[str]:
    """The values, each of which names an item."""
    unknown = unknown_item_names(values)
    if unknown:
        raise ValidationError(gettext("No item has the code %(codes)s.") % {"codes": ", ".join(unknown[:10])})
    return values


def initial_of(revision: PromotionRevision) -> dict[str, Any]:
    """A revision as the form shows it."""
    initial = {name: getattr(revision, name) for name in PromotionForm.base_fields if hasattr(revision, name)}
    for name, value in initial.items():
        if isinstance(value, Decimal):  # 35, not the column's 35.000
            initial[name] = Decimal(f"{value.normalize():f}")
    initial["ends_on"], initial["ends_time"] = last_day_and_time(revision.ends_on, revision.ends_time)
    initial["starts_time"] = revision.starts_time if revision.starts_time != time(0) else None
    initial["based_on"] = revision.number
    return initial
