"""Offer cards: what the tablet shows of one promotion in one store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from inventory.models import Item, Store
from inventory.selectors import PROMISED, StockFigure, stock_figures
from promotions.models import Briefing, StoreOffer
from promotions.rules.price import Benefit, unit_price
from promotions.rules.window import Period, current_or_next_period, hours_of
from promotions.rules.words import OVER, OfferState, Outcome, Reason, RedemptionChannel
from promotions.selectors.alternatives import AlternativeStore, nearest_stores
from promotions.selectors.deals import item_facts
from promotions.selectors.sentences import benefit_text, day_text, end_text, say
from promotions.selectors.terms import display_window

ITEMS_ON_A_CARD = 5
# Where the deal runs short the card names another store; so many at a time, the others on a tap.
SHORT = frozenset({OfferState.LOW_STOCK, OfferState.OUT_OF_STOCK, OfferState.NOT_STOCKED})
MOST_SENT_ON = 6
NOTHING_HERE = frozenset({OfferState.OUT_OF_STOCK, OfferState.NOT_STOCKED})

# The items of each offer that are best worth naming in its store, and where they stand: what is there first, then by
# title.
BEST_ITEMS = f"""
WITH total AS MATERIALIZED (
    SELECT promotion_id, count(*) AS items FROM promotions_offeritem WHERE promotion_id = ANY(%(promotions)s::int8[])
    GROUP BY 1
)
SELECT p.store_id, p.promotion_id, best.item_id, total.items, stands.place
FROM unnest(%(stores)s::int4[], %(promotions)s::int8[]) AS p(store_id, promotion_id)
JOIN total USING (promotion_id)
CROSS JOIN LATERAL (
    SELECT k.item_id, row_number() OVER (ORDER BY ({PROMISED} > 0) DESC NULLS LAST, (l.on_hand IS NOT NULL) DESC,
                                         {PROMISED} DESC NULLS LAST, i.title, i.id) AS rank
    FROM promotions_offeritem k
    JOIN inventory_item i ON i.id = k.item_id
    LEFT JOIN inventory_stocklevel l ON l.store_id = p.store_id AND l.item_id = k.item_id
    WHERE k.promotion_id = p.promotion_id
    ORDER BY rank
    LIMIT %(limit)s
) best
LEFT JOIN inventory_storeitemplace stands ON stands.store_id = p.store_id AND stands.item_id = best.item_id
ORDER BY best.rank
"""  # noqa: S608


@dataclass(frozen=True)
class CardItem:
    """One item of an offer as this store has it; `figure` is None where the store never counted it."""

    item: Item
    regular_price: Decimal | None
    deal_price: Decimal | None
    currency: str
    figure: StockFigure | None
    is_stale: bool
    is_low: bool
    place: str = ""  # where it stands in the store, in the store's own words

    @property
    def quantity(self) -> int | None:
        """What can be promised."""
        return self.figure.available if self.figure else None


@dataclass(frozen=True)
class OfferCard:
    """One promotion in one store, ready to show. Times are in the store's own zone.

    [opens_at, closes_at) is the current or next period of its weekly hours, without hours the whole window;
    `is_shown` is False outside the time it is to be displayed.
    """

    store: Store
    offer: StoreOffer
    state: OfferState
    headline: str
    benefit: Benefit
    benefit_text: str
    say: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    at: datetime  # the moment it is shown
    is_shown: bool
    code: str
    uses_left: int | None
    items: tuple[CardItem, ...]
    items_total: int
    counted_at: datetime | None
    is_stale: bool
    is_online_only: bool
    changed_at: datetime
    briefed_at: datetime | None = None  # when the store was told these terms; None before
    instead: AlternativeStore | None = None  # where a shopper gets it now when this store runs short

    @property
    def is_open(self) -> bool:
        return self.opens_at <= self.at < self.closes_at and not self.is_over

    @property
    def is_between(self) -> bool:
        """Closed for now; it opens again."""
        return self.starts_at <= self.at < self.opens_at

    @property
    def ends_today(self) -> bool:
        return last_day(self.ends_at) == self.at.date()

    @property
    def closes_today(self) -> bool:
        return last_day(self.closes_at) == self.at.date()

    @property
    def opens_today(self) -> bool:
        return self.opens_at.date() == self.at.date()

    @property
    def opens_tomorrow(self) -> bool:
        return (self.opens_at.date() - self.at.date()).days == 1

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def can_promise(self) -> bool:
        """Whether there is anything to say yes about; what is online alone has a sentence of its own."""
        return self.is_online_only or self.state not in NOTHING_HERE

    @property
    def news_at(self) -> datetime:
        """Since when these terms are news to the people of the store: told, and begun."""
        return max(self.briefed_at or self.starts_at, self.starts_at)

    @property
    def receipts_id(self) -> int:
        """Under which it is told and acknowledged: the same for every revision with the same terms."""
        return self.offer.revision.receipts_id

    @property
    def promotion_id(self) -> str:
        return str(self.offer.promotion.promotion_id)

    @property
    def key(self) -> tuple[int, int]:
        """(store id, promotion's row id)."""
        return self.store.pk, self.offer.promotion_id

    @property
    def dom_id(self) -> str:
        """The id of the card's element: stable over revisions, so that a change morphs in place."""
        return f"offer-{self.offer.promotion_id}"


def store_offers(*, store: Store) -> QuerySet[StoreOffer]:
    """Every offer of one store with all that a card reads from the promotion."""
    return with_terms(StoreOffer.objects.filter(store=store))


def with_terms(offers: QuerySet[StoreOffer]) -> QuerySet[StoreOffer]:
    """The offers with all that a card reads from their promotions."""
    return offers.select_related("promotion", "promotion__budget", "revision")


def offer_cards(
    *, store: Store, offers: Iterable[StoreOffer], now: datetime, items_on_a_card: int = ITEMS_ON_A_CARD
) -> list[OfferCard]:
    """Cards of the given offers of one store, in the offers' order; a fixed number of queries.

    The verdict's rule is not asked here: a card shows the offer's state, a scan decides.
    """
    facts = read_facts(stores={store.pk: store}, offers=list(offers), items_on_a_card=items_on_a_card)
    return cards_from(facts, now=now)


@dataclass(frozen=True)
class CardFacts:
    """What the database says of some offers: enough to build their cards in any language."""

    stores: Mapping[int, Store]
    offers: Sequence[StoreOffer]
    best: "BestItems"
    items: Mapping[int, Item]
    figures: Mapping[tuple[int, int], StockFigure]
    briefed: Mapping[tuple[int, int], datetime]


def read_facts(
    *, stores: Mapping[int, Store], offers: Sequence[StoreOffer], items_on_a_card: int = ITEMS_ON_A_CARD
) -> CardFacts:
    """The rows behind the offers' cards; `stores` are by their id."""
    best = best_items(offers=offers, limit=items_on_a_card)
    items = Item.objects.in_bulk({item_id for ids in best.named.values() for item_id in ids})
    return CardFacts(
        stores=stores,
        offers=offers,
        best=best,
        items=items,
        figures=stock_figures(stores=stores.values(), items=items.values()),
        briefed=briefings_of(stores=stores.values(), offers=offers),
    )


def cards_from(facts: CardFacts, *, now: datetime) -> list[OfferCard]:
    """The cards in the active language, in the offers' order; asks the database for nothing."""
    return [
        build_card(
            store=facts.stores[offer.store_id],
            offer=offer,
            items=[
                facts.items[item_id]
                for item_id in facts.best.named.get((offer.store_id, offer.promotion_id), ())
            ],
            figures=facts.figures,
            places=facts.best.places,
            items_total=facts.best.totals.get(offer.promotion_id, 0),
            briefed_at=facts.briefed.get((offer.store_id, offer.revision.receipts_id)),
            now=now,
        )
        for offer in facts.offers
    ]


def briefings_of(*, stores: Iterable[Store], offers: Sequence[StoreOffer]) -> dict[tuple[int, int], datetime]:
    """When the stores were told the offers' terms, by (store id, key of the receipts)."""
    receipts = {offer.revision.receipts_id for offer in offers}
    told = Briefing.objects.filter(store__in=[store.pk for store in stores], revision__in=receipts)
    return {
        (store, revision): at
        for store, revision, at in told.values_list("store_id", "revision_id", "briefed_at")
    }


def with_instead(cards: Sequence[OfferCard], *, now: datetime) -> list[OfferCard]:
    """The cards, the first few of those that run short with the nearest store that has it; a query for each."""
    instead = instead_of(cards, now=now)
    return [replace(card, instead=instead.get(card.key)) for card in cards]


def instead_of(cards: Sequence[OfferCard], *, now: datetime) -> dict[tuple[int, int], AlternativeStore]:
    """By the keys of the first few cards that run short: the nearest store that has it; a query for each."""
    short = [card for card in cards if card.is_open and card.state in SHORT and not card.is_online_only]
    nearest = {card.key: elsewhere(card, now=now) for card in short[:MOST_SENT_ON]}
    return {key: stores[0] for key, stores in nearest.items() if stores}


def elsewhere(card: OfferCard, *, now: datetime) -> tuple[AlternativeStore, ...]:
    """Stores that have the card's one item, or any of its items, on this deal now."""
    item_pk = card.items[0].item.pk if card.items_total == 1 and card.items else None
    return nearest_stores(store=card.store, promotion_pk=card.offer.promotion_id, item_pk=item_pk, now=now)


class BestItems(NamedTuple):
    """Of some offers: item ids worth naming by (store id, promotion id), where those stand by (store id, item id), and
    how many items a promotion has by its id.
    """

    named: Mapping[tuple[int, int], Sequence[int]]
    places: Mapping[tuple[int, int], str]
    totals: Mapping[int, int]


def best_items(*, offers: Sequence[StoreOffer], limit: int) -> BestItems:
    """At most `limit` items of each offer; an item that nobody has said the place of has none."""
    named: dict[tuple[int, int], list[int]] = defaultdict(list)
    places: dict[tuple[int, int], str] = {}
    totals: dict[int, int] = {}
    wanted: dict[str, list[int] | int] = {
        "stores": [offer.store_id for offer in offers],
        "promotions": [offer.promotion_id for offer in offers],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(BEST_ITEMS, wanted)
        for store_id, promotion_id, item_id, items, place in cursor.fetchall():
            named[store_id, promotion_id].append(item_id)
            totals[promotion_id] = items
            if place:
                places[store_id, item_id] = place
    return BestItems(named, places, totals)


def build_card(
    *,
    store: Store,
    offer: StoreOffer,
    items: Sequence[Item],
    figures: Mapping[tuple[int, int], StockFigure],
    items_total: int,
    now: datetime,
    places: Mapping[tuple[int, int], str] | None = None,
    briefed_at: datetime | None = None,
) -> OfferCard:
    """One card from rows already read."""
    revision, budget = offer.revision, offer.promotion.budget
    card_items = tuple(
        build_card_item(
            store=store,
            offer=offer,
            item=item,
            figure=figures.get((store.pk, item.pk)),
            place=(places or {}).get((store.pk, item.pk), ""),
            now=now,
        )
        for item in items
    )
    counted = [line.figure.counted_at for line in card_items if line.figure]
    opens_at, closes_at = open_period(offer, store=store, now=now)
    shown = display_window(revision, timezone=store.timezone)
    return OfferCard(
        store=store,
        offer=offer,
        state=OfferState(offer.state),
        headline=revision.headline,
        benefit=revision.benefit,
        benefit_text=benefit_text(revision.benefit),
        say=revision.operator_text or default_say(offer=offer, items=items, closes_at=closes_at),
        starts_at=store.local(offer.starts_at),
        ends_at=store.local(offer.ends_at),
        opens_at=opens_at,
        closes_at=closes_at,
        at=store.local(now),
        is_shown=shown is None or shown[0] <= now < shown[1],
        code=revision.generic_redemption_code,
        uses_left=None if budget.limit_uses is None else budget.limit_uses - budget.used,
        items=card_items,
        items_total=items_total,
        counted_at=store.local(min(counted)) if counted else None,
        is_stale=any(line.is_stale for line in card_items),
        is_online_only=RedemptionChannel.IN_STORE not in revision.channels,
        changed_at=store.local(offer.changed_at),
        briefed_at=store.local(briefed_at) if briefed_at else None,
    )


def open_period(offer: StoreOffer, *, store: Store, now: datetime) -> Period:
    """The current or next open period on the store's clock: worked out now, so that no late tick makes it wrong."""
    period = current_or_next_period(
        hours=hours_of(offer.revision.weekly_hours),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        timezone=store.timezone,
        now=now,
    )
    opens_at, closes_at = period or (offer.opens_at, offer.closes_at)
    return store.local(opens_at), store.local(closes_at)


def build_card_item(
    *, store: Store, offer: StoreOffer, item: Item, figure: StockFigure | None, place: str, now: datetime
) -> CardItem:
    regular = item_facts(item, store=store).regular_price
    return CardItem(
        item=item,
        regular_price=regular,
        deal_price=unit_price(offer.revision.benefit, regular_price=regular, currency=store.currency),
        currency=store.currency,
        figure=figure,
        is_stale=figure is not None and figure.is_stale(now),
        is_low=figure is not None and 0 < figure.available < offer.revision.minimum_stock,
        place=place,
    )


def last_day(ends_at: datetime) -> date:
    """The last calendar day of a half-open window: midnight belongs to the day before."""
    return (ends_at - ends_at.resolution).date()


def default_say(*, offer: StoreOffer, items: Sequence[Item], closes_at: datetime) -> str:
    """What to say when the merchandiser wrote nothing."""
    facts = {
        "benefit": benefit_text(offer.revision.benefit),
        "item": items[0].title if len(items) == 1 else offer.revision.headline,
        "ends": end_text(closes_at) if offer.revision.weekly_hours else day_text(last_day(closes_at)),
    }
    if RedemptionChannel.IN_STORE not in offer.revision.channels:
        return say(Outcome.REFUSE, reason=Reason.ONLINE_ONLY, facts=facts)
    return say(Outcome.HONOUR, reason=Reason.VALID, facts=facts)
