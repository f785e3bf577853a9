"""What a process remembers of stores that nobody listens to at the moment."""

from promotions.live.channel import BEGINNING, RING, Channel
from promotions.live.events import EventId, LiveEvent
from promotions.live.memory import KEPT_SECONDS, Memory


def event(seq: int, *, epoch: int = 5) -> LiveEvent:
    return LiveEvent(EventId(epoch, seq), html=b"h", json=b"j")


def remembered(*seqs: int, upto: int, epoch: int = 5) -> list[int]:
    memory = Memory()
    memory.keep(7, [event(seq) for seq in seqs], now=0)
    return [each.id.seq for each in memory.take(7, upto=EventId(epoch, upto))]


def test_what_has_no_gap_up_to_the_databases_newest() -> None:
    assert remembered(1, 2, 3, upto=3) == [1, 2, 3]
    assert remembered(1, 3, 4, upto=4) == [3, 4]
    assert remembered(3, 4, 5, upto=4) == [3, 4]  # 5 is of a history that was taken back
    assert remembered(3, 4, upto=9) == [3, 4]  # 5 to 9 are on their way
    assert remembered(3, 4, upto=4, epoch=6) == []
    assert remembered(4, 4, 5, upto=5) == [4, 5]  # relayed twice


def test_events_go_on_being_remembered_for_a_minute() -> None:
    memory = Memory()
    memory.keep(7, [], now=0)
    memory.add(7, event(1))
    memory.add(8, event(1))  # nobody was there
    memory.forget(now=KEPT_SECONDS)
    assert list(memory.rings) == [7]
    memory.forget(now=KEPT_SECONDS + 1)
    assert (memory.rings, memory.left_at) == ({}, {})


def test_reading_back_keeps_a_ring_in_order() -> None:
    memory = Memory()
    for seq in range(200, 0, -1):
        memory.keep_older(7, event(seq), now=0)
    found = memory.take(7, upto=EventId(5, 200))
    assert [each.id.seq for each in found] == list(range(200 - RING + 1, 201))
    assert memory.take(7, upto=EventId(5, 200)) == []


def test_a_channel_begins_where_the_remembered_events_end() -> None:
    known, unknown = Channel(7), Channel(8)
    known.begin(EventId(5, 9), remembered=[event(3), event(4)])
    unknown.begin(BEGINNING, remembered=[])
    assert (known.position, known.behind_seq, known.since(2)) == (EventId(5, 4), 9, [event(3), event(4)])
    assert unknown.position == BEGINNING
