"""What a person counts at the shelf: a source like any other, believed until somebody's newer fact."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from inventory.feeds.records import QUANTITY_LIMIT, FeedRefused
from inventory.imports.claims import (
    MANUAL_COUNT,
    Claim,
    merged,
    read_claims,
    read_rules,
    winning_times,
    write_claims,
    write_reach,
)
from inventory.imports.deriving import derive_levels
from inventory.imports.times import instant, micros
from inventory.models import FeedRun, FeedSource, Item, ManualCount, StockConflict, StockLevel, Store

TYPED_NUMBER = re.compile(r"-?[0-9]{1,12}(?:[.,]([0-9]{1,12}))?")


@dataclass(frozen=True)
class Counted:
    """What came of a count. `is_repeat`: the same key had brought it before; `is_reused`: with something else."""

    count: ManualCount
    is_repeat: bool = False
    is_reused: bool = False


def count_by_hand(
    *, store: Store, item: Item, quantity: Decimal, member: Any, now: datetime, key: str = ""
) -> Counted:
    """Take what somebody counted (in the item's unit): it is believed from now until a newer fact arrives.

    The same `key` of the same member counts once. Raises FeedRefused for a quantity that cannot be.
    """
    units = smallest_units(quantity, item=item)
    asked = {"store": store.store_code, "sku": item.sku, "quantity": units}
    fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).lock_in_order()
        source = manual_source()
        # One count at a time: of two with the same key the second finds the first.
        FeedSource.objects.select_for_update(no_key=True).get(pk=source.pk)
        before = key and ManualCount.objects.filter(counted_by=member, key=key).select_related("run").first()
        if before:
            return Counted(before, is_repeat=True, is_reused=before.fingerprint != fingerprint)
        return Counted(
            _take(source=source, store=store, item=item, units=units, member=member, key=key,
                  fingerprint=fingerprint, now=now)
        )  # fmt: skip


def typed_count(text: str, *, item: Item) -> Decimal | None:
    """A count as a person types it, in the item's unit, with a decimal comma or point; None where it is no number.

    FeedRefused for more decimals than the unit has: "1,000" pieces may be a thousand or one, so it is neither.
    """
    number = TYPED_NUMBER.fullmatch(text.strip())
    if number is None:
        return None
    if len(number[1] or "") > item.unit_decimals:
        raise bad_quantity(text.strip(), item=item)
    amount = Decimal(number[0].replace(",", "."))
    smallest_units(amount, item=item)
    return amount


def smallest_units(quantity: Decimal, *, item: Item) -> int:
    """A quantity in the item's unit as an integer of its smallest; FeedRefused where it is none."""
    # Compared before it is scaled: the largest Decimal times ten is none.
    is_sound = quantity.is_finite() and 0 <= quantity <= QUANTITY_LIMIT
    scaled = quantity.scaleb(item.unit_decimals) if is_sound else None
    if scaled is None or scaled != scaled.to_integral_value() or scaled > QUANTITY_LIMIT:
        raise bad_quantity(quantity, item=item)
    return int(scaled)


def bad_quantity(quantity: Decimal | str, *, item: Item) -> FeedRefused:
    """What is wrong with a quantity of the item, in words."""
    places = item.unit_decimals
    expected = _("a whole number") if not places else _("at most %(n)s decimals") % {"n": places}
    return FeedRefused(
        "bad_quantity",
        _('The quantity is "%(quantity)s"; expected %(expected)s from 0 up.')
        % {"quantity": quantity, "expected": expected},
    )


def manual_source() -> FeedSource:
    """The built-in source of counts at the shelf; made when the first comes."""
    source, _is_new = FeedSource.objects.get_or_create(
        code=MANUAL_COUNT,
        defaults={
            "name": "Counted at the shelf",
            "kind": FeedSource.Kind.STOCK,
            "precedence": 0,
            "holds_for": timedelta(0),
            "freshness_limit": timedelta(days=7),
            "expected_every": timedelta(days=3650),  # nobody waits for it
        },
    )
    return source


def _take(
    *,
    source: FeedSource,
    store: Store,
    item: Item,
    units: int,
    member: Any,
    key: str,
    fingerprint: str,
    now: datetime,
) -> ManualCount:
    """Claim, level and conflicts of one item, and the run that stands for the piece of paper."""
    claims = dict(read_claims([store.pk])[store.pk])
    own, items = claims.get(source.pk), np.array([item.pk], np.int32)
    # A second count within the same microsecond is the later one.
    at = micros(now)
    if own is not None:
        at = max(at, int(own.times_of(items)[0]) + 1)
    run = FeedRun.objects.create(
        source=source,
        sha256=hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
        file_name=f"Count of {item.sku} in {store.store_code}"[:255],
        size=0,
        state=FeedRun.State.LOADED,
        attempts=1,
        rows_received=1,
        rows_applied=1,
        received_at=now,
        started_at=now,
        finished_at=now,
    )
    claim = merged(own, Claim(items, np.array([units], np.int32), np.array([at], np.int64)))
    write_claims([(store.pk, own, claim)], source_id=source.pk, run_id=run.pk)
    write_reach({store.pk: at}, source_id=source.pk, run_id=run.pk)
    if winning_times({**claims, source.pk: claim}, items, read_rules())[1][0] == source.pk:
        _settle_conflicts(store=store, item=item, units=units, member=member, now=now)
    derive_levels(store_ids=[store.pk], item_ids=[item.pk], now=now, run=run)
    return ManualCount.objects.create(
        run=run,
        store=store,
        item=item,
        quantity=units,
        counted_at=instant(at),
        counted_by=member,
        key=key,
        fingerprint=fingerprint,
        answer=_answer(store=store, item=item, units=units, at=instant(at), run=run),
    )


def _answer(*, store: Store, item: Item, units: int, at: datetime, run: FeedRun) -> dict[str, Any]:
    """What the caller is told, now and when it asks again."""
    on_hand = StockLevel.objects.get(store=store, item=item).on_hand
    return {
        "store_code": store.store_code,
        "sku": item.sku,
        "counted": item.in_unit(units),
        "on_hand": item.in_unit(on_hand),
        "unit": item.unit,
        "counted_at": store.local(at).isoformat(),
        "run": run.pk,
    }


def _settle_conflicts(*, store: Store, item: Item, units: int, member: Any, now: datetime) -> None:
    """Who was right is answered by looking."""
    told = _("Counted by hand: %(quantity)s.") % {"quantity": item.in_unit(units)}
    StockConflict.objects.filter(store=store, item=item, state=StockConflict.State.OPEN).update(
        state=StockConflict.State.RESOLVED, closed_at=now, changed_at=now, closed_by=member, resolution=told
    )
