"""The promotions file of the marketing department's suite, in Google Merchant's promotions format.

Each promotion stands for a coupon of one of the data set's own campaigns: its items are the coupon's
products, and the amounts of money-off offers are what the households of the data set got at the till for that
coupon. Titles, codes and percentages are invented, and the dates are days from today, so that on any day
something is running, something starts tomorrow and something has just ended. Google has no words for the
associate, no fixed price, no minimum stock and no limit on a code: those columns stand at the end.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from omnistore.demo.sample.journey import coupon_products
from omnistore.demo.sample.shapes import SampleItem, SamplePromotion
from omnistore.demo.sample.stores import CURRENCY, HEAD_OFFICE_TIMEZONE, sample_groups

COLUMNS = (
    "promotion_id", "product_applicability", "offer_type", "generic_redemption_code", "long_title",
    "promotion_effective_dates", "redemption_channel", "store_applicability", "store_codes_inclusion",
    "store_codes_exclusion", "item_id", "percent_off", "money_off_amount", "minimum_purchase_amount",
    "limit_quantity", "operator_display_name", "operator_text", "minimum_stock", "fixed_price_amount",
    "limit_uses",
)  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """A promotion to be: its coupon in the data set, what it gives, its days from today (end excluded)."""

    promotion_id: str
    campaign_id: int
    coupon_upc: int
    title: str
    say: str
    first_day: int
    end_day: int
    percent_off: str = ""
    money_off: str = ""
    fixed_price: str = ""
    code: str = ""
    limit_uses: str = ""
    group: str = ""
    without_stores: tuple[str, ...] = ()
    channel: str = "online,in_store"
    minimum_purchase: str = ""
    limit_quantity: str = ""
    minimum_stock: str = ""


_PLANS = (
    _Plan("HL-CEREAL-25", 18, 51600070033, "25% off breakfast cereal",
          "A quarter off all cereals of this brand, no code needed.", -14, 6, percent_off="25"),
    _Plan("HL-SODA-1", 18, 54900050076, "$1 off soda 12-packs",
          "One dollar off each 12-pack, up to four a shopper.", -7, 7, money_off="1.00", limit_quantity="4"),
    _Plan("HL-ORANGE-1", 18, 54850010033, "$1 off premium orange juice",
          "One dollar off each carton, stores in the East only.", -3, 4, money_off="1.00", group="east"),
    _Plan("HL-SALAD-250", 18, 57143020076, "Salad kits and blends for $2.50",
          "Every kit and blend of this brand at $2.50, stores in the West only.", -5, 2,
          fixed_price="2.50", group="west", channel="in_store"),
    _Plan("HL-CRACKER-1", 18, 53010010033, "$1 off crackers",
          "Starts tomorrow: one dollar off each box.", 1, 8, money_off="1.00"),
    _Plan("HL-WAFFLE-50", 17, 53800030050, "50¢ off frozen waffles",
          "Last day: 50 cents off each box.", -20, 1, money_off="0.50"),
    _Plan("HL-SMILE-1", 16, 53500000076, "$1 off toothpaste and toothbrushes",
          "Ended last night: the shelf signs must be gone.", -30, 0, money_off="1.00"),
    _Plan("HL-SPREAD-1", 18, 54060060076, "$1 off soft spreads with code SPREAD1",
          "One dollar off with the code SPREAD1.", -6, 8, money_off="1.00", code="SPREAD1", limit_uses="60"),
    _Plan("HL-BABY-2", 19, 53700048182, "$2 off diapers with code BABY2",
          "Two dollars off with the code BABY2 from $15 on; few uses left.", -4, 24,
          money_off="2.00", code="BABY2", limit_uses="25", minimum_purchase="15.00"),
    _Plan("HL-GARLIC-20", 17, 57045970076, "20% off garlic bread",
          "20% off all garlic bread of this brand, Chicagoland stores.", -6, 3,
          percent_off="20", group="chicago"),
    _Plan("HL-PASTA-55", 20, 53620010028, "55¢ off pasta sauce",
          "Starts in three days: 55 cents off each jar; not in Alaska and Hawaii.", 3, 17,
          money_off="0.55", without_stores=("0907", "0951")),
    _Plan("HL-CAT-15", 15, 55000035576, "15% off gourmet cat food online",
          "Online orders only; the till gives nothing off.", -10, 20, percent_off="15", channel="online"),
    _Plan("HL-CREAMER-50", 18, 55000013950, "50¢ off coffee creamer",
          "50 cents off each bottle, also at the till.", -9, 9, money_off="0.50"),
    _Plan("HL-EGGS-15", 18, 10000089290, "15% off Harborlight eggs",
          "15% off our own eggs while there are enough for everybody.", -2, 5,
          percent_off="15", minimum_stock="6"),
    _Plan("HL-VEGGIE-30", 18, 52000030042, "30% off frozen vegetables with code VEGGIE30",
          "30% off with the code VEGGIE30 from $10 on.", -1, 13,
          percent_off="30", code="VEGGIE30", limit_uses="500", minimum_purchase="10.00"),
    _Plan("HL-ICECREAM-25", 18, 10000089252, "25% off Harborlight ice cream",
          "A quarter off our own ice cream in the sunny stores.", -1, 6,
          percent_off="25", group="west", without_stores=("0603", "0907"), channel="in_store"),
)  # fmt: skip

# What the night's count finds in some stores: (promotion, store) → none left, hardly any, or never carried.
SHORTAGES = {
    ("HL-GARLIC-20", "0412"): "OUT",
    ("HL-EGGS-15", "0951"): "LOW",
    ("HL-ICECREAM-25", "0650"): "OUT",
    ("HL-SPREAD-1", "0108"): "LOW",
    ("HL-BABY-2", "0951"): "NOT_STOCKED",
}


def promoted_products() -> dict[str, list[int]]:
    """Promotion → the data set's products that its coupon was good for."""
    return {
        plan.promotion_id: coupon_products(campaign_id=plan.campaign_id, coupon_upc=plan.coupon_upc)
        for plan in _PLANS
    }


