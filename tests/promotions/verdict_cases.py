"""The verdict table: a shop floor in data, and what each scan there gives, worked out by hand.

Every deal of the floor is on an item of its own whose SKU is the deal's name; its promotion_id is "P-" and the name.
NOW is Sunday 22 November 2026, 14:07 UTC: 09:07 in New York, where store `here` stands, 08:07 in Chicago (`there`),
19:52 in Kathmandu (`high`), 14:07 in London (`isle`, which takes pounds). Stock was counted two hours ago, and counts
are believed for 26 hours, half of which is 13.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.factories_promotions import NOW, TODAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YESTERDAY = TODAY - DAY
TOMORROW = TODAY + DAY
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Deal:
    """One item and the promotion on it. `quantity` None: the store never counted it; `near`: what `there` has."""

    name: str
    quantity: int | None = 12
    counted: timedelta = 2 * HOUR
    near: int | None = None
    gtin: str = ""
    sibling: str = ""  # another item of the same deal, of which four are here
    content: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """`code` is scanned at `now` in `store`; "<pk:NAME>" in it is the promotion's key."""

    name: str
    code: str
    outcome: str
    reasons: tuple[str, ...]
    now: datetime = NOW
    store: str = "here"
    seen: dict[str, str] = field(default_factory=dict)
    promotion: str = ""  # where it matters which deal is told


def deal(name: str, **content: Any) -> Deal:
    own = {
        key: content.pop(key) for key in ("quantity", "counted", "near", "gtin", "sibling") if key in content
    }
    return Deal(name, content=content, **own)


def case(name: str, code: str, outcome: str, *reasons: str, **more: Any) -> Case:
    return Case(name, code, outcome, reasons, **more)


def limit(scope: str, period: str, amount: str) -> list[dict[str, str]]:
    return [{"scope": scope, "period": period, "unit": "USES", "limit": amount}]


def from_to(start: str, end: str) -> list[dict[str, Any]]:
    return [{"days": [1, 2, 3, 4, 5, 6, 7], "from": start, "until": end}]


