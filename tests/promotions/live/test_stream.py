"""A store's stream over HTTP: complete, in order, once each, and honest when it cannot be."""

import json
from datetime import datetime

import httpx
import pytest
import redis
from django.db import connection
from django.utils import timezone

from inventory.models import Store
from promotions.live.relay import STREAM, relay_pending
from promotions.models import OfferChange, PromotionRevision, StoreStream
from promotions.services.reading import note_language
from tests.promotions.live.parties import (
    WebServer,
    change,
    create_revision,
    in_thread,
    listening,
    newest_id,
    story,
)


def relay() -> int:
    return relay_pending(now=timezone.now())


def test_a_relayed_change_is_heard_as_html_and_as_json(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    async def tell() -> None:
        async with (
            listening(web.address(store)) as tablet,
            listening(web.address(store, format="json")) as machine,
        ):
            await tablet.next("ping")
            await machine.next("ping")
            await in_thread(change, store, revision)
            await in_thread(relay)
            html, facts = await tablet.next(), await machine.next()
            assert html.id == facts.id == await in_thread(newest_id, store)
            assert "<" in html.text
            said = json.loads(facts.text)
            assert datetime.fromisoformat(said.pop("at")).tzinfo is not None
            assert said == {
                "store_code": "0042",
                "promotion_id": "SUMMER",
                "revision": 1,
                "old_state": "READY",
                "new_state": "LIVE",
                "reason": "WINDOW_OPENED",
                "seq": 1,
            }

    story(tell())


def test_each_tablet_hears_its_own_language(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    async def tell() -> None:
        await in_thread(note_language, store=store, language="de")
        async with (
            listening(web.address(store, language="de")) as german,
            listening(web.address(store, language="fr")) as french,
        ):
            await german.next("ping")
            await french.next("ping")
            await in_thread(change, store, revision)
            await in_thread(relay)
            one, other = await german.next(), await french.next()
            assert one.id == other.id
            assert (one.text == other.text) is False
        async with listening(web.address(store, language="de", after="0:0")) as again:
            assert (await again.next()).text == one.text

    story(tell())


def test_without_a_relay_the_poll_brings_it(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            await tablet.next("ping")
            await in_thread(change, store, revision, times=3)
            assert [event.seq for event in await tablet.take(3)] == [1, 2, 3]

    story(tell())


def test_a_store_hears_nothing_of_another(
    web: WebServer, store: Store, other_store: Store, revision: PromotionRevision
) -> None:
    async def tell() -> None:
        async with listening(web.address(store, format="json")) as tablet:
            await tablet.next("ping")
            await in_thread(change, other_store, revision, times=2)
            await in_thread(change, store, revision)
            await in_thread(relay)
            assert json.loads((await tablet.next()).text)["store_code"] == "0042"
            assert (await tablet.next("ping")).text == await in_thread(newest_id, store)

    story(tell())


@pytest.mark.parametrize("by", ["header", "query", "header over query"])
def test_who_returns_gets_what_it_missed_in_order(
    web: WebServer, store: Store, revision: PromotionRevision, by: str
) -> None:
    change(store, revision, times=100)
    epoch = StoreStream.objects.get(store=store).epoch
    seen = f"{epoch}:20"
    query = {"header": {}, "query": {"after": seen}, "header over query": {"after": f"{epoch}:3"}}[by]
    headers = {} if by == "query" else {"last_event_id": seen}

    async def tell() -> None:
        for _ in range(2):  # from the database, then from what the first one left in memory
            async with listening(web.address(store, port=None, **query), **headers) as tablet:
                assert [event.seq for event in await tablet.take(80)] == list(range(21, 101))

    story(tell())


def test_who_saw_an_untouched_store_gets_its_first_change(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    async def tell() -> None:
        async with listening(web.address(store, after="0:0")) as tablet:
            assert (await tablet.next("ping")).text == "0:0"
            await in_thread(change, store, revision)
            assert (await tablet.next()).seq == 1
        async with listening(web.address(store, after="0:0")) as tablet:
            assert (await tablet.next()).seq == 1

    story(tell())


def test_gaps_and_doubles_of_valkey_are_not_heard(
    web: WebServer, store: Store, revision: PromotionRevision, valkey: "redis.Redis"
) -> None:
    def entry(seq: int) -> dict[str | bytes, bytes | int]:
        stream = StoreStream.objects.get(store=store)
        data = f"event: offer\nid: {stream.epoch}:{seq}\ndata: from Valkey\n\n".encode()
        return {"s": store.pk, "e": stream.epoch, "q": seq, "h": data, "j": data}

    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            await tablet.next("ping")
            await in_thread(change, store, revision, times=4)
            for seq in (1, 1, 4, 2, 4):
                valkey.xadd(STREAM, await in_thread(entry, seq))
            await in_thread(change, store, revision)
            await in_thread(relay)
            assert [event.seq for event in await tablet.take(5)] == [1, 2, 3, 4, 5]

    story(tell())


@pytest.mark.parametrize("after", ["nonsense", "1:1", "{epoch}:99", "{epoch}:-1", "٣:٣", "{epoch}:1"])
def test_an_id_that_cannot_be_followed_gets_a_reset_and_nothing_after_it(
    web: WebServer, store: Store, revision: PromotionRevision, after: str
) -> None:
    change(store, revision, times=5)
    with connection.cursor() as cursor:  # what is old is no longer kept
        cursor.execute("DELETE FROM promotions_offerchange WHERE seq <= 3")
    place = after.format(epoch=StoreStream.objects.get(store=store).epoch)

    async def tell() -> None:
        async with listening(web.address(store, after=place)) as tablet:
            [event] = await tablet.everything()
            assert (event.event, event.id) == ("reset", "")

    story(tell())


def test_a_client_a_thousand_changes_behind_loads_anew(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    change(store, revision)
    stream = StoreStream.objects.get(store=store)
    StoreStream.objects.filter(store=store).update(seq=1500)

    async def tell() -> None:
        async with listening(web.address(store, after=f"{stream.epoch}:1")) as tablet:
            assert [event.event for event in await tablet.everything()] == ["reset"]

    story(tell())


def test_another_epoch_resets_those_who_listen(
    web: WebServer, store: Store, revision: PromotionRevision
) -> None:
    change(store, revision)

    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            await tablet.next("ping")
            await in_thread(StoreStream.objects.filter(store=store).update, epoch=7)
            assert (await tablet.everything())[-1].event == "reset"
        async with listening(web.address(store)) as tablet:
            assert (await tablet.next("ping")).text == "7:1"

    story(tell())


def test_the_heartbeat_names_the_newest_id(web: WebServer, store: Store, revision: PromotionRevision) -> None:
    change(store, revision, times=3)

    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            pings = [await tablet.next("ping") for _ in range(2)]
            assert {ping.text for ping in pings} == {await in_thread(newest_id, store)}
            assert {ping.id for ping in pings} == {None}

    story(tell())


def test_pages_answer_beside_the_streams(web: WebServer, store: Store) -> None:
    async def tell() -> None:
        async with listening(web.address(store)):
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{web.port}/readyz")
            assert answer.json() == {"database": True, "valkey": True}

    story(tell())


def test_streams_hold_no_database_connection(web: WebServer, store: Store) -> None:
    def connections() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    async def tell() -> None:
        async with listening(web.address(store)):
            before = await in_thread(connections)
            async with (
                listening(web.address(store)),
                listening(web.address(store)),
                listening(web.address(store)),
                listening(web.address(store)),
            ):
                # Two threads read for all streams; one of them may only now have made its connection.
                assert await in_thread(connections) <= before + 1

    story(tell())


def test_a_card_of_several_lines_arrives_whole(web: WebServer, store: Store) -> None:
    revision = create_revision("LINES")  # its headline has two lines

    async def tell() -> None:
        async with listening(web.address(store)) as tablet:
            await tablet.next("ping")
            await in_thread(change, store, revision)
            event = await tablet.next()
            assert len(event.data) > 1
            assert event.text.startswith("<")
            assert event.text.endswith(">")

    story(tell())
    assert OfferChange.objects.filter(store=store).count() == 1
