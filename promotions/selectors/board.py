"""What the desk sees of promotions: the list, and the board of one promotion with a cell a store."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q

from promotions.models import (
    Acknowledgement,
    Briefing,
    Budget,
    OfferItem,
    Promotion,
    PromotionRevision,
    StoreOffer,
)
from promotions.rules.words import OfferState, PromotionState

# A store in one of these states can give the deal (once its window is open); LOW_STOCK still can.
CAN_HONOUR = frozenset({OfferState.READY, OfferState.LIVE, OfferState.LOW_STOCK})


@dataclass(frozen=True)
class PromotionRow:
    """One line of the list. Counts are of stores; `revision` is the published one, else the newest draft."""

    promotion: Promotion
    revision: PromotionRevision
    has_unpublished: bool
    states: Counter[OfferState]
    told: int
    acknowledged: int
    used: int
    limit: int | None

    @property
    def stores(self) -> int:
        return self.states.total()

    @property
    def can_honour(self) -> int:
        return sum(self.states[state] for state in CAN_HONOUR)

    @property
    def cannot_honour(self) -> int:
        return self.stores - self.can_honour


@dataclass(frozen=True)
class BoardCell:
    """One store on the board. `told_at` is store-local; None until a tablet there showed this revision."""

    offer: StoreOffer
    told_at: datetime | None
    acknowledgements: int
    is_targeted: bool  # False: it had the promotion, and is no longer meant

    @property
    def state(self) -> OfferState:
        return OfferState(self.offer.state)


@dataclass(frozen=True)
class Board:
    """A published promotion over its stores. `told` and `acknowledged` count targeted stores."""

    promotion: Promotion
    cells: tuple[BoardCell, ...]
    states: Counter[OfferState]
    items_total: int
    used: int
    limit: int | None

    @property
    def stores(self) -> int:
        return sum(cell.is_targeted for cell in self.cells)

    @property
    def can_honour(self) -> int:
        return sum(self.states[state] for state in CAN_HONOUR)

    @property
    def told(self) -> int:
        return sum(cell.is_targeted and cell.told_at is not None for cell in self.cells)

    @property
    def acknowledged(self) -> int:
        return sum(cell.is_targeted and cell.acknowledgements > 0 for cell in self.cells)

    @property
    def tallies(self) -> list[tuple[OfferState, int]]:
        """How many stores are in each state, in the states' own order."""
        return [(state, self.states[state]) for state in OfferState if self.states[state]]


def promotion_rows(*, revisions: Iterable[PromotionRevision]) -> list[PromotionRow]:
    """The given revisions of `listed_revisions` as lines of the list: five queries, however many stores."""
    revisions = list(revisions)
    keys = [revision.promotion_id for revision in revisions]
    newest = PromotionRevision.objects.filter(promotion__in=keys).order_by().values_list("promotion_id")
    numbers = dict(newest.annotate(Max("number")))
    states: dict[int, Counter[OfferState]] = defaultdict(Counter)
    offers = StoreOffer.objects.filter(
        ~Q(state=OfferState.STOPPED)
        | Q(promotion__state=PromotionState.STOPPED),  # others are no longer targeted
        promotion__in=keys,
        revision=F("promotion__current_revision"),
    ).order_by()
    for key, state, stores in offers.values_list("promotion_id", "state").annotate(Count("store_id")):
        states[key][OfferState(state)] = stores
    told = stores_told(revisions=revisions)
    acknowledged = stores_acknowledged(revisions=revisions)
    return [
        PromotionRow(
            promotion=revision.promotion,
            revision=revision,
            has_unpublished=revision.number != numbers[revision.promotion_id],
            states=states[revision.promotion_id],
            told=told[revision.receipts_id],
            acknowledged=acknowledged[revision.receipts_id],
            used=revision.promotion.budget.used if hasattr(revision.promotion, "budget") else 0,
            limit=revision.total_uses,
        )
        for revision in revisions
    ]


def stores_told(*, revisions: Iterable[PromotionRevision]) -> Counter[int]:
    """In how many stores a tablet has shown each revision's terms, by the key of its receipts."""
    receipts = [revision.receipts_id for revision in revisions]
    briefings = Briefing.objects.filter(revision__in=receipts, told_at__isnull=False)
    briefings = briefings.filter(targeted("revision__promotion")).order_by()
    return Counter(dict(briefings.values_list("revision_id").annotate(Count("store_id"))))


def stores_acknowledged(*, revisions: Iterable[PromotionRevision]) -> Counter[int]:
    """In how many stores at least one person has read each revision's terms, by the key of its receipts."""
    receipts = [revision.receipts_id for revision in revisions]
    read = Acknowledgement.objects.filter(targeted("revision__promotion"), revision__in=receipts).order_by()
    return Counter(dict(read.values_list("revision_id").annotate(Count("store_id", distinct=True))))


def targeted(promotion: str) -> Exists:
    """That the store of a receipt is still one of the promotion's: it keeps its receipts when it is not."""
    offers = StoreOffer.objects.filter(
        store=OuterRef("store"), promotion=OuterRef(promotion), revision=F("promotion__current_revision")
    )
    return Exists(offers)


def board_for(*, promotion: Promotion) -> Board:
    """Every store of a published promotion with its state, told and read: five queries for any number."""
    revision_id = promotion.current_revision_id
    receipts = PromotionRevision.objects.filter(current_of=promotion).receipts()
    told = dict(Briefing.objects.filter(revision__in=receipts).values_list("store_id", "told_at"))
    read = Acknowledgement.objects.filter(revision__in=receipts).order_by()
    readers = dict(read.values_list("store_id").annotate(Count("pk")))
    offers = StoreOffer.objects.filter(promotion=promotion).select_related("store")
    cells = tuple(
        BoardCell(
            offer=offer,
            told_at=offer.store.local(told_at) if (told_at := told.get(offer.store_id)) else None,
            acknowledgements=readers.get(offer.store_id, 0),
            is_targeted=offer.revision_id == revision_id
            and (promotion.state == PromotionState.STOPPED or offer.state != OfferState.STOPPED),
        )
        for offer in offers.order_by("store__store_code")
    )
    budget = Budget.objects.filter(promotion=promotion).first()
    return Board(
        promotion=promotion,
        cells=cells,
        states=Counter(cell.state for cell in cells),
        items_total=OfferItem.objects.filter(promotion=promotion).count(),
        used=budget.used if budget else 0,
        limit=budget.limit_uses if budget else None,
    )
