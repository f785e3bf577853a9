"""Writing, publishing and stopping promotions."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from inventory.models import Store
from inventory.selectors import JOIN_WITHHELD, PROMISED_JOINED
from promotions.models import Budget, OfferItem, Promotion, PromotionRevision
from promotions.rules.content import canonical, content_errors
from promotions.rules.price import money_fits
from promotions.rules.window import resolve_window
from promotions.rules.words import ChangeReason, PromotionState, RedemptionChannel
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.services.changes import Transition, transitions_from, write_changes
from promotions.services.naming import Known, known_names, naming_errors
from promotions.services.refreshing import settle_promotions, state_sql

CLOSED = (PromotionState.EXPIRED, PromotionState.STOPPED)


def check_content(
    content: Mapping[str, Any], *, promotion: Promotion | None = None, known: Known | None = None
) -> None:
    """Raise ValidationError by field when a revision may not say this: its own words, then what it names.

    Who checks many asks for what they name at once and passes it as `known`.
    """
    errors = content_errors(content)
    unknown_fields = set(content) - PromotionRevision.content_fields()
    for field in unknown_fields:
        errors.setdefault(field, []).append("This is not a field of a promotion.")
    if not errors:
        errors = naming_errors(content, promotion=promotion, known=known or known_names([content]))
    if errors:
        raise ValidationError(errors)


def create_promotion(
    *, promotion_id: str, content: Mapping[str, Any], author: Any | None, now: datetime
) -> PromotionRevision:
    """A new draft with its first revision. Raises ValidationError by field."""
    promotion_id = promotion_id.strip()
    if not promotion_id or len(promotion_id) > 60:
        raise ValidationError({"promotion_id": ["Enter an id of up to 60 characters."]})
    if Promotion.objects.filter(promotion_id=promotion_id).exists():
        raise ValidationError({"promotion_id": ["There is already a promotion with this id."]})
    content = canonical(content)
    check_content(content)
    with transaction.atomic():
        promotion = Promotion.objects.create(promotion_id=promotion_id, owner=author, created_at=now)
        return PromotionRevision.objects.create(
            promotion=promotion, number=1, created_by=author, created_at=now, **content
        )


def revise_promotion(
    *, promotion: Promotion, content: Mapping[str, Any], author: Any | None, now: datetime
) -> PromotionRevision:
    """The next revision; stores see it once it is published. The same words again make no new revision."""
    content = canonical(content)
    check_content(content, promotion=promotion)
    with transaction.atomic():
        promotion = Promotion.objects.select_for_update(no_key=True).get(pk=promotion.pk)
        if promotion.state in CLOSED:
            raise ValidationError(
                f"{promotion.promotion_id} is over and cannot be edited; make a new promotion."
            )
        latest = promotion.latest_revision()
        if latest.says(content):
            return latest
        return PromotionRevision.objects.create(
            promotion=promotion, number=latest.number + 1, created_by=author, created_at=now, **content
        )


# One row for every targeted store, stock or not; a store that is told nothing is the problem we are here for.
PUBLISH_OFFERS = f"""
WITH target AS (
    SELECT * FROM unnest(%(stores)s::int4[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(issues)s::text[])
        AS t(store_id, starts_at, ends_at, issues)
), counted AS (
    SELECT t.store_id, count(l.item_id) AS stocked, count(*) FILTER (WHERE {PROMISED_JOINED} > 0) AS available,
           count(*) FILTER (WHERE {PROMISED_JOINED} >= k.minimum_stock) AS enough
    FROM target t
    LEFT JOIN promotions_offeritem k ON k.promotion_id = %(promotion)s
    LEFT JOIN inventory_stocklevel l ON l.store_id = t.store_id AND l.item_id = k.item_id
    {JOIN_WITHHELD}
    GROUP BY 1
), offer AS (
    SELECT t.store_id, t.starts_at, t.ends_at, t.issues::jsonb AS issues, 'READY' AS state,
           c.stocked, c.available, c.enough,
           CASE WHEN t.ends_at <= %(now)s THEN NULL WHEN t.starts_at <= %(now)s THEN t.ends_at
                ELSE t.starts_at END AS turns_at
    FROM target t JOIN counted c USING (store_id)
)
INSERT INTO promotions_storeoffer AS o
    (store_id, promotion_id, revision_id, state, issues, starts_at, ends_at, turns_at,
     items_stocked, items_available, items_enough, changed_at)
SELECT store_id, %(promotion)s, %(revision)s,
       {state_sql(offer="offer", stocked="stocked", available="available", enough="enough")},
       issues, starts_at, ends_at, turns_at, stocked, available, enough, %(now)s
FROM offer
ON CONFLICT (store_id, promotion_id) DO UPDATE
SET revision_id = excluded.revision_id, state = excluded.state, issues = excluded.issues,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, turns_at = excluded.turns_at,
    items_stocked = excluded.items_stocked, items_available = excluded.items_available,
    items_enough = excluded.items_enough, changed_at = excluded.changed_at
RETURNING store_id, promotion_id, revision_id, old.state, new.state, old.revision_id
"""  # noqa: S608

BRIEF = """
INSERT INTO promotions_briefing (store_id, revision_id, briefed_at)
SELECT unnest(%(stores)s::int4[]), %(revision)s, %(now)s ON CONFLICT DO NOTHING
"""

STOP_OFFERS = """
UPDATE promotions_storeoffer o SET state = 'STOPPED', turns_at = NULL, changed_at = %(now)s
WHERE o.promotion_id = %(promotion)s AND o.store_id = ANY(%(stores)s::int4[]) AND o.state NOT IN ('STOPPED', 'EXPIRED')
RETURNING o.store_id, o.promotion_id, o.revision_id, old.state, new.state
"""


def publish_promotion(*, promotion: Promotion, now: datetime) -> Promotion:
    """Make the latest revision the one that stores see: offers, index, budget, briefings and events together.

    Publishing what is already published changes nothing. Raises ValidationError when the promotion is over, or
    when no store or no item is left to offer.
    """
    with transaction.atomic():
        promotion = Promotion.objects.select_for_update(no_key=True).get(pk=promotion.pk)
        if promotion.state in CLOSED:
            raise ValidationError(f"{promotion.promotion_id} is over and cannot be published again.")
        revision = promotion.latest_revision()
        if promotion.current_revision_id == revision.pk:
            return promotion
        check_code_is_free(promotion=promotion, revision=revision)
        targets = list(targeted_stores(revision))
        item_ids = targeted_items(revision)
        if not targets:
            raise ValidationError({"store_applicability": ["No store is left: the target is empty."]})
        if not item_ids:
            raise ValidationError({"product_applicability": ["No item is left: the target is empty."]})
        before = set(promotion.store_offers.values_list("store_id", flat=True))
        Store.objects.filter(pk__in=before | {store.pk for store in targets}).lock_in_order()
        write_index(promotion=promotion, revision=revision, item_ids=item_ids)
        open_promotion(promotion=promotion, revision=revision, now=now)
        transitions = write_offers(promotion=promotion, revision=revision, targets=targets, now=now)
        transitions += stop_offers(
            promotion=promotion,
            stores=sorted(before - {store.pk for store in targets}),
            reason=ChangeReason.NO_LONGER_TARGETED,
            now=now,
        )
        settle_promotions(promotions=[promotion.pk], now=now)
        write_changes(transitions=transitions, now=now)
        promotion.refresh_from_db()
        return promotion


def check_code_is_free(*, promotion: Promotion, revision: PromotionRevision) -> None:
    code = revision.generic_redemption_code.upper()
    other = Promotion.objects.filter(open_code=code).exclude(pk=promotion.pk).first() if code else None
    if other:
        raise ValidationError(
            {"generic_redemption_code": [f"The code is taken by the open promotion {other.promotion_id}."]}
        )


def write_index(*, promotion: Promotion, revision: PromotionRevision, item_ids: list[int]) -> None:
    """The items of the promotion under each item: what a scan looks up and a changed level finds."""
    OfferItem.objects.filter(promotion=promotion).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO promotions_offeritem (item_id, minimum_stock, promotion_id)"
            " SELECT unnest(%s::int4[]), %s, %s",
            [item_ids, revision.minimum_stock, promotion.pk],
        )


def open_promotion(*, promotion: Promotion, revision: PromotionRevision, now: datetime) -> None:
    """Point at the revision and open its budget; a limit below what is used already is an error."""
    budget, _created = Budget.objects.select_for_update(no_key=True).get_or_create(promotion=promotion)
    if revision.limit_uses is not None and budget.used > revision.limit_uses:
        raise ValidationError({"limit_uses": [f"{budget.used} uses are taken already."]})
    budget.limit_uses, budget.is_open = revision.limit_uses, True
    budget.save()
    if promotion.state == PromotionState.DRAFT:
        promotion.state = PromotionState.PENDING
    promotion.published_at = promotion.published_at or now
    promotion.current_revision = revision
    promotion.open_code = revision.generic_redemption_code.upper() or None
    promotion.save()


def write_offers(
    *, promotion: Promotion, revision: PromotionRevision, targets: list[Store], now: datetime
) -> list[Transition]:
    """The offers of every targeted store from its own clock and stock; what became of each."""
    windows = {zone: window_of(revision, timezone=zone) for zone in {store.timezone for store in targets}}
    issues = {
        currency: issues_json(revision, currency=currency)
        for currency in {store.currency for store in targets}
    }
    stores = [store.pk for store in targets]
    with connection.cursor() as cursor:
        cursor.execute(
            PUBLISH_OFFERS,
            {
                "promotion": promotion.pk,
                "revision": revision.pk,
                "stores": stores,
                "starts": [windows[store.timezone][0] for store in targets],
                "ends": [windows[store.timezone][1] for store in targets],
                "issues": [issues[store.currency] for store in targets],
                "now": now,
            },
        )
        rows = cursor.fetchall()
        cursor.execute(BRIEF, {"stores": stores, "revision": revision.pk, "now": now})
    return [
        Transition(
            store,
            promotion_pk,
            revision_pk,
            old or "",
            new,
            ChangeReason.REVISED if was else ChangeReason.PUBLISHED,
        )
        for store, promotion_pk, revision_pk, old, new, was in rows
    ]


def window_of(revision: PromotionRevision, *, timezone: str) -> tuple[datetime, datetime]:
    """The revision's window in UTC for a store in that zone."""
    return resolve_window(
        starts_on=revision.starts_on,
        starts_time=revision.starts_time,
        ends_on=revision.ends_on,
        ends_time=revision.ends_time,
        window_timezone=revision.window_timezone,
        store_timezone=timezone,
    )


def issues_json(revision: PromotionRevision, *, currency: str) -> str:
    """What keeps the offer from being honoured in a store of that currency, as the JSON of `issues`."""
    issues = []
    if RedemptionChannel.IN_STORE not in revision.channels:
        issues.append(
            {"code": "ONLINE_ONLY", "severity": "blocking", "resolution": "Help the shopper order online."}
        )
    if not money_fits(revision.benefit, currency=currency):
        issues.append(
            {
                "code": "CURRENCY_MISMATCH",
                "severity": "blocking",
                "resolution": f"Publish a promotion in {currency} for this store.",
            }
        )
    return json.dumps(issues)


def stop_offers(
    *, promotion: Promotion, stores: list[int], reason: ChangeReason, now: datetime
) -> list[Transition]:
    """Stop the offers of the given stores, which the caller has locked."""
    if not stores:
        return []
    with connection.cursor() as cursor:
        cursor.execute(STOP_OFFERS, {"promotion": promotion.pk, "stores": stores, "now": now})
        return transitions_from(cursor.fetchall(), reason=reason)


def stop_promotion(*, promotion: Promotion, reason: str, now: datetime) -> Promotion:
    """Withdraw a published promotion everywhere at once; stopping it twice changes nothing."""
    if not reason.strip():
        raise ValidationError({"reason": ["Say why: the stores will ask."]})
    with transaction.atomic():
        promotion = Promotion.objects.select_for_update(no_key=True).get(pk=promotion.pk)
        if promotion.state == PromotionState.STOPPED:
            return promotion
        if promotion.state not in (PromotionState.PENDING, PromotionState.LIVE):
            raise ValidationError(
                f"Only a published promotion can be stopped; this one is {promotion.state}."
            )
        stores = Store.objects.filter(offers__promotion=promotion).lock_in_order()
        transitions = stop_offers(promotion=promotion, stores=stores, reason=ChangeReason.STOPPED, now=now)
        Budget.objects.filter(promotion=promotion).update(is_open=False)
        promotion.state = PromotionState.STOPPED
        promotion.stopped_at, promotion.stopped_reason = now, reason.strip()
        promotion.open_code = None
        promotion.save()
        write_changes(transitions=transitions, now=now)
        return promotion
