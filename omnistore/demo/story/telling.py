"""The story, told once the sample's files are loaded: everything through the services that people's own taps call.

What happened "in the last hour" did so before the moment of telling, and is history a day later.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.imports.alerts import review_sources
from inventory.imports.places import say_places
from inventory.models import ItemIdentifier, Store
from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.sample.story import (
    HOME,
    LEFT_OUT,
    SOLD_OUT,
    STORY_GTIN,
    STORY_PROMOTION,
    STORY_SKUS,
)
from omnistore.demo.story.content import (
    PLACE,
    PRICE_MISMATCH,
    SHOPPER,
    SIGN_ANSWER,
    SIGN_MISSING,
    WEEK,
    Asked,
    deal_content,
)
from omnistore.staff.models import StaffMember
from promotions.models import FieldReport, OfferItem
from promotions.selectors.briefing import briefing_for
from promotions.selectors.verdicts import verdict_for
from promotions.services.approving import approve_and_publish, submit_revision
from promotions.services.checks import check_row, write_checks
from promotions.services.holding import hold
from promotions.services.idempotency import CREATED
from promotions.services.publishing import create_promotion
from promotions.services.reading import acknowledge, look, mark_told
from promotions.services.refusal_reports import raise_refusal_reports
from promotions.services.reporting import answer_report, tell_report

MINUTE = timedelta(minutes=1)
DAYS = 7
OPEN_FROM, OPEN_FOR = timedelta(hours=9), timedelta(hours=11)  # when shoppers ask, on their store's clock
# Equal refusals of this long ago raise no report any more.
NOT_LATELY = timedelta(hours=3)
LEFT_UNREAD = 2  # of what maria could have read besides the deal itself
READ_BY_MANAGER = 5


class NotTold(Exception):
    """The data is not what the story needs; the text says why."""


def people_of_the_sample() -> dict[str, StaffMember]:
    """By user name; empty where this is not the sample's database."""
    names = [account.username for account in ACCOUNTS]
    people = {person.get_username(): person for person in StaffMember.objects.filter(username__in=names)}
    return people if len(people) == len(names) else {}


def tell_story(people: Mapping[str, StaffMember], *, now: datetime) -> None:
    """All of it, up to `now`. The caller holds the transaction, and has seen that it was not told before."""
    stores = {store.store_code: store for store in Store.objects.selling()}
    shoppers_of_a_week(stores, people, now=now)
    today = stores[HOME].local(now).date()  # near midnight not the day on which it was published
    publish_deal(stores[HOME], people, today=today, now=now - 2 * 60 * MINUTE)
    refuse_three_times(stores, people, now=now)
    hold_for_a_shopper(stores, people["liam"], now=now)
    talk_back(stores[HOME], people, now=now)
    read_some(stores[HOME], people, now=now)
    review_sources(now=now)


def publish_deal(home: Store, people: Mapping[str, StaffMember], *, today: date, now: datetime) -> None:
    """tom writes and submits, ines approves and publishes, maria says where it stands."""
    revision = create_promotion(
        promotion_id=STORY_PROMOTION,
        content=deal_content(today),
        author=people["tom"],
        now=now - 60 * MINUTE,
    )
    promotion, number = revision.promotion, revision.number
    submit_revision(promotion=promotion, number=number, by=people["tom"], now=now - 50 * MINUTE)
    approve_and_publish(promotion=promotion, number=number, by=people["ines"], now=now)
    say_places(
        store=home, places=dict.fromkeys(STORY_SKUS, PLACE), member=people["maria"], now=now + 20 * MINUTE
    )


def refuse_three_times(
    stores: Mapping[str, Store], people: Mapping[str, StaffMember], *, now: datetime
) -> None:
    """Evanston does not have the deal, and three shoppers of the last hour thought so: tom hears what that is worth.

    Next door it is only sold out, and asked for once.
    """
    asked = [(LEFT_OUT, minutes) for minutes in (52, 34, 19)] + [(SOLD_OUT, 4)]
    keep_checks([(stores[code], STORY_GTIN, now - minutes * MINUTE) for code, minutes in asked], people)
    raise_refusal_reports(now=now - 15 * MINUTE)


