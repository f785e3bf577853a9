"""The wire format of the live stream: server-sent events, their ids, and the notices around them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson

# Longer numbers do not fit a bigint, so nobody was ever given such an id.
EVENT_ID = re.compile(r"([0-9]{1,18}):([0-9]{1,18})")

NO_OTHERS: Mapping[str, bytes] = MappingProxyType({})

RETRY = b"retry: 2000\n\n"  # milliseconds until a cut-off client comes back; it adds its own jitter


class EventId(NamedTuple):
    """A place in a store's history. `0:0` is before its very first change, whatever the epoch will be."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "EventId | None":
        """The id in a text; None when it is none of ours."""
        match = EVENT_ID.fullmatch(text)
        return cls(epoch=int(match[1]), seq=int(match[2])) if match else None


class LiveEvent(NamedTuple):
    """One change of one store as the bytes that every tablet of the store gets, in both formats.

    `others` is the HTML in languages other than the default one; a language that is not there gets the default.
    """

    id: EventId
    html: bytes
    json: bytes
    others: Mapping[str, bytes] = NO_OTHERS

    def html_in(self, language: str) -> bytes:
        return self.others.get(language, self.html)


def offer_event(*, event_id: EventId, data: str) -> bytes:
    """An offer of the store has changed."""
    return change_event(name="offer", event_id=event_id, data=data)


def report_event(*, event_id: EventId, data: str) -> bytes:
    """A report of the store was told, answered, opened again or closed."""
    return change_event(name="report", event_id=event_id, data=data)


def change_event(*, name: str, event_id: EventId, data: str) -> bytes:
    """An event with an id. Data of several lines becomes several data fields, which the client joins again."""
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields = "\n".join(f"data: {line}" for line in lines)
    return f"event: {name}\nid: {event_id}\n{fields}\n\n".encode()


def ping_event(newest: EventId) -> bytes:
    """The heartbeat: it has no id of its own but names the newest, so a client sees when it missed one."""
    return f"event: ping\ndata: {newest}\n\n".encode()


def reset_event(reason: str) -> bytes:
    """The stream cannot go on from the client's place: load everything anew. The empty id forgets the old."""
    return f"event: reset\nid\ndata: {reason}\n\n".encode()


def problem(*, status: int, title: str, detail: str) -> bytes:
    """A problem document (RFC 9457)."""
    return orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
