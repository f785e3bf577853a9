"""Which deal a code names in a store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from inventory.feeds.coupons import read_coupon
from inventory.models import Store
from promotions.models import CodeBatch, RainCheck, SingleUseCode, StoreOffer
from promotions.rules.codes import canonical_code, is_mistyped


@dataclass(frozen=True)
class NamedDeal:
    """A store's offer, and the one code that names it if each can be used once ("" otherwise)."""

    offer: StoreOffer
    single_code: str = ""


def named_deal(*, store: Store, code: str | None, promotion_id: str | None) -> NamedDeal | None:
    """The store's offer that is meant by a code (single-use, GS1 coupon or generic) or by a promotion's id."""
    offers = StoreOffer.objects.filter(store=store).select_related(
        "promotion", "promotion__budget", "revision"
    )
    if not code:
        return deal_of(offers.filter(promotion__promotion_id=str(promotion_id or "")).first())
    code = code.strip(" \t\r\n")  # never FNC1, which str.strip() takes for a blank
    single = SingleUseCode.objects.filter(pk=canonical_code(code), batch__isnull=False).first()
    if single:
        return deal_of(offers.filter(promotion=single.promotion_id).first(), single_code=single.code)
    coupon = read_coupon(code)
    by_code = offers.filter(revision__generic_redemption_code__iexact=coupon.number if coupon else code)
    offer = by_code.order_by(
        F("promotion__open_code").asc(nulls_last=True), "-promotion__published_at"
    ).first()
    return deal_of(offer, single_code=coupon.printed if coupon and coupon.serial else "")


def deal_of(offer: StoreOffer | None, *, single_code: str = "") -> NamedDeal | None:
    return NamedDeal(offer, single_code) if offer else None


def rain_check_of(single_code: str | None) -> RainCheck | None:
    """The rain check that a single-use code is; None for every other code."""
    if not single_code or single_code.startswith("("):
        return None
    return RainCheck.objects.select_related("item", "revision").filter(pk=single_code).first()


def names_in(code: str) -> dict[str, str]:
    """What a scan may be: the `value` of a generic code, coupon number or id, and the `single` code used once."""
    coupon = read_coupon(code)
    if coupon:
        return {"value": coupon.number, "single": coupon.printed if coupon.serial else ""}
    return {"value": code, "single": canonical_code(code)}


def is_misread(code: str) -> bool:
    """A code of ours, or a coupon, whose check character or digit does not fit: scan or type it again."""
    coupon = read_coupon(code)
    return is_mistyped(code) or (coupon is not None and coupon.is_misread)


def codes_of(batch: CodeBatch) -> Iterator[tuple[str, datetime | None, str | None]]:
    """A batch's codes in order, each with when and in which store it was redeemed; read in portions."""
    rows = batch.codes.order_by("code").values_list(
        "code", "redemption__redeemed_at", "redemption__store__store_code"
    )
    yield from rows.iterator(chunk_size=5_000)
