"""Google's published rules of a promotions feed, each with its own code: an independent judge of what we send.

Sources: Merchant Center Help 2906014 and 10146130 (the feed, the feed of stores), 13836990 (183 days), 13838102
(title of 60), 13837405 (codes), 13837404 (whole percent), 13838182 (M and N), 13857563, 13857470, 13859586 (stores),
13861565 (1,000 item ids), 13861679 and 13863746 (10 brands, 10 types), 13847245 and 13857152 (gifts), 7050148 (ids
of 50); and promotions_common.proto of the Merchant API v1 (what each kind needs, what is refused).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from promotions.rules.words import (
    BUY_M_GET_N,
    DELIVERY,
    GIFTS,
    CouponValueType,
    OfferType,
    ProductApplicability,
    RedemptionChannel,
    StoreApplicability,
)

Values = Mapping[str, Sequence[str]]

ITEM_FILTERS = ("item_id", "brand", "product_type", "item_group_id")
LISTS = (
    *(f"{name}_{way}" for name in ITEM_FILTERS for way in ("inclusion", "exclusion")),
    "store_codes_inclusion",
    "store_codes_exclusion",
)
REPEATED = frozenset({*LISTS, "redemption_channel", "promotion_destination"})
REQUIRED = (
    "promotion_id",
    "product_applicability",
    "offer_type",
    "long_title",
    "coupon_value_type",
    "promotion_effective_dates",
    "redemption_channel",
)
# A promotion of stores says which, and where a shopper can read of it.
REQUIRED_IN_STORE = ("store_applicability", "promotion_url")
# Characters each value may have; Google names no limit for the redemption code, Microsoft's copy of the format does.
LENGTHS = {
    "promotion_id": 50, "long_title": 60, "generic_redemption_code": 60, "free_gift_description": 100,
    "free_gift_item_id": 50, "promotion_url": 2000, "item_id_inclusion": 50, "item_id_exclusion": 50,
    "brand_inclusion": 50, "brand_exclusion": 50, "product_type_inclusion": 70, "product_type_exclusion": 70,
    "item_group_id_inclusion": 50, "item_group_id_exclusion": 50, "store_codes_inclusion": 64,
    "store_codes_exclusion": 64,
}  # fmt: skip
# How often a list may repeat; store codes as often as there are stores.
COUNTS = {
    f"{name}_{way}": 1000 if name == "item_id" else 10
    for name in ITEM_FILTERS
    for way in ("inclusion", "exclusion")
}
LONGEST = timedelta(days=183)

OWN_KINDS = frozenset({CouponValueType.FIXED_PRICE, CouponValueType.BUNDLE_PRICE, CouponValueType.TIERED})
GOOGLE_KINDS = tuple(kind for kind in CouponValueType if kind not in OWN_KINDS)
WORDS: dict[str, tuple[str, ...]] = {
    "coupon_value_type": GOOGLE_KINDS,
    "offer_type": (OfferType.NO_CODE, OfferType.GENERIC_CODE),
    "product_applicability": tuple(ProductApplicability),
    "store_applicability": tuple(StoreApplicability),
    "redemption_channel": tuple(RedemptionChannel),
}
AMOUNTS = ("money_off_amount", "minimum_purchase_amount", "limit_value", "free_gift_value")
WHOLE_NUMBERS = ("minimum_purchase_quantity", "get_this_quantity_discounted", "limit_quantity")

# What each kind needs; a gift may be described besides. Anything else of these belongs to another kind.
M, N = "minimum_purchase_quantity", "get_this_quantity_discounted"
NEEDS = {
    CouponValueType.PERCENT_OFF: ("percent_off",),
    CouponValueType.MONEY_OFF: ("money_off_amount",),
    CouponValueType.BUY_M_GET_N_PERCENT_OFF: (M, N, "percent_off"),
    CouponValueType.BUY_M_GET_N_MONEY_OFF: (M, N, "money_off_amount"),
    CouponValueType.BUY_M_GET_PERCENT_OFF: (M, "percent_off"),
    CouponValueType.BUY_M_GET_MONEY_OFF: (M, "money_off_amount"),
    CouponValueType.FREE_GIFT: ("free_gift_description",),
    CouponValueType.FREE_GIFT_WITH_VALUE: ("free_gift_value",),
    CouponValueType.FREE_GIFT_WITH_ITEM_ID: ("free_gift_item_id",),
    **dict.fromkeys(sorted(DELIVERY), ()),
}
TERMS = tuple(dict.fromkeys(term for terms in NEEDS.values() for term in terms))

_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_AMOUNT = re.compile(r"(\d+(?:\.\d{1,3})?) ([A-Z]{3})", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_URL = re.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True)
class Problem:
    """One rule that a row breaks: where, what stands there, what Google expects."""

    code: str
    field: str
    value: str
    expected: str

    @property
    def sentence(self) -> str:
        shown = self.value if len(self.value) <= 80 else f"{self.value[:77]}…"
        return f"{self.field}: expected {self.expected}, found “{shown}”."


Problems = Iterator[Problem]


def promotion_problems(values: Values) -> list[Problem]:
    """Every published rule that one promotion breaks; none: Google's feed takes it.

    `values` are the row's texts by attribute, lists one text a value, under the names of the Merchant API
    (item_id_inclusion, minimum_purchase_quantity) and the feed's promotion_effective_dates and
    promotion_display_dates. Words may be in any case, with blanks or underscores. Other attributes are ignored.
    """
    rules = (
        missing_values, repeated_values, texts, words, ids, amounts, percent, whole_numbers, kind_terms, channels,
        codes, products, stores, periods,
    )  # fmt: skip
    return [problem for rule in rules for problem in rule(values)]


def first(values: Values, name: str) -> str:
    """The text of an attribute, "" where it is missing."""
    return next(iter(values.get(name) or ()), "")


def word(text: str) -> str:
    return text.strip().upper().replace(" ", "_").replace("-", "_")


def kind_of(values: Values) -> CouponValueType | None:
    """The kind of deal, None where it is none of Google's."""
    said = word(first(values, "coupon_value_type"))
    return CouponValueType(said) if said in GOOGLE_KINDS else None


