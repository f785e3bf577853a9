"""The kinds of cells: what may stand in one, what it means, and how a value is written back.

A cell that cannot be read says what is expected and what was found.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from promotions.rules.content.shapes import plain_text
from promotions.rules.words import RedemptionChannel

MOST_WHOLE = 2**31 - 1
MOST_NAMES = 2_000
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0+)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00)?)?", re.ASCII)
_CLOCK = re.compile(r"(?:\d{4}-\d\d-\d\d[T ])?(\d{1,2}):(\d\d)(?::00)?", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?", re.IGNORECASE)


class CellError(ValueError):
    """A cell that cannot be read; its text is the sentence for the person who wrote it."""


@dataclass(frozen=True)
class Kind:
    """How cells of a column are read and written; `words` are those that may stand there.

    `holds` says what a spreadsheet should take them for.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    words: tuple[str, ...] = ()
    holds: Literal["text", "number", "day"] = "text"


def found(written: str) -> str:
    """What stood there, not endless."""
    return f"found “{written[:60]}{'…' if len(written) > 60 else ''}”"


def plain(value: Any) -> str:
    return "" if value is None else str(value)


def text(most: int) -> Kind:
    def read(written: str) -> str:
        written = written.strip()
        if len(written) > most:
            raise CellError(f"Enter at most {most:,} characters; these are {len(written):,}.")
        return written

    return Kind(read, plain)


def web_address(most: int) -> Kind:
    checked = text(most)

    def read(written: str) -> str:
        written = str(checked.read(written))
        if written and not _ADDRESS.fullmatch(written):
            raise CellError(f"Expected a web address such as https://example.com/deal, {found(written)}.")
        return written

    return Kind(read, plain)


def choice(words: type[StrEnum], empty: str = "") -> Kind:
    """One of a vocabulary, in any case, with blanks or hyphens for underscores."""

    def read(written: str) -> str:
        word = spelled(written)
        if word and word not in set(words):
            raise CellError(f"Choose from {', '.join(words)}; {found(written)}.")
        return word or empty

    return Kind(read, plain, tuple(words))


def spelled(written: str) -> str:
    """A word of a vocabulary as it is kept: "Buy M get N" is BUY_M_GET_N."""
    return re.sub(r"[\s_-]+", "_", written.strip()).upper()


def channels() -> Kind:
    def read(written: str) -> list[str]:
        words = [spelled(part) for part in parts_of(written, "\n,;")]
        if unknown := [word for word in words if word not in set(RedemptionChannel)]:
            raise CellError(f"Choose from {', '.join(RedemptionChannel)}; {found(', '.join(unknown))}.")
        return [channel.value for channel in RedemptionChannel if channel in words]

    return Kind(read, lambda value: ", ".join(value or ()), tuple(RedemptionChannel))


def amount(*, digits: int = 9, decimals: int = 3) -> Kind:
    """A decimal with a point or a comma; 1,234 could be two numbers and is refused."""

    def read(written: str) -> Decimal | None:
        written = written.strip().removesuffix("%").strip()
        if not written:
            return None
        if not _NUMBER.fullmatch(written) or ("," in written and _THOUSANDS.fullmatch(written)):
            raise CellError(f"Expected a number such as 12.50, without thousands signs; {found(written)}.")
        number = Decimal(written.replace(",", "."))
        if abs(number) >= 10**digits or number != round(number, decimals):
            raise CellError(
                f"Expected at most {digits} digits before and {decimals} after the point; {found(written)}."
            )
        return number

    return Kind(read, lambda value: "" if value is None else str(plain_text(value)), holds="number")


def whole(*, empty: int | None = None, least: int = 0, most: int = MOST_WHOLE) -> Kind:
    def read(written: str) -> int | None:
        written = written.strip()
        if not written:
            return empty
        if not _WHOLE.fullmatch(written) or not least <= int(Decimal(written)) <= most:
            raise CellError(f"Expected a whole number from {least:,} to {most:,}; {found(written)}.")
        return int(Decimal(written))

    return Kind(read, plain, holds="number")


def day() -> Kind:
    """An ISO day, also as spreadsheets hold it, with a midnight behind."""

    def read(written: str) -> dt.date | None:
        written = written.strip()
        if not written:
            return None
        given = _DAY.fullmatch(written)
        try:
            return dt.date.fromisoformat(given[1] if given else "")
        except ValueError as error:
            raise CellError(f"Expected a day as YYYY-MM-DD, such as 2026-11-28; {found(written)}.") from error

    return Kind(read, lambda value: value.isoformat() if value else "", holds="day")


def clock() -> Kind:
    """A time of day to the minute; empty is midnight."""

    def read(written: str) -> dt.time:
        written = written.strip()
        if not written:
            return dt.time(0)
        given = _CLOCK.fullmatch(written)
        try:
            return dt.time(int(given[1]), int(given[2])) if given else dt.time.fromisoformat("")
        except ValueError as error:
            raise CellError(f"Expected a time as HH:MM, such as 17:30; {found(written)}.") from error

    return Kind(read, lambda value: f"{value:%H:%M}" if value and value != dt.time(0) else "")


def codes() -> Kind:
    """Several codes, parted by commas, semicolons or line ends."""
    return several("\n,;", ", ")


def names() -> Kind:
    """Several names; they may hold commas, so semicolons or line ends part them."""
    return several("\n;", "; ")


def several(separators: str, between: str) -> Kind:
    def read(written: str) -> list[str]:
        values = parts_of(written, separators)
        if too_long := next((value for value in values if len(value) > 200), None):
            raise CellError(f"“{too_long[:30]}…” is longer than 200 characters.")
        if len(values) > MOST_NAMES:
            raise CellError(f"Enter at most {MOST_NAMES:,}; these are {len(values):,}.")
        return values

    def write(values: Sequence[str] | None) -> str:
        values = values or ()
        is_plain = not any(sign in value for value in values for sign in separators)
        return (between if is_plain else "\n").join(values)

    return Kind(read, write)


def parts_of(written: str, separators: str) -> list[str]:
    """The parts that say something, each once, in their order."""
    parts = re.split(f"[{separators}\r]", written)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def objects(example: str) -> Kind:
    """A list of JSON objects."""

    def read(written: str) -> list[Any]:
        if not written.strip():
            return []
        try:
            value = json.loads(written, parse_float=str, parse_constant=no_number)
            check_text(json.dumps(value, ensure_ascii=False))
        except (ValueError, RecursionError) as error:
            raise CellError(f"Expected a list in JSON such as {example}; {found(written)}.") from error
        if not isinstance(value, list):
            raise CellError(f"Expected a list in JSON such as {example}; {found(written)}.")
        return value

    return Kind(read, lambda value: json.dumps(value, ensure_ascii=False) if value else "")


def check_text(written: str) -> None:
    """Half characters and NUL are in no text that is kept. Raises ValueError."""
    if "\\u0000" in written:
        raise ValueError("NUL")
    written.encode()


def no_number(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(name)
