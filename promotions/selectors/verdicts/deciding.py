"""From a scan to a verdict; what only a refusal needs (other stores, other items) is read only then."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from inventory.feeds.scans import looks_misread, scanned_gtins
from inventory.models import Store
from promotions.rules.verdict import Decision, best, deal_refusals, decide
from promotions.rules.words import Outcome, Reason
from promotions.selectors.alternatives import AlternativeItem, AlternativeStore, items_of_deal, nearest_stores
from promotions.selectors.codes import is_misread, names_in
from promotions.selectors.sentences import money, reason_text, say
from promotions.selectors.verdicts.facts import (
    BEST_ITEM_OF_DEAL,
    BY_IDENTIFIER,
    BY_SKU,
    DEAL_BY_CODE,
    ELSEWHERE,
    fetch_one,
    read_deal,
    read_item,
    scan_params,
)
from promotions.selectors.verdicts.shapes import (
    ReasonLine,
    Verdict,
    VerdictDeal,
    VerdictItem,
    VerdictPrice,
    VerdictStock,
)


def verdict_for(*, store: Store, code: str, now: dt.datetime) -> Verdict:
    """The verdict on anything with a code: a GTIN in any form, a PLU, a SKU, a coupon, a promotion's code or id.

    What has the form of a GTIN, a coupon or one of our single-use codes, but a wrong check digit or character, and
    that nothing else matches is a misread, not an unknown item. `now` is aware; every time in the answer is on the
    store's clock.
    """
    code = code.replace("\x00", "").strip(" \t\r\n")[:200]
    params = scan_params(store=store, now=now)
    row = None
    for gtin in scanned_gtins(code):
        row = row or fetch_one(BY_IDENTIFIER, {**params, "kind": "GTIN", "value": gtin})
    if row is None and code:
        if verdict := promotion_verdict(store=store, code=code, now=now):
            return verdict
        row = (
            fetch_one(BY_IDENTIFIER, {**params, "kind": "PLU", "value": code})
            or fetch_one(BY_IDENTIFIER, {**params, "kind": "INTERNAL", "value": code})
            or fetch_one(BY_SKU, {**params, "value": code})
        )
    if row is None:
        is_slip = looks_misread(code) or is_misread(code)
        reason = Reason.MISREAD_CODE if is_slip else Reason.UNKNOWN_CODE
        return closing(store=store, code=code, outcome=Outcome.UNKNOWN, reasons=[reason], facts={}, now=now)
    return item_verdict(store=store, code=code, row=row, now=now)


def item_verdict(*, store: Store, code: str, row: Sequence[Any], now: dt.datetime) -> Verdict:
    """The verdict on an item: of its deals here the best outcome wins."""
    item, price, stock, item_facts = read_item(row, store=store, now=now)
    deals = {deal.promotion_id: deal for deal in (read_deal(found, store=store) for found in row[16])}
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
    params = scan_params(store=store, now=now)
    names = names_in(code)
    row = fetch_one(DEAL_BY_CODE, {**params, **names})
    if row is None:
        return None
    found, is_here, promotion_pk, _promotion_id, headline, single_code, is_used = row
    if not is_here:
        places = nearest_stores(store=store, promotion_pk=promotion_pk, item_pk=None, now=now)
        facts = {"store": places[0].name if places else "", "item": headline}
        return closing(
            store=store, code=code, outcome=Outcome.REFUSE, reasons=[Reason.NOT_THIS_STORE], facts=facts, now=now,
            alternatives=places, elsewhere_pk=promotion_pk,
        )  # fmt: skip
    deal = read_deal(found, store=store)
    if not single_code and names["single"].startswith("("):  # a coupon's serial that nobody has used yet
        single_code = names["single"]
    if single_code:
        deal = deal.by_single_code(single_code, is_used=is_used)
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
    facts = deal_words(deal, item=item, stock=stock, places=places, now=now)
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
        price=price, stock=stock, alternatives=places, elsewhere_pk=elsewhere and elsewhere[0],
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
