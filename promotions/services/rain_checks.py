"""Rain checks: a personal code for today's price, given where the shelf is empty."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from inventory.models import Item, Store
from inventory.selectors import find_item, stock_figures
from promotions.models import CodeBatch, OfferItem, RainCheck, StoreOffer
from promotions.rules.codes import new_code, printed_code
from promotions.rules.price import unit_price
from promotions.rules.verdict import deal_refusals, is_too_dear
from promotions.rules.window import resolve_instant
from promotions.rules.words import OfferType, Reason
from promotions.selectors.deals import deal_facts, item_facts, limits_reached, offer_of, refusal_facts
from promotions.selectors.sentences import reason_text
from promotions.services.codes import write_codes
from promotions.services.idempotency import CONFLICT, CREATED, NOT_FOUND, Answer, answer_once, problem

BATCH = "Rain checks"
# Their codes are somebody's own already, and a copy of one would be a second use.
OWN_CODES = (OfferType.SINGLE_USE_CODES, OfferType.GS1_COUPON)


def give_rain_check(
    *, store: Store, staff_member: Any, key: str, request: Mapping[str, Any], now: dt.datetime
) -> Answer:
    """Give a rain check on `item` (GTIN, PLU or SKU) of `promotion_id` at this store's price of now.

    Only where the deal holds now, gives one unit a price, and the store cannot promise a unit. The same key gets the
    same code. Statuses: 201, 404 unknown item or deal, 409 refused, 422 misused key; `valid_until` in the answer is
    the store's midnight after RAIN_CHECK_DAYS, exclusive.
    """
    if not request.get("item") or not request.get("promotion_id"):
        raise ValidationError({"item": [_("Name the item and its deal.")]})
    return answer_once(
        staff_member=staff_member,
        key=key,
        asked={"rain_check": store.store_code, **request},
        now=now,
        act=lambda: promise(store=store, staff_member=staff_member, request=request, now=now),
    )


def promise(*, store: Store, staff_member: Any, request: Mapping[str, Any], now: dt.datetime) -> Answer:
    """Judge by the rule, then write the code and what it promises."""
    item = find_item(str(request["item"]))
    if item is None:
        return problem(NOT_FOUND, "unknown_item", _("No item has this code."))
    offer = offer_of(store=store, promotion_id=str(request["promotion_id"]))
    if offer is None:
        return problem(NOT_FOUND, "unknown_deal", _("This store has no such promotion."))
    refusal = refusal_of(offer, item=item, store=store, now=now)
    if refusal:
        return refusal
    regular = item_facts(item, store=store).regular_price
    price = unit_price(offer.revision.benefit, regular_price=regular, currency=store.currency)
    if price is None:
        return not_given("no_price", reason_text(Reason.NO_PRICE, {}), reasons=[str(Reason.NO_PRICE)])
    last = store.local(now).date() + dt.timedelta(days=settings.RAIN_CHECK_DAYS + 1)
    code = new_code()
    with transaction.atomic():
        made = RainCheck(
            code_id=code, revision=offer.revision, item=item, price=price, currency=store.currency,
            valid_until=resolve_instant(on=last, at=dt.time(0), timezone=store.timezone), made_in=store,
            made_by=staff_member, made_at=now,
        )  # fmt: skip
        while not write_codes(batch_of(offer, now=now), {made.code_id}):
            made.code_id = new_code()
        made.save(force_insert=True)
    return Answer(CREATED, rain_check_body(made, promotion_id=offer.promotion.promotion_id))


def refusal_of(offer: StoreOffer, *, item: Item, store: Store, now: dt.datetime) -> Answer | None:
    """Why no rain check is given; None where one is."""
    facts = deal_facts(offer)
    reasons = [*deal_refusals(facts, currency=store.currency, now=now), *limits_reached(offer, now=now)]
    if facts.is_honoured_late(now):
        reasons.append(Reason.ENDED)
    if not OfferItem.objects.filter(promotion=offer.promotion_id, item_id=item.pk).exists():
        reasons.append(Reason.ITEM_NOT_IN_DEAL)
    elif is_too_dear(facts, item_facts(item, store=store)):
        reasons.append(Reason.PRICE_ABOVE_LIMIT)
    if reasons:
        sentence = reason_text(reasons[0], refusal_facts(offer, store=store))
        return not_given(str(reasons[0]).lower(), sentence, reasons=[str(reason) for reason in reasons])
    if facts.offer_type in OWN_CODES:
        return not_given("has_own_code", _("The shopper has a code of their own; it stays good."))
    figure = stock_figures(stores=[store], items=[item]).get((store.pk, item.pk))
    if figure and figure.available > 0 and not figure.is_stale(now):
        return not_given("in_stock", _("It is here: give them the deal itself."))
    return None


def not_given(code: str, detail: str, **extra: Any) -> Answer:
    """A problem document about a rain check."""
    return problem(CONFLICT, code, detail, title="No rain check", **extra)


def batch_of(offer: StoreOffer, *, now: dt.datetime) -> CodeBatch:
    """The promotion's batch of rain checks, one code larger."""
    batch, is_new = CodeBatch.objects.get_or_create(
        promotion=offer.promotion, name=BATCH, defaults={"quantity": 1, "created_at": now}
    )
    if not is_new:
        CodeBatch.objects.filter(pk=batch.pk).update(quantity=F("quantity") + 1)
    return batch


def rain_check_body(made: RainCheck, *, promotion_id: str) -> dict[str, Any]:
    """A rain check as the API answers it."""
    return {
        "code": made.code_id,
        "printed": printed_code(made.code_id),
        "promotion_id": promotion_id,
        "revision": made.revision.number,
        "store_code": made.made_in.store_code,
        "sku": made.item.sku,
        "title": made.item.title,
        "price": str(made.price),
        "currency": made.currency,
        "valid_until": made.made_in.local(made.valid_until).isoformat(),
    }
