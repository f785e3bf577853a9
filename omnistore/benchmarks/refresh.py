"""Offers after changed stock: CPU for each changed row at many stores beside few, and beside a full recount."""

import datetime as dt
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from inventory.feeds.records import LevelChanges
from inventory.models import Store
from omnistore.benchmarks.goods import ITEMS_OF_A_PROMOTION, MOST_IN_STOCK, Goods, create_goods, import_file
from omnistore.benchmarks.measuring import (
    MICROSECONDS,
    Figures,
    Meter,
    Report,
    Spent,
    WrongResult,
    database_pid,
    in_turns,
    paired_ratio,
    positive,
    say,
    share,
    tree_cpu_seconds,
)
from promotions.models import Budget, OfferItem, Promotion, PromotionRevision, Reconciliation
from promotions.rules.words import PromotionState, RevisionState
from promotions.services.reconciling import RECOUNT, STORES_AT_ONCE, recount_stores
from promotions.services.refreshing import refresh_after_stock_change

FEW_ROWS = 20  # a wave of receipts


def add_arguments(parser: ArgumentParser) -> None:
    """The sizes."""
    parser.add_argument("--stores", type=positive, default=1_000)
    parser.add_argument("--few-stores", type=positive, default=100, help="what the growth is measured from")
    parser.add_argument("--items", type=positive, default=5_000, help="every store has a level of every item")
    parser.add_argument(
        "--promotions", type=positive, default=2_000, help="live on 50 items each in half the stores"
    )
    parser.add_argument("--changed", type=share, default=0.01, help="share of the levels that change at once")
    parser.add_argument("--rounds", type=positive, default=3)


def run(
    *, stores: int, few_stores: int, items: int, promotions: int, changed: float, rounds: int, **_others: Any
) -> Report:
    """Changes at few stores; then the other stores are added, and changes take turns with recounts of everything."""
    size = {
        "stores": stores, "few_stores": few_stores, "items": items, "promotions": promotions, "changed": changed,
    }  # fmt: skip
    report = Report("refresh", size, rounds)
    database = partial(tree_cpu_seconds, database_pid())
    few, many = (
        create_goods(stores=count, items=items, nights=0, prefix=prefix)
        for count, prefix in ((few_stores, "S"), (max(1, stores - few_stores), "T"))
    )
    for goods in (few, many):
        import_file(source=goods.source, content=goods.stock_file())
    say("the stock is loaded")
    publish(few, promotions=promotions)
    offer(few)
    change = partial(refresh, few, database=database)
    change(share_of_rows=changed)  # to warm up
    found = in_turns(
        lambda: {
            "few_stores": partial(change, share_of_rows=changed),
            "few_rows": partial(change, rows=FEW_ROWS),
        },
        rounds=2 * rounds + 1,
    )
    offer(many)
    goods = together(few, many)
    change = partial(refresh, goods, database=database)
    change(share_of_rows=changed)
    found |= in_turns(
        lambda: {
            "many_stores": partial(change, share_of_rows=changed),
            "many_few_rows": partial(change, rows=FEW_ROWS),
            "full": partial(recount, goods, database=database),
        },
        rounds=rounds,
    )
    report.take(found)
    report.ratios["growth"] = median(found["many_stores_cpu_us_per_row"]) / median(
        found["few_stores_cpu_us_per_row"]
    )
    report.ratios["growth_few_rows"] = median(found["many_few_rows_cpu_us_per_row"]) / median(
        found["few_rows_cpu_us_per_row"]
    )
    report.ratios["of_full"] = paired_ratio(found["many_stores_cpu_s"], found["full_cpu_s"])
    return report


def publish(goods: Goods, *, promotions: int) -> None:
    """Live promotions and their items, written in bulk: publishing as such is not measured here."""
    now = timezone.now()
    made = [
        Promotion(
            pk=number, promotion_id=f"BENCHMARK-{number}", current_revision_id=number, created_at=now, published_at=now,
            state=PromotionState.LIVE, revision_state=RevisionState.PUBLISHED,
        )
        for number in range(1, promotions + 1)
    ]  # fmt: skip
    revisions = [
        PromotionRevision(
            pk=promotion.pk, promotion=promotion, number=1, created_at=now, long_title=f"Deal {promotion.pk}",
            coupon_value_type="PERCENT_OFF", percent_off=Decimal(20), redemption_channel=["IN_STORE"],
            product_applicability="ALL_PRODUCTS", store_applicability="ALL_STORES",
            starts_on=now.date() - dt.timedelta(days=3), ends_on=now.date() + dt.timedelta(days=11),
            minimum_stock=1 + promotion.pk % 20,
        )
        for promotion in made
    ]  # fmt: skip
    with transaction.atomic():  # each names the other
        Promotion.objects.bulk_create(made, batch_size=500)
        PromotionRevision.objects.bulk_create(revisions, batch_size=500)
    Budget.objects.bulk_create(Budget(promotion=promotion, is_open=True) for promotion in made)
    several = min(ITEMS_OF_A_PROMOTION, len(goods.items))
    OfferItem.objects.bulk_create(
        (
            OfferItem(
                item=goods.items[place], minimum_stock=revision.minimum_stock, promotion=revision.promotion
            )
            for revision in revisions
            for place in goods.chance.choice(len(goods.items), several, replace=False)
        ),
        batch_size=10_000,
    )
    say("the promotions are live")