def in_store(values: Values) -> bool:
    return RedemptionChannel.IN_STORE in map(word, values.get("redemption_channel") or ())


def missing_values(values: Values) -> Problems:
    for name in REQUIRED:
        if not first(values, name):
            yield Problem("missing_value", name, "", "a value")
    for name in REQUIRED_IN_STORE:
        if in_store(values) and not first(values, name):
            yield Problem(f"{name}_missing", name, "", "a value where the promotion can be used in stores")


def repeated_values(values: Values) -> Problems:
    for name, said in values.items():
        if name not in REPEATED and len(set(said)) > 1:
            yield Problem("repeated_value", name, ", ".join(said), "one value")
        if len(said) > COUNTS.get(name, len(said)):
            yield Problem("too_many_values", name, f"{len(said)} values", f"at most {COUNTS[name]:,}")


def texts(values: Values) -> Problems:
    for name, longest in LENGTHS.items():
        for text in values.get(name) or ():
            if len(text) > longest:
                yield Problem("too_long", name, text, f"at most {longest} characters")
    if (url := first(values, "promotion_url")) and not _URL.fullmatch(url):
        yield Problem("bad_url", "promotion_url", url, "an address such as https://example.com/deal")


def words(values: Values) -> Problems:
    for name, known in WORDS.items():
        for text in values.get(name) or ():
            if word(text) not in known:
                yield Problem("unknown_word", name, text, " or ".join(known).lower())


def ids(values: Values) -> Problems:
    for name in ("promotion_id", "item_id_inclusion", "item_id_exclusion", "free_gift_item_id"):
        for text in values.get(name) or ():
            if not _ID.fullmatch(text):
                yield Problem("bad_id", name, text, "letters, digits, - and _ only")


def amounts(values: Values) -> Problems:
    for name in AMOUNTS:
        if not (text := first(values, name)):
            continue
        found = _AMOUNT.fullmatch(text)
        if not found:
            yield Problem("bad_amount", name, text, "a number and a currency such as 5.00 USD")
        elif Decimal(found[1]) <= 0:
            yield Problem("amount_not_positive", name, text, "an amount above 0")


def percent(values: Values) -> Problems:
    if not (text := first(values, "percent_off")):
        return
    if not _NUMBER.fullmatch(text):
        yield Problem("bad_percent", "percent_off", text, "a whole number such as 25")
    elif not 0 < Decimal(text) <= 100:
        yield Problem("percent_out_of_range", "percent_off", text, "1 to 100")
    elif not _WHOLE.fullmatch(text):
        yield Problem("percent_not_whole", "percent_off", text, "a whole number")


def whole_numbers(values: Values) -> Problems:
    for name in WHOLE_NUMBERS:
        if not (text := first(values, name)):
            continue
        if not _WHOLE.fullmatch(text):
            yield Problem("bad_count", name, text, "a whole number")
        elif int(text) < 1:
            yield Problem("count_not_positive", name, text, "1 or more")


