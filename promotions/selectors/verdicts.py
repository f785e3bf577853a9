"""The verdict on a scan: facts read in one statement, decided by the one rule, said in words.

This is the hot path of the tablet and of the API, so it reads with one prepared statement and no ORM rows;
what only a refusal needs (other stores, other items) is read only then.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.feeds.scans import looks_like_gtin, scanned_gtin
from inventory.models import StockClaim, Store
from promotions.rules.price import Benefit
from promotions.rules.verdict import DealFacts, Decision, ItemFacts, StockFacts, best, deal_refusals, decide
from promotions.rules.words import (
    CouponValueType,
    OfferState,
    OfferType,
    Outcome,
    Reason,
    RedemptionChannel,
)
from promotions.selectors.alternatives import AlternativeItem, AlternativeStore, items_of_deal, nearest_stores
from promotions.selectors.sentences import benefit_text, end_text, moment_text, money, reason_text, say

# Deals that ended longer ago than this are no longer explained.
REMEMBERED = dt.timedelta(days=14)

DEAL_COLUMNS = """
json_build_object(
    'pk', o.promotion_id, 'promotion_id', p.promotion_id, 'revision_id', r.id, 'revision', r.number,
    'headline', coalesce(nullif(r.operator_display_name, ''), r.long_title), 'say', r.operator_text,
    'kind', r.coupon_value_type,
    'amount', coalesce(r.percent_off, r.money_off_amount, r.fixed_price_amount)::text, 'currency', r.currency,
    'starts_at', o.starts_at, 'ends_at', o.ends_at, 'state', o.state, 'channels', r.redemption_channel,
    'offer_type', r.offer_type, 'code', r.generic_redemption_code, 'minimum_stock', r.minimum_stock,
    'minimum_purchase', r.minimum_purchase_amount::text, 'uses_left', b.limit_uses - b.used)
"""

ITEM_COLUMNS = """
i.id, i.sku, i.title, i.brand, i.regular_price, i.price_currency, i.unit, i.unit_decimals,
l.on_hand, l.source_id, c.as_of, c.as_ofs IS NOT NULL, s.code, s.freshness_limit,
(SELECT max(f.as_of) FROM inventory_storefeed f JOIN inventory_feedsource fs ON fs.id = f.source_id
 WHERE f.store_id = %(store)s AND fs.kind = 'SALES')
"""

STOCK_JOINS = """
LEFT JOIN inventory_stocklevel l ON l.store_id = %(store)s AND l.item_id = i.id
LEFT JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id
LEFT JOIN inventory_feedsource s ON s.id = l.source_id
"""

DEALS_OF_ITEM = f"""
(SELECT coalesce(json_agg(d), '[]') FROM (
    SELECT {DEAL_COLUMNS} AS d
    FROM promotions_offeritem k
    JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = k.promotion_id
    JOIN promotions_promotion p ON p.id = k.promotion_id
    JOIN promotions_promotionrevision r ON r.id = o.revision_id
    JOIN promotions_budget b ON b.promotion_id = k.promotion_id
    WHERE k.item_id = i.id AND o.ends_at > %(remembered)s) deals)
"""  # noqa: S608

BY_IDENTIFIER = f"""
SELECT {ITEM_COLUMNS}, {DEALS_OF_ITEM}
FROM inventory_itemidentifier n JOIN inventory_item i ON i.id = n.item_id {STOCK_JOINS}
WHERE n.kind = %(kind)s AND n.value = %(value)s
"""  # noqa: S608

BY_SKU = f"""
SELECT {ITEM_COLUMNS}, {DEALS_OF_ITEM} FROM inventory_item i {STOCK_JOINS} WHERE i.sku = %(value)s
"""  # noqa: S608

DEAL_BY_CODE = f"""
SELECT {DEAL_COLUMNS}, o.store_id IS NOT NULL, p.id, p.promotion_id,
       coalesce(nullif(r.operator_display_name, ''), r.long_title)
