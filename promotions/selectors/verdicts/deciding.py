"""From a scan to a verdict; what only a refusal needs (other stores, other items) is read only then."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory.feeds.scans import Scan, read_scan
from inventory.models import Store
from promotions.rules.pages import codes_in
from promotions.rules.verdict import (
    NOBODY_LOOKED,
    RANK,
    YES,
    Decision,
    SeenPrices,
    best,
    deal_refusals,
    decide,
)
from promotions.rules.words import Outcome, Reason
from promotions.selectors.alternatives import AlternativeItem, AlternativeStore, items_of_deal, nearest_stores
from promotions.selectors.codes import is_misread
from promotions.selectors.sentences import moment_text, money, reason_text, say
from promotions.selectors.verdicts.facts import (
    BEST_ITEM_OF_DEAL,
    BY_IDENTIFIER,
    BY_SKU,
    DEALS,
    ELSEWHERE,
    fetch_one,
    read_deal,
    read_item,
    scan_params,
)
from promotions.selectors.verdicts.naming import FoundDeal, deal_by_code, deal_by_key, promotions_shown
from promotions.selectors.verdicts.places import STACKED, places_taken, stacked
from promotions.selectors.verdicts.shapes import (
    ReasonLine,
    Verdict,
    VerdictDeal,
    VerdictItem,
    VerdictPrice,
    VerdictStock,
)

PROMOTIONS_OF_A_PAGE = 5
LONGEST_IN_WORDS = 60


def verdict_for(*, store: Store, code: str, now: dt.datetime, seen: SeenPrices = NOBODY_LOOKED) -> Verdict:
    """The verdict on anything a shopper can show: a GTIN in any form, a PLU, a SKU, a coupon, a promotion's code or
    id, the web page of an offer, a message with a link to one.

    What has the form of a GTIN, a coupon or one of our single-use codes, but a wrong check digit or character, and
    that nothing else matches is a misread, not an unknown item. `now` is aware; every time in the answer is on the
    store's clock. `seen` are the prices of one unit that somebody read off the sign or the till, in the store's money.
    """
    scan = read_scan(code)
    params = scan_params(store=store, now=now)
    row = None
    for gtin in scan.gtins:
        row = row or fetch_one(BY_IDENTIFIER, {**params, "kind": "GTIN", "value": gtin})
    if row is None:
        if verdict := promotion_of_scan(scan, store=store, now=now, seen=seen):
            return verdict
        row = item_by_code(scan.codes, params=params)
    if row is None:
        is_slip = scan.is_misread or any(is_misread(code) for code in scan.codes)
        reason = Reason.MISREAD_CODE if is_slip else Reason.UNKNOWN_CODE
        return closing(
            store=store, code=scan.text, outcome=Outcome.UNKNOWN, reasons=[reason], facts={}, now=now
        )
    return item_verdict(store=store, code=scan.text, row=row, now=now, seen=seen)


def item_by_code(codes: Sequence[str], *, params: Mapping[str, Any]) -> Sequence[Any] | None:
    """The item with the first of these codes as its PLU, internal code or SKU."""
    for code in codes:
        row = (
            fetch_one(BY_IDENTIFIER, {**params, "kind": "PLU", "value": code})
            or fetch_one(BY_IDENTIFIER, {**params, "kind": "INTERNAL", "value": code})
            or fetch_one(BY_SKU, {**params, "value": code})
        )
        if row:
            return row
    return None


def promotion_of_scan(scan: Scan, *, store: Store, now: dt.datetime, seen: SeenPrices) -> Verdict | None:
    """The verdict on the promotion whose page, code or id was shown; None when there is no such one."""
    if scan.links:
        shown = promotions_shown(scan.links, store=store)
        if verdict := page_verdict(shown, store=store, code=scan.text, now=now, seen=seen):
            return verdict
    carried = (code for link in scan.links for code in codes_in(link))
    for code in (*scan.codes, *carried):
        found = deal_by_code(code, store=store, now=now)
        if found:
            return promotion_verdict(found, store=store, code=scan.text, now=now, seen=seen)
    return None


def page_verdict(
    promotions: Sequence[int], *, store: Store, code: str, now: dt.datetime, seen: SeenPrices
) -> Verdict | None:
    """The verdict on a page: of the promotions it shows the best outcome wins, the others are named."""
    found = [deal_by_key(pk, store=store, now=now) for pk in promotions[:PROMOTIONS_OF_A_PAGE]]
    verdicts = [promotion_verdict(deal, store=store, code=code, now=now, seen=seen) for deal in found if deal]
    if not verdicts:
        return None
    first = min(verdicts, key=lambda verdict: RANK[verdict.outcome])
    others = (verdict.deal for verdict in verdicts if verdict is not first and verdict.outcome in YES)
    return replace(first, also=first.also or tuple(deal for deal in others if deal))


def item_verdict(
    *, store: Store, code: str, row: Sequence[Any], now: dt.datetime, seen: SeenPrices = NOBODY_LOOKED
) -> Verdict:
    """The verdict on an item: of its deals here the best outcome wins."""
    item, price, stock, item_facts = read_item(row, store=store, now=now)
    found_deals = [read_deal(found, store=store) for found in row[DEALS]]
    deals = {deal.promotion_id: deal for deal in found_deals}
    taken = places_taken([deal for deal in found_deals if deal.applies_by_itself], item=item_facts, now=now)
    decided = [
        (facts, decide(facts, item_facts, now=now, seen=seen))
        for facts in (stacked(deal.facts, taken=taken) for deal in found_deals)
    ]
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
        seen=seen,
    )


def promotion_verdict(
    found: FoundDeal, *, store: Store, code: str, now: dt.datetime, seen: SeenPrices
) -> Verdict:
    """The verdict on a promotion, judged on its best item here."""
    if found.deal is None:
        places = nearest_stores(store=store, promotion_pk=found.promotion_pk, item_pk=None, now=now)
        facts = {"store": places[0].name if places else "", "item": found.headline}
        return closing(
            store=store, code=code, outcome=Outcome.REFUSE, reasons=[Reason.NOT_THIS_STORE], facts=facts, now=now,
            alternatives=places, elsewhere_pk=found.promotion_pk,
        )  # fmt: skip
    deal = found.deal
    params = scan_params(store=store, now=now)
    if found.promised_sku:
        item_row = fetch_one(BY_SKU, {**params, "value": found.promised_sku})
    else:
        item_row = fetch_one(BEST_ITEM_OF_DEAL, {**params, "promotion": found.promotion_pk})
    if item_row is None:
        refusals = deal_refusals(deal.facts, currency=store.currency, now=now) or [Reason.NOT_STOCKED]
        return deal_verdict(
            store=store, code=code, deal=deal, decision=Decision(Outcome.REFUSE, tuple(refusals)), now=now
        )
    item, price, stock, item_facts = read_item(item_row, store=store, now=now)
    others = [read_deal(other, store=store) for other in item_row[DEALS]]
    rivals = [
        other for other in others if other.applies_by_itself and other.promotion_pk != deal.promotion_pk
    ]
    taken = places_taken([deal, *rivals], item=item_facts, now=now, is_named=True)
    decision = decide(stacked(deal.facts, taken=taken), item_facts, now=now, seen=seen)
    better: tuple[VerdictDeal, ...] = ()
    if decision.reasons[0] in STACKED:
        place = taken[deal.promotion_id]
        better = tuple(rival for rival in rivals if rival.promotion_id in place.by)
        decision = replace(decision, price=place.price)
    return deal_verdict(
        store=store, code=code, deal=deal, decision=decision, item=item, price=price, stock=stock, also=better,
        now=now, seen=seen,
    )  # fmt: skip


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
    seen: SeenPrices = NOBODY_LOOKED,
) -> Verdict:
    """A decision in words; what could be offered instead is looked for when the shelf is empty."""
    outcome = decision.outcome
    places: tuple[AlternativeStore, ...] = ()
    similar: tuple[AlternativeItem, ...] = ()
    if outcome == Outcome.OFFER_ALTERNATIVE and item and decision.reasons[0] not in STACKED:
        places = nearest_stores(store=store, promotion_pk=deal.promotion_pk, item_pk=item.pk, now=now)
        similar = items_of_deal(store=store, promotion_pk=deal.promotion_pk, but=item.pk, now=now)
        if not places and not similar:
            outcome = Outcome.REFUSE
    if price and decision.price is not None:
        price = VerdictPrice(regular=price.regular, deal=decision.price, currency=price.currency)
    facts = deal_words(deal, item=item, stock=stock, places=places, now=now)
    facts |= price_words(decision.price, seen=seen, currency=price.currency if price else store.currency)
    facts["other"] = ", ".join(other.headline for other in also)
    facts["similar"] = similar[0].title if similar else ""
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
    now: dt.datetime,
) -> dict[str, Any]:
    """The facts that the sentences speak of."""
    benefit, minimum = deal.facts.benefit, deal.facts.money_needed
    return {
        **deal.window_words(now),
        "benefit": deal.benefit_text,
        "item": item.title if item else deal.headline,
        "store": places[0].name if places else "",
        "code": deal.code,
        "currency": benefit.currency,
        "minimum": money(minimum, benefit.currency) if minimum else "",
        "limit": money(benefit.limit_value, benefit.currency) if benefit.limit_value else "",
        "bought": deal.facts.pieces_needed or "",
        "quantity": amount_text(stock.quantity, item) if stock and item else "",
        "counted": stock_words(stock, now=now) if stock else "",
    }


def price_words(price: Decimal | None, *, seen: SeenPrices, currency: str) -> dict[str, str]:
    """What one unit costs, and what sign and till say; spoken of only where somebody has looked at these."""
    if seen == NOBODY_LOOKED:
        return {}
    amounts = {"price": price, "sign": seen.sign, "till": seen.till}
    return {name: "" if amount is None else money(amount, currency) for name, amount in amounts.items()}


def amount_text(quantity: int, item: VerdictItem) -> str:
    """A quantity of the item's smallest unit without needless zeros: 1500 g are "1.5"."""
    return f"{Decimal(quantity).scaleb(-item.unit_decimals).normalize():f}"


def stock_words(stock: VerdictStock, *, now: dt.datetime) -> str:
    """Whose figure and when: "Tills, 14:02", with the day where it is another one."""
    when = stock.sales_until or stock.counted_at
    is_today = when.date() == now.astimezone(when.tzinfo).date()
    return f"{stock.source_name}, {f'{when:%H:%M}' if is_today else moment_text(when)}"


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
        price=price, stock=stock, alternatives=places, elsewhere_pk=elsewhere and elsewhere[0],
    )  # fmt: skip


def shortened(code: str) -> str:
    """What was shown, as far as a sentence bears it."""
    return code if len(code) <= LONGEST_IN_WORDS else f"{code[: LONGEST_IN_WORDS - 1]}…"


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
    facts = {"code": shortened(code), **facts}
    own = deal.say if deal and outcome == Outcome.HONOUR and reasons[0] != Reason.HONOUR_WINDOW else ""
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
