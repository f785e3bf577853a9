"""The clock stood still for three hours, over a start, an end and a whole window; then beat comes back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from inventory.models import Store
from promotions.models import OfferChange, StoreOffer
from promotions.services.reconciling import reconcile
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, put_stock
from tests.processes import running_beat, running_worker
from tests.promotions.live.parties import eventually

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ZONES = ("America/New_York", "Asia/Kathmandu")
TICK = timedelta(seconds=5)  # of `turn promotions` in the beat table
AWAY = timedelta(hours=3)  # of work; the promotions were published when it began
# Start and end, counted from beat's return.
WINDOWS = {
    "started": (timedelta(minutes=-60), timedelta(days=1)),
    "ended": (timedelta(days=-1), timedelta(minutes=-60)),
    "missed": (timedelta(minutes=-90), timedelta(minutes=-30)),
    "to-come": (timedelta(hours=6), timedelta(days=1)),
}


def window_on_the_wall(store: Store, *, start: datetime, end: datetime) -> dict[str, Any]:
    """The two instants as this store's clock shows them."""
    first, last = (moment.astimezone(ZoneInfo(store.timezone)) for moment in (start, end))
    return {
        "starts_on": first.date(),
        "starts_time": first.time(),
        "ends_on": last.date(),
        "ends_time": last.time(),
        "store_codes_inclusion": [store.store_code],
    }


def states() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for promotion_id, state in StoreOffer.objects.values_list("promotion__promotion_id", "state"):
        found.setdefault(promotion_id.partition("@")[0], set()).add(state)
    return found


def test_everything_is_right_within_one_tick_of_its_return(tmp_path: Path) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    item = create_item()
    for zone in ZONES:
        store = create_store(timezone=zone)
        put_stock(store=store, levels={item: 9}, counted_at=now - timedelta(hours=4))
        for name, (start, end) in WINDOWS.items():
            window = window_on_the_wall(store, start=now + start, end=now + end)
            create_published_promotion(promotion_id=f"{name}@{zone[:4]}", now=now - AWAY, **window)
    assert states() == {"started": {"READY"}, "ended": {"LIVE"}, "missed": {"READY"}, "to-come": {"READY"}}
    before = OfferChange.objects.count()

    with running_worker(tmp_path), running_beat(tmp_path):
        eventually(lambda: states()["started"] == {"LIVE"}, seconds=60)

    assert states() == {
        "started": {"LIVE"},
        "ended": {"EXPIRED"},
        "missed": {"EXPIRED"},
        "to-come": {"READY"},
    }
    turns = OfferChange.objects.filter(at__gte=now)
    assert turns.count() == OfferChange.objects.count() - before == 3 * len(ZONES)  # each turned once
    first, last = min(turn.at for turn in turns), max(turn.at for turn in turns)
    assert last - first < TICK  # all of them by one tick, whichever of the workers came first
    run = reconcile(slot=now.date(), now=timezone.now())
    assert run is not None
    assert run.differences == 0
