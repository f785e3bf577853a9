"""What a store can tell head office, whose inbox it lies in, by when it is answered, and how it may move on."""

from datetime import datetime, timedelta
from enum import StrEnum

from promotions.rules.words import Outcome


class ReportKind(StrEnum):
    """What is wrong, as the shop floor says it."""

    SIGN_MISSING = "SIGN_MISSING"
    PRICE_MISMATCH = "PRICE_MISMATCH"  # sign, till and deal do not agree
    STOCK_WRONG = "STOCK_WRONG"  # comes with a count
    DEAL_UNKNOWN = "DEAL_UNKNOWN"  # the shopper showed a deal that nobody here knows
    DEAL_REFUSED = "DEAL_REFUSED"
    CUSTOMER_VOICE = "CUSTOMER_VOICE"


class ReportState(StrEnum):
    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    REOPENED = "REOPENED"  # the store says that the answer did not help
    CLOSED = "CLOSED"


class ReportQueue(StrEnum):
    """Whose inbox a report lies in; its owner, where it has one, is named beside."""

    MERCHANDISING = "MERCHANDISING"
    OPERATORS = "OPERATORS"


WAITING = frozenset({ReportState.OPEN, ReportState.REOPENED})
STEPS = {
    ReportState.OPEN: frozenset({ReportState.ANSWERED, ReportState.CLOSED}),
    ReportState.REOPENED: frozenset({ReportState.ANSWERED, ReportState.CLOSED}),
    ReportState.ANSWERED: frozenset({ReportState.REOPENED, ReportState.CLOSED}),
    ReportState.CLOSED: frozenset[ReportState](),
}
# A shopper waits for the first three; a sign or a count waits for somebody to walk there.
DUE_WITHIN = {
    ReportKind.PRICE_MISMATCH: timedelta(hours=2),
    ReportKind.DEAL_UNKNOWN: timedelta(hours=2),
    ReportKind.DEAL_REFUSED: timedelta(hours=2),
    ReportKind.SIGN_MISSING: timedelta(hours=4),
    ReportKind.STOCK_WRONG: timedelta(hours=4),
    ReportKind.CUSTOMER_VOICE: timedelta(days=2),
}

# The shopper did not get the deal here, whatever was offered instead.
REFUSALS = frozenset({Outcome.REFUSE, Outcome.OFFER_ALTERNATIVE})
# So many equal refusals (store, promotion, first reason) within so long raise a report by themselves.
REFUSALS_TO_REPORT = 3
REFUSALS_WITHIN = timedelta(hours=1)

# A second tap, or a second tab, that says the same of the same thing is the same report for so long.
SAME_WITHIN = timedelta(minutes=10)


def queue_of(kind: ReportKind) -> ReportQueue:
    """Counts go to those who look after the feeds, everything else to those who wrote the promotion."""
    return ReportQueue.OPERATORS if kind == ReportKind.STOCK_WRONG else ReportQueue.MERCHANDISING


def due_at(kind: ReportKind, *, at: datetime) -> datetime:
    """By when a report of this kind, told or reopened at `at`, is answered."""
    return at + DUE_WITHIN[kind]


def may_step(old: ReportState, new: ReportState) -> bool:
    """Whether a report may move from one state to the other."""
    return new in STEPS[old]