SHOP = "https://shop.example/deals"
# 29 % off 2.79 is 0.81 (0.8091) off: 1.98. Windows are TODAY and six days on where nothing else is said.
FLOOR = [
    deal("plain", gtin="04006381333931"),
    deal("upc", gtin="00012345678905"),
    deal("upce", gtin="00042100005264"),
    deal("ean8", gtin="00000096385074"),
    deal("weighed", gtin="02012345000001"),
    deal("bare", content_free=True),
    # when
    deal("tomorrow", starts_on=TOMORROW, generic_redemption_code="SOON"),
    deal("at-nine", starts_time=time(9, 7)),
    deal("ended", starts_on=YESTERDAY - DAY, ends_on=TODAY, ends_time=time(9, 0)),
    deal("at-end", starts_on=YESTERDAY, ends_on=TODAY, ends_time=time(9, 7)),
    deal("late", starts_on=YESTERDAY, ends_on=TODAY, ends_time=time(8), honour_hours=24),
    deal("too-late", starts_on=YESTERDAY, ends_on=TODAY, ends_time=time(8), honour_hours=1),
    deal("stopped", generic_redemption_code="HALT"),
    deal("stopped-late", starts_on=YESTERDAY, ends_on=TODAY, ends_time=time(8), honour_hours=24),
    deal("breakfast", weekly_hours=from_to("09:00", "10:00")),
    deal("teatime", weekly_hours=from_to("17:00", "19:00")),
    deal("london-noon", window_timezone="Europe/London", ends_on=TODAY, ends_time=time(14, 7)),
    # where
    deal("elsewhere", near=5, store_codes_inclusion=["there"], generic_redemption_code="NOTHERE"),
    deal("only-there", near=0, store_codes_inclusion=["there"], promotion_url=f"{SHOP}/only-there"),
    deal("online", redemption_channel=["ONLINE"]),
    deal("post", coupon_value_type="FREE_SHIPPING_STANDARD", redemption_channel=["ONLINE"],
         offer_type="GENERIC_CODE", generic_redemption_code="SHIP"),
    deal("dollars", coupon_value_type="MONEY_OFF", money_off_amount=Decimal(1)),
    # stock
    deal("sold-out", quantity=0),
    deal("sold-out-near", quantity=0, near=3),
    deal("sold-out-sibling", quantity=0, sibling="sibling-item"),
    deal("below-none", quantity=-2),
    deal("withheld", quantity=5),
    deal("never", quantity=None),
    deal("never-near", quantity=None, near=3),
    deal("stale", counted=27 * HOUR),
    deal("stale-none", quantity=0, counted=27 * HOUR),
    deal("at-limit", counted=26 * HOUR),
    deal("low", quantity=4, minimum_stock=5),
    deal("thin", quantity=2, counted=14 * HOUR),
    deal("thin-young", quantity=2, counted=13 * HOUR),
    deal("last-one", quantity=1),
    deal("three-old", quantity=3, counted=14 * HOUR),
    deal("too-few", quantity=2, coupon_value_type="BUY_M_GET_N_PERCENT_OFF", minimum_purchase_quantity=2,
         get_this_quantity_discounted=1, percent_off=Decimal(100), currency=""),
    # limits
    deal("spent", limit_uses=1, generic_redemption_code="GONE"),
    deal("last-use", limit_uses=2),
    deal("store-limit", limits=limit("STORE", "DAY", "1")),
    deal("day-limit", limits=limit("PROMOTION", "DAY", "1")),
    deal("campaign", campaign="autumn"),
    deal("customers", limits=limit("CUSTOMER", "DAY", "1")),
    # codes
    deal("coded", generic_redemption_code="Save-5"),
    deal("mailed", offer_type="SINGLE_USE_CODES"),
    deal("coupon", offer_type="GS1_COUPON", generic_redemption_code="5400123000010"),
    deal("currency-coupon", offer_type="GS1_COUPON", generic_redemption_code="9810123456780"),
    deal("old-code", starts_on=YESTERDAY - DAY, ends_on=YESTERDAY, generic_redemption_code="AGAIN"),
    deal("new-code", generic_redemption_code="AGAIN"),
    # conditions
    deal("members", audience="MEMBERS"),
    deal("from-45", minimum_purchase_amount=Decimal(45), currency="USD"),
    deal("two-plus-one", coupon_value_type="BUY_M_GET_N_PERCENT_OFF", minimum_purchase_quantity=2,
         get_this_quantity_discounted=1, percent_off=Decimal(100), currency=""),
    deal("three-for-6", coupon_value_type="BUNDLE_PRICE", fixed_price_amount=Decimal(6), minimum_purchase_quantity=3),
    deal("parts", coupon_value_type="BUNDLE_PRICE", fixed_price_amount=Decimal(9), bundle_parts=[
        {"quantity": 2, "item_id": ["parts"]}, {"quantity": 1, "item_id": ["plain"]}]),
    deal("steps", coupon_value_type="TIERED", currency="", tiers=[{"from": "3", "percent_off": "10"}]),
    deal("money-steps", coupon_value_type="TIERED", tier_basis="AMOUNT", tiers=[{"from": "30", "percent_off": "10"}]),
    deal("cheap-only", limit_value=Decimal("2.78"), currency="USD"),
    deal("just-cheap", limit_value=Decimal("2.79"), currency="USD"),
    deal("gift", coupon_value_type="FREE_GIFT", free_gift_description="A mug"),
    deal("basket", coupon_value_type="MONEY_OFF", money_off_amount=Decimal(1), applies_to="BASKET"),
    # pages
    deal("page", promotion_url="https://www.shop.example/deals/oat-drink/?utm_source=google"),
    deal("page-7", promotion_url="https://shop.example/show?deal=7"),
    deal("page-umlaut", promotion_url="https://shop.example/S%C3%BC%C3%9Fes"),
    deal("page-route", promotion_url="https://app.example/#/deal/7"),
    deal("shared-ended", promotion_url=f"{SHOP}/week", starts_on=YESTERDAY - DAY, ends_on=YESTERDAY),
    deal("shared", promotion_url=f"{SHOP}/week"),
]  # fmt: skip