def kind_terms(values: Values) -> Problems:
    """One kind of deal a promotion: all that it needs, and nothing of another."""
    kind = kind_of(values)
    if kind is None:
        return
    for name in NEEDS[kind]:
        if not first(values, name):
            yield Problem("term_missing", name, "", f"a value, as the deal is {kind}")
    allowed = {*NEEDS[kind], *({"free_gift_description"} if kind in GIFTS else ())}
    for name in TERMS:
        if name not in allowed and first(values, name):
            code = "quantity_of_other_kind" if name == N and kind not in BUY_M_GET_N else "term_of_other_kind"
            yield Problem(code, name, first(values, name), f"nothing, as the deal is {kind}")


def channels(values: Values) -> Problems:
    if kind_of(values) in DELIVERY and in_store(values):
        yield Problem("delivery_in_store", "redemption_channel", "in_store", "online alone for free delivery")


def codes(values: Values) -> Problems:
    """A code where one is asked for, none elsewhere; free delivery always has one."""
    asked, code = word(first(values, "offer_type")), first(values, "generic_redemption_code")
    if asked == OfferType.GENERIC_CODE and not code:
        yield Problem("code_missing", "generic_redemption_code", "", "the code that shoppers enter")
    elif asked == OfferType.NO_CODE and code:
        yield Problem("code_unneeded", "generic_redemption_code", code, "nothing, as no code is needed")
    if kind_of(values) in DELIVERY and asked == OfferType.NO_CODE:
        yield Problem("delivery_without_code", "offer_type", asked, "generic_code for free delivery")


def given(values: Values, names: Iterable[str]) -> list[str]:
    return [name for name in names if values.get(name)]


def products(values: Values) -> Problems:
    if word(first(values, "product_applicability")) != ProductApplicability.ALL_PRODUCTS:
        return
    for way, code in (("inclusion", "products_listed_for_all"), ("exclusion", "products_excluded_from_all")):
        for name in given(values, (f"{item}_{way}" for item in ITEM_FILTERS)):
            yield Problem(code, name, ", ".join(values[name]), "nothing, or specific_products")


def stores(values: Values) -> Problems:
    """ALL_STORES goes without lists; SPECIFIC_STORES with either inclusions or exclusions."""
    choice = word(first(values, "store_applicability"))
    listed, excluded = "store_codes_inclusion", "store_codes_exclusion"
    if choice == StoreApplicability.ALL_STORES:
        for name, code in ((listed, "stores_listed_for_all"), (excluded, "stores_excluded_from_all")):
            if values.get(name):
                yield Problem(code, name, ", ".join(values[name]), "nothing, or specific_stores")
    elif choice == StoreApplicability.SPECIFIC_STORES:
        both = given(values, (listed, excluded))
        if not both:
            yield Problem("no_stores", listed, "", "the codes of the stores meant")
        elif len(both) > 1:
            yield Problem(
                "stores_both_ways", excluded, ", ".join(values[excluded]), "only one of the two lists"
            )


def periods(values: Values) -> Problems:
    effective = period_in(values, "promotion_effective_dates")
    shown = period_in(values, "promotion_display_dates")
    for name, period in (("promotion_effective_dates", effective), ("promotion_display_dates", shown)):
        text = first(values, name)
        if isinstance(period, Problem):
            yield period
        elif period and period[1] <= period[0]:
            yield Problem("ends_before_start", name, text, "an end after the start")
        elif period and period[1] - period[0] > LONGEST:
            yield Problem("period_too_long", name, text, f"at most {LONGEST.days} days")
    if not (isinstance(effective, tuple) and isinstance(shown, tuple)):
        return
    if shown[0] < effective[0] or shown[1] > effective[1]:
        text = first(values, "promotion_display_dates")
        yield Problem(
            "display_outside", "promotion_display_dates", text, "a period inside the effective dates"
        )


def period_in(values: Values, name: str) -> tuple[datetime, datetime] | Problem | None:
    """Start and end of an interval in ISO 8601 with offsets; a Problem where it is none."""
    text = first(values, name)
    if not text:
        return None
    start, _slash, end = text.partition("/")
    bad = Problem("bad_period", name, text, "2026-11-20T00:00:00-05:00/2026-11-27T00:00:00-05:00")
    if not (_INSTANT.fullmatch(start) and _INSTANT.fullmatch(end)):
        return bad
    try:
        return datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        return bad
