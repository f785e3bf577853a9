"""Taking a use of a promotion: never over a limit, once per key, with the same answer to the same question.

Everything one redemption takes (its code, a use or money of every counter, a use of the promotion) it takes in one
transaction, in one order, the hottest row last; where anything is used up, nothing is taken and the answer says what.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory.models import Item, Store
from inventory.selectors import find_item
from promotions.models import (
    Budget,
    Campaign,
    OfferItem,
    RainCheck,
    Redemption,
    RedemptionOverride,
    StoreOffer,
)
from promotions.rules.limits import REACHED, Limit, starts_again_at
from promotions.rules.price import discounted_price, round_money
from promotions.rules.verdict import deal_refusals, is_too_dear
from promotions.rules.words import Audience, LimitScope, LimitUnit, OfferType, Reason
from promotions.selectors.codes import NamedDeal, is_misread, named_deal, rain_check_of
from promotions.selectors.deals import deal_facts, item_facts, refusal_facts
from promotions.selectors.needs import campaign_of, limits_over
from promotions.selectors.sentences import moment_text, reason_text
from promotions.services.codes import take_code
from promotions.services.idempotency import CONFLICT, CREATED, NOT_FOUND, Answer, answer_once, problem
from promotions.services.limits import LimitsChanged, take_counters, takes_of
from promotions.services.shoppers import find_or_add_shopper

# What a manager may take on: the deal was real, only not at this hour.
OVERRIDABLE = {Reason.NOT_STARTED, Reason.ENDED, Reason.OUTSIDE_HOURS}
LONGEST_OVERRIDE = 200


class NotTaken(Exception):
    """Something is used up: whatever this redemption took is given back."""

    def __init__(self, *, reasons: Sequence[Reason], limits: Sequence[Limit] = ()) -> None:
        super().__init__(*reasons)
        self.reasons, self.limits = list(dict.fromkeys(reasons)), list(limits)


@dataclass(frozen=True)
class Asked:
    """A redemption that the rules allow, before anything is taken."""

    offer: StoreOffer
    campaign: Campaign | None
    redemption: Redemption
    customer: str
    has_single_code: bool
    # Redeemed although its promotion is over: by a rain check, or because a manager says so.
    is_late: bool = False
    override: RedemptionOverride | None = None


def redeem(*, store: Store, staff_member: Any, key: str, request: Mapping[str, Any], now: datetime) -> Answer:
    """Take one use of a promotion in a store.

    `request` holds `code` or `promotion_id`, and optionally the `item` (GTIN, PLU or SKU) it is used on with its
    `quantity` (units of sale, default 1), the `customer` (a member number), and the `discount_amount` the till took
    off, in the store's currency; `override` is a store manager's reason for redeeming outside the
    window. The key is claimed first: the same key with the same request gets the stored answer, with another request
    422. A refusal is an answer too and is stored. Statuses: 201, 404 unknown deal, 409
    refused, 422 misused key. ValidationError by field where something is missing that a limit asks for.
    """
    return answer_once(
        staff_member=staff_member,
        key=key,
        asked={"store": store.store_code, **request},
        now=now,
        act=lambda: take_use(store=store, staff_member=staff_member, request=request, now=now),
    )


def take_use(*, store: Store, staff_member: Any, request: Mapping[str, Any], now: datetime) -> Answer:
    """Decide by the rule, then take; and from the start again when the limits were changed in between."""
    while True:
        asked = understand(store=store, staff_member=staff_member, request=request, now=now)
        if isinstance(asked, Answer):
            return asked
        try:
            return take_all(asked, now=now)
        except LimitsChanged:
            continue
        except NotTaken as why:
            return refusal(why.reasons, offer=asked.offer, store=store, limits=why.limits, now=now)


def understand(
    *, store: Store, staff_member: Any, request: Mapping[str, Any], now: datetime
) -> Asked | Answer:
    """What is asked for, or why it is refused before anything is taken."""
    deal = named_deal(store=store, code=request.get("code"), promotion_id=request.get("promotion_id"))
    if deal is None and is_misread(str(request.get("code", ""))):
        return problem(NOT_FOUND, "misread_code", reason_text(Reason.MISREAD_CODE, {}))
    if deal is None:
        return problem(NOT_FOUND, "unknown_code", "No promotion in this store has this code.")
    promised = rain_check_of(deal.single_code)
    item = find_item(str(request["item"])) if request.get("item") else None
    if request.get("item") and item is None:
        return problem(NOT_FOUND, "unknown_item", _("No item has this code."))
    if promised and item is None:
        item = promised.item
    customer = str(request.get("customer", ""))
    reasons = refusals(deal, store=store, item=item, promised=promised, has_customer=bool(customer), now=now)
    why = override_in(request, staff_member=staff_member, reasons=reasons)
    if reasons and not why:
        return refusal(reasons, offer=deal.offer, store=store, now=now)
    discount = discount_of(request, offer=deal.offer, item=item, promised=promised, store=store)
    revision = promised.revision if promised else deal.offer.revision
    # That of the revision it is written down under, by which it is given back and counted anew.
    campaign = campaign_of(revision)
    check_limits_can_count(deal.offer, campaign=campaign, store=store, discount=discount, customer=customer)
    redemption = Redemption(
        id=uuid.uuid4(),
        promotion_id=deal.offer.promotion_id,
        revision=revision,
        store=store,
        item=item,
        redeemed_by=staff_member,
        code=deal.single_code or deal.offer.revision.generic_redemption_code,
        quantity=request.get("quantity", 1),
        discount_amount=discount,
        currency="" if item is None and discount is None else store.currency,
        redeemed_at=now,
    )
    return Asked(
        offer=deal.offer,
        campaign=campaign,
        redemption=redemption,
        customer=customer,
        has_single_code=bool(deal.single_code),
        is_late=bool(promised or why),
        override=override_of(redemption, reasons=reasons, why=why),
    )


def override_of(redemption: Redemption, *, reasons: Sequence[Reason], why: str) -> RedemptionOverride | None:
    """The row that says who took on what; None where nobody had to."""
    if not why:
        return None
    return RedemptionOverride(
        redemption=redemption,
        reasons=[str(reason) for reason in reasons],
        by=redemption.redeemed_by,
        why=why,
        at=redemption.redeemed_at,
    )


def override_in(request: Mapping[str, Any], *, staff_member: Any, reasons: Sequence[Reason]) -> str:
    """A manager's reason for redeeming what the rule refuses; "" where none is given, or none is needed.

    Only the window can be overridden, where the installation allows it (MANAGER_OVERRIDE): limits, codes and stops
    hold for everybody. ValidationError for somebody who may not, and for a story.
    """
    why = str(request.get("override", "")).strip()
    if not why or not reasons:
        return ""
    if not settings.MANAGER_OVERRIDE or not staff_member.may_manage_store:
        raise ValidationError(
            {"override": [_("Only a store manager redeems a refused deal, where that is allowed.")]}
        )
    if len(why) > LONGEST_OVERRIDE:
        raise ValidationError({"override": [_("Say why, in up to %d characters.") % LONGEST_OVERRIDE]})
    return why if set(reasons) <= OVERRIDABLE else ""


def refusals(
    deal: NamedDeal,
    *,
    store: Store,
    item: Item | None,
    promised: RainCheck | None,
    has_customer: bool,
    now: datetime,
) -> list[Reason]:
    """Why the deal is not redeemed here and now, whatever is left of it."""
    offer = deal.offer
    if item and not covers(offer, item=item, promised=promised):
        return [Reason.ITEM_NOT_IN_DEAL]
    facts = promised.promised(deal_facts(offer)) if promised else deal_facts(offer)
    found = deal_refusals(facts, currency=store.currency, now=now)
    if item and is_too_dear(facts, item_facts(item, store=store)):
        found.append(Reason.PRICE_ABOVE_LIMIT)
    if offer.revision.offer_type == OfferType.SINGLE_USE_CODES and not deal.single_code:
        found.append(Reason.CODE_NEEDED)
    if offer.revision.audience == Audience.MEMBERS and not has_customer:
        found.append(Reason.MEMBERS_ONLY)
    return found


def covers(offer: StoreOffer, *, item: Item, promised: RainCheck | None) -> bool:
    """Whether the deal, or what was promised of it, is on this item."""
    if promised:
        return item == promised.item
    return OfferItem.objects.filter(promotion=offer.promotion_id, item_id=item.pk).exists()


def discount_of(
    request: Mapping[str, Any],
    *,
    offer: StoreOffer,
    item: Item | None,
    promised: RainCheck | None,
    store: Store,
) -> Decimal | None:
    """What the till says it took off; else what the deal takes off the item's price; None where nobody knows."""
    given: Decimal | None = request.get("discount_amount")
    if promised and request.get("quantity", 1) != 1:
        raise ValidationError({"quantity": [_("A rain check is good for one.")]})
    if given is not None:
        if round_money(given, currency=store.currency) != given:
            raise ValidationError({"discount_amount": [_("%s has no smaller coin.") % store.currency]})
        return given
    regular = item_facts(item, store=store).regular_price if item else None
    if promised and regular is not None:
        return max(regular - promised.price, Decimal(0))
    benefit = offer.revision.benefit
    if regular is None or not benefit.is_per_unit:
        return None
    price = discounted_price(benefit, regular_price=regular, currency=store.currency)
    units = min(request.get("quantity", 1), benefit.limit_quantity or request.get("quantity", 1))
    discount: Decimal = units * (regular - price)
    return discount


