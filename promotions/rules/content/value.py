"""What the shopper gets: exactly the terms of the chosen kind, in range, with their currency."""

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from promotions.rules.content.shapes import Wrong, is_currency, number_in, objects, unknown_keys, whole_in
from promotions.rules.price import MONEY_KINDS, TIER_FIELDS
from promotions.rules.words import (
    BUY_M_GET_N,
    GIFTS,
    AppliesTo,
    CouponValueType,
    RewardItems,
    TierBasis,
)

AMOUNT_FIELDS = {
    CouponValueType.PERCENT_OFF: "percent_off",
    CouponValueType.MONEY_OFF: "money_off_amount",
    CouponValueType.FIXED_PRICE: "fixed_price_amount",
    CouponValueType.BUY_M_GET_N_PERCENT_OFF: "percent_off",
    CouponValueType.BUY_M_GET_N_MONEY_OFF: "money_off_amount",
    CouponValueType.BUY_M_GET_PERCENT_OFF: "percent_off",
    CouponValueType.BUY_M_GET_MONEY_OFF: "money_off_amount",
    CouponValueType.BUNDLE_PRICE: "fixed_price_amount",
}
COUNTED = frozenset({
    *BUY_M_GET_N, CouponValueType.BUY_M_GET_PERCENT_OFF, CouponValueType.BUY_M_GET_MONEY_OFF,
    CouponValueType.BUNDLE_PRICE,
})  # fmt: skip
GIFT_FIELDS = {
    CouponValueType.FREE_GIFT: ("free_gift_description",),
    CouponValueType.FREE_GIFT_WITH_VALUE: ("free_gift_description", "free_gift_value"),
    CouponValueType.FREE_GIFT_WITH_ITEM_ID: ("free_gift_item_id",),
}
PART_LISTS = ("item_id", "brand", "product_type", "item_group_id")


def check_value(content: Mapping[str, Any], wrong: Wrong) -> None:
    """The terms of the chosen kind are there, and those of no other."""
    kind = content.get("coupon_value_type")
    if kind not in set(CouponValueType):
        wrong("coupon_value_type", f"Choose the kind of deal: {', '.join(CouponValueType)}.")
        return
    kind = CouponValueType(kind)
    check_amount(content, kind, wrong)
    check_applies_to(content, kind, wrong)
    check_quantities(content, kind, wrong)
    check_rewards(content, kind, wrong)
    check_parts(content, kind, wrong)
    check_tiers(content, kind, wrong)
    check_gift(content, kind, wrong)
    check_currency(content, kind, wrong)


