"""Taking a use of a promotion: never over its limit, once per key, with the same answer to the same question."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from inventory.models import Item, Store
from inventory.selectors import find_item
from promotions.models import Budget, IdempotencyKey, OfferItem, Redemption, StoreOffer
from promotions.rules.price import discounted_price
from promotions.rules.verdict import deal_refusals
from promotions.rules.words import Reason
from promotions.selectors.deals import deal_facts
from promotions.selectors.sentences import moment_text, reason_text

CREATED, NOT_FOUND, CONFLICT, UNPROCESSABLE = 201, 404, 409, 422


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a JSON body; refusals carry `title`, `detail` and `code` (RFC 9457)."""

    status: int
    body: dict[str, Any]
    is_repeat: bool = False  # the stored answer to a key that was used before


def redeem(*, store: Store, staff_member: Any, key: str, request: Mapping[str, Any], now: datetime) -> Answer:
    """Take one use of a promotion in a store.

    `request` holds `code` or `promotion_id`, and optionally the `item` (GTIN, PLU or SKU) it is used on. The key
    is claimed first: the same key with the same request gets the stored answer, with another request 422. A
    refusal is an answer too and is stored. Statuses: 201, 404 unknown deal, 409 refused, 422 misused key.
    """
    fingerprint = fingerprint_of(store=store, request=request)
    with transaction.atomic():
        claimed, is_mine = claim_key(staff_member=staff_member, key=key, fingerprint=fingerprint, now=now)
        if not is_mine:
            if claimed.fingerprint != fingerprint:
                return problem(
                    UNPROCESSABLE, "key_reused", "This Idempotency-Key was used for another request.", key=key
                )
            return Answer(claimed.status, claimed.answer, is_repeat=True)
        answer = take_use(store=store, staff_member=staff_member, request=request, now=now)
        claimed.status, claimed.answer = answer.status, answer.body
        claimed.save(update_fields=["status", "answer"])
        return answer


def fingerprint_of(*, store: Store, request: Mapping[str, Any]) -> str:
    """SHA-256 of what is asked, whatever the order of its keys."""
    asked = json.dumps({"store": store.store_code, **request}, sort_keys=True, default=str)
    return hashlib.sha256(asked.encode()).hexdigest()


def claim_key(*, staff_member: Any, key: str, fingerprint: str, now: datetime) -> tuple[IdempotencyKey, bool]:
    """The row of a key and whether this transaction made it; waits while another one holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO promotions_idempotencykey (staff_member_id, key, fingerprint, status, answer, created_at)"
            " VALUES (%s, %s, %s, 102, '{}', %s) ON CONFLICT (staff_member_id, key) DO NOTHING RETURNING id",
            [staff_member.pk, key, fingerprint, now],
        )
        is_mine = cursor.fetchone() is not None
    return IdempotencyKey.objects.get(staff_member=staff_member, key=key), is_mine


def take_use(*, store: Store, staff_member: Any, request: Mapping[str, Any], now: datetime) -> Answer:
    """Decide by the rule, then take the use and write the redemption in one statement."""
    offer = find_offer(store=store, request=request)
    if offer is None:
        return problem(NOT_FOUND, "unknown_code", "No promotion in this store has this code.")
    item = find_item(str(request["item"])) if request.get("item") else None
    if request.get("item") and item is None:
        return problem(NOT_FOUND, "unknown_item", "No item has this code.")
    if item and not OfferItem.objects.filter(promotion=offer.promotion_id, item_id=item.pk).exists():
        return refusal([Reason.ITEM_NOT_IN_DEAL], offer=offer, store=store)
    refusals = deal_refusals(deal_facts(offer), currency=store.currency, now=now)
    if refusals:
        return refusal(refusals, offer=offer, store=store)
    redemption = Redemption(
        id=uuid.uuid4(),
        promotion_id=offer.promotion_id,
        revision_id=offer.revision_id,
        store=store,
        item=item,
        redeemed_by=staff_member,
        code=offer.revision.generic_redemption_code,
        discount_amount=discount_on(offer, item=item),
        currency=store.currency if item else "",
        redeemed_at=now,
    )
    used = spend(redemption)
    if used is None:  # somebody was faster: took the last use, or stopped the promotion
        is_open = Budget.objects.get(promotion=offer.promotion_id).is_open
        return refusal([Reason.BUDGET_SPENT if is_open else Reason.STOPPED], offer=offer, store=store)
    return Answer(CREATED, redemption_body(redemption, offer=offer, used=used))


def find_offer(*, store: Store, request: Mapping[str, Any]) -> StoreOffer | None:
    """The store's offer of the promotion that is meant, by code or by id."""
    offers = StoreOffer.objects.filter(store=store).select_related(
        "promotion", "promotion__budget", "revision"
    )
    if request.get("code"):
        code = str(request["code"]).strip().upper()
        offers = offers.filter(revision__generic_redemption_code__iexact=code).order_by(
            F("promotion__open_code").asc(nulls_last=True), "-promotion__published_at"
        )
    else:
        offers = offers.filter(promotion__promotion_id=str(request.get("promotion_id", "")))
    return offers.first()


