"""Google Merchant Center promotions feed: what each row says, in the fields of a revision.

Format: Google's "Promotions data specification" (attribute names of both generations, enum values, ISO 8601
intervals, amounts such as "45.00 USD"); docs/google.md tells what is read. Rows without coupon_value_type are read
as before Google had it: the terms that are given make the kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.feeds.blocks import FeedFile
from promotions.rules.content import canonical, known_timezones
from promotions.rules.google import ITEM_FILTERS, Problem, promotion_problems
from promotions.rules.words import (
    DELIVERY,
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)
from promotions.sources import google_columns as columns
from promotions.sources.google_cells import (
    FieldError,
    amount_in,
    list_in,
    objects_in,
    percent_in,
    text_in,
    whole_in,
    word_in,
)
from promotions.sources.google_feeds import BadFeedRow, FeedRow, read_feed
from promotions.sources.google_periods import period_fields, period_in

LONGEST_ID = 60
# Google's rules that a row of no use to us breaks as well; the others matter to Google alone.
REFUSED = frozenset({
    "percent_out_of_range", "amount_not_positive", "count_not_positive", "term_missing", "term_of_other_kind",
    "quantity_of_other_kind", "delivery_in_store", "code_missing", "code_unneeded", "products_listed_for_all",
    "stores_listed_for_all", "no_stores",
})  # fmt: skip
ITEM_LISTS = tuple(
    f"{name}_{way}" for name in (*ITEM_FILTERS, "item_list") for way in ("inclusion", "exclusion")
)

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class PromotionRow:
    """One promotion of the feed: `content` holds revision fields in their Python types.

    `version` orders what the sender said of one promotion; None where it gives none.
    """

    line_number: int
    raw: str
    promotion_id: str
    content: dict[str, Any]
    version: int | None = None


def read_promotions(
    file: FeedFile, *, window_is_wall_clock: bool = False
) -> Iterator[PromotionRow | BadFeedRow]:
    """The promotions of a feed, in whatever form it came (google_feeds.py). Raises FeedRefused.

    With `window_is_wall_clock` the offsets of the dates are ignored: the times hold on each store's own clock.
    Otherwise they are instants.
    """
    for row in read_feed(file, required=columns.REQUIRED, aliases=columns.ALIASES):
        if isinstance(row, BadFeedRow):
            yield row
            continue
        try:
            yield read_row(row, window_is_wall_clock=window_is_wall_clock)
        except FieldError as error:
            yield BadFeedRow(row.line_number, row.raw, error.code, f"Line {row.line_number}, {error}")


def read_row(row: FeedRow, *, window_is_wall_clock: bool) -> PromotionRow:
    """One promotion. Raises FieldError for the first thing that is wrong with it."""
    content = read_content(row.values, is_xml=row.is_xml, window_is_wall_clock=window_is_wall_clock)
    said = {name: one_text(name, row.values) for name in ("promotion_id", columns.VERSION)}
    if len(said["promotion_id"]) > LONGEST_ID:
        raise FieldError(
            "promotion_id", said["promotion_id"], f"at most {LONGEST_ID} characters", code="too_long"
        )
    version = said[columns.VERSION]
    return PromotionRow(
        row.line_number,
        row.raw,
        said["promotion_id"],
        content,
        whole_in(columns.VERSION, version) if version else None,
    )


def one_text(name: str, values: Values) -> str:
    """The text of a column that says one thing, "" where it is empty; it may only repeat itself."""
    texts = values.get(name) or [""]
    if len(set(texts)) > 1:
        raise FieldError(name, ", ".join(texts), "one value", code="repeated_value")
    return texts[0]


def read_content(values: Values, *, is_xml: bool, window_is_wall_clock: bool) -> dict[str, Any]:
    """Revision fields from a row's texts by column. Raises FieldError."""
    said = {
        name: one_text(name, values)
        for name in values
        if name in columns.KNOWN and name not in columns.LISTS and name != "redemption_channel"
    }
    for name in columns.REQUIRED:
        if not values.get(name):
            raise FieldError(name, "", "a value", code="missing_value")
    is_full = said.get(columns.VARIANT) == columns.FULL
    content = {
        **read_lists(values, is_xml=is_xml and not is_full),
        "store_applicability": stores_meant(values),
        **read_words(said),
        **read_texts(said, is_full=is_full),
        **read_money(said),
        **{name: whole_in(name, said[name]) for name in columns.WHOLE_NUMBERS if name in said},
        **{name: objects_in(name, said[name]) for name in columns.OBJECTS if name in said},
        **read_periods(said, is_full=is_full, window_is_wall_clock=window_is_wall_clock),
    }
    content["coupon_value_type"] = kind_in(said, content)
    if content["coupon_value_type"] == CouponValueType.FREE_GIFT_WITH_VALUE and not is_full:
        # Google lets the title say what the gift is.
        content.setdefault("free_gift_description", content["long_title"])
    check_row(values, content, is_full=is_full)
    return canonical(content)


