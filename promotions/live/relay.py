"""Hand committed changes to the live stream in Valkey: at least once, in order, never the only copy."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.db import connection, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from promotions.live.events import LiveEvent
from promotions.live.rendering import Span, render_spans

logger = logging.getLogger(__name__)

STREAM = "omnistore:live"
STREAM_LENGTH = 20_000
PIPELINED = 50
STORES_AT_ONCE = 50  # told before the next ones are rendered; other workers take those meanwhile
# A store that was not relayed for long gets only its newest changes; the hub reads the others itself.
MOST_PER_STORE = 64

CREATE_CURSORS = """
INSERT INTO promotions_relaycursor (store_id, relayed_seq)
SELECT s.store_id, 0 FROM promotions_storestream s
WHERE NOT EXISTS (SELECT FROM promotions_relaycursor c WHERE c.store_id = s.store_id)
ON CONFLICT (store_id) DO NOTHING
"""

# The cursor's lock keeps a store's events in order; a store that another relay works on is left to it.
TAKE_PENDING = """
SELECT c.store_id, c.relayed_seq, s.seq
FROM promotions_relaycursor c JOIN promotions_storestream s ON s.store_id = c.store_id
WHERE s.seq > c.relayed_seq
ORDER BY c.store_id
LIMIT %(limit)s
FOR UPDATE OF c SKIP LOCKED
"""


def relay_pending(*, now: datetime, limit_stores: int = STORES_AT_ONCE) -> int:
    """Relay what up to `limit_stores` stores have to tell; how many changes that was.

    Send, then mark: a crash in between sends twice and the hubs drop what they have. What Valkey did not take is
    not marked; the hubs' own poll of the database keeps the tablets right meanwhile.
    """
    with transaction.atomic():
        pending = take_pending(limit_stores=limit_stores) or take_first(limit_stores=limit_stores)
        if not pending:
            return 0
        spans = [
            Span(store_id=store_id, after=max(relayed_seq, seq - MOST_PER_STORE), upto=seq)
            for store_id, relayed_seq, seq in pending
        ]
        events = render_spans(spans, now=now)
        if not send(events):
            return 0
        mark_relayed({store_id: seq for store_id, _relayed_seq, seq in pending})
    return len(events)


def take_pending(*, limit_stores: int) -> list[tuple[int, int, int]]:
    """Stores with something to tell, locked, each with the seq that was relayed and its newest."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_PENDING, {"limit": limit_stores})
        pending: list[tuple[int, int, int]] = cursor.fetchall()
    return pending


def take_first(*, limit_stores: int) -> list[tuple[int, int, int]]:
    """The same, of stores that never told anything."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE_CURSORS)
        if not cursor.rowcount:
            return []
    return take_pending(limit_stores=limit_stores)


@cache
def valkey_at(url: str) -> "redis.Redis":
    """A client whose connection stays open between two relays."""
    return redis.Redis.from_url(
        url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


def send(events: Sequence[tuple[int, LiveEvent]]) -> bool:
    """Append the events to the stream; False when Valkey did not take them all."""
    client = valkey_at(settings.REDIS_URL)
    try:
        for start in range(0, len(events), PIPELINED):
            with client.pipeline(transaction=False) as pipeline:
                for store_id, event in events[start : start + PIPELINED]:
                    fields: dict[str | bytes, bytes | int] = {
                        "s": store_id,
                        "e": event.id.epoch,
                        "q": event.id.seq,
                        "h": event.html,
                        "j": event.json,
                    }
                    fields |= {f"h:{language}": html for language, html in event.others.items()}
                    pipeline.xadd(STREAM, fields, maxlen=STREAM_LENGTH, approximate=True)  # type: ignore[arg-type]
                pipeline.execute()
    except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError) as error:
        logger.warning("Valkey took no events: %s; tablets hear through the database poll", error)
        return False
    return True


def mark_relayed(relayed: dict[int, int]) -> None:
    """Move the locked cursors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE promotions_relaycursor c SET relayed_seq = r.seq "
            "FROM unnest(%s::int4[], %s::int8[]) AS r(store_id, seq) WHERE c.store_id = r.store_id",
            [list(relayed), list(relayed.values())],
        )
