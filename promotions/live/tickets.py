"""A signed ticket to one store's stream: the page carries it, so that opening a stream asks no database."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner

from promotions.live.turns import Turn

LIFETIME = timedelta(hours=12)
signer = TimestampSigner(salt="promotions.live.ticket")


@dataclass(frozen=True)
class Ticket:
    """Who may hear which store; on a shared tablet for as long as the turn lasts."""

    user_id: int
    store_id: int
    store_code: str
    turn: Turn | None = None


def sign_ticket(*, user_id: int, store_id: int, store_code: str, turn: Turn | None = None) -> str:
    """A ticket good for 12 hours, safe in a URL. The caller has checked that the person may see the store."""
    return signer.sign_object([user_id, store_id, store_code, *(turn or ())])


def read_ticket(text: str) -> Ticket | None:
    """The ticket in a text; None when it is forged or too old."""
    try:
        user_id, store_id, store_code, *turn = signer.unsign_object(text, max_age=LIFETIME)
    except BadSignature:
        return None
    return Ticket(
        user_id=user_id, store_id=store_id, store_code=store_code, turn=Turn(*turn) if turn else None
    )
