"""Saving a sale: items put aside in a store where their deal holds, fetched there, or given back.

Who may: a hold is made from the store a person stands in, in that store or, for a deal, in any store where the deal
holds when the shopper can be there. Both stores see it. The store that holds hands it out; both may release it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.imports.holding import NotEnough, end_hold, hold_stock, sweep_holds
from inventory.models import Item, Reservation, Store
from inventory.selectors import find_items, stock_figures
from promotions.models import OfferItem, PromotionRevision, StoreOffer
from promotions.rules.opening import opening_at
from promotions.rules.verdict import deal_refusals, is_too_dear
from promotions.rules.words import ChangeReason, Reason
from promotions.selectors.deals import deal_facts, item_facts, limits_reached, offer_of, refusal_facts
from promotions.selectors.sentences import reason_text
from promotions.services.changes import Transition, write_changes
from promotions.services.idempotency import CONFLICT, CREATED, NOT_FOUND, OK, Answer, answer_once, problem

MOST_LINES = 20
MOST_UNITS = 100  # of an item's unit in one hold: more is an order, not a hold
LONGEST_NAME = 40
LONGEST_WHY = 200
NOT_HELD = "Not held"


def hold(
    *, made_in: Store, staff_member: Any, key: str, request: Mapping[str, Any], now: dt.datetime
) -> Answer:
    """Put items aside, all of them or none.

    `request` holds `lines` of `item` (GTIN, PLU or SKU) and `quantity` (Decimal, of the item's unit), and optionally
    `hold_in` (the code of the store that holds, else `made_in`), `promotion_id` (needed to hold elsewhere) and
    `for_whom` (a first name). Lines of one item are one. The key is claimed first: the same key with the same request
    gets the stored answer. Statuses: 201 with the holds, 404 unknown store, item or deal, 409 refused, 422 misused
    key. ValidationError by field. Instants in the answer are on the holding store's clock.
    """
    return answer_once(
        staff_member=staff_member,
        key=key,
        asked={"hold": made_in.store_code, **request},
        now=now,
        act=lambda: put_aside(made_in=made_in, staff_member=staff_member, request=request, now=now),
    )


def put_aside(*, made_in: Store, staff_member: Any, request: Mapping[str, Any], now: dt.datetime) -> Answer:
    """Look up what is meant, judge it by the rule of the verdict, then hold."""
    store = Store.objects.selling().filter(store_code=request.get("hold_in") or made_in.store_code).first()
    if store is None:
        return refused(NOT_FOUND, "unknown_store", _("No store has this code."))
    promotion_id = request.get("promotion_id")
    if store != made_in and not promotion_id:
        raise ValidationError({"promotion_id": [_("Name the deal: without one only your own store holds.")]})
    found = find_items([line["item"] for line in request["lines"]])
    for line in request["lines"]:
        if line["item"] not in found:
            return refused(NOT_FOUND, "unknown_item", _("No item has the code %s.") % line["item"])
    wanted = wanted_quantities(request["lines"], found)
    items = {item.pk: item for item in found.values()}
    offer = None
    if promotion_id:
        offer = offer_of(store=store, promotion_id=promotion_id)
        if offer is None:
            return refused(NOT_FOUND, "unknown_deal", _("That store has no such promotion."))
    visit_at, expires_at = times_of_hold(store=store, offer=offer, now=now)
    reason = refusal_of(store=store, offer=offer, items=items.values(), visit_at=visit_at, now=now)
    if reason:
        return refused_for(reason, store=store, offer=offer)
    return hold_all(
        store=store, made_in=made_in, staff_member=staff_member, offer=offer, items=items, wanted=wanted,
        for_whom=str(request.get("for_whom", "")).strip(), expires_at=expires_at, now=now,
    )  # fmt: skip


def wanted_quantities(lines: Sequence[Mapping[str, Any]], found: Mapping[str, Item]) -> dict[int, int]:
    """By item id how many of its smallest unit, lines of one item added up; ValidationError where that is none."""
    wanted: dict[int, Decimal] = {}
    items = {item.pk: item for item in found.values()}
    for line in lines:
        item = found[line["item"]]
        wanted[item.pk] = wanted.get(item.pk, Decimal(0)) + line.get("quantity", Decimal(1))
    smallest = {pk: items[pk].in_smallest(quantity) for pk, quantity in wanted.items()}
    for pk, quantity in wanted.items():
        if not 0 < quantity <= MOST_UNITS:
            raise ValidationError({"quantity": [_("Enter a quantity from 1 to %d.") % MOST_UNITS]})
        if smallest[pk] is None:
            raise ValidationError({"quantity": [_("%s is not sold in such small parts.") % items[pk].title]})
    return {pk: quantity for pk, quantity in smallest.items() if quantity is not None}


def times_of_hold(
    *, store: Store, offer: StoreOffer | None, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """When the shopper can be there, and until when the hold waits: not beyond the deal it is made for."""
    opening = opening_at(store.opening_hours, timezone=store.timezone, now=now)
    visit_at = opening.visit_at(now) if opening else now
    expires_at = visit_at + dt.timedelta(minutes=settings.HOLD_MINUTES)
    period = deal_facts(offer).period(visit_at) if offer else None
    if period and period[0] <= visit_at:
        expires_at = min(expires_at, period[1])
    return visit_at, expires_at


def refusal_of(
    *,
    store: Store,
    offer: StoreOffer | None,
    items: Iterable[Item],
    visit_at: dt.datetime,
    now: dt.datetime,
) -> Reason | None:
    """Why these are not held there, whatever the quantity: as the verdict at the moment of the visit would say."""
    items = list(items)
    if offer:
        covered = set(
            OfferItem.objects.filter(promotion=offer.promotion_id, item__in=items).values_list(
                "item_id", flat=True
            )
        )
        if any(item.pk not in covered for item in items):
            return Reason.ITEM_NOT_IN_DEAL
        facts = deal_facts(offer)
        refusals = deal_refusals(facts, currency=store.currency, now=visit_at)
        if refusals := [*refusals, *limits_reached(offer, now=visit_at)]:
            return refusals[0]
        if any(is_too_dear(facts, item_facts(item, store=store)) for item in items):
            return Reason.PRICE_ABOVE_LIMIT
    figures = stock_figures(stores=[store], items=items)
    for item in items:
        figure = figures.get((store.pk, item.pk))
        if figure is None:
            return Reason.NOT_STOCKED
        if figure.is_stale(now):
            return Reason.STALE_STOCK
    return None


def hold_all(
    *,
    store: Store,
    made_in: Store,
    staff_member: Any,
    offer: StoreOffer | None,
    items: Mapping[int, Item],
    wanted: Mapping[int, int],
    for_whom: str,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> Answer:
    """Hold everything, and tell the holding store's tablets through the deal's own stream of changes."""
    try:
        made = hold_stock(
            store=store,
            quantities=wanted,
            made_in=made_in,
            made_by=staff_member,
            for_whom=for_whom[:LONGEST_NAME],
            expires_at=expires_at,
            revision_id=offer.revision_id if offer else None,
            why="held for a shopper",
            now=now,
        )
    except NotEnough as short:
        return too_few([items[pk] for pk in short.item_ids], store=store)
    tell_of_holds([(store.pk, offer.revision_id if offer else None)], now=now)
    for one in made:
        one.item = items[one.item_id]
    return Answer(
        CREATED,
        {
            "reference": made[0].reference,
            "store_code": store.store_code,
            "expires_at": store.local(expires_at).isoformat(),
            "holds": [hold_body(one) for one in made],
        },
    )


def too_few(items: Sequence[Item], *, store: Store) -> Answer:
    """Somebody has the last of these."""
    names = {"store": store.name, "item": ", ".join(item.title for item in items)}
    return refused(
        CONFLICT,
        "out_of_stock",
        _("%(store)s has not enough of %(item)s left.") % names,
        reasons=[str(Reason.OUT_OF_STOCK)],
        items=[item.sku for item in items],
    )


def release(
    *, store: Store, hold_id: UUID, staff_member: Any, key: str, why: str, now: dt.datetime
) -> Answer:
    """Give a hold back, from the store that holds or the one that made it; what it held can be promised at once."""
    return end(
        store=store, hold_id=hold_id, state=Reservation.State.RELEASED, staff_member=staff_member, key=key,
        why=why.strip() or "released", now=now,
    )  # fmt: skip


def fulfil(*, store: Store, hold_id: UUID, staff_member: Any, key: str, now: dt.datetime) -> Answer:
    """Hand a hold out, from the store that holds it; an expired one that was not swept yet still is one."""
    return end(
        store=store, hold_id=hold_id, state=Reservation.State.FULFILLED, staff_member=staff_member, key=key,
        why="picked up", now=now,
    )  # fmt: skip


def end(
    *, store: Store, hold_id: UUID, state: str, staff_member: Any, key: str, why: str, now: dt.datetime
) -> Answer:
    """Once, whatever the key: again is 200 with the hold as it stands; one that ended otherwise is 409.

    404 for a hold that is not this store's to end.
    """
    if len(why) > LONGEST_WHY:
        raise ValidationError({"reason": [_("Say why, in up to %d characters.") % LONGEST_WHY]})
    return answer_once(
        staff_member=staff_member,
        key=key,
        asked={"store": store.store_code, "hold": str(hold_id), "state": state, "why": why},
        now=now,
        act=lambda: end_once(
            store=store, hold_id=hold_id, state=state, staff_member=staff_member, why=why, now=now
        ),
    )


def end_once(
    *, store: Store, hold_id: UUID, state: str, staff_member: Any, why: str, now: dt.datetime
) -> Answer:
    """End it and tell the store that holds."""
    held = Reservation.objects.concerning(store.pk).with_names().filter(pk=hold_id).first()
    if held is None or not held.may_be_ended_in(store.pk, state=state):
        return refused(NOT_FOUND, "unknown_hold", _("This store has no such hold."))
    if end_hold(reservation=held, state=state, by=staff_member, why=why, now=now):
        tell_of_holds([(held.store_id, held.revision_id)], now=now)
    elif held.state != state:
        return refused(
            CONFLICT, "hold_over", _("This hold is over: %s.") % held.get_state_display(), state=held.state
        )
    return Answer(OK, hold_body(held))


def give_back_expired_holds(*, now: dt.datetime) -> int:
    """Sweep and tell; the number of holds that keep nothing back any more."""
    with transaction.atomic():
        ended = sweep_holds(now=now)
        tell_of_holds([(one.store_id, one.revision_id) for one in ended], now=now)
    return len(ended)


def tell_of_holds(held: Sequence[tuple[int, int | None]], *, now: dt.datetime) -> None:
    """Ring the tablets of the holding stores by a change of the deal's offer, its state as it stands.

    Runs under the stores' locks. A hold names the revision it was made for, its offer may be at another one by now. A
    hold without a deal rings nobody; it is on the list all the same.
    """
    revisions = PromotionRevision.objects.filter(pk__in={revision for _store, revision in held if revision})
    promotions = dict(revisions.values_list("pk", "promotion_id"))
    keys = sorted({(store, promotions[revision]) for store, revision in held if revision in promotions})
    steps = [
        Transition(
            offer.store_id, offer.promotion_id, offer.revision_id, offer.state, offer.state, ChangeReason.HELD
        )
        for offer in StoreOffer.objects.filter(pk__in=keys).order_by("store_id", "promotion_id")
    ]
    write_changes(transitions=steps, now=now)


def hold_body(held: Reservation) -> dict[str, Any]:
    """A hold as the API answers it; needs `store`, `item` and `made_in`.

    Without the name, because answers are kept with their keys.
    """
    local = held.store.local
    return {
        "hold_id": str(held.pk),
        "reference": held.reference,
        "store_code": held.store.store_code,
        "made_in": held.made_in.store_code,
        "sku": held.item.sku,
        "title": held.item.title,
        "quantity": held.item.in_unit(held.quantity),
        "unit": held.item.unit,
        "state": held.state,
        "made_at": local(held.made_at).isoformat(),
        "expires_at": local(held.expires_at).isoformat(),
        "ended_at": local(held.ended_at).isoformat() if held.ended_at else None,
    }


def refused(status: int, code: str, detail: str, **extra: Any) -> Answer:
    """A problem document about a hold."""
    titled = {"title": NOT_HELD} if status == CONFLICT else {}
    return problem(status, code, detail, **titled, **extra)


def refused_for(reason: Reason, *, store: Store, offer: StoreOffer | None) -> Answer:
    """Why the rule says no, in a code and in a sentence."""
    facts = refusal_facts(offer, store=store) if offer else {}
    return refused(CONFLICT, str(reason).lower(), reason_text(reason, facts), reasons=[str(reason)])
