"""Ten associates before ten tablets: what a price edit and a typo edit do to all of them (issue 5, done when 5)."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inventory.models import Store
from omnistore.staff.models import StaffMember
from promotions.live.relay import relay_pending
from promotions.live.tickets import sign_ticket
from promotions.models import Promotion
from promotions.selectors.briefing import briefing_for
from promotions.services.approving import publish_trusted
from promotions.services.publishing import revise_promotion
from promotions.services.reading import acknowledge, look
from tests.factories import create_item
from tests.factories_promotions import content_for, create_published_promotion, create_staff_member
from tests.promotions.live.parties import WebServer, in_thread, listening, story

ROUND_TODAY: dict[str, Any] = {
    "starts_on": timezone.now().date() - timedelta(days=1),
    "ends_on": timezone.now().date() + timedelta(days=3),
}


def ten_who_have_read(store: Store) -> tuple[Promotion, list[StaffMember]]:
    """An offer that ten people of the store looked at, and have read."""
    create_item()
    people = [create_staff_member(stores=[store]) for _number in range(10)]
    for person in people:
        look(store=store, staff_member=person, now=timezone.now() - timedelta(hours=2))
    promotion = create_published_promotion(now=timezone.now(), **ROUND_TODAY)
    for person in people:
        look(store=store, staff_member=person, now=timezone.now())
        acknowledge(
            store=store, revision_id=promotion.current_revision_id or 0, staff_member=person,
            now=timezone.now(),
        )  # fmt: skip
    relay_pending(now=timezone.now())
    return promotion, people


def edit(promotion: Promotion, **content: Any) -> None:
    """Published anew with these words, and told."""
    said = content_for(**ROUND_TODAY, **content)
    revise_promotion(promotion=promotion, content=said, author=None, now=timezone.now())
    publish_trusted(promotion=promotion, why="", now=timezone.now())
    relay_pending(now=timezone.now())


def briefed(store: Store, people: list[StaffMember]) -> tuple[list[int], list[int]]:
    """How many offers are new to each, and how many receipts of each hold."""
    briefings = [briefing_for(store=store, staff_member=one, now=timezone.now()) for one in people]
    return [len(one.new) for one in briefings], [len(one.acknowledged) for one in briefings]


def test_a_price_edit_reaches_ten_tablets_and_asks_ten_people_again_a_typo_edit_asks_nobody(
    web: WebServer, store: Store
) -> None:
    async def tell() -> None:
        promotion, people = await in_thread(ten_who_have_read, store)
        who: dict[str, Any] = {"store_id": store.pk, "store_code": store.store_code}
        async with AsyncExitStack() as open_streams:
            addresses = [web.address(store, ticket=sign_ticket(user_id=one.pk, **who)) for one in people]
            tablets = [await open_streams.enter_async_context(listening(url)) for url in addresses]
            await asyncio.gather(*(tablet.next("ping") for tablet in tablets))
            await in_thread(edit, promotion, long_title="29 % off oat drinks")
            typo = await asyncio.gather(*(tablet.next() for tablet in tablets))
            assert await in_thread(briefed, store, people) == ([0] * 10, [1] * 10)
            await in_thread(edit, promotion, long_title="29 % off oat drinks", percent_off=35)
            price = await asyncio.gather(*(tablet.next() for tablet in tablets))
            assert await in_thread(briefed, store, people) == ([1] * 10, [0] * 10)
        for quiet, loud in zip(typo, price, strict=True):
            assert ("29 % off oat drinks" in quiet.text, 'class="notice"' in quiet.text) == (True, False)
            assert ("It is now: 35 % off" in loud.text, loud.seq - quiet.seq) == (True, 1)

    story(tell())