def check_limits_can_count(
    offer: StoreOffer, *, campaign: Campaign | None, store: Store, discount: Decimal | None, customer: str
) -> None:
    """ValidationError by field where a limit counts what the request does not say."""
    limits = limits_over(offer.revision, campaign)
    if not customer and any(limit.scope == LimitScope.CUSTOMER for limit in limits):
        raise ValidationError({"customer": [_("Enter the member number: the deal is limited per customer.")]})
    money = [limit for limit in limits if limit.unit == LimitUnit.MONEY]
    if money and discount is None:
        raise ValidationError({"discount_amount": [_("Enter what was taken off: the deal has a budget.")]})
    if any(limit.currency != store.currency for limit in money):
        raise ValidationError({"discount_amount": [_("The deal's budget is in %s.") % money[0].currency]})


def take_all(asked: Asked, *, now: datetime) -> Answer:
    """Take the code, the counters and the use; NotTaken or LimitsChanged takes all of it back."""
    redemption, offer = asked.redemption, asked.offer
    with transaction.atomic():
        if asked.customer:
            redemption.shopper_id = find_or_add_shopper(member_number=asked.customer, now=now)
        if asked.has_single_code and not take_code(redemption):
            raise NotTaken(reasons=[Reason.CODE_USED])
        takes = takes_of(redemption=redemption, revision=offer.revision, campaign=asked.campaign, now=now)
        full, left = take_counters(takes)
        if full:
            raise NotTaken(reasons=[REACHED[limit.scope] for limit in full], limits=full)
        used = spend(redemption, version=offer.promotion.budget.version, is_late=asked.is_late)
        if (
            used is None
        ):  # somebody was faster: took the last use, stopped the promotion, or changed its limits
            budget = Budget.objects.get(promotion=redemption.promotion_id)
            if budget.version != offer.promotion.budget.version:
                raise LimitsChanged
            raise NotTaken(reasons=[Reason.BUDGET_SPENT if budget.is_open else Reason.STOPPED])
        if asked.override:
            asked.override.save(force_insert=True)
    limit = offer.promotion.budget.limit_uses
    in_all = None if limit is None else limit - used
    uses_left = min((number for number in (left, in_all) if number is not None), default=None)
    return Answer(CREATED, redemption_body(redemption, uses_left=uses_left))


