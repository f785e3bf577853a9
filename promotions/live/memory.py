"""The newest events of stores that nobody listens to at the moment: who comes back asks the database for none."""

from collections import deque
from collections.abc import Iterable

from promotions.live.channel import RING
from promotions.live.events import EventId, LiveEvent

KEPT_SECONDS = 60.0  # a tablet that is away for longer is alone in coming back


class Memory:
    """Rings by store, each from the moment its last listener left, for a minute. Times are the loop's seconds."""

    def __init__(self) -> None:
        self.rings: dict[int, deque[LiveEvent]] = {}
        self.left_at: dict[int, float] = {}

    def keep(self, store_id: int, ring: Iterable[LiveEvent], *, now: float) -> None:
        """Remember a store's ring, the oldest event first."""
        self.rings[store_id] = deque(ring, maxlen=RING)
        self.left_at[store_id] = now

    def keep_older(self, store_id: int, event: LiveEvent, *, now: float) -> None:
        """Remember an event from before all those of its store that are remembered."""
        ring = self.rings.setdefault(store_id, deque(maxlen=RING))
        self.left_at[store_id] = now
        if len(ring) < RING:
            ring.appendleft(event)

    def add(self, store_id: int, event: LiveEvent) -> None:
        """An event of a store that nobody listens to; kept when the store is still remembered."""
        ring = self.rings.get(store_id)
        if ring is not None:
            ring.append(event)

    def take(self, store_id: int, *, upto: EventId) -> list[LiveEvent]:
        """The newest remembered events of a store that lie before or at `upto`, without a gap; they are forgotten.

        The last one may lie before `upto`: it was committed, and Valkey has not brought it yet.
        """
        self.left_at.pop(store_id, None)
        found: deque[LiveEvent] = deque()
        for event in reversed(self.rings.pop(store_id, ())):
            if event.id.epoch != upto.epoch or event.id.seq > upto.seq:
                continue
            if found and event.id.seq >= found[0].id.seq:  # relayed twice
                continue
            if found and event.id.seq < found[0].id.seq - 1:
                break
            found.appendleft(event)
        return list(found)

    def forget(self, *, now: float) -> None:
        """Let go of the stores that nobody has come back to."""
        for store_id in [store_id for store_id, at in self.left_at.items() if now - at > KEPT_SECONDS]:
            del self.left_at[store_id], self.rings[store_id]
