"""JSON as feeds send it, one object a line or one array: numbers exact, no key twice, every fault a sentence."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import msgspec

from inventory.feeds.blocks import UTF8_MARK, FeedFile, visible
from inventory.feeds.facts import BadRow
from inventory.feeds.records import FeedRefused
from inventory.feeds.wrappers import too_large

# An array is held in memory as a whole; longer feeds are sent as lines.
DOCUMENT_LIMIT = 64 * 2**20
LARGE = 1000
BESIDE_LIMIT = 2**20
HEAD = 4096
_KEY = re.compile(rb'"[ \t\r\n]*:')
_CUT = "truncated"


class Exponent(NamedTuple):
    """A number written with an exponent, such as 5.90124E+12: whoever wrote it has rounded it."""

    text: str


@dataclass(frozen=True)
class JsonFault:
    """Why a text is no usable JSON. `is_cut`: it ends before it is over."""

    code: str
    told: str
    is_cut: bool = False


class Entry(NamedTuple):
    """One value of a feed: where it stands, its own text in one line, and what it says."""

    line_number: int
    raw: str
    value: object

    @property
    def bad_row(self) -> BadRow | None:
        """The rejection of an entry that is no JSON object."""
        if isinstance(self.value, dict):
            return None
        fault = self.value if isinstance(self.value, JsonFault) else JsonFault("bad_json", NOT_AN_OBJECT)
        return BadRow(line_number=self.line_number, code=fault.code, told=fault.told, raw=self.raw)


NOT_AN_OBJECT = 'this is no JSON object; expected one such as {"store": "0412"}.'


def _number(text: str) -> Decimal | Exponent:
    return Exponent(text) if "e" in text or "E" in text else Decimal(text)


_DECODER = msgspec.json.Decoder(float_hook=_number)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decoded(text: bytes) -> object:
    """The value of a JSON text, or a JsonFault. Decimals and long integers are exact; NaN is no JSON."""
    try:
        value = _DECODER.decode(text)
        if len(_KEY.findall(text)) != _count_keys(value) and (name := _repeated_key(text)) is not None:
            return JsonFault("duplicate_field", f'the field "{name[:80]}" stands twice in one object.')
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _fault(error)
    except RecursionError:
        return JsonFault("bad_json", "the JSON is nested too deeply.")
    return value


def entries(file: FeedFile, *, rows: str = "", is_document: bool = False) -> Iterator[Entry]:
    """The values of a feed: of each line, or of one array, which may stand under the key path `rows`.

    Lines count from 1 as they stand, elements of an array as 1, 2, … Raises FeedRefused for an array that is
    no JSON, and for lines that were cut off in the middle.
    """
    if is_document or _head(file).startswith("["):
        yield from _elements(_body(file), rows)
    else:
        yield from _line_values(file)


def starts_with_key(file: FeedFile, key: str) -> bool:
    """Whether the feed is one object whose first key is `key`."""
    return bool(re.match(rf'\{{\s*"{re.escape(key)}"\s*:', _head(file)))


def _line_values(file: FeedFile) -> Iterator[Entry]:
    for block in file.blocks():
        lines = block.text.split(b"\n")
        for place, line in enumerate(lines):
            if not line.strip(b" \t\r"):
                continue
            value = decoded(line)
            is_last = place == len(lines) - 1
            if is_last and isinstance(value, JsonFault) and value.is_cut:
                raise _truncated(f"line {block.first_line + place}")
            yield Entry(block.first_line + place, visible(line.decode("utf-8")), value)


def element_texts(file: FeedFile, *, rows: str = "", wrapped: str = "") -> Iterator[tuple[int, str]]:
    """The text of each value of a feed, in one line, by the number `entries` gives it; broken ones as they are.

    `wrapped`: a key under which the array may stand, where `rows` names none.
    """
    path = rows or (wrapped if wrapped and starts_with_key(file, wrapped) else "")
    if path or _head(file).startswith("["):
        for place, element in enumerate(_parted(_body(file), path), 1):
            yield place, b" ".join(element.split(b"\n")).decode("utf-8")
    else:
        yield from ((number, text) for number, text in file.lines() if text.strip(" \t\r"))


def _elements(body: bytes, rows: str) -> Iterator[Entry]:
    for place, text in enumerate(_parted(body, rows), 1):
        yield Entry(place, visible(b" ".join(text.split(b"\n")).decode("utf-8")), decoded(text))


def _parted(body: bytes, rows: str) -> list[bytes]:
    """The texts of the elements of the array that stands under these keys."""
    try:
        for key in filter(None, rows.split(".")):
            members = _MEMBERS.decode(body)
            _check_beside(body, members)
            if key not in members:
                raise FeedRefused("bad_json", f'The JSON has no field "{key}"; expected rows under "{rows}".')
            body = bytes(members[key])
        return [bytes(element) for element in _ELEMENTS.decode(body)]
    except msgspec.ValidationError as error:
        expected = f'an array under "{rows}"' if rows else "an array"
        raise FeedRefused("bad_json", f"The JSON is not what it should be; expected {expected}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        fault = _fault(error)
        if fault.is_cut:
            raise _truncated("the JSON text") from error
        raise FeedRefused("bad_json", f"The file cannot be read: {fault.told}") from error
    except RecursionError as error:
        raise FeedRefused("bad_json", "The JSON is nested too deeply.") from error


def _check_beside(body: bytes, members: dict[str, msgspec.Raw]) -> None:
    """Refuse an object that holds a field twice: the reader would see only one of them."""
    for member in members.values():
        if len(bytes(member)) > LARGE:
            body = body.replace(bytes(member), b"null", 1)
    fault = (
        decoded(body) if len(body) <= BESIDE_LIMIT else JsonFault("duplicate_field", "a field stands twice.")
    )
    if isinstance(fault, JsonFault):
        raise FeedRefused(fault.code, f"The file cannot be read: {fault.told}")


def _head(file: FeedFile) -> str:
    with file.stream() as stream:
        head = stream.read(HEAD).removeprefix(UTF8_MARK)
    return head.decode(file.encoding, "ignore").lstrip("\ufeff \t\r\n")


def _body(file: FeedFile) -> bytes:
    """The whole text as UTF-8."""
    limit = min(DOCUMENT_LIMIT, file.inflated_limit)
    pieces, total = [], 0
    with file.stream() as stream:
        while piece := stream.read(2**20):
            pieces.append(piece)
            total += len(piece)
            if total > limit:
                raise too_large(limit)
    body = b"".join(pieces).removeprefix(UTF8_MARK)
    try:
        return body.decode(file.encoding).removeprefix("\ufeff").encode("utf-8")
    except UnicodeError as error:
        byte = error.start + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise FeedRefused(
            "encoding", f"Byte {byte} of the file is nothing in {file.encoding}. Nothing was read."
        ) from error


def _truncated(what: str) -> FeedRefused:
    return FeedRefused(
        "truncated", f"The file ends in the middle of {what}: it was cut off on its way. Send it again."
    )


def _fault(error: Exception) -> JsonFault:
    is_cut = _CUT in str(error)
    said = "it ends in the middle" if is_cut else str(error).removeprefix("JSON is malformed: ")
    return JsonFault("bad_json", f"this is no JSON: {said}.", is_cut=is_cut)


def _count_keys(value: object) -> int:
    if not isinstance(value, dict | list):
        return 0
    inside = value.values() if isinstance(value, dict) else value
    own = len(value) if isinstance(value, dict) else 0
    return own + sum(_count_keys(part) for part in inside if part.__class__ in (dict, list))


def _repeated_key(text: bytes) -> str | None:
    """A key that stands twice in one object; asked only where there are more colons than keys."""
    repeated: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        names = [name for name, _value in pairs]
        repeated.extend(name for name in set(names) if names.count(name) > 1)

    json.loads(text, object_pairs_hook=note, parse_int=str, parse_float=str, parse_constant=str)
    return min(repeated, default=None)
