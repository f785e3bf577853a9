"""A revision before it is published: where it could be honoured, and the card a store would see."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q

from inventory.models import Item, StockLevel, Store
from inventory.selectors import stock_figures
from promotions.models import Budget, PromotionRevision, StoreOffer
from promotions.rules.offer_state import OfferFacts, decide_state
from promotions.selectors.board import Board, BoardCell
from promotions.selectors.cards import ITEMS_ON_A_CARD, OfferCard, build_card
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.selectors.terms import issues_of, times_of


def draft_board(*, revision: PromotionRevision, now: datetime) -> Board:
    """The board as it would be if this revision were published now: a fixed number of queries."""
    stores = list(targeted_stores(revision).order_by("store_code"))
    item_ids = targeted_items(revision)
    offers = draft_offers(revision=revision, stores=stores, item_ids=item_ids, now=now)
    cells = tuple(
        BoardCell(offer=offer, told_at=None, acknowledgements=0, is_targeted=True) for offer in offers
    )
    budget = Budget.objects.filter(promotion=revision.promotion_id).first()
    return Board(
        promotion=revision.promotion,
        cells=cells,
        states=Counter(cell.state for cell in cells),
        items_total=len(item_ids),
        used=budget.used if budget else 0,
        limit=revision.total_uses,
    )


def draft_offers(
    *, revision: PromotionRevision, stores: Sequence[Store], item_ids: Sequence[int], now: datetime
) -> list[StoreOffer]:
    """Unsaved offers of a revision in the given stores, in their order, with the counts of this moment."""
    levels = StockLevel.objects.filter(store__in=stores, item__in=item_ids).with_available().order_by()
    counts = {
        store_id: (stocked, available, enough)
        for store_id, stocked, available, enough in levels.values_list("store_id").annotate(
            stocked=Count("item_id"),
            there=Count("item_id", filter=Q(available__gt=0)),
            enough=Count("item_id", filter=Q(available__gte=revision.minimum_stock)),
        )
    }
    return [
        draft_offer(revision=revision, store=store, counts=counts.get(store.pk, (0, 0, 0)), now=now)
        for store in stores
    ]


def draft_offer(
    *, revision: PromotionRevision, store: Store, counts: tuple[int, int, int], now: datetime
) -> StoreOffer:
    times = times_of(revision, timezone=store.timezone, now=now)
    issues = issues_of(revision, currency=store.currency, times=times)
    stocked, available, enough = counts
    facts = OfferFacts(
        ends_at=times.ends_at,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        items_stocked=stocked,
        items_available=available,
        items_enough=enough,
        is_blocked=bool(issues),
    )
    return StoreOffer(
        store=store,
        promotion=revision.promotion,
        revision=revision,
        state=decide_state(facts, now=now),
        issues=issues,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        honoured_until=times.honoured_until,
        items_stocked=facts.items_stocked,
        items_available=facts.items_available,
        items_enough=facts.items_enough,
        changed_at=now,
    )


def draft_card(*, revision: PromotionRevision, store: Store, now: datetime) -> OfferCard:
    """The tablet's card of a revision in one store, as if it were published now."""
    item_ids = targeted_items(revision)
    (offer,) = draft_offers(revision=revision, stores=[store], item_ids=item_ids, now=now)
    used = Budget.objects.filter(promotion=offer.promotion).values_list("used", flat=True).first() or 0
    offer.promotion.budget = Budget(promotion=offer.promotion, limit_uses=revision.total_uses, used=used)
    here = StockLevel.objects.filter(store=store, item__in=item_ids).with_available()
    levels = dict(here.values_list("item_id", "available"))  # type: ignore[misc]  # annotated by the set's method
    best = sorted(item_ids, key=lambda item_id: (item_id not in levels, -levels.get(item_id, 0), item_id))
    items = Item.objects.in_bulk(best[:ITEMS_ON_A_CARD])
    return build_card(
        store=store,
        offer=offer,
        items=[items[item_id] for item_id in best[:ITEMS_ON_A_CARD]],
        figures=stock_figures(stores=[store], items=items.values()),
        items_total=len(item_ids),
        now=now,
    )