def sample_promotions(
    *, items: tuple[SampleItem, ...], products: dict[str, list[int]], today: date
) -> tuple[SamplePromotion, ...]:
    """The promotions with those of their items that are in the sample. `today` is head office's day."""
    skus = {item.product_id: item.sku for item in items}
    return tuple(
        _promotion(
            plan,
            skus=tuple(skus[number] for number in products[plan.promotion_id] if number in skus),
            today=today,
        )
        for plan in _PLANS
    )


def _promotion(plan: _Plan, *, skus: tuple[str, ...], today: date) -> SamplePromotion:
    starts_at, ends_at = (
        datetime.combine(today + timedelta(days=days), time.min, tzinfo=ZoneInfo(HEAD_OFFICE_TIMEZONE))
        for days in (plan.first_day, plan.end_day)
    )
    # A row may name stores or leave some out, not both.
    included = (
        [code for code in _stores_of(plan.group) if code not in plan.without_stores] if plan.group else []
    )
    excluded = () if plan.group else plan.without_stores
    values = (
        plan.promotion_id,
        "specific_products",
        "generic_code" if plan.code else "no_code",
        plan.code,
        plan.title,
        f"{starts_at.isoformat()}/{ends_at.isoformat()}",
        plan.channel,
        "specific_stores" if plan.group or plan.without_stores else "all_stores",
        ",".join(included),
        ",".join(excluded),
        ",".join(skus),
        plan.percent_off,
        _money(plan.money_off),
        _money(plan.minimum_purchase),
        plan.limit_quantity,
        plan.title,
        plan.say,
        plan.minimum_stock,
        _money(plan.fixed_price),
        plan.limit_uses,
    )
    return SamplePromotion(
        promotion_id=plan.promotion_id,
        campaign_id=plan.campaign_id,
        coupon_upc=plan.coupon_upc,
        skus=skus,
        starts_at=starts_at,
        ends_at=ends_at,
        columns=dict(zip(COLUMNS, values, strict=True)),
    )


def _money(amount: str) -> str:
    """Google's way: `1.00 USD`."""
    return f"{amount} {CURRENCY}" if amount else ""


def _stores_of(group_code: str) -> list[str]:
    """The stores of a group and of the groups inside it."""
    groups = sample_groups()
    own = [code for group in groups if group.code == group_code for code in group.store_codes]
    inner = [code for group in groups if group.parent_code == group_code for code in _stores_of(group.code)]
    return sorted(own + inner)


def write_promotions(*, promotions: tuple[SamplePromotion, ...], inbox: Path) -> list[Path]:
    """Write `promotions.tsv`, one line a promotion, UTF-8."""
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / "promotions.tsv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(promotion.columns for promotion in promotions)
    return [path]