# Counter, limit and open flag stand on one row, so PostgreSQL re-checks them under its lock: never over.
SPEND = """
WITH spent AS (
    UPDATE promotions_budget SET used = used + 1
    WHERE promotion_id = %(promotion)s AND version = %(version)s
      AND (limit_uses IS NULL OR used < limit_uses)
      AND (is_open OR %(late)s AND EXISTS (
           SELECT FROM promotions_promotion p WHERE p.id = %(promotion)s AND p.state = 'EXPIRED'))
    RETURNING used
), written AS (
    INSERT INTO promotions_redemption
        (id, promotion_id, revision_id, store_id, item_id, redeemed_by_id, shopper_id, code, quantity, state,
         discount_amount, currency, redeemed_at)
    SELECT %(id)s, %(promotion)s, %(revision)s, %(store)s, %(item)s, %(by)s, %(shopper)s, %(code)s, %(quantity)s,
           %(state)s, %(discount)s, %(currency)s, %(at)s
    FROM spent
)
SELECT used FROM spent
"""


def spend(redemption: Redemption, *, version: int, is_late: bool = False) -> int | None:
    """Take one use and write the redemption; the uses now taken, or None when there was none to take.

    `is_late` takes from a promotion that has run out too, never from one that was stopped.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            SPEND,
            {
                "id": redemption.pk,
                "promotion": redemption.promotion_id,
                "version": version,
                "late": is_late,
                "revision": redemption.revision_id,
                "store": redemption.store_id,
                "item": redemption.item_id,
                "by": redemption.redeemed_by_id,
                "shopper": redemption.shopper_id,
                "code": redemption.code,
                "quantity": redemption.quantity,
                "state": str(redemption.state),
                "discount": redemption.discount_amount,
                "currency": redemption.currency,
                "at": redemption.redeemed_at,
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None


def redemption_body(redemption: Redemption, *, uses_left: int | None) -> dict[str, Any]:
    """A redemption as both services answer it."""
    return {
        "redemption_id": str(redemption.pk),
        "promotion_id": redemption.promotion.promotion_id,
        "revision": redemption.revision.number,
        "store_code": redemption.store.store_code,
        "sku": redemption.item.sku if redemption.item else None,
        "quantity": redemption.quantity,
        "code": redemption.code,
        "discount_amount": None if redemption.discount_amount is None else str(redemption.discount_amount),
        "currency": redemption.currency or None,
        "uses_left": uses_left,
        "state": str(redemption.state),
        "redeemed_at": redemption.redeemed_at.isoformat(),
    }


def refusal(
    reasons: list[Reason], *, offer: StoreOffer, store: Store, now: datetime, limits: Sequence[Limit] = ()
) -> Answer:
    """Why not, in codes and in a sentence with the fact in it; of a limit also when it starts again."""
    facts = refusal_facts(offer, store=store)
    reached = [limit_row(limit, store=store, now=now) for limit in limits]
    sentence = reason_text(reasons[0], facts)
    if reached and (again := reached[0]["starts_again_at"]):
        sentence += " " + _("It starts again on %s.") % moment_text(datetime.fromisoformat(again))
    return problem(
        CONFLICT,
        str(reasons[0]).lower(),
        sentence,
        reasons=[str(reason) for reason in reasons],
        limits=reached,
        promotion_id=offer.promotion.promotion_id,
    )


def limit_row(limit: Limit, *, store: Store, now: datetime) -> dict[str, Any]:
    """A limit that has no room, as JSON; the instant on the store's clock."""
    again = starts_again_at(limit.period, now=now, timezone=store.timezone)
    return {
        "scope": str(limit.scope),
        "period": str(limit.period),
        "unit": str(limit.unit),
        "starts_again_at": store.local(again).isoformat() if again else None,
    }