def discount_on(offer: StoreOffer, *, item: Item | None) -> Decimal | None:
    """The discount on one unit of the item; None without an item or a price."""
    if item is None or item.regular_price is None:
        return None
    price = discounted_price(
        offer.revision.benefit, regular_price=item.regular_price, currency=item.price_currency
    )
    return item.regular_price - price


# Counter, limit and open flag stand on one row, so PostgreSQL re-checks them under its lock: never over.
SPEND = """
WITH spent AS (
    UPDATE promotions_budget SET used = used + 1
    WHERE promotion_id = %(promotion)s AND is_open AND (limit_uses IS NULL OR used < limit_uses)
    RETURNING used
), written AS (
    INSERT INTO promotions_redemption
        (id, promotion_id, revision_id, store_id, item_id, redeemed_by_id, code, discount_amount, currency,
         redeemed_at)
    SELECT %(id)s, %(promotion)s, %(revision)s, %(store)s, %(item)s, %(by)s, %(code)s, %(discount)s, %(currency)s,
           %(at)s
    FROM spent
)
SELECT used FROM spent
"""


def spend(redemption: Redemption) -> int | None:
    """Take one use and write the redemption; the uses now taken, or None when none was left."""
    with connection.cursor() as cursor:
        cursor.execute(
            SPEND,
            {
                "id": redemption.pk,
                "promotion": redemption.promotion_id,
                "revision": redemption.revision_id,
                "store": redemption.store_id,
                "item": redemption.item_id,
                "by": redemption.redeemed_by_id,
                "code": redemption.code,
                "discount": redemption.discount_amount,
                "currency": redemption.currency,
                "at": redemption.redeemed_at,
            },
        )
        row = cursor.fetchone()
    return row[0] if row else None


def redemption_body(redemption: Redemption, *, offer: StoreOffer, used: int) -> dict[str, Any]:
    limit = offer.promotion.budget.limit_uses
    return {
        "redemption_id": str(redemption.pk),
        "promotion_id": offer.promotion.promotion_id,
        "revision": offer.revision.number,
        "store_code": redemption.store.store_code,
        "sku": redemption.item.sku if redemption.item else None,
        "discount_amount": None if redemption.discount_amount is None else str(redemption.discount_amount),
        "currency": redemption.currency or None,
        "uses_left": None if limit is None else limit - used,
        "redeemed_at": redemption.redeemed_at.isoformat(),
    }


def refusal(reasons: list[Reason], *, offer: StoreOffer, store: Store) -> Answer:
    """Why not, in codes and in a sentence with the fact in it."""
    facts = {
        "starts": moment_text(store.local(offer.starts_at)),
        "ends": moment_text(store.local(offer.ends_at)),
        "currency": offer.revision.currency,
    }
    return problem(
        CONFLICT,
        str(reasons[0]).lower(),
        reason_text(reasons[0], facts),
        reasons=[str(reason) for reason in reasons],
        promotion_id=offer.promotion.promotion_id,
    )


def problem(status: int, code: str, detail: str, **extra: Any) -> Answer:
    """A problem document (RFC 9457)."""
    titles = {NOT_FOUND: "Not found", CONFLICT: "Not redeemed", UNPROCESSABLE: "Key already used"}
    return Answer(
        status,
        {
            "type": "about:blank",
            "title": titles[status],
            "status": status,
            "detail": detail,
            "code": code,
            **extra,
        },
    )
