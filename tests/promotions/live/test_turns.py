"""The stream of a shared tablet ends with the turn: revoked, locked, or left alone; with and without Valkey."""

from datetime import timedelta

import httpx
from django.utils import timezone

from inventory.models import Store
from omnistore.staff.enrolling import revoke_device
from omnistore.staff.models import Device
from omnistore.staff.turns import begin_turn, end_turn, turns_over
from promotions.live.tickets import sign_ticket
from promotions.live.turns import Turn
from promotions.models import PromotionRevision
from tests.factories_devices import create_manager, create_person, create_tablet
from tests.promotions.live.parties import WebServer, change, in_thread, listening, story


def open_turn(store: Store, *, name: str = "Checkout 2") -> Turn:
    """Somebody is on a tablet."""
    turn = begin_turn(
        device=create_tablet(store, name=name).device, member=create_person(store), now=timezone.now()
    )
    assert turn is not None
    return turn


def address(web: WebServer, store: Store, turn: Turn) -> str:
    ticket = sign_ticket(user_id=1, store_id=store.pk, store_code=store.store_code, turn=turn)
    return str(httpx.URL(f"http://127.0.0.1:{web.port}/live/{store.store_code}/", params={"ticket": ticket}))


def revoke(store: Store, turn: Turn) -> None:
    device = Device.objects.get(pk=turn.device_id)
    assert revoke_device(device=device, why="Lost", by=create_manager(store), now=timezone.now())


def test_revoking_ends_the_open_stream_at_once_and_refuses_the_next(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    turn, other = open_turn(store), open_turn(store, name="Checkout 3")

    async def tell() -> None:
        async with listening(address(web, store, other)) as kept:
            async with listening(address(web, store, turn)) as lost:
                await lost.next("ping")
                await in_thread(revoke, store, turn)
                assert (await lost.next("reset", seconds=4)).text == "locked"
                assert await lost.everything() == []
            await in_thread(change, store, revision)
            await kept.next()

    story(tell())
    assert httpx.get(address(web, store, turn)).status_code == 401


def test_without_valkey_the_heartbeat_ends_it_within_ten_seconds(web: WebServer, store: Store) -> None:
    turn = open_turn(store)

    async def tell() -> None:
        async with listening(address(web, store, turn)) as lost:
            await lost.next("ping")
            await in_thread(end_turn, turn=turn)  # rings nobody
            assert (await lost.next("reset", seconds=10)).text == "locked"

    story(tell())


def test_a_turn_is_over_by_lock_by_time_and_by_the_person_leaving(store: Store) -> None:
    turns = [open_turn(store, name=str(number)) for number in range(5)]
    good, locked, idle, left, moved = turns
    end_turn(turn=locked)
    Device.objects.filter(pk=idle.device_id).update(last_seen_at=timezone.now() - timedelta(minutes=7))
    devices = {turn: Device.objects.get(pk=turn.device_id) for turn in turns}
    person = devices[left].person
    assert person is not None
    person.is_active = False
    person.save()
    mover = devices[moved].person
    assert mover is not None
    mover.memberships.all().delete()
    forged = Turn(device_id=good.device_id, number=good.number + 1)
    assert turns_over([*turns, forged]) == {locked, idle, left, moved, forged}
    assert turns_over([]) == set()