def check_amount(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """The one amount of the kind in range; a money threshold above 0."""
    field = AMOUNT_FIELDS.get(kind)
    for other in dict.fromkeys(AMOUNT_FIELDS.values()):
        if other != field and content.get(other) is not None:
            wrong(other, f"Leave this empty: the deal is {kind}.")
    amount: Decimal | None = content.get(field) if field else None
    if field and amount is None:
        wrong(field, "Enter the amount.")
    elif amount is not None and field == "percent_off" and not 0 < amount <= 100:
        wrong(field, "Enter a percentage above 0 and up to 100.")
    elif amount is not None and field == "money_off_amount" and amount <= 0:
        wrong(field, "Enter an amount above 0.")
    elif amount is not None and field and amount < 0:
        wrong(field, "A price cannot be negative.")
    for threshold in ("minimum_purchase_amount", "limit_value", "free_gift_value"):
        value: Decimal | None = content.get(threshold)
        if value is not None and value <= 0:
            wrong(threshold, "Enter an amount above 0, or leave it empty.")


def check_applies_to(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Only a percentage or an amount can be taken off the basket as a whole."""
    applies_to = content.get("applies_to") or AppliesTo.EACH_ITEM
    if applies_to not in set(AppliesTo):
        wrong("applies_to", f"Choose from {', '.join(AppliesTo)}.")
    elif applies_to == AppliesTo.BASKET and kind not in (
        CouponValueType.PERCENT_OFF,
        CouponValueType.MONEY_OFF,
        CouponValueType.TIERED,
    ):
        wrong("applies_to", "Only a percentage or an amount of money can be taken off the basket.")


def check_quantities(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Both M and N where the kind has them, none elsewhere."""
    bought, got = content.get("minimum_purchase_quantity"), content.get("get_this_quantity_discounted")
    has_parts = kind == CouponValueType.BUNDLE_PRICE and bool(content.get("bundle_parts"))
    if kind in COUNTED and not has_parts:
        if bought is None:
            wrong("minimum_purchase_quantity", "Enter how many have to be bought.")
    elif bought is not None:
        wrong("minimum_purchase_quantity", "Leave this empty: the parts of the bundle say how many." if has_parts
              else f"Leave this empty: the deal is {kind}.")  # fmt: skip
    if kind in BUY_M_GET_N:
        if got is None:
            wrong("get_this_quantity_discounted", "Enter how many are discounted.")
    elif got is not None:
        wrong("get_this_quantity_discounted", f"Leave this empty: the deal is {kind}.")
    for field in ("minimum_purchase_quantity", "get_this_quantity_discounted", "limit_quantity"):
        number = content.get(field)
        if number is not None and not 1 <= number <= 10_000:
            wrong(field, "Enter a number from 1 to 10,000.")


def check_rewards(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Named rewards belong to "buy M get N" alone, and need names."""
    chosen, named = (
        content.get("reward_items") or RewardItems.CHEAPEST,
        content.get("reward_item_id_inclusion"),
    )
    if chosen not in set(RewardItems):
        wrong("reward_items", f"Choose from {', '.join(RewardItems)}.")
    elif chosen == RewardItems.NAMED and kind not in BUY_M_GET_N:
        wrong("reward_items", f"Only “buy M get N” names what is discounted; the deal is {kind}.")
    elif chosen == RewardItems.NAMED and not named:
        wrong("reward_item_id_inclusion", "Name the items that are discounted.")
    elif chosen == RewardItems.CHEAPEST and named:
        wrong("reward_item_id_inclusion", "Leave this empty: the cheapest ones are discounted.")


def check_parts(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Each part of a bundle says how many of which items."""
    parts = objects(content, "bundle_parts", wrong)
    if parts and kind != CouponValueType.BUNDLE_PRICE:
        wrong("bundle_parts", f"Leave this empty: the deal is {kind}.")
        return
    for number, part in enumerate(parts, 1):
        if unknown := unknown_keys(part, known={"quantity", *PART_LISTS}):
            wrong("bundle_parts", f"Part {number}: {unknown} is not known.")
        quantity = whole_in(part.get("quantity"))
        if quantity is None or not 1 <= quantity <= 100:
            wrong("bundle_parts", f"Part {number}: say how many, from 1 to 100.")
        lists = [part.get(name) or [] for name in PART_LISTS]
        if not all(
            isinstance(names, list) and all(isinstance(name, str) for name in names) for names in lists
        ):
            wrong("bundle_parts", f"Part {number}: items, brands and types are lists of text.")
        elif not any(lists):
            wrong("bundle_parts", f"Part {number}: name its items.")


def check_tiers(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Steps that rise, of one sort of amount, each better than the one before."""
    tiers = objects(content, "tiers", wrong)
    if (content.get("tier_basis") or TierBasis.QUANTITY) not in set(TierBasis):
        wrong("tier_basis", f"Choose from {', '.join(TierBasis)}.")
    if kind != CouponValueType.TIERED:
        if tiers:
            wrong("tiers", f"Leave this empty: the deal is {kind}.")
        return
    if not tiers:
        wrong("tiers", "Give at least one step.")
    if content.get("applies_to") == AppliesTo.BASKET and any("fixed_price_amount" in tier for tier in tiers):
        wrong("applies_to", "Only a percentage or an amount of money can be taken off the basket.")
    steps = [step for number, tier in enumerate(tiers, 1) if (step := check_tier(tier, number, wrong))]
    for number, (before, after) in enumerate(itertools.pairwise(steps), 2):
        if after[0] <= before[0]:
            wrong("tiers", f"Step {number}: it starts at or below the step before.")
        elif after[1] != before[1]:
            wrong("tiers", f"Step {number}: all steps give the same sort of amount.")
        elif after[2] == before[2] or (after[2] < before[2]) != (after[1] == "fixed_price_amount"):
            wrong("tiers", f"Step {number}: it gives no more than the step before.")


def check_tier(tier: Mapping[str, Any], number: int, wrong: Wrong) -> tuple[Decimal, str, Decimal] | None:
    """Where a step starts, its sort of amount and the amount; None where it is not right."""
    given = [name for name in TIER_FIELDS if tier.get(name) is not None]
    start = number_in(tier.get("from"))
    if unknown := unknown_keys(tier, known={"from", *TIER_FIELDS}):
        wrong("tiers", f"Step {number}: {unknown} is not known.")
    elif start is None or start <= 0:
        wrong("tiers", f"Step {number}: say from how many, or from how much, above 0.")
    elif len(given) != 1:
        wrong("tiers", f"Step {number}: give one of {', '.join(TIER_FIELDS)}.")
    elif (
        (amount := number_in(tier[given[0]])) is None
        or amount < 0
        or (given[0] != "fixed_price_amount" and amount == 0)
    ):
        wrong("tiers", f"Step {number}: {given[0]} is an amount above 0.")
    elif given[0] == "percent_off" and amount > 100:
        wrong("tiers", f"Step {number}: a percentage goes up to 100.")
    else:
        return start, given[0], amount
    return None


def check_gift(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """A gift is described as its kind asks; no other deal has one."""
    needed = GIFT_FIELDS.get(kind, ())
    for field in needed:
        if content.get(field) in (None, ""):
            wrong(
                field,
                "Say what the gift is." if field != "free_gift_value" else "Enter what the gift is worth.",
            )
    allowed = {*needed, "free_gift_description"} if kind in GIFTS else set()
    for field in ("free_gift_item_id", "free_gift_description", "free_gift_value"):
        if field not in allowed and content.get(field) not in (None, ""):
            wrong(field, f"Leave this empty: the deal is {kind}.")


def check_currency(content: Mapping[str, Any], kind: CouponValueType, wrong: Wrong) -> None:
    """Whatever is money needs its currency."""
    currency = content.get("currency") or ""
    if not currency and speaks_of_money(content, kind):
        wrong("currency", "Enter the currency of the amount, such as USD.")
    elif currency and not is_currency(currency):
        wrong("currency", "A currency is three capital letters, such as USD.")


def speaks_of_money(content: Mapping[str, Any], kind: CouponValueType) -> bool:
    """Whether any term is an amount of money."""
    tiers = content.get("tiers") or []
    return (
        kind in MONEY_KINDS
        or any(
            content.get(name) is not None
            for name in ("minimum_purchase_amount", "limit_value", "free_gift_value")
        )
        or (bool(tiers) and content.get("tier_basis") == TierBasis.AMOUNT)
        or any(isinstance(tier, Mapping) and tier.get("percent_off") is None for tier in tiers)
        or any(isinstance(one, Mapping) and one.get("unit") == "MONEY" for one in content.get("limits") or [])
    )
