"""Which promotion a code or a link names, wherever it is valid."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.models import Store
from promotions.rules.pages import most_alike, own_promotion, page_of
from promotions.selectors.codes import names_in, rain_check_of
from promotions.selectors.verdicts.facts import (
    DEAL_BY_CODE,
    DEAL_BY_KEY,
    PAGES_OF_DEALS,
    fetch_one,
    read_deal,
    scan_params,
)
from promotions.selectors.verdicts.shapes import VerdictDeal


@dataclass(frozen=True)
class FoundDeal:
    """A published promotion; `deal` is how this store has it, None where it is not valid.

    `promised_sku` is the one item that a rain check is for.
    """

    promotion_pk: int
    headline: str
    deal: VerdictDeal | None
    promised_sku: str = ""


def deal_by_code(code: str, *, store: Store, now: dt.datetime) -> FoundDeal | None:
    """The promotion with this code (generic, used once, a GS1 coupon's) or id."""
    names = names_in(code)
    row = fetch_one(DEAL_BY_CODE, {**scan_params(store=store, now=now), **names})
    return found_deal(row, store=store, single=names["single"]) if row else None


def deal_by_key(promotion_pk: int, *, store: Store, now: dt.datetime) -> FoundDeal | None:
    """The published promotion with this key."""
    params = {**scan_params(store=store, now=now), "promotion": promotion_pk, "single": ""}
    row = fetch_one(DEAL_BY_KEY, params)
    return found_deal(row, store=store) if row else None


def found_deal(row: Sequence[Any], *, store: Store, single: str = "") -> FoundDeal:
    """One row of either statement; `single` is the code shown, should it be one that is used once."""
    found, is_here, promotion_pk, _promotion_id, headline, single_code, is_used, is_rain_check = row
    if not is_here:
        return FoundDeal(promotion_pk, headline, None)
    deal = read_deal(found, store=store)
    if not single_code and single.startswith("("):  # a coupon's serial that nobody has used yet
        single_code = single
    if single_code:
        deal = deal.by_single_code(single_code, is_used=is_used)
    if promised := rain_check_of(single_code) if is_rain_check else None:
        return FoundDeal(promotion_pk, headline, deal.by_rain_check(promised), promised.item.sku)
    return FoundDeal(promotion_pk, headline, deal)


def promotions_shown(links: Sequence[str], *, store: Store) -> list[int]:
    """The promotions whose pages these links open, those of the store first; by index, however many there are."""
    found = [pk for link in links if (pk := own_promotion(link)) is not None]
    pages = [page for link in links if (page := page_of(link))]
    keys = [key for page in pages for key in page.keys]
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(PAGES_OF_DEALS, {"store": store.pk, "pages": keys})
            rows = cursor.fetchall()
        for page in pages:
            found += most_alike(page, rows)
    return list(dict.fromkeys(found))