def read_lists(values: Values, *, is_xml: bool) -> dict[str, Any]:
    """Every list that is given, and the channels."""
    found: dict[str, Any] = {
        name: list_in(name, values[name], is_split=not (is_xml and name in columns.WORDED_LISTS))
        for name in columns.LISTS
        if name in values
    }
    channels = list_in("redemption_channel", values["redemption_channel"], is_split=True)
    found["redemption_channel"] = [
        word_in("redemption_channel", channel, RedemptionChannel) for channel in channels
    ]
    return found


def stores_meant(values: Values) -> StoreApplicability:
    """What a promotion without the word means: the stores it names, else all."""
    named = values.get("store_codes_inclusion") or values.get("store_groups_inclusion")
    return StoreApplicability.SPECIFIC_STORES if named else StoreApplicability.ALL_STORES


def read_words(said: Mapping[str, str]) -> dict[str, Any]:
    """The words of our vocabulary."""
    return {name: word_in(name, said[name], words) for name, words in columns.WORDS.items() if name in said}


def read_texts(said: Mapping[str, str], *, is_full: bool) -> dict[str, str]:
    return {
        name: text_in(name, said[name], longest=longest, may_be_json=is_full)
        for name, longest in columns.TEXTS.items()
        if name in said
    }


def read_money(said: Mapping[str, str]) -> dict[str, Any]:
    """The amounts and their one currency."""
    found: dict[str, Any] = {}
    currencies = {said["currency"]} if "currency" in said else set()
    if "percent_off" in said:
        found["percent_off"] = percent_in("percent_off", said["percent_off"])
    for name in columns.AMOUNTS:
        if name in said:
            found[name], currency = amount_in(name, said[name])
            currencies.add(currency)
    if len(currencies) > 1:
        shown = ", ".join(sorted(currencies))
        raise FieldError("currency", shown, "one currency for all amounts", code="mixed_currencies")
    return {"currency": "".join(currencies), **found}


def read_periods(said: Mapping[str, str], *, is_full: bool, window_is_wall_clock: bool) -> dict[str, Any]:
    """When it is valid and when it is shown, both on one clock."""
    zone = said.get("window_timezone", "")
    if zone and zone not in known_timezones():
        raise FieldError(
            "window_timezone", zone, "an IANA time zone such as America/New_York", code="bad_zone"
        )
    ways = {"zone": zone, "is_exact": is_full, "window_is_wall_clock": window_is_wall_clock}
    window = period_in(columns.EFFECTIVE, said[columns.EFFECTIVE], **ways)  # type: ignore[arg-type]
    found = period_fields(window) | {"window_timezone": window.zone}
    if columns.DISPLAY in said:
        shown = period_in(columns.DISPLAY, said[columns.DISPLAY], **ways)  # type: ignore[arg-type]
        if shown.zone != window.zone:
            raise FieldError(
                columns.DISPLAY,
                said[columns.DISPLAY],
                "offsets as in the effective dates, or none as there",
                code="mixed_times",
            )
        found |= period_fields(shown, prefix="display_")
    return found