OFFERS = """
INSERT INTO promotions_storeoffer
    (store_id, promotion_id, revision_id, state, issues, starts_at, ends_at, opens_at, closes_at, honoured_until,
     turns_at, items_stocked, items_available, items_enough, changed_at)
SELECT s.id, p.id, p.current_revision_id, 'READY', '[]', %(starts)s, %(ends)s, %(starts)s, %(ends)s, %(ends)s, %(ends)s,
       0, 0, 0, %(now)s
FROM unnest(%(stores)s::int4[]) s(id) CROSS JOIN promotions_promotion p WHERE (s.id + p.id) %% 2 = 0
"""


def offer(goods: Goods) -> None:
    """An offer of each promotion in every second store, with the counts of its stock."""
    now = timezone.now()
    stores = [store.pk for store in goods.stores]
    with connection.cursor() as cursor:
        cursor.execute(
            OFFERS,
            {
                "stores": stores,
                "starts": now - dt.timedelta(days=3),
                "ends": now + dt.timedelta(days=11),
                "now": now,
            },
        )
        cursor.execute("VACUUM (ANALYZE)")
        for start in range(0, len(stores), STORES_AT_ONCE):
            cursor.execute(RECOUNT, {"stores": stores[start : start + STORES_AT_ONCE], "now": now})
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    say(f"{len(stores)} stores have their offers")


def together(one: Goods, other: Goods) -> Goods:
    """The goods of both as those of one chain."""
    return Goods(
        stores=one.stores + other.stores,
        items=one.items,
        gtins=one.gtins,
        source=one.source,
        quantities=np.concatenate([one.quantities, other.quantities]),
        night=one.night,
    )


CHANGE_LEVELS = """
UPDATE inventory_stocklevel l SET on_hand = c.quantity
FROM unnest(%(stores)s::int4[], %(items)s::int4[], %(quantities)s::int4[]) AS c(store_id, item_id, quantity)
WHERE l.store_id = c.store_id AND l.item_id = c.item_id
"""


def refresh(goods: Goods, *, database: Meter, share_of_rows: float = 0, rows: int = 0) -> Figures:
    """Levels anywhere change; what it costs until the offers have followed, the levels themselves not counted."""
    changes = change_levels(goods, count=rows or max(1, round(goods.rows * share_of_rows)))
    with Spent(client=time.process_time, database=database) as spent, transaction.atomic():
        Store.objects.filter(pk__in=np.unique(changes.store_ids).tolist()).lock_in_order()
        told = refresh_after_stock_change(changes=changes, now=timezone.now())
    tidy()
    return {
        "cpu_us_per_row": spent.cpu / len(changes) * MICROSECONDS,
        "cpu_s": spent.cpu,
        "rows": len(changes),
        "told": told,
    }


def change_levels(goods: Goods, *, count: int) -> LevelChanges:
    """So many random levels get another quantity."""
    places = goods.chance.choice(goods.rows, count, replace=False)
    flat = goods.quantities.ravel()
    old = flat[places].copy()
    flat[places] = (old + goods.chance.integers(1, MOST_IN_STOCK, count)) % MOST_IN_STOCK
    store_ids = np.array([store.pk for store in goods.stores], np.int32)[places // len(goods.items)]
    item_ids = np.array([item.pk for item in goods.items], np.int32)[places % len(goods.items)]
    new = flat[places].astype(np.int32)
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGE_LEVELS,
            {"stores": store_ids.tolist(), "items": item_ids.tolist(), "quantities": new.tolist()},
        )
    return LevelChanges(store_ids, item_ids, old.astype(np.int32), new)


def recount(goods: Goods, *, database: Meter) -> Figures:
    """The reconciler's recount of every offer; it must find what the refreshes have left."""
    now = timezone.now()
    checked = Reconciliation(started_at=now)
    stores: Sequence[int] = [store.pk for store in goods.stores]
    with Spent(client=time.process_time, database=database) as spent:
        for start in range(0, len(stores), STORES_AT_ONCE):
            recount_stores(run=checked, store_ids=list(stores[start : start + STORES_AT_ONCE]), now=now)
    if checked.differences or not checked.offers:
        raise WrongResult(f"{checked.differences} of {checked.offers} offers differ: {checked.details[:3]}")
    return {"cpu_s": spent.cpu, "offers": checked.offers}


def tidy() -> None:
    """What autovacuum and the checkpointer would do in the meantime."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM promotions_storeoffer")
        cursor.execute("CHECKPOINT")