# More deals on items of the floor: (item, promotion_id, content).
MEETING: list[tuple[str, str, dict[str, Any]]] = [
    ("beaten", "P-small", {"percent_off": Decimal(10), "generic_redemption_code": "SMALL"}),
    ("beaten", "P-big", {"percent_off": Decimal(50)}),
    ("shut-out", "P-extra", {"percent_off": Decimal(60), "generic_redemption_code": "EXTRA"}),
    ("shut-out", "P-alone", {"percent_off": Decimal(10), "concurrence": "EXCLUSIVE", "priority": 5}),
    ("shut-out-both", "P-loud", {"percent_off": Decimal(60)}),
    ("shut-out-both", "P-first", {"percent_off": Decimal(10), "concurrence": "EXCLUSIVE", "priority": 5}),
    ("together", "P-plus", {"percent_off": Decimal(10), "concurrence": "COMPOUNDED",
                            "generic_redemption_code": "PLUS"}),
    ("together", "P-base", {"percent_off": Decimal(20), "concurrence": "COMPOUNDED"}),
    ("as-good", "P-same", {"percent_off": Decimal(20), "generic_redemption_code": "SAME"}),
    ("as-good", "P-there", {"percent_off": Decimal(20)}),
    ("after", "P-over", {"percent_off": Decimal(50), "generic_redemption_code": "OVER", "starts_on": YESTERDAY,
                         "ends_on": TODAY, "ends_time": time(8), "honour_hours": 24}),
    ("after", "P-on", {"percent_off": Decimal(10)}),
]  # fmt: skip

EAN = "4006381333931"
FORMS = {
    "EAN-13": EAN,
    "GTIN-14": "04006381333931",
    "with blanks": " 4 006381 333931 ",
    "with hyphens": "4-006381-333931",
    "as text from a spreadsheet": "'4006381333931",
    "EAN symbol": "]E04006381333931",
    "GS1-128": "]C10104006381333931",
    "GS1 DataMatrix with batch": "]d2010400638133393110LOT7\x1d17270101",
    "FNC1 first": "\x1d0104006381333931",
    "printed element string": "(01)04006381333931(10)LOT7",
    "full-width digits": "４００６３８１３３３９３１",
    "an invisible mark": "\u200e4006381333931\u200b",
    "control characters": "\x024006381333931\x03",
    "Digital Link": "https://id.gs1.org/01/04006381333931",
    "Digital Link of a brand": "https://brand.example/oat/01/04006381333931/10/LOT7/21/A%2FB?17=270101&linkType=gs1:pip",
    "Digital Link with 13 digits": "http://brand.example/01/4006381333931",
    "Digital Link in capitals": "HTTPS://ID.GS1.ORG/01/04006381333931",
    "Digital Link percent-encoded": "https://brand.example/%30%31/0400638133393%31",
    "Digital Link without scheme": "id.gs1.org/01/04006381333931",
    "Digital Link in a QR code": "]Q1https://id.gs1.org/01/04006381333931",
    "Digital Link in a message": "Look what I found: https://id.gs1.org/01/04006381333931, is it yours?",
    "SKU": "plain",
    "promotion id": "P-plain",
}

YES, NO, SHELF, INSTEAD = "HONOUR", "REFUSE", "CHECK_SHELF", "OFFER_ALTERNATIVE"
REPORT, UNKNOWN = "HONOUR_AND_REPORT", "UNKNOWN"