def kind_in(said: Mapping[str, str], content: Mapping[str, Any]) -> CouponValueType:
    """The kind of deal: as the row says, else the one that its terms make."""
    if "coupon_value_type" in content:
        return CouponValueType(content["coupon_value_type"])
    if columns.DELIVERY in said:
        return CouponValueType(word_in(columns.DELIVERY, said[columns.DELIVERY], sorted(DELIVERY)))
    amounts = [
        name for name in ("percent_off", "money_off_amount", "fixed_price_amount", "tiers") if content.get(name)
        or content.get(name) == 0
    ]  # fmt: skip
    gifts = [kind for name, kind in GIFT_KINDS.items() if content.get(name)]
    if len(amounts) + bool(gifts) > 1:
        shown = ", ".join([*amounts, *(["a gift"] if gifts else [])])
        raise FieldError("coupon_value_type", shown, "one benefit a promotion", code="several_benefits")
    if gifts:
        return gifts[0]
    if not amounts:
        expected = "percent_off, money_off_amount, a gift or another benefit"
        raise FieldError("coupon_value_type", "", expected, code="no_benefit")
    return counted_kind(amounts[0], content)


# The first that is given names the kind.
GIFT_KINDS = {
    "free_gift_item_id": CouponValueType.FREE_GIFT_WITH_ITEM_ID,
    "free_gift_value": CouponValueType.FREE_GIFT_WITH_VALUE,
    "free_gift_description": CouponValueType.FREE_GIFT,
}
# By amount: alone, with M, and with N.
AMOUNT_KINDS = {
    "percent_off": (
        CouponValueType.PERCENT_OFF,
        CouponValueType.BUY_M_GET_PERCENT_OFF,
        CouponValueType.BUY_M_GET_N_PERCENT_OFF,
    ),
    "money_off_amount": (
        CouponValueType.MONEY_OFF,
        CouponValueType.BUY_M_GET_MONEY_OFF,
        CouponValueType.BUY_M_GET_N_MONEY_OFF,
    ),
    "fixed_price_amount": (
        CouponValueType.FIXED_PRICE,
        CouponValueType.BUNDLE_PRICE,
        CouponValueType.BUNDLE_PRICE,
    ),
    "tiers": (CouponValueType.TIERED,) * 3,
}


def counted_kind(amount: str, content: Mapping[str, Any]) -> CouponValueType:
    """What an amount is with the quantities that stand beside it."""
    alone, with_m, with_n = AMOUNT_KINDS[amount]
    if content.get("get_this_quantity_discounted") is not None:
        return with_n
    return (
        with_m
        if content.get("minimum_purchase_quantity") is not None or content.get("bundle_parts")
        else alone
    )


def check_row(values: Values, content: Mapping[str, Any], *, is_full: bool) -> None:
    """Raises FieldError for what does not go together. What is left to the rules of every revision is said there."""
    if not is_full:
        lists = {name: content.get(name) or [] for name in columns.LISTS}
        checked = {
            **values, **lists, "redemption_channel": content["redemption_channel"],
            "coupon_value_type": [content["coupon_value_type"]],
            **({"percent_off": [f"{content['percent_off']:f}"]} if "percent_off" in content else {}),
        }  # fmt: skip
        for problem in promotion_problems(checked):
            if problem.code in REFUSED and not is_ours(problem, content):
                raise FieldError(problem.field, problem.value, problem.expected, code=problem.code)
    specific = content["product_applicability"] == ProductApplicability.SPECIFIC_PRODUCTS
    if specific and not any(content.get(name) for name in ITEM_LISTS):
        # Google also takes the link from the product feed, which we do not read.
        expected = "at least one of the products meant"
        raise FieldError("item_id_inclusion", "", expected, code="no_products")
    both = set(content.get("store_codes_inclusion", ())) & set(content.get("store_codes_exclusion", ()))
    if both:
        shown = ", ".join(sorted(both))
        raise FieldError("store_codes_exclusion", shown, "no store that is included", code="store_in_and_out")


def is_ours(problem: Problem, content: Mapping[str, Any]) -> bool:
    """Whether what Google refuses makes sense with a column of our own."""
    if problem.code == "no_stores":
        return bool(content.get("store_groups_inclusion") or content.get("store_groups_exclusion"))
    has_own_code = content["offer_type"] not in (OfferType.NO_CODE, OfferType.GENERIC_CODE)
    return problem.code in ("code_missing", "code_unneeded") and has_own_code
