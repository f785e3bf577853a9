"""What one process knows of one store's stream: its position, its newest events, who listens."""

import asyncio
from collections import deque
from collections.abc import Sequence

from promotions.live.events import EventId, LiveEvent
from promotions.live.fanout import Connection, body, deliver_to_all, end

BEGINNING = EventId(epoch=0, seq=0)
RING = 64


class Channel:
    """A store's stream in this process, from its first listener to its last.

    `position` is the newest event that the listeners were given; None before the database was asked and after
    a reset. It moves by one event at a time, only in `advance`, so order and completeness hold whichever way
    an event came in.
    """

    __slots__ = (
        "behind_seq",
        "fetching",
        "html",
        "json",
        "late_polls",
        "lock",
        "others",
        "position",
        "quiet",
        "ring",
        "stale",
        "store_id",
        "users",
    )

    def __init__(self, store_id: int) -> None:
        self.store_id = store_id
        self.position: EventId | None = None
        self.ring: deque[LiveEvent] = deque(maxlen=RING)
        self.html: set[Connection] = set()
        self.others: dict[str, set[Connection]] = {}  # HTML in languages other than the default one
        self.json: set[Connection] = set()
        self.quiet = 0  # beats since the listeners were last told anything
        self.users = 0  # listeners and those about to listen
        self.lock = asyncio.Lock()  # one database read at a time
        self.stale = False  # something was heard that does not follow on `position`: the database knows
        self.fetching: asyncio.Task[None] | None = None
        self.behind_seq = 0  # how far the database was when last asked
        self.late_polls = 0  # polls in a row that found us behind the one before

    @property
    def listeners(self) -> list[Connection]:
        return [*self.html, *self.json, *(one for listeners in self.others.values() for one in listeners)]

    def listening(self, *, in_format: str, language: str = "") -> set[Connection]:
        """Where a connection of that kind stands; "" is the default language."""
        if in_format == "json":
            return self.json
        return self.others.setdefault(language, set()) if language else self.html

    def begin(self, newest: EventId, *, remembered: Sequence[LiveEvent]) -> None:
        """Start where the remembered events end, without any at `newest`, which is what the database has."""
        self.ring.extend(remembered)
        self.position = remembered[-1].id if remembered else newest
        self.behind_seq = newest.seq  # what Valkey does not bring until the next poll is fetched

    def follows(self, event_id: EventId) -> bool:
        """Whether the event is the very next one."""
        position = self.position
        return (
            position is not None
            and event_id.seq == position.seq + 1
            and (event_id.epoch == position.epoch or position == BEGINNING)
        )

    def knows(self, event_id: EventId) -> bool:
        """Whether the id lies in this stream's past or present."""
        position = self.position
        return position is not None and (
            event_id == BEGINNING or (event_id.epoch == position.epoch and event_id.seq <= position.seq)
        )

    def advance(self, event: LiveEvent) -> int:
        """Give the next event to every listener; how many there are."""
        self.position = event.id
        self.ring.append(event)
        self.quiet = 0
        if self.html:
            deliver_to_all(self.html, body(event.html))
        if self.json:
            deliver_to_all(self.json, body(event.json))
        told = len(self.html) + len(self.json)
        for language, listeners in self.others.items():
            if listeners:
                deliver_to_all(listeners, body(event.html_in(language)))
            told += len(listeners)
        return told

    def first_kept(self) -> int:
        """The seq of the oldest event in the ring; one past the position when it is empty."""
        if self.ring:
            return self.ring[0].id.seq
        return self.position.seq + 1 if self.position else 0

    def since(self, seq: int) -> list[LiveEvent] | None:
        """The events after `seq`; None when the ring does not reach back that far."""
        if self.first_kept() > seq + 1:
            return None
        return [event for event in self.ring if event.id.seq > seq]

    def keep_older(self, events: Sequence[LiveEvent]) -> None:
        """Put events read from the database in front of the ring, so that the next who asks finds them."""
        room = RING - len(self.ring)
        if room and events and events[-1].id.seq + 1 == self.first_kept():
            self.ring.extendleft(reversed(events[-room:]))

    def reset(self, reason: str) -> None:
        """End every listener's stream; the channel is of no further use."""
        for connection in self.listeners:
            end(connection, reason)
        self.html.clear()
        self.json.clear()
        self.others.clear()
        self.ring.clear()
        self.position = None
