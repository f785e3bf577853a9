"""Which deal wins where a promotion meets the others of a store: small baskets of its best items, quoted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from inventory.models import Item, StockLevel, Store, Unit
from promotions.models import OfferItem, PromotionRevision, StoreOffer
from promotions.rules.basket import BasketDeal, BasketLine, BundlePart, Lack, Quote, quote_basket
from promotions.rules.price import Benefit, money_fits
from promotions.rules.words import (
    BUY_M_GET_N,
    Concurrence,
    OfferState,
    Reason,
    RedemptionChannel,
    RewardItems,
    TierBasis,
)
from promotions.selectors.cards import OfferCard
from promotions.selectors.quoting.asking import NamedItem, named_items
from promotions.selectors.sentences import end_text, moment_text, money, reason_text
from promotions.selectors.targeting import scope

MOST_CONTESTS = 3
MOST_UNITS = 200  # nobody reads an example of more
PART_LISTS = {"item_id": "names", "brand": "brands", "product_type": "types", "item_group_id": "groups"}

Example = dict[int, int]  # units by item id


@dataclass(frozen=True)
class Standing:
    """One deal in a contest. `discount` is what it takes off the example; `reasons` are why it gives nothing."""

    headline: str
    is_ours: bool
    discount: Decimal
    gift: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Contest:
    """A basket of a few of the promotion's items and every deal that concerns it; money in `currency`."""

    lines: tuple[tuple[int, Item], ...]
    regular: Decimal
    total: Decimal
    currency: str
    winners: tuple[Standing, ...]
    losers: tuple[Standing, ...]

    @property
    def has_rivals(self) -> bool:
        return len(self.winners) + len(self.losers) > 1


def contests_for(
    *, revision: PromotionRevision, card: OfferCard, item_ids: Collection[int], at: datetime
) -> list[Contest]:
    """What the best items of a card cost at that moment in its store under all deals that hold there then.

    The shopper of the examples brings every code and is a member; stock and limits are not asked. Items without a
    price in the store's money are left out.
    """
    store = card.store
    examples = examples_for(revision, store=store, items=[line.item for line in card.items])[:MOST_CONTESTS]
    basket = {item_id for example in examples for item_id in example}
    if not basket:
        return []
    items = Item.objects.in_bulk(basket)
    named = named_items(items.values())
    refusals = refusals_of(revision, card=card, at=at)
    ours = deal_of(revision, covered=basket & set(item_ids), basket=named, refusals=refusals)
    rivals = rival_offers(store=store, revision=revision, basket=basket, at=at)
    covered = items_covered(rivals, basket=basket)
    theirs = [deal_of(one.revision, covered=covered[one.promotion_id], basket=named) for one in rivals]
    headlines = {ours.promotion_id: card.headline}
    headlines |= {one.promotion.promotion_id: one.revision.headline for one in rivals}
    return [
        contest_of(example, items=items, deals=[ours, *theirs], headlines=headlines, card=card)
        for example in examples
    ]


def contest_of(
    example: Example,
    *,
    items: dict[int, Item],
    deals: Sequence[BasketDeal],
    headlines: dict[str, str],
    card: OfferCard,
) -> Contest:
    """One example quoted. The first deal is ours, the others count where they cover one of its items."""
    currency, ours = card.store.currency, deals[0]
    lines = [
        BasketLine(
            str(pk), pk, Decimal(units), items[pk].regular_price or Decimal(0), items[pk].unit != Unit.EACH
        )
        for pk, units in example.items()
    ]
    concerned = [ours, *(deal for deal in deals[1:] if reach(deal) & set(example))]
    quote = quote_basket(lines=lines, deals=concerned, currency=currency)
    return Contest(
        lines=tuple((units, items[pk]) for pk, units in example.items()),
        regular=quote.regular,
        total=quote.total,
        currency=currency,
        winners=winners_of(quote, ours=ours, headlines=headlines),
        losers=losers_of(quote, ours=ours, headlines=headlines, card=card),
    )


def winners_of(quote: Quote, *, ours: BasketDeal, headlines: dict[str, str]) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            headline=headlines[one.promotion_id],
            is_ours=one.promotion_id == ours.promotion_id,
            discount=one.discount,
            gift=one.gift,
            reasons=(),
        )
        for one in quote.winners
    )


def losers_of(
    quote: Quote, *, ours: BasketDeal, headlines: dict[str, str], card: OfferCard
) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            headline=headlines[one.promotion_id],
            is_ours=one.promotion_id == ours.promotion_id,
            discount=Decimal(0),
            gift="",
            reasons=tuple(lack_text(lack, headlines=headlines, card=card) for lack in one.lacks),
        )
        for one in quote.losers
    )


def lack_text(lack: Lack, *, headlines: dict[str, str], card: OfferCard) -> str:
    """Why a deal gives nothing, as a sentence; window times are the card's, which only its own deal can lack."""
    needs = lack.needs if lack.needs is not None else Decimal(0)
    facts = {
        "minimum": money(needs, card.store.currency),
        "limit": money(needs, card.store.currency),
        "bought": f"{needs:f}",
        "other": ", ".join(f"“{headlines[one]}”" for one in lack.by),
        "starts": moment_text(card.starts_at),
        "ends": end_text(card.ends_at),
        "currency": card.benefit.currency,
    }
    return reason_text(lack.reason, facts)


