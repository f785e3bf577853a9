"""The relay hands changes over at least once and in order, and never marks what Valkey did not take."""

import threading

import redis
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from inventory.models import Store
from omnistore.demo.stack import free_port
from promotions.live.relay import MOST_PER_STORE, STREAM, relay_pending
from promotions.models import PromotionRevision, RelayCursor
from tests.promotions.live.parties import change


def relay(limit_stores: int = 200) -> int:
    return relay_pending(now=timezone.now(), limit_stores=limit_stores)


def relayed(valkey: "redis.Redis") -> list[tuple[int, int]]:
    """(store, seq) as they lie in the stream."""
    entries: list[tuple[bytes, dict[bytes, bytes]]] = valkey.xrange(STREAM)  # type: ignore[assignment]
    return [(int(fields[b"s"]), int(fields[b"q"])) for _, fields in entries]


def test_every_change_once_and_in_order(
    valkey: "redis.Redis", store: Store, other_store: Store, revision: PromotionRevision
) -> None:
    change(store, revision, times=3)
    change(other_store, revision, times=2)
    assert relay() == 5
    change(store, revision)
    assert [relay(), relay()] == [1, 0]
    ours, others = store.pk, other_store.pk
    assert relayed(valkey) == [(ours, 1), (ours, 2), (ours, 3), (others, 1), (others, 2), (ours, 4)]


def test_stores_are_taken_in_portions(
    valkey: "redis.Redis", store: Store, other_store: Store, revision: PromotionRevision
) -> None:
    change(store, revision, times=2)
    change(other_store, revision)
    assert [relay(limit_stores=1) for _ in range(3)] == [2, 1, 0]


def test_nothing_is_marked_while_valkey_is_away(
    settings: Settings, valkey: "redis.Redis", store: Store, revision: PromotionRevision
) -> None:
    change(store, revision, times=2)
    here, settings.REDIS_URL = settings.REDIS_URL, f"redis://127.0.0.1:{free_port()}/0"
    assert relay() == 0
    assert RelayCursor.objects.get(store=store).relayed_seq == 0
    settings.REDIS_URL = here
    assert relay() == 2


def test_a_crash_between_sending_and_marking_sends_again(
    valkey: "redis.Redis", store: Store, revision: PromotionRevision
) -> None:
    change(store, revision)
    with transaction.atomic():
        assert relay() == 1
        transaction.set_rollback(True)
    assert relay() == 1
    assert relayed(valkey) == [(store.pk, 1), (store.pk, 1)]


def test_a_store_that_was_silent_for_long_sends_its_newest_only(
    valkey: "redis.Redis", store: Store, revision: PromotionRevision
) -> None:
    change(store, revision, times=MOST_PER_STORE + 10)
    assert relay() == MOST_PER_STORE
    assert relay() == 0
    assert relayed(valkey)[0] == (store.pk, 11)


def test_two_relays_never_mix_a_store_up(
    valkey: "redis.Redis", store: Store, other_store: Store, revision: PromotionRevision
) -> None:
    done = threading.Event()

    def keep_relaying() -> None:
        while not done.is_set():
            relay()
        connection.close()

    relays = [threading.Thread(target=keep_relaying) for _ in range(3)]
    for each in relays:
        each.start()
    for _ in range(40):
        change(store, revision)
        change(other_store, revision)
    done.set()
    for each in relays:
        each.join()
    relay()
    for each_store in (store, other_store):
        assert [seq for pk, seq in relayed(valkey) if pk == each_store.pk] == list(range(1, 41))