def hold_for_a_shopper(stores: Mapping[str, Store], liam: StaffMember, *, now: datetime) -> None:
    """What is sold out where liam works waits for his shopper in maria's store."""
    request = {
        "lines": [{"item": STORY_GTIN, "quantity": Decimal(2)}],
        "hold_in": HOME,
        "promotion_id": STORY_PROMOTION,
        "for_whom": SHOPPER,
    }
    answer = hold(made_in=stores[SOLD_OUT], staff_member=liam, key="story: hold", request=request, now=now)
    if answer.status != CREATED:
        raise NotTold(f"Nothing was held: {answer.body['detail']}")


def talk_back(home: Store, people: Mapping[str, StaffMember], *, now: datetime) -> None:
    """maria tells of a missing sign, which tom answers, and of a wrong price, which waits for him."""

    def told(kind: str, *, promotion_id: str, words: str, ago: int, **more: str) -> FieldReport:
        answer = tell_report(
            store=home,
            member=people["maria"],
            key=f"story: {kind}",
            told={"kind": kind, "promotion_id": promotion_id, "words": words, **more},
            now=now - ago * MINUTE,
        )
        return FieldReport.objects.with_names().get(pk=answer.body["report_id"])

    report = told("SIGN_MISSING", promotion_id="HL-CEREAL-25", words=SIGN_MISSING, ago=95)
    answer_report(report=report, answer=SIGN_ANSWER, by=people["tom"], now=now - 30 * MINUTE)
    told("PRICE_MISMATCH", promotion_id=STORY_PROMOTION, words=PRICE_MISMATCH, ago=25, item=STORY_GTIN)


def read_some(home: Store, people: Mapping[str, StaffMember], *, now: datetime) -> None:
    """maria has read all but a few, her manager some, jonas nothing at all."""
    maria = people["maria"]
    look(store=home, staff_member=maria, now=now - 9 * 60 * MINUTE)
    look(store=home, staff_member=maria, now=now)
    cards = briefing_for(store=home, staff_member=maria, now=now).cards
    mark_told(store=home, revision_ids=[card.receipts_id for card in cards], now=now)
    plain = [card.receipts_id for card in cards if not card.offer.revision.quiz_choices]
    for name, revisions in (("maria", plain[LEFT_UNREAD:]), ("samira", plain[:READ_BY_MANAGER])):
        for revision_id in revisions:
            acknowledge(store=home, revision_id=revision_id, staff_member=people[name], now=now)


def shoppers_of_a_week(
    stores: Mapping[str, Store], people: Mapping[str, StaffMember], *, now: datetime
) -> None:
    """What was asked at the shelves in the last days, by today's stock: the refusals' board has something to show."""
    asked = [
        (stores[one.store_code], code, at)
        for one in WEEK
        for code, at in askings(one, store=stores[one.store_code], now=now)
    ]
    keep_checks(sorted(asked, key=lambda each: each[2]), people)


def askings(asked: Asked, *, store: Store, now: datetime) -> list[tuple[str, datetime]]:
    """The codes shown and when, the same for the same `now`; what falls into the last hours was a week earlier."""
    chance = random.Random(f"story {asked.promotion_id} {asked.store_code}")
    items = OfferItem.objects.filter(promotion__promotion_id=asked.promotion_id).values("item_id")
    gtins = ItemIdentifier.objects.filter(kind="GTIN", item__in=items).order_by("value")
    codes = list(gtins.values_list("value", flat=True))
    midnight = store.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [
        midnight - timedelta(days=chance.randrange(DAYS)) + OPEN_FROM + chance.random() * OPEN_FOR
        for _ in range(asked.times)
    ]
    return [
        (chance.choice(codes), at if at < now - NOT_LATELY else at - timedelta(days=DAYS)) for at in moments
    ]


def keep_checks(asked: Sequence[tuple[Store, str, datetime]], people: Mapping[str, StaffMember]) -> None:
    """Ask for the verdict on each code at its moment, and keep what was answered as every check is kept."""
    works_at: dict[str, Any] = {
        account.store_code: people[account.username].pk
        for account in reversed(ACCOUNTS)
        if account.role == "ASSOCIATE"
    }
    rows = [
        check_row(
            verdict_for(store=store, code=code, now=at),
            staff_member_id=works_at.get(store.store_code),
            now=at,
        )
        for store, code, at in asked
    ]
    write_checks(rows)