CASES = [
    *(case(f"form: {name}", code, YES, "VALID", promotion="P-plain") for name, code in FORMS.items()),
    case("form: UPC-A", "012345678905", YES, "VALID", promotion="P-upc"),
    case("form: UPC-E", "04252614", YES, "VALID", promotion="P-upce"),
    case("form: EAN-8", "96385074", YES, "VALID", promotion="P-ean8"),
    case("form: a weight in the number", "2012345012349", YES, "VALID", promotion="P-weighed"),
    case("form: PLU", "4011", YES, "VALID", promotion="P-plain"),
    case("form: internal number", "INT-77", YES, "VALID", promotion="P-plain"),
    # misread
    case("misread: EAN-13", "4006381333932", UNKNOWN, "MISREAD_CODE"),
    case("misread: GTIN-14", "04006381333930", UNKNOWN, "MISREAD_CODE"),
    case("misread: EAN-8", "96385075", UNKNOWN, "MISREAD_CODE"),
    case("misread: Digital Link", "https://id.gs1.org/01/04006381333932", UNKNOWN, "MISREAD_CODE"),
    case("misread: element string", "(01)04006381333932", UNKNOWN, "MISREAD_CODE"),
    case("misread: coupon", "(255)5400123000011", UNKNOWN, "MISREAD_CODE"),
    case("misread: coupon's link", "https://id.gs1.org/255/5400123000011", UNKNOWN, "MISREAD_CODE"),
    case("misread: a slip in one of our codes", "ABCD EFGH JKM2", UNKNOWN, "MISREAD_CODE"),
    # unknown
    case("unknown: a good GTIN that nobody has", "4012345678901", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a word", "GIBBERISH", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: noughts, which a PLU is", "0000", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a nought, which a SKU is", "0", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: fourteen noughts", "00000000000000", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: noughts in an element string", "(01)00000000000000", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: noughts in a link", "https://id.gs1.org/01/00000000000000", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a place", "https://id.gs1.org/414/4006381333931", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: another page", "https://shop.example/about", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: no address", "https://[::1/01/04006381333931", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: an injection", "' OR 1=1 --", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a template", "{{ 7 * 7 }}%s%(code)s", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a picture", "\U0001f956", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: a separator alone", "\x1d", UNKNOWN, "UNKNOWN_CODE"),
    case("unknown: as long as a code may be", "x" * 200, UNKNOWN, "UNKNOWN_CODE"),
    # when
    case("when: tomorrow", "tomorrow", NO, "NOT_STARTED"),
    case("when: tomorrow, by code", "SOON", NO, "NOT_STARTED"),
    case("when: from this minute on", "at-nine", YES, "VALID"),
    case("when: a second before", "at-nine", NO, "NOT_STARTED", now=NOW.replace(second=0) - SECOND),
    case("when: ended", "ended", NO, "ENDED"),
    case("when: to this minute", "at-end", NO, "ENDED"),
    case("when: a second before the end", "at-end", YES, "VALID", now=NOW - SECOND),
    case("when: just ended, still honoured", "late", YES, "HONOUR_WINDOW"),
    case("when: honoured to the last second", "late", YES, "HONOUR_WINDOW",
         now=datetime(2026, 11, 23, 12, 59, 59, tzinfo=UTC)),
    case("when: honoured no longer", "late", NO, "ENDED", now=datetime(2026, 11, 23, 13, 0, tzinfo=UTC)),
    case("when: a short honour window is over", "too-late", NO, "ENDED"),
    case("when: stopped", "stopped", NO, "STOPPED"),
    case("when: stopped, by code", "HALT", NO, "STOPPED"),
    case("when: stopped while still honoured", "stopped-late", NO, "STOPPED"),
    case("when: within its hours", "breakfast", YES, "VALID"),
    case("when: after its hours", "breakfast", NO, "OUTSIDE_HOURS", now=NOW + HOUR),
    case("when: before its hours", "teatime", NO, "OUTSIDE_HOURS"),
    case("when: within its later hours", "teatime", YES, "VALID", now=NOW + 8 * HOUR),
    case("when: the window is on London's clock", "london-noon", NO, "ENDED"),
    case("when: midnight in Kathmandu", "high-only", YES, "VALID", store="high",
         now=datetime(2026, 11, 21, 18, 15, tzinfo=UTC)),
    case("when: a second to midnight in Kathmandu", "high-only", NO, "NOT_STARTED", store="high",
         now=datetime(2026, 11, 21, 18, 14, 59, tzinfo=UTC)),
    # where
    case("where: an item of another store's deal", "elsewhere", NO, "NOT_THIS_STORE"),
    case("where: a code of another store's deal", "nothere", NO, "NOT_THIS_STORE"),
    case("where: the same code there", "NotHere", YES, "VALID", "CODE_NEEDED", store="there"),
    case("where: a page of another store's deal", f"{SHOP}/only-there", NO, "NOT_THIS_STORE"),
    case("where: online only", "online", NO, "ONLINE_ONLY"),
    case("where: delivery", "SHIP", NO, "ONLINE_ONLY"),
    case("where: dollars in London", "dollars", NO, "CURRENCY_MISMATCH", store="isle"),
    case("where: no deal on it", "bare", NO, "NO_DEAL"),
    # stock
    case("stock: none, and nothing instead", "sold-out", NO, "OUT_OF_STOCK"),
    case("stock: none, but nearby", "sold-out-near", INSTEAD, "OUT_OF_STOCK"),
    case("stock: none, but another of the deal", "sold-out-sibling", INSTEAD, "OUT_OF_STOCK"),
    case("stock: less than none", "below-none", NO, "OUT_OF_STOCK"),
    case("stock: all withheld", "withheld", NO, "OUT_OF_STOCK"),
    case("stock: never counted", "never", NO, "NOT_STOCKED"),
    case("stock: never counted, but nearby", "never-near", INSTEAD, "NOT_STOCKED"),
    case("stock: too old", "stale", SHELF, "STALE_STOCK"),
    case("stock: too old, and none", "stale-none", SHELF, "STALE_STOCK"),
    case("stock: as old as may be", "at-limit", YES, "VALID"),
    case("stock: a second too old", "at-limit", SHELF, "STALE_STOCK", now=NOW + SECOND),
    case("stock: low", "low", YES, "VALID", "LOW_STOCK"),
    case("stock: two, counted long ago", "thin", SHELF, "THIN_STOCK"),
    case("stock: two, counted lately", "thin-young", YES, "VALID"),
    case("stock: one, counted lately", "last-one", YES, "VALID"),
    case("stock: three, counted long ago", "three-old", YES, "VALID"),
    case("stock: two where it takes three", "too-few", SHELF, "THIN_STOCK", "MINIMUM_QUANTITY"),
    # limits
    case("limit: every use taken", "spent", NO, "BUDGET_SPENT"),
    case("limit: every use taken, by code", "GONE", NO, "BUDGET_SPENT"),
    case("limit: one use left", "last-use", YES, "VALID"),
    case("limit: the store's share", "store-limit", NO, "STORE_LIMIT_REACHED"),
    case("limit: the store's share, tomorrow", "store-limit", SHELF, "STALE_STOCK", now=NOW + DAY + HOUR),
    case("limit: the share of another store", "store-limit", YES, "VALID", store="there"),
    case("limit: everybody's for today", "day-limit", NO, "BUDGET_SPENT"),
    case("limit: everybody's, in another store", "day-limit", NO, "BUDGET_SPENT", store="there"),
    case("limit: the campaign's", "campaign", NO, "BUDGET_SPENT"),
    case("limit: a customer's, whoever that is", "customers", YES, "VALID"),
    # codes
    case("code: generic", "Save-5", YES, "VALID", "CODE_NEEDED"),
    case("code: generic in small letters", " save-5 ", YES, "VALID", "CODE_NEEDED"),
    case("code: the item of a deal with one", "coded", YES, "VALID", "CODE_NEEDED"),
    case("code: used once", "MAILED2222", YES, "VALID", "CODE_NEEDED", promotion="P-mailed"),
    case("code: used once, in groups of small letters", "mail ed22-22", YES, "VALID", "CODE_NEEDED"),
    case("code: used before", "MAILED3333", NO, "CODE_USED"),
    case("code: coupon, bare", "5400123000010", YES, "VALID", "CODE_NEEDED", promotion="P-coupon"),
    case("code: coupon, element string", "]C12555400123000010", YES, "VALID", "CODE_NEEDED"),
    case("code: coupon, with a serial", "(255)54001230000108", YES, "VALID", "CODE_NEEDED"),
    case("code: coupon, its serial used", "(255)54001230000107", NO, "CODE_USED"),
    case("code: coupon, Digital Link", "https://id.gs1.org/255/54001230000108", YES, "VALID", "CODE_NEEDED"),
    case("code: coupon, Digital Link of a used serial", "https://id.gs1.org/255/54001230000107", NO, "CODE_USED"),
    case("code: coupon with prefix 981", "9810123456780", YES, "VALID", "CODE_NEEDED", promotion="P-currency-coupon"),
    case("code: the same for an ended and an open deal", "again", YES, "VALID", "CODE_NEEDED", promotion="P-new-code"),
    # conditions
    case("condition: members", "members", YES, "VALID", "MEMBERS_ONLY"),
    case("condition: a purchase", "from-45", YES, "VALID", "MINIMUM_PURCHASE"),
    case("condition: pieces", "two-plus-one", YES, "VALID", "MINIMUM_QUANTITY"),
    case("condition: three for a price", "three-for-6", YES, "VALID", "MINIMUM_QUANTITY"),
    case("condition: every part", "parts", YES, "VALID", "BUNDLE_INCOMPLETE"),
    case("condition: the first step", "steps", YES, "VALID", "MINIMUM_QUANTITY"),
    case("condition: the first step in money", "money-steps", YES, "VALID", "MINIMUM_PURCHASE"),
    case("condition: too dear", "cheap-only", NO, "PRICE_ABOVE_LIMIT"),
    case("condition: as dear as may be", "just-cheap", YES, "VALID"),
    case("condition: none for a gift", "gift", YES, "VALID"),
    # sign and till
    case("sign: the deal's price", "plain", YES, "VALID", seen={"seen_price": "1.98"}),
    case("sign: the regular price", "plain", REPORT, "SIGN_DIFFERS", "VALID", seen={"seen_price": "2,79"}),
    case("till: another price", "plain", REPORT, "TILL_DIFFERS", "VALID", seen={"till_price": "2.49"}),
    case("sign right, till wrong", "plain", REPORT, "TILL_DIFFERS", "VALID",
         seen={"seen_price": "1.98", "till_price": "2.79"}),
    case("sign and till: both wrong", "plain", REPORT, "SIGN_DIFFERS", "TILL_DIFFERS", "VALID",
         seen={"seen_price": "2.09", "till_price": "2.79"}),
    case("sign: wrong, by code", "Save-5", REPORT, "SIGN_DIFFERS", "VALID", "CODE_NEEDED", seen={"seen_price": "2.79"}),
    case("sign: wrong, and the count too old", "stale", SHELF, "STALE_STOCK", "SIGN_DIFFERS",
         seen={"seen_price": "2.79"}),
    case("sign: no price to compare", "basket", YES, "VALID", seen={"seen_price": "2.79"}),
    case("till: rightly the regular price after the end", "late", YES, "HONOUR_WINDOW", seen={"till_price": "2.79"}),
    case("sign: of a deal that ended", "ended", NO, "ENDED", seen={"seen_price": "1.98"}),
    # deals that meet
    case("stacked: a code that gives less", "SMALL", INSTEAD, "BEATEN", "CODE_NEEDED"),
    case("stacked: the item gives the better", "beaten", YES, "VALID", promotion="P-big"),
    case("stacked: a code that an exclusive deal shuts out", "EXTRA", INSTEAD, "EXCLUDED_BY", "CODE_NEEDED"),
    case("stacked: the item's exclusive deal, not the cheaper", "shut-out-both", YES, "VALID", promotion="P-first"),
    case("stacked: the shut out by its id", "P-loud", INSTEAD, "EXCLUDED_BY"),
    case("stacked: both together", "PLUS", YES, "VALID", "CODE_NEEDED"),
    case("stacked: as good as the other", "SAME", YES, "VALID", "CODE_NEEDED"),
    case("stacked: what ended comes after what holds", "OVER", INSTEAD, "EXCLUDED_BY", "HONOUR_WINDOW", "CODE_NEEDED"),
    case("stacked: and so on the item", "after", YES, "VALID", promotion="P-on"),
    # pages
    *(case(f"page: {name}", link, YES, "VALID", promotion="P-page") for name, link in {
        "as it is": "https://www.shop.example/deals/oat-drink/?utm_source=google",
        "bare": "https://shop.example/deals/oat-drink",
        "http": "http://shop.example/deals/oat-drink/",
        "without scheme": "shop.example/deals/oat-drink",
        "with www alone": "www.shop.example/deals/oat-drink",
        "from a newsletter": "https://shop.example/deals/oat-drink/?utm_campaign=mail&mc_eid=1&color=red#reviews",
        "in capitals": "HTTPS://SHOP.EXAMPLE/Deals/Oat-Drink",
        "with a port": "https://shop.example:443/deals/oat-drink",
        "in a message": "I saw this today (https://shop.example/deals/oat-drink).",
    }.items()),
    case("page: named by its query", "https://shop.example/show?utm_id=1&deal=7", YES, "VALID", promotion="P-page-7"),
    case("page: another query", "https://shop.example/show?deal=8", UNKNOWN, "UNKNOWN_CODE"),
    case("page: without its query", "https://shop.example/show", UNKNOWN, "UNKNOWN_CODE"),
    case("page: other letters", "https://shop.example/süßes/", YES, "VALID", promotion="P-page-umlaut"),
    case("page: a route", "https://app.example/#/deal/7", YES, "VALID", promotion="P-page-route"),
    case("page: another route", "https://app.example/#/deal/8", UNKNOWN, "UNKNOWN_CODE"),
    case("page: of two deals the one that holds", f"{SHOP}/week", YES, "VALID", promotion="P-shared"),
    case("page: another shop's", "https://other.example/deals/oat-drink", UNKNOWN, "UNKNOWN_CODE"),
    case("link: a coupon it carries", "https://shop.example/cart?coupon=SAVE-5", YES, "VALID", "CODE_NEEDED"),
    case("link: a discount it opens", "https://shop.example/discount/save-5?redirect=/", YES, "VALID", "CODE_NEEDED"),
    case("link: our tablet's offer", "https://omni.example/tablet/offers/<pk:P-page>/", YES, "VALID"),
    case("link: our desk's promotion", "https://omni.example/desk/promotions/<pk:P-page>/", YES, "VALID"),
    case("link: our API's promotion", "https://omni.example/api/v1/promotions/P-page", YES, "VALID"),
    case("link: our offer in JSON-LD", "https://omni.example/api/v1/stores/here/offers.jsonld#P-page/page",
         YES, "VALID"),
    case("link: no offer of ours", "https://omni.example/tablet/offers/999999999/", UNKNOWN, "UNKNOWN_CODE"),
]  # fmt: skip

# Of a basket or of a redemption, never of one scan: who the customer is and what else is bought is not known there.
NEVER_OF_A_SCAN = {
    "ITEM_NOT_IN_DEAL", "CUSTOMER_LIMIT_REACHED", "CODE_WRONG", "REWARD_MISSING", "NO_PRICE",
    "NOTHING_LEFT_TO_TAKE_OFF",
}  # fmt: skip