FROM promotions_promotion p
JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
JOIN promotions_budget b ON b.promotion_id = p.id
LEFT JOIN promotions_storeoffer o ON o.store_id = %(store)s AND o.promotion_id = p.id
WHERE p.id IN (
    SELECT id FROM promotions_promotion WHERE open_code = upper(%(value)s)
    UNION SELECT id FROM promotions_promotion WHERE promotion_id = %(value)s
    UNION SELECT promotion_id FROM promotions_promotionrevision
          WHERE upper(generic_redemption_code) = upper(%(value)s) AND generic_redemption_code <> ''
  ) AND (upper(r.generic_redemption_code) = upper(%(value)s) OR p.promotion_id = %(value)s)
ORDER BY (p.open_code = upper(%(value)s)) DESC NULLS LAST, p.published_at DESC LIMIT 1
"""  # noqa: S608

BEST_ITEM_OF_DEAL = f"""
SELECT {ITEM_COLUMNS}, '[]'::json
FROM promotions_offeritem k JOIN inventory_item i ON i.id = k.item_id {STOCK_JOINS}
WHERE k.promotion_id = %(promotion)s
ORDER BY (l.on_hand > 0) DESC NULLS LAST, (l.on_hand IS NOT NULL) DESC, l.on_hand DESC NULLS LAST, i.id LIMIT 1
"""  # noqa: S608

ELSEWHERE = """
SELECT p.id, p.promotion_id, coalesce(nullif(r.operator_display_name, ''), r.long_title)
FROM promotions_offeritem k
JOIN promotions_promotion p ON p.id = k.promotion_id AND p.state = 'LIVE'
JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
WHERE k.item_id = %(item)s ORDER BY p.id LIMIT 1
"""


@dataclass(frozen=True)
class ReasonLine:
    """A reason as a code for machines and a sentence for people."""

    code: Reason
    text: str


@dataclass(frozen=True)
class VerdictItem:
    pk: int
    sku: str
    title: str
    brand: str
    unit: str
    unit_decimals: int


@dataclass(frozen=True)
class VerdictDeal:
    """The deal the verdict is about. Times are store-local; `say` is the merchandiser's own text."""

    promotion_pk: int
    promotion_id: str
    revision_id: int
    revision_number: int
    headline: str
    benefit_text: str
    say: str
    code: str
    uses_left: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    facts: DealFacts


@dataclass(frozen=True)
class VerdictPrice:
    """Money for one unit; `deal` is None where the deal gives no price."""

    regular: Decimal
    deal: Decimal | None
    currency: str

    @property
    def discount(self) -> Decimal | None:
        return None if self.deal is None else self.regular - self.deal


@dataclass(frozen=True)
class VerdictStock:
    """What is here, and how old the figure is. Times are store-local."""

    quantity: int
    counted_at: dt.datetime
    sales_until: dt.datetime | None
    source: str
    is_stale: bool
    age: dt.timedelta


