"""What the tablets hear from a commit to the last of them, with the worker in between; and how they come back."""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from signal import SIGKILL, SIGTERM

from django.db import transaction
from django.utils import timezone

from inventory.models import Store
from omnistore.benchmarks.clients import Ask
from omnistore.benchmarks.goods import Goods
from omnistore.benchmarks.measuring import NANOSECONDS, Figures, WrongResult
from omnistore.benchmarks.push_sides import HOST, Web
from omnistore.benchmarks.stream_clients import percentile
from omnistore.demo import processes
from omnistore.demo.running import start_worker, wait_for_first_page
from promotions.models import Promotion, RelayCursor, StoreOffer, StoreStream
from promotions.rules.words import ChangeReason, OfferState
from promotions.services.approving import publish_trusted
from promotions.services.changes import Transition, write_changes
from promotions.services.publishing import create_promotion, stop_promotion

ITEMS = 5


@contextmanager
def relaying() -> Iterator[None]:
    """A Celery worker; it finds nothing to relay at first."""
    streams = StoreStream.objects.values_list("store_id", "seq")
    RelayCursor.objects.bulk_create(
        RelayCursor(store_id=store_id, relayed_seq=seq) for store_id, seq in streams
    )
    worker = start_worker(env=os.environ, log=sys.stderr)
    try:
        yield
    finally:
        processes.end_child(worker.process, by=SIGTERM, seconds=15)


def draft(goods: Goods, *, number: int) -> Promotion:
    """A deal on a few items in all stores, ready to be published."""
    today = timezone.now().date()
    content = {
        "long_title": f"Deal {number} online and in store",
        "redemption_channel": ["IN_STORE", "ONLINE"],
        "product_applicability": "SPECIFIC_PRODUCTS",
        "item_id_inclusion": [item.sku for item in goods.items[:ITEMS]],
        "store_applicability": "ALL_STORES",
        "starts_on": today - dt.timedelta(days=3),
        "ends_on": today + dt.timedelta(days=11),
        "coupon_value_type": "PERCENT_OFF",
        "percent_off": Decimal(20),
    }
    promotion_id = f"PUSH-{number}"
    return create_promotion(
        promotion_id=promotion_id, content=content, author=None, now=timezone.now()
    ).promotion


def publish_and_stop(goods: Goods, *, number: int, tablets: int, ask: Ask) -> Figures:
    """One promotion opens in every store, and is stopped: from each commit to the last tablet."""
    promotion = draft(goods, number=number)
    with transaction.atomic():
        publish_trusted(promotion=promotion, why="benchmark", now=timezone.now())
        since = time.monotonic_ns()
    published = heard(ask, stores=len(goods.stores), tablets=tablets, since=since)
    with transaction.atomic():
        stop_promotion(promotion=promotion, reason="benchmark", now=timezone.now())
        since = time.monotonic_ns()
    stopped = heard(ask, stores=len(goods.stores), tablets=tablets, since=since)
    return {
        "publish_p50_ms": published["p50_ms"],
        "publish_last_ms": published["last_ms"],
        "stop_last_ms": stopped["last_ms"],
    }


def heard(ask: Ask, *, stores: int, tablets: int, since: int) -> Figures:
    """What the clients say of one event in each of so many stores; every tablet must have got it."""
    answer: Figures = ask({"collect": "ours", "events": tablets, "since": since})
    if answer["delivered"] != tablets:
        raise WrongResult(f"{answer['delivered']} of {tablets} events of {stores} stores arrived")
    return answer


def opened_everywhere(goods: Goods, *, tablets: int, ask: Ask) -> Promotion:
    """A promotion that every tablet has heard of."""
    promotion = draft(goods, number=0)
    publish_trusted(promotion=promotion, why="benchmark", now=timezone.now())
    heard(ask, stores=len(goods.stores), tablets=tablets, since=time.monotonic_ns())
    return promotion


def one_store_after_another(
    goods: Goods, promotion: Promotion, *, changes: int, tablets: int, ask: Ask
) -> Figures:
    """Changes of single stores, each from its commit to the store's tablets."""
    delays: list[float] = []
    for number in range(changes):
        place = number * 7 % len(goods.stores)
        since = turn(goods.stores[place], promotion)
        listening = len(range(place, tablets, len(goods.stores)))  # as the streams were shared out
        delays += ask({"collect": "ours", "events": listening, "since": since})["delays_ms"]
    nanoseconds = [round(delay * 1e6) for delay in delays]
    return {
        "one_store_p50_ms": percentile(nanoseconds, 0.5),
        "one_store_p99_ms": percentile(nanoseconds, 0.99),
    }


def turn(store: Store, promotion: Promotion) -> int:
    """The offer of one store runs low or is there again; when that was committed, on the monotonic clock."""
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).lock_in_order()
        offer = StoreOffer.objects.get(store=store, promotion=promotion)
        old = offer.state
        offer.state = OfferState.LIVE if old != OfferState.LIVE else OfferState.LOW_STOCK
        offer.save(update_fields=["state"])
        step = Transition(
            store_id=store.pk,
            promotion_id=promotion.pk,
            revision_id=offer.revision_id,
            old_state=old,
            new_state=offer.state,
            reason=ChangeReason.STOCK,
        )
        write_changes(transitions=[step], now=timezone.now())
        return time.monotonic_ns()


def restart(stores: Sequence[Store], promotion: Promotion, *, web: Web, tablets: int, ask: Ask) -> Figures:
    """The web server is killed; while it starts again every store changes; all tablets come back and miss nothing.

    `restart_up_s` is from the start of the process to its first page, with all the tablets at its door.
    """
    ask({"come_back": "ours", "missed": 1})
    processes.end_child(web.part.process, by=SIGKILL, seconds=5)
    started = time.monotonic()
    web.start()
    change_everywhere(stores, promotion=promotion)
    wait_for_first_page(web.part, host=HOST, port=web.port)
    up = time.monotonic()
    answer = ask({"settle": "ours"})
    back = answer["last_at"] / NANOSECONDS
    return {
        "restart_up_s": up - started,
        "restart_all_back_s": back - started,
        "restart_lost": answer["lost"],
        "restart_doubled": answer["doubled"],
        "restart_attempts_per_stream": answer["attempts"] / tablets,
    }


def change_everywhere(stores: Sequence[Store], *, promotion: Promotion) -> None:
    """One change of every store, in one transaction."""
    step = Transition(
        store_id=0,
        promotion_id=promotion.pk,
        revision_id=promotion.latest_revision().pk,
        old_state=OfferState.LIVE,
        new_state=OfferState.LIVE,
        reason=ChangeReason.STOCK,
    )
    with transaction.atomic():
        write_changes(transitions=[replace(step, store_id=store.pk) for store in stores], now=timezone.now())
