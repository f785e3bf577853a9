"""The form of a promotion: everything a revision says."""

from collections.abc import Iterable
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.models import Store, StoreGroup
from promotions.forms.content import ROWS, content_of, initial_of
from promotions.forms.fields import (
    OpenChoiceField,
    amount,
    checkboxes,
    clock,
    codes,
    day,
    line,
    names,
    radios,
    settled,
    whole,
)
from promotions.forms.kinds import KIND_CHOICES
from promotions.forms.rows import HoursRow, LimitRow, PartRow, RowsField, TierRow
from promotions.models import ItemList, PromotionRevision
from promotions.rules.content import content_errors
from promotions.rules.words import (
    AppliesTo,
    Audience,
    Concurrence,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    RewardItems,
    StoreApplicability,
    TierBasis,
    Urgency,
)
from promotions.selectors.picking import unknown_item_names

NOT_SAID = ("promotion_id", "based_on")  # of the form, not of the revision
ITEM_NAMES = ("item_id_inclusion", "item_id_exclusion", "reward_item_id_inclusion")


class PromotionForm(forms.Form):
    """Everything a revision says. `ends_on` is the last day as people mean it; stored half-open.

    Types are converted here and items looked up; what the words may say is the rule set's, and what they name is
    for the publishing service to judge, whose errors the view puts beside the same fields.
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
    coupon_value_type = radios(_("What the shopper gets"), KIND_CHOICES)
    minimum_purchase_quantity = whole(_("How many to buy"))
    get_this_quantity_discounted = whole(_("How many more are reduced"))
    percent_off = amount(_("Percentage off"), max_digits=5, decimal_places=2, help_text=_("100 means free."))
    money_off_amount = amount(_("Money off"))
    fixed_price_amount = amount(_("Price"), help_text=_("Of one; of a bundle: of all of it together."))
    reward_items = settled(
        _("Which ones are reduced"),
        [
            (RewardItems.CHEAPEST, _("The cheapest of the promotion’s items")),
            (RewardItems.NAMED, _("Only items named here")),
        ],
    )
    reward_item_id_inclusion = codes(_("Items that are reduced"), help_text=_("SKU or GTIN, one a line."))
    bundle_parts = RowsField(
        PartRow,
        label=_("Parts of the bundle"),
        help_text=_(
            "For a bundle such as sandwich, drink and snack. Without parts, any so many of the items."
        ),
    )
    tier_basis = settled(
        _("The steps count"),
        [(TierBasis.QUANTITY, _("Pieces")), (TierBasis.AMOUNT, _("Money, before any deal"))],
    )
    tiers = RowsField(
        TierRow, label=_("Steps"), help_text=_("From small to large; each better than the one before.")
    )
    free_gift_description = line(_("The gift"), max_length=200, help_text=_("In the words a shopper hears."))
    free_gift_item_id = line(_("The gift’s SKU or GTIN"), max_length=200)
    free_gift_value = amount(_("What the gift is worth"))
    applies_to = settled(
        _("Taken off"),
        [
            (AppliesTo.EACH_ITEM, _("Each item")),
            (AppliesTo.BASKET, _("All of its items in the basket together, once")),
        ],
    )
    currency = OpenChoiceField(
        label=_("Currency"), required=False, help_text=_("Stores with other money cannot honour an amount.")
    )
    redemption_channel = forms.MultipleChoiceField(
        label=_("Where it can be used"),
        choices=[(RedemptionChannel.IN_STORE, _("In store")), (RedemptionChannel.ONLINE, _("Online"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose where the promotion can be used: in store, online or both.")},
    )
    audience = settled(
        _("For whom"),
        [(Audience.EVERYONE, _("Everyone")), (Audience.MEMBERS, _("Members of the loyalty programme"))],
    )
    minimum_purchase_amount = amount(
        _("From a purchase of"), help_text=_("Of the promotion’s items, before any deal.")
    )
    limit_quantity = whole(_("At most so many reduced in a basket"))
    limit_value = amount(_("Only items that cost up to"))

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
    item_group_id_inclusion = codes(_("Item groups"), help_text=_("One a line."))
    item_list_inclusion = checkboxes(_("Item lists"), required=False)
    item_id_exclusion = codes(_("Except these items"))
    brand_exclusion = names(_("Except these brands"))
    product_type_exclusion = names(_("Except these product types"))
    item_group_id_exclusion = codes(_("Except these item groups"))
    item_list_exclusion = checkboxes(_("Except these lists"), required=False)

    store_applicability = radios(
        _("Which stores"),
        [
            (StoreApplicability.SPECIFIC_STORES, _("Only these")),
            (StoreApplicability.ALL_STORES, _("Every store")),
        ],
    )
    store_groups_inclusion = checkboxes(_("Store groups"), required=False)
    store_codes_inclusion = codes(_("Stores"), help_text=_("Store codes, one a line or with commas between."))
    store_groups_exclusion = checkboxes(_("Except these groups"), required=False)
    store_codes_exclusion = codes(_("Except these stores"))

    starts_on = day(_("First day"), error_messages={"required": _("Enter the first day.")})
    starts_time = clock(_("Starts at"), help_text=_("Empty: when the day begins."))
    ends_on = day(_("Last day"), error_messages={"required": _("Enter the last day.")})
    ends_time = clock(_("Ends at"), help_text=_("Empty: the whole last day counts."))
    weekly_hours = RowsField(
        HoursRow,
        label=_("Only at these hours"),
        help_text=_(
            "Such as Fridays from 17:00 until 19:00. None: all day. An end before the start is the next day’s."
        ),
    )
    display_starts_on = day(
        _("First day it is shown"), required=False, help_text=_("Empty: as long as it holds.")
    )
    display_starts_time = clock(_("Shown from"))
    display_ends_on = day(_("Last day it is shown"), required=False)
    display_ends_time = clock(_("Shown until"))
    honour_hours = whole(
        _("Hours it may still be honoured after its end"),
        help_text=_("For a shopper who saw it in time and comes a little late."),
    )
    window_timezone = forms.ChoiceField(label=_("On which clock"), required=False)

    operator_text = line(
        _("What to say to the shopper"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A full, friendly sentence. Empty: one is written from the deal."),
    )
    talk_track = line(
        _("Talk track"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Up to three short lines for a shopper who wants to know more, one a line."),
    )
    urgency = settled(
        _("How loudly the stores are told"),
        [
            (Urgency.SHIFT, _("Quietly, to be read within the shift")),
            (Urgency.TODAY, _("In the morning’s briefing")),
            (Urgency.NOW, _("At once: every tablet is interrupted")),
        ],
    )
    quiz_question = line(
        _("Question to the associates"),
        max_length=200,
        help_text=_("Who answers it has read the offer. Empty: a tap is enough."),
    )
    quiz_answers = line(
        _("Answers"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Two to four, one a line, the right one first; the tablet mixes them."),
    )
    quiz_explanation = line(
        _("Why it is so"), max_length=300, help_text=_("Said after a wrong answer, before the next try.")
    )
    operator_display_name = line(
        _("Headline on the tablet"), max_length=120, help_text=_("Empty: the title.")
    )
    customer_display_name = line(_("Name the shopper sees"), max_length=120)
    picture = line(
        _("Picture"),
        max_length=500,
        help_text=_("A file (JPEG, PNG or WebP), or its address. Shown beside the offer on the tablet."),
    )
    promotion_url = forms.URLField(label=_("Web page"), required=False, assume_scheme="https")
    campaign = line(_("Campaign"), max_length=60, help_text=_("What it belongs to, such as spring-2027."))

    offer_type = settled(
        _("Code"),
        [
            (OfferType.NO_CODE, _("No code needed")),
            (OfferType.GENERIC_CODE, _("One code for everybody")),
            (OfferType.SINGLE_USE_CODES, _("A code for each shopper, used once")),
            (OfferType.GS1_COUPON, _("A printed coupon with a GS1 number")),
        ],
    )
    generic_redemption_code = line(_("The code"), max_length=60)
    limit_uses = whole(_("Uses in all stores together"), help_text=_("Empty: no limit."))
    limits = RowsField(
        LimitRow, label=_("More limits"), help_text=_("Such as at most 20 uses a day for each store.")
    )
    minimum_stock = whole(
        _("Low below"),
        required=True,
        error_messages={"required": _("Enter a number from 1.")},
        initial=1,
        help_text=_("A store with fewer of an item than this counts as low."),
    )

    concurrence = settled(
        _("When another deal holds on the same item"),
        [
            (Concurrence.BEST_PRICE, _("The better one for the shopper wins")),
            (Concurrence.COMPOUNDED, _("It comes on top of others that add up too")),
            (Concurrence.EXCLUSIVE, _("It stands alone: no other deal on that item")),
        ],
    )
    combines_with = codes(
        _("Adds up only with"),
        help_text=_("Tags or ids of other promotions, one a line. Empty: with any that adds up."),
    )
    priority = whole(_("Priority"), initial=0, help_text=_("A higher one is asked first; 0 is usual."))
    tags = codes(_("Tags"), help_text=_("Words by which other promotions name this one."))

    def __init__(self, *args: Any, revision: PromotionRevision | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.revision = revision
        self.added = ""  # the list that was given a row
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
        lists = list(ItemList.objects.order_by("name").values_list("code", "name"))
        self.offer("currency", [("", "—"), *pairs(currencies)])
        self.offer("window_timezone", [("", gettext("Each store's own clock")), *pairs(zones)])
        for name, choices in (("store_groups", groups), ("item_list", lists)):
            self.offer(f"{name}_inclusion", choices)
            self.offer(f"{name}_exclusion", choices)

    @classmethod
    def typed_again(
        cls, data: Any, *, revision: PromotionRevision | None, add: str = "", remove: str = ""
    ) -> Self:
        """What was typed, not judged yet, with one row more ("tiers") or less ("tiers-0")."""
        raw = {
            name: field.widget.value_from_datadict(data, {}, name) for name, field in cls.base_fields.items()
        }
        if add in ROWS:
            raw[add] = [*(raw[add] or [{}] * ROWS[add].least), {}]
        name, _dash, index = remove.rpartition("-")
        if name in ROWS and index.isdecimal():
            raw[name] = [row for number, row in enumerate(raw[name]) if number != int(index[:4])]
        form = cls(initial=raw, revision=revision)
        form.added = add
        return form

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """What the rule set says of all that could be read, and what nobody sells."""
        self.check_based_on()
        for field, messages in {**content_errors(self.content()), **self.unknown_items()}.items():
            if field not in self.errors:
                self.add_error(field, messages)
        return self.cleaned_data

    def check_based_on(self) -> None:
        """Two people at the same promotion: the second is told before overwriting the first."""
        newest = self.revision
        if newest and self.cleaned_data.get("based_on") not in (None, newest.number):
            self.add_error(
                None,
                gettext(
                    "%(who)s saved revision %(number)s while you were writing. Save again to replace it; "
                    "what you typed is kept below."
                )
                % {"who": newest.created_by or gettext("A feed"), "number": newest.number},
            )

    def unknown_items(self) -> dict[str, list[str]]:
        """Names newly typed that no item has; what a feed said before stays, the catalogue may come later."""
        content, said = self.content(), self.revision or PromotionRevision()
        errors: dict[str, list[str]] = {}
        for field in ITEM_NAMES:
            if unknown := unknown_among(content[field], known=getattr(said, field)):
                errors[field] = [unknown]
        if unknown := unknown_among([content["free_gift_item_id"]], known=[said.free_gift_item_id]):
            errors["free_gift_item_id"] = [unknown]
        known = [name for part in said.bundle_parts for name in part.get("item_id") or []]
        for number, part in enumerate(content["bundle_parts"], 1):
            if unknown := unknown_among(part.get("item_id") or [], known=known):
                errors.setdefault("bundle_parts", []).append(f"Part {number}: {unknown}")
        return errors

    def content(self) -> dict[str, Any]:
        """The revision's fields, of what could be read. Terms of other kinds stay in the form and are left out."""
        names_said = [name for name in self.fields if name not in NOT_SAID]
        typed = {name: self.cleaned_data.get(name) for name in names_said}
        return content_of(typed, said=self.revision or PromotionRevision())

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


def unknown_among(names: Iterable[str], *, known: Iterable[str]) -> str:
    """What to say of the names that no item has; nothing where every one has, or is among the `known`."""
    unknown = unknown_item_names([name for name in names if name and name not in set(known)])
    return gettext("No item has the code %(codes)s.") % {"codes": ", ".join(unknown[:10])} if unknown else ""