def refusals_of(revision: PromotionRevision, *, card: OfferCard, at: datetime) -> tuple[Reason, ...]:
    """What stands against our own deal at that moment whatever the basket."""
    found = {
        Reason.ONLINE_ONLY: RedemptionChannel.IN_STORE not in revision.channels,
        Reason.CURRENCY_MISMATCH: not money_fits(revision.benefit, currency=card.store.currency),
        Reason.NOT_STARTED: at < card.starts_at,
        Reason.ENDED: at >= card.ends_at,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def rival_offers(
    *, store: Store, revision: PromotionRevision, basket: Collection[int], at: datetime
) -> list[StoreOffer]:
    """The other published offers of the store on any of these items whose window is open at that moment."""
    concerned = OfferItem.objects.filter(item__in=basket).values("promotion_id")
    return list(
        StoreOffer.objects.filter(store=store, promotion__in=concerned, starts_at__lte=at, ends_at__gt=at)
        .exclude(state__in=[OfferState.STOPPED, OfferState.BLOCKED])
        .exclude(promotion__promotion_id=revision.promotion.promotion_id)
        .select_related("promotion", "revision")
        .order_by("promotion__promotion_id")
    )


def items_covered(offers: Iterable[StoreOffer], *, basket: Collection[int]) -> dict[int, set[int]]:
    """Which of the items each offer covers, by its promotion."""
    covered: dict[int, set[int]] = defaultdict(set)
    rows = OfferItem.objects.filter(promotion__in=[one.promotion_id for one in offers], item__in=basket)
    for promotion_id, item_id in rows.values_list("promotion_id", "item_id"):
        covered[promotion_id].add(item_id)
    return covered


def deal_of(
    revision: PromotionRevision,
    *,
    covered: Collection[int],
    basket: Mapping[int, NamedItem],
    refusals: tuple[Reason, ...] = (),
) -> BasketDeal:
    """A revision as the engine takes it, as far as it concerns the items of the basket."""
    benefit = revision.benefit
    gift = [revision.free_gift_item_id] if revision.free_gift_item_id else []
    named = revision.reward_item_id_inclusion if benefit.reward_items == RewardItems.NAMED else gift
    return BasketDeal(
        promotion_id=revision.promotion.promotion_id,
        benefit=benefit,
        items=frozenset(covered),
        rewards=frozenset(pk for pk, item in basket.items() if item.is_named(named)),
        parts=tuple(
            BundlePart(part["quantity"], frozenset(pk for pk, item in basket.items() if item.is_of(part)))
            for part in revision.bundle_parts
        ),
        concurrence=Concurrence(revision.concurrence),
        priority=revision.priority,
        tags=frozenset(revision.tags),
        combines_with=frozenset(revision.combines_with),
        refusals=refusals,
    )


def reach(deal: BasketDeal) -> frozenset[int]:
    """Every item that the deal has to do with."""
    return deal.items.union(deal.rewards, *(part.items for part in deal.parts))


def examples_for(revision: PromotionRevision, *, store: Store, items: Sequence[Item]) -> list[Example]:
    """Baskets just large enough for the deal: one an item, or one with every part of the bundle."""
    benefit = revision.benefit
    if revision.bundle_parts:
        return [example] if (example := complete_bundle(revision, store=store)) else []
    priced = [item for item in items if is_priced(item, store=store)]
    if benefit.kind in BUY_M_GET_N and benefit.reward_items == RewardItems.NAMED:
        reward = best_item({"item_id": revision.reward_item_id_inclusion}, store=store)
        if reward is None:
            return []
        return [
            added({item.pk: benefit.minimum_quantity or 1}, {reward: benefit.get_quantity or 1})
            for item in priced
        ]
    return [{item.pk: units_needed(benefit, price=item.regular_price or Decimal(1))} for item in priced]


def is_priced(item: Item, *, store: Store) -> bool:
    return bool(item.regular_price) and item.price_currency == store.currency


def added(one: Example, other: Example) -> Example:
    return {pk: one.get(pk, 0) + other.get(pk, 0) for pk in [*one, *(pk for pk in other if pk not in one)]}


def complete_bundle(revision: PromotionRevision, *, store: Store) -> Example:
    """So many of the best item of each part; nothing where a part has none with a price."""
    example: Example = {}
    for part in revision.bundle_parts:
        best = best_item(part, store=store)
        if best is None:
            return {}
        example = added(example, {best: part["quantity"]})
    return example


def best_item(part: dict[str, list[str]], *, store: Store) -> int | None:
    """The priced item of a part of which the store has most; the first by title where it has none."""
    lists = {PART_LISTS[key]: part[key] for key in PART_LISTS if part.get(key)}
    found = Item.objects.filter(scope(**lists), regular_price__gt=0, price_currency=store.currency)
    level = StockLevel.objects.filter(store=store, item__in=found).order_by("-on_hand", "item_id").first()
    return level.item_id if level else found.order_by("title", "pk").values_list("pk", flat=True).first()


def units_needed(benefit: Benefit, *, price: Decimal) -> int:
    """How many units of one item at that price the deal asks for, at most MOST_UNITS."""
    units = Decimal(benefit.minimum_quantity or 1)
    if benefit.kind in BUY_M_GET_N:
        units += benefit.get_quantity or 1
    if benefit.tiers:
        start = min(tier.start for tier in benefit.tiers)
        units = start / price if benefit.tier_basis == TierBasis.AMOUNT else start
    if benefit.minimum_purchase is not None:
        units = max(units, benefit.minimum_purchase / price)
    return min(int(units.to_integral_value(ROUND_CEILING)), MOST_UNITS) or 1
