"""Codes that only one source uses: said once what they stand for, then the lines that waited for it come in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from inventory.feeds.gtin import normalise_gtin
from inventory.imports.quarantine import CannotReplay, replay_lines
from inventory.imports.running import retry_run
from inventory.models import CodeMapping, FeedRun, FeedSource, Item, ItemIdentifier, RejectedRow, Store
from inventory.models.quarantine import RejectedRowQuerySet


@dataclass(frozen=True)
class SentAgain:
    """What came of it: the runs to ring the loader for, how many lines, and what could not be sent."""

    replays: tuple[FeedRun, ...] = ()
    retried: tuple[FeedRun, ...] = ()
    lines: int = 0
    told: tuple[str, ...] = ()

    @property
    def runs(self) -> tuple[FeedRun, ...]:
        return (*self.replays, *self.retried)


def map_code(
    *, source: FeedSource, code: str, target: Store | Item, member_id: int | None, now: datetime
) -> SentAgain:
    """From now on the code of this source stands for this store or item; lines that waited for it go in again.

    A source's files that were refused because none of their stores was known are tried again when a store was
    mapped. The caller rings the loader for the runs.
    """
    is_store = isinstance(target, Store)
    kind = CodeMapping.Kind.STORE if is_store else CodeMapping.Kind.ITEM
    meaning = {"store": target if is_store else None, "item": None if is_store else target}
    with transaction.atomic():
        CodeMapping.objects.update_or_create(
            source=source, kind=kind, code=code, defaults={**meaning, "made_at": now, "made_by_id": member_id}
        )
        rows = RejectedRow.objects.of_unknown(source=source, kind=kind).filter(unknown_code=code)
        sent = _replay_all(source, rows, member_id, now)
        retried = _retry_refused(source, now) if is_store else ()
    return SentAgain(sent.replays, retried, sent.lines, sent.told)


def replay_known(*, source: FeedSource, member_id: int | None, now: datetime) -> SentAgain:
    """Send in the lines whose store or item has become known since: mapped, or put into the masters."""
    rows = RejectedRow.objects.of_unknown(source=source)
    waiting = rows.order_by().values_list("code", "unknown_code").distinct()
    stores = {code for why, code in waiting if why == RejectedRow.UNKNOWN_STORE}
    items = {code for why, code in waiting if why != RejectedRow.UNKNOWN_STORE}
    mapped = set(source.mappings.values_list("kind", "code"))
    known_stores = _known_stores(stores) | {code for kind, code in mapped if kind == CodeMapping.Kind.STORE}
    known_items = _known_items(items) | {code for kind, code in mapped if kind == CodeMapping.Kind.ITEM}
    known = Q(code=RejectedRow.UNKNOWN_STORE, unknown_code__in=stores & known_stores)
    known |= ~Q(code=RejectedRow.UNKNOWN_STORE) & Q(unknown_code__in=items & known_items)
    return _replay_all(source, rows.filter(known), member_id, now)


def _known_stores(codes: set[str]) -> set[str]:
    found = Store.objects.filter(Q(store_code__in=codes) | Q(gln__in=codes))
    return {code for pair in found.values_list("store_code", "gln") for code in pair if code}


def _known_items(codes: set[str]) -> set[str]:
    """Codes that are a SKU or any identifier; GTINs in whatever length they are written."""
    forms = {code: normalise_gtin(code.lstrip("0").zfill(14)) or code for code in codes}
    values = {*codes, *forms.values()}
    found = set(ItemIdentifier.objects.filter(value__in=values).values_list("value", flat=True))
    found |= set(Item.objects.filter(sku__in=codes).values_list("sku", flat=True))
    return {code for code in codes if code in found or forms[code] in found}


def _replay_all(
    source: FeedSource, rows: RejectedRowQuerySet, member_id: int | None, now: datetime
) -> SentAgain:
    """One document for each run that the lines stand in, the oldest run first."""
    replays: list[FeedRun] = []
    told: list[str] = []
    lines = 0
    runs = FeedRun.objects.filter(source=source, pk__in=rows.order_by().values("run_id")).order_by(
        "received_at", "pk"
    )
    for run in runs.select_related("source"):
        mine = rows.filter(run=run)
        try:
            replay = replay_lines(run=run, rows=mine, member_id=member_id, now=now)
        except CannotReplay as problem:
            told.append(f"{run.file_name}: {problem.message}")
            continue
        if replay is not None:
            replays.append(replay)
            lines += replay.replayed_rows.count()
    return SentAgain(replays=tuple(replays), lines=lines, told=tuple(told))


def _retry_refused(source: FeedSource, now: datetime) -> tuple[FeedRun, ...]:
    """Files of which no store was known, the oldest first."""
    refused = FeedRun.objects.filter(
        source=source, state=FeedRun.State.REFUSED, problem__code="wrong_partner"
    ).exclude(file="")
    runs: Iterable[FeedRun] = refused.order_by("received_at", "pk")
    for run in runs:
        retry_run(run=run, now=now)
    return tuple(runs)