@dataclass(frozen=True)
class Verdict:
    """What the associate may do and say about one scan."""

    store: Store
    code: str
    outcome: Outcome
    reasons: tuple[ReasonLine, ...]
    say: str
    at: dt.datetime
    item: VerdictItem | None = None
    deal: VerdictDeal | None = None
    price: VerdictPrice | None = None
    stock: VerdictStock | None = None
    alternatives: tuple[AlternativeStore, ...] = ()
    similar: tuple[AlternativeItem, ...] = ()
    also: tuple[VerdictDeal, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The body of the API's answer."""
        return {
            "store_code": self.store.store_code,
            "code": self.code,
            "outcome": str(self.outcome),
            "reasons": [{"code": str(line.code), "text": line.text} for line in self.reasons],
            "say": self.say,
            "item": self.item and {"sku": self.item.sku, "title": self.item.title, "brand": self.item.brand},
            "promotion": self.deal and deal_dict(self.deal),
            "price": self.price
            and {
                "regular": str(self.price.regular),
                "deal": None if self.price.deal is None else str(self.price.deal),
                "currency": self.price.currency,
            },
            "stock": self.stock
            and {
                "on_hand": self.stock.quantity,
                "counted_at": self.stock.counted_at,
                "sales_until": self.stock.sales_until,
                "source": self.stock.source,
                "is_stale": self.stock.is_stale,
                "age_seconds": int(self.stock.age.total_seconds()),
            },
            "alternatives": [place.as_dict() for place in self.alternatives],
            "similar": [item.as_dict() for item in self.similar],
            "also": [deal_dict(deal) for deal in self.also],
            "at": self.at,
        }


def deal_dict(deal: VerdictDeal) -> dict[str, Any]:
    return {
        "promotion_id": deal.promotion_id,
        "revision": deal.revision_number,
        "headline": deal.headline,
        "benefit": deal.benefit_text,
        "code_needed": bool(deal.code),
        "uses_left": deal.uses_left,
        "starts_at": deal.starts_at,
        "ends_at": deal.ends_at,
    }


def verdict_for(*, store: Store, code: str, now: dt.datetime) -> Verdict:
    """The verdict on anything with a code: a GTIN in any form, a PLU, a SKU, a promotion's code or id.

    Digits of a GTIN's length with a wrong check digit that nothing else matches are a misread, not an unknown
    item. `now` is aware; every time in the answer is on the store's clock.
    """
    code = code.replace("\x00", "").strip()[:200]
    params = {"store": store.pk, "remembered": now - REMEMBERED}
    gtin = scanned_gtin(code)
    row = fetch_one(BY_IDENTIFIER, {**params, "kind": "GTIN", "value": gtin}) if gtin else None
    if row is None and code:
        if verdict := promotion_verdict(store=store, code=code, now=now):
            return verdict
        row = (
            fetch_one(BY_IDENTIFIER, {**params, "kind": "PLU", "value": code})
            or fetch_one(BY_IDENTIFIER, {**params, "kind": "INTERNAL", "value": code})
            or fetch_one(BY_SKU, {**params, "value": code})
        )
    if row is None:
        misread = looks_like_gtin(code) and not gtin
        reason = Reason.MISREAD_CODE if misread else Reason.UNKNOWN_CODE
        return closing(store=store, code=code, outcome=Outcome.UNKNOWN, reasons=[reason], facts={}, now=now)
    return item_verdict(store=store, code=code, row=row, now=now)


def fetch_one(sql: str, params: Mapping[str, Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def item_verdict(*, store: Store, code: str, row: Sequence[Any], now: dt.datetime) -> Verdict:
    """The verdict on an item: of its deals here the best outcome wins."""
    item, price, stock, item_facts = read_item(row, store=store, now=now)
    deals = {deal.promotion_id: deal for deal in (read_deal(found, store=store) for found in row[15])}
    decided = [(deal.facts, decide(deal.facts, item_facts, now=now)) for deal in deals.values()]
    found = best(decided)
    if found is None:
        return no_deal_here(store=store, code=code, item=item, price=price, stock=stock, now=now)
    deal = deals[found[0].promotion_id]
    also = tuple(
        deals[facts.promotion_id] for facts, decision in decided if decision.is_yes and facts is not found[0]
    )
    return deal_verdict(
        store=store,
        code=code,
        deal=deal,
        decision=found[1],
        item=item,
        price=price,
        stock=stock,
        also=also,
        now=now,
    )


def promotion_verdict(*, store: Store, code: str, now: dt.datetime) -> Verdict | None:
    """The verdict on a promotion's code or id, judged on its best item here; None when there is no such one."""
    row = fetch_one(DEAL_BY_CODE, {"store": store.pk, "value": code})
    if row is None:
        return None
    found, is_here, promotion_pk, _promotion_id, headline = row
    if not is_here:
        places = nearest_stores(store=store, promotion_pk=promotion_pk, item_pk=None, now=now)
        facts = {"store": places[0].name if places else "", "item": headline}
        return closing(
            store=store, code=code, outcome=Outcome.REFUSE, reasons=[Reason.NOT_THIS_STORE], facts=facts, now=now,
            alternatives=places,
        )  # fmt: skip
    deal = read_deal(found, store=store)
    item_row = fetch_one(BEST_ITEM_OF_DEAL, {"store": store.pk, "promotion": promotion_pk})
    if item_row is None:
        refusals = deal_refusals(deal.facts, currency=store.currency, now=now) or [Reason.NOT_STOCKED]
        return deal_verdict(
            store=store, code=code, deal=deal, decision=Decision(Outcome.REFUSE, tuple(refusals)), now=now
        )
    item, price, stock, item_facts = read_item(item_row, store=store, now=now)
    decision = decide(deal.facts, item_facts, now=now)
    return deal_verdict(
        store=store, code=code, deal=deal, decision=decision, item=item, price=price, stock=stock, now=now
    )


def read_item(
    row: Sequence[Any], *, store: Store, now: dt.datetime
) -> tuple[VerdictItem, VerdictPrice | None, VerdictStock | None, ItemFacts]:
    """The item's part of a row."""
    (pk, sku, title, brand, regular, currency, unit, decimals, on_hand, source_id, counted, has_own_times, source,
     limit, sales_until) = row[:15]  # fmt: skip
    facts, stock = None, None
    if on_hand is not None:
        if has_own_times:
            counted = StockClaim.objects.get(source=source_id, store=store).counted_at(pk)
        facts = StockFacts(quantity=on_hand, counted_at=counted, freshness_limit=limit)
        until = sales_until if sales_until and sales_until > counted else None
        stock = VerdictStock(
            quantity=on_hand,
            counted_at=store.local(counted),
            sales_until=until and store.local(until),
            source=source,
            is_stale=facts.is_stale(now),
            age=now - counted,
        )
    price = None if regular is None else VerdictPrice(regular=regular, deal=None, currency=currency)
    item = VerdictItem(pk=pk, sku=sku, title=title, brand=brand, unit=unit, unit_decimals=decimals)
    return (
        item,
        price,
        stock,
        ItemFacts(regular_price=regular, currency=currency or store.currency, stock=facts),
    )


def read_deal(found: Mapping[str, Any], *, store: Store) -> VerdictDeal:
    """A deal from the statement's JSON."""
    benefit = Benefit(
        kind=CouponValueType(found["kind"]), amount=Decimal(found["amount"]), currency=found["currency"]
    )
    starts_at = dt.datetime.fromisoformat(found["starts_at"])
    ends_at = dt.datetime.fromisoformat(found["ends_at"])
    minimum = found["minimum_purchase"]
    facts = DealFacts(
        promotion_id=found["promotion_id"],
        benefit=benefit,
        starts_at=starts_at,
        ends_at=ends_at,
        state=OfferState(found["state"]),
        channels=frozenset(RedemptionChannel(channel) for channel in found["channels"]),
        offer_type=OfferType(found["offer_type"]),
        uses_left=found["uses_left"],
        minimum_stock=found["minimum_stock"],
        minimum_purchase=None if minimum is None else Decimal(minimum),
    )
    return VerdictDeal(
        promotion_pk=found["pk"],
        promotion_id=found["promotion_id"],
        revision_id=found["revision_id"],
        revision_number=found["revision"],
        headline=found["headline"],
        benefit_text=benefit_text(benefit),
        say=found["say"],
        code=found["code"],
        uses_left=found["uses_left"],
        starts_at=store.local(starts_at),
        ends_at=store.local(ends_at),
        facts=facts,
    )


def deal_verdict(
    *,
    store: Store,
    code: str,
    deal: VerdictDeal,
    decision: Decision,
    now: dt.datetime,
    item: VerdictItem | None = None,
    price: VerdictPrice | None = None,
    stock: VerdictStock | None = None,
    also: tuple[VerdictDeal, ...] = (),
) -> Verdict:
    """A decision in words; what could be offered instead is looked for when the shelf is empty."""
    outcome = decision.outcome
    places: tuple[AlternativeStore, ...] = ()
    similar: tuple[AlternativeItem, ...] = ()
    if outcome == Outcome.OFFER_ALTERNATIVE and item:
        places = nearest_stores(store=store, promotion_pk=deal.promotion_pk, item_pk=item.pk, now=now)
        similar = items_of_deal(store=store, promotion_pk=deal.promotion_pk, but=item.pk, now=now)
        if not places and not similar:
            outcome = Outcome.REFUSE
    if price and decision.price is not None:
        price = VerdictPrice(regular=price.regular, deal=decision.price, currency=price.currency)
    facts = deal_words(deal, item=item, stock=stock, places=places)
    return closing(
        store=store, code=code, outcome=outcome, reasons=decision.reasons, facts=facts, now=now, item=item,
        deal=deal, price=price, stock=stock, alternatives=places, similar=similar, also=also,
    )  # fmt: skip


def deal_words(
    deal: VerdictDeal,
    *,
    item: VerdictItem | None,
    stock: VerdictStock | None,
    places: Sequence[AlternativeStore],
) -> dict[str, Any]:
    """The facts that the sentences speak of."""
    minimum = deal.facts.minimum_purchase
    return {
        "benefit": deal.benefit_text,
        "item": item.title if item else deal.headline,
        "starts": moment_text(deal.starts_at),
        "ends": end_text(deal.ends_at),
        "store": places[0].name if places else "",
        "code": deal.code,
        "currency": deal.facts.benefit.currency,
        "minimum": money(minimum, deal.facts.benefit.currency) if minimum else "",
        "quantity": stock.quantity if stock else "",
        "counted": stock_words(stock) if stock else "",
    }


def stock_words(stock: VerdictStock) -> str:
    """Whose figure and when, short: "pos, 14:02"."""
    when = stock.sales_until or stock.counted_at
    return f"{stock.source}, {when:%d.%m. %H:%M}"


def no_deal_here(
    *,
    store: Store,
    code: str,
    item: VerdictItem,
    price: VerdictPrice | None,
    stock: VerdictStock | None,
    now: dt.datetime,
) -> Verdict:
    """The item is known, but no promotion covers it in this store; perhaps one does elsewhere."""
    elsewhere = fetch_one(ELSEWHERE, {"item": item.pk})
    places: tuple[AlternativeStore, ...] = ()
    reason = Reason.NO_DEAL
    if elsewhere:
        reason = Reason.NOT_THIS_STORE
        places = nearest_stores(store=store, promotion_pk=elsewhere[0], item_pk=item.pk, now=now)
    facts = {"item": item.title, "store": places[0].name if places else ""}
    return closing(
        store=store, code=code, outcome=Outcome.REFUSE, reasons=[reason], facts=facts, now=now, item=item,
        price=price, stock=stock, alternatives=places,
    )  # fmt: skip


def closing(
    *,
    store: Store,
    code: str,
    outcome: Outcome,
    reasons: Sequence[Reason],
    facts: Mapping[str, Any],
    now: dt.datetime,
    deal: VerdictDeal | None = None,
    **parts: Any,
) -> Verdict:
    """Put the words to a decision. The merchandiser's own text goes before ours when the answer is yes."""
    facts = {"code": code, **facts}
    own = deal.say if deal and outcome == Outcome.HONOUR else ""
    return Verdict(
        store=store,
        code=code,
        outcome=outcome,
        reasons=tuple(ReasonLine(reason, reason_text(reason, facts)) for reason in reasons),
        say=own or say(outcome, reason=reasons[0], facts=facts),
        at=store.local(now),
        deal=deal,
        **parts,
    )
