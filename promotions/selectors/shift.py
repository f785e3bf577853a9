"""The shift page: who of a store's people has seen and read what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model

from inventory.models import Store
from promotions.models import Acknowledgement, Briefing, Look, Nudge
from promotions.rules.words import OVER
from promotions.selectors.briefing import BRIEFED_AHEAD
from promotions.selectors.cards import OfferCard, offer_cards, store_offers
from promotions.selectors.notices import name_of


class Reach(StrEnum):
    """How far an offer has come with one person."""

    READ = "READ"
    SEEN = "SEEN"  # the briefing was on this person's screen after the store was told
    NOT_YET = "NOT_YET"


@dataclass(frozen=True)
class Cell:
    """One person and one offer. Times are store-local; `nudged_at` while nobody may nudge again."""

    person: Any
    card: OfferCard
    reach: Reach
    read_at: datetime | None
    nudged_at: datetime | None


@dataclass(frozen=True)
class Row:
    """One offer over all the people of the store."""

    card: OfferCard
    cells: tuple[Cell, ...]

    @property
    def read(self) -> int:
        return sum(cell.reach == Reach.READ for cell in self.cells)


@dataclass(frozen=True)
class Shift:
    """The matrix. `read` of each person, in the order of `people`, counts the rows' offers."""

    store: Store
    people: tuple[Any, ...]
    rows: tuple[Row, ...]
    at: datetime

    @property
    def read(self) -> list[tuple[Any, int]]:
        return [
            (person, sum(row.cells[place].reach == Reach.READ for row in self.rows))
            for place, person in enumerate(self.people)
        ]

    @property
    def read_in_all(self) -> int:
        return sum(row.read for row in self.rows)

    @property
    def cells_in_all(self) -> int:
        return len(self.rows) * len(self.people)


def people_of(*, store: Store) -> list[Any]:
    """Who works in the store, by name; those who have left are gone."""
    people = get_user_model().objects.filter(memberships__store=store, is_active=True)
    return sorted(people.order_by("pk"), key=lambda person: (name_of(person).casefold(), person.pk))


def shift_for(*, store: Store, now: datetime) -> Shift:
    """Every offer of the briefing × everybody who works there: a fixed number of queries."""
    offers = (
        store_offers(store=store)
        .exclude(state__in=list(OVER))
        .filter(ends_at__gt=now, starts_at__lt=now + BRIEFED_AHEAD)
    )
    cards = [card for card in offer_cards(store=store, offers=offers, now=now) if card.is_shown]
    cards.sort(key=lambda card: (not card.is_open, card.closes_at if card.is_open else card.opens_at))
    people = people_of(store=store)
    cells = cells_of(store=store, cards=cards, people=people, now=now)
    rows = tuple(
        Row(card=card, cells=tuple(cells[person.pk, card.receipts_id] for person in people)) for card in cards
    )
    return Shift(store=store, people=tuple(people), rows=rows, at=store.local(now))


def cells_of(
    *, store: Store, cards: Sequence[OfferCard], people: Sequence[Any], now: datetime
) -> dict[tuple[int, int], Cell]:
    """By person and the key of the receipts; four queries."""
    receipts = [card.receipts_id for card in cards]
    read: dict[tuple[int, int], datetime] = {
        (person, revision): at
        for person, revision, at in Acknowledgement.objects.filter(
            store=store, revision__in=receipts
        ).values_list("staff_member_id", "revision_id", "acknowledged_at")
    }
    briefed = dict(
        Briefing.objects.filter(store=store, revision__in=receipts).values_list("revision_id", "briefed_at")
    )
    looked = dict(Look.objects.filter(store=store).values_list("staff_member_id", "looked_at"))
    nudged: dict[tuple[int, int], datetime] = {
        (person, revision): at
        for person, revision, at in Nudge.objects.filter(
            store=store, revision__in=receipts, period__contains=now
        ).values_list("staff_member_id", "revision_id", "nudged_at")
    }

    def cell(person: Any, card: OfferCard) -> Cell:
        place = (person.pk, card.receipts_id)
        told, seen = briefed.get(card.receipts_id), looked.get(person.pk)
        has_seen = told is not None and seen is not None and seen >= told
        return Cell(
            person=person,
            card=card,
            reach=Reach.READ if place in read else Reach.SEEN if has_seen else Reach.NOT_YET,
            read_at=store.local(read[place]) if place in read else None,
            nudged_at=store.local(nudged[place]) if place in nudged else None,
        )

    return {(person.pk, card.receipts_id): cell(person, card) for person in people for card in cards}
