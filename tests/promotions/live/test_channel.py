"""What a process remembers of a store's stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.live.channel import BEGINNING, RING, Channel
from promotions.live.events import EventId, LiveEvent, offer_event, ping_event


def event(seq: int, epoch: int = 5) -> LiveEvent:
    return LiveEvent(EventId(epoch, seq), html=b"h%d" % seq, json=b"j%d" % seq)


def channel_at(seq: int) -> Channel:
    channel = Channel(1)
    channel.position = EventId(5, seq)
    return channel


@given(heard=st.integers(0, 200), older=st.integers(0, 100), asked=st.integers(0, 400))
def test_the_ring_answers_completely_or_not_at_all(heard: int, older: int, asked: int) -> None:
    channel = channel_at(100)
    for seq in range(101, 101 + heard):
        channel.advance(event(seq))
    first = channel.first_kept()
    channel.keep_older([event(seq) for seq in range(first - older, first)])
    newest = 100 + heard
    answer = channel.since(asked)
    assert len(channel.ring) <= RING
    if answer is not None:
        assert [each.id.seq for each in answer] == list(range(asked + 1, newest + 1))
    else:
        assert asked + 1 < channel.first_kept()


def test_older_events_that_do_not_join_on_are_not_kept() -> None:
    channel = channel_at(10)
    channel.advance(event(11))
    channel.keep_older([event(7), event(8)])
    assert [each.id.seq for each in channel.ring] == [11]


def test_what_follows_is_the_next_number_of_the_same_epoch() -> None:
    channel = channel_at(3)
    assert [channel.follows(EventId(5, seq)) for seq in (3, 4, 5)] == [False, True, False]
    assert not channel.follows(EventId(6, 4))
    channel.position = BEGINNING  # an untouched store has no epoch yet
    assert channel.follows(EventId(6, 1))


def test_what_is_known_lies_in_the_past_of_this_epoch() -> None:
    channel = channel_at(3)
    assert [channel.knows(EventId(5, seq)) for seq in (0, 3, 4)] == [True, True, False]
    assert channel.knows(BEGINNING)
    assert not channel.knows(EventId(4, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5:3", EventId(5, 3)),
        ("0:0", BEGINNING),
        *[(text, None) for text in ("", "5", "5:", "-1:3", "5:3 ", "5:3\n", "5:٣", "1" * 19 + ":1")],
    ],
)
def test_an_id_is_two_plain_numbers(text: str, expected: EventId | None) -> None:
    assert EventId.parse(text) == expected


def test_events_on_the_wire() -> None:
    card = offer_event(event_id=EventId(5, 3), data="<p>\r\n\nevent: x\r</p>")
    assert card == b"event: offer\nid: 5:3\ndata: <p>\ndata: \ndata: event: x\ndata: </p>\n\n"
    assert ping_event(EventId(5, 3)) == b"event: ping\ndata: 5:3\n\n"
