"""Blocks of delimited text as columns of text: one physical line is one record, whatever its quotes claim.

Three tiers, alike in what they accept and ever slower: polars with typed columns, polars with text columns of
the lines that are well-formed, and Python's csv module line by line for the rest.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.blocks import Block, FeedFile, visible
from inventory.feeds.profiles import Profile
from inventory.feeds.records import UNKNOWN_CODES, FeedRefused, Int32s, Rejected

# The csv module takes no longer field; well-formed lines below it are left to polars.
_QUOTED_LIMIT = 131_072


@dataclass(frozen=True)
class Header:
    """Where each of our fields stands in the file's lines."""

    names: tuple[str, ...]
    places: dict[str, int]
    delimiter: str

    @property
    def width(self) -> int:
        return len(self.names)


@dataclass
class TableBlock:
    """The records of one block. `frame` has a column a field (typed ones only in the fast tier)."""

    header: Header
    block: Block
    received: int
    frame: pl.DataFrame
    line_numbers: Int32s
    rejected: list[Rejected] = field(default_factory=list)
    _texts: list[str] | None = None

    def raw(self, line_number: int) -> str:
        """The line's own text."""
        if self._texts is None:
            self._texts = self.block.text.decode("utf-8").split("\n")
        return self._texts[line_number - self.block.first_line]

    def reject(self, line_number: int, code: str, message: str, *, field_name: str = "") -> None:
        """Put a line aside; `field_name` is the field of ours that is to blame, if one is."""
        column = self.header.names[self.header.places[field_name]] if field_name else ""
        unknown = self.value(line_number, field_name) if code in UNKNOWN_CODES else ""
        self.rejected.append(
            Rejected(
                line_number,
                code,
                f"Line {line_number}: {message}",
                visible(self.raw(line_number)),
                field_name=visible(column)[:64],
                unknown_code=unknown.strip(" \t")[:128],
            )
        )

    def value(self, line_number: int, field_name: str) -> str:
        """What the line says in one field, for the sentence of a rejection."""
        values = split_line(self.raw(line_number), self.header.delimiter)
        return visible(values[self.header.places[field_name]])


def split_line(text: str, delimiter: str) -> list[str]:
    """One line's fields. Raises csv.Error for quotes that do not close or stand in the wrong place."""
    text = text.removesuffix("\r")
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    return rows[0] if rows else []


def read_table(
    file: FeedFile, profile: Profile, *, typed: dict[str, type[pl.DataType]]
) -> Iterator[TableBlock]:
    """The file's records block by block. Raises FeedRefused when the header lacks a column of the profile.

    `typed` fields are read as integers where a whole block allows it.
    """
    blocks = file.blocks()
    first = next(blocks, None)
    if first is None or not first.text.strip():
        raise FeedRefused("empty_file", "The file holds no text.")
    line, _, rest = first.text.partition(b"\n")
    header = read_header(line.decode("utf-8"), profile)
    if rest:
        yield _table_block(Block(2, rest, first.line_ends - 1, first.bytes_read), header, typed)
    for block in blocks:
        yield _table_block(block, header, typed)


def read_header(text: str, profile: Profile) -> Header:
    """The header line; names match whatever their case and the blanks around them."""
    try:
        names = [name.strip(" \t\ufeff") for name in split_line(text, profile.delimiter)]
    except csv.Error as error:
        raise FeedRefused("unknown_header", f"The header line cannot be read ({error}).") from error
    folded = [name.casefold() for name in names]
    missing = [name for name in profile.columns.values() if name.casefold() not in folded]
    if missing:
        hint = _delimiter_hint(text, profile, names)
        raise FeedRefused(
            "unknown_header",
            f"The header lacks {_listed(missing)}; it has {_listed(names)}.{hint}",
        )
    doubled = [name for name in profile.columns.values() if folded.count(name.casefold()) > 1]
    if doubled:
        raise FeedRefused("unknown_header", f"The header names {_listed(doubled)} more than once.")
    places = {key: folded.index(name.casefold()) for key, name in profile.columns.items()}
    return Header(tuple(names), places, profile.delimiter)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{visible(name)}"' for name in names[:30])
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown


def _delimiter_hint(text: str, profile: Profile, names: list[str]) -> str:
    if len(names) > 1:
        return ""
    likely = max(",;\t|", key=text.count)
    if likely == profile.delimiter or likely not in text:
        return ""
    return f" It seems to be delimited by {likely!r}, the profile says {profile.delimiter!r}."


def _table_block(block: Block, header: Header, typed: dict[str, type[pl.DataType]]) -> TableBlock:
    count = block.line_ends + (not block.text.endswith(b"\n"))
    frame = _typed_frame(block.text, count, header, typed)
    if frame is not None:
        lines = np.arange(block.first_line, block.first_line + count, dtype=np.int32)
        return TableBlock(header, block, count, frame, lines)
    return _careful_block(block, header)


def _typed_frame(
    text: bytes, count: int, header: Header, typed: dict[str, type[pl.DataType]]
) -> pl.DataFrame | None:
    """The fast tier: None unless each line surely has the header's width and typed fields are integers."""
    signs = np.frombuffer(text, np.uint8)
    delimiters = np.count_nonzero(signs == ord(header.delimiter)) if header.delimiter.isascii() else -1
    if (
        b'"' in text
        or delimiters != count * (header.width - 1)
        or not _plain_line_ends(text, count)
        or _has_plus(text, signs, header.delimiter)
    ):
        return None
    by_place = {place: name for name, place in header.places.items()}
    names = [by_place.get(place, f"\0{place}") for place in range(header.width)]
    # With the delimiters' sum right, a line too long means another too short, whose last field is null.
    wanted = sorted({*by_place, header.width - 1})
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            separator=header.delimiter,
            quote_char=None,
            schema={name: typed.get(name, pl.String) for name in names},
            columns=wanted if len(wanted) < header.width else None,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != count or any(frame[name].null_count() for name in (names[-1], *typed)):
        return None
    return frame.select(list(header.places))


def _has_plus(text: bytes, signs: npt.NDArray[np.uint8], delimiter: str) -> bool:
    """Whether a field begins with a plus: polars takes +5 for a number, we do not, in any tier."""
    if b"+" not in text:
        return False
    places = np.flatnonzero(signs == ord("+"))
    before = signs[np.maximum(places - 1, 0)]
    return bool(
        (places[:1] == 0).any() or np.isin(before, [ord(sign) for sign in (delimiter, *" \t\n")]).any()
    )


def _plain_line_ends(text: bytes, count: int) -> bool:
    if b"\r" not in text:  # much quicker than counting what is not there
        return True
    returns = text.count(b"\r")
    return returns == text.count(b"\r\n") and returns in (count, count - 1)


def _careful_block(block: Block, header: Header) -> TableBlock:
    """The slower tiers: the well-formed lines through polars as text, the others through the csv module."""
    texts = pl.Series("text", block.text.decode("utf-8").split("\n"))
    lines = pl.DataFrame({"text": texts, "line": np.arange(block.first_line, block.first_line + len(texts))})
    lines = lines.with_columns(pl.col("text").str.strip_suffix("\r"))
    lines = lines.filter(pl.col("text").str.strip_chars(" \t\r") != "")
    texts = lines["text"]
    sound = texts.str.contains(_well_formed(header)) & ~texts.str.contains("\r", literal=True)
    sound &= texts.str.len_bytes() < _QUOTED_LIMIT
    good = lines.filter(sound)
    frame = _text_frame(good["text"], header)
    numbers = good["line"]
    if frame is None:
        frame, numbers, sound = _empty_frame(header), good["line"].clear(), sound & False
    table = TableBlock(header, block, lines.height, frame, numbers.to_numpy().astype(np.int32))
    _read_singly(table, lines.filter(~sound))
    return table


def _well_formed(header: Header) -> str:
    """A pattern of lines that have the header's width and quote whole fields only (RFC 4180)."""
    mark = re.escape(header.delimiter)
    cell = rf'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    return rf"^{cell}(?:{mark}{cell}){{{header.width - 1}}}$"


def _text_frame(texts: pl.Series, header: Header) -> pl.DataFrame | None:
    if texts.is_empty():
        return _empty_frame(header)
    by_place = {place: name for name, place in header.places.items()}
    names = [by_place.get(place, f"\0{place}") for place in range(header.width)]
    try:
        frame = pl.read_csv(
            "\n".join(texts).encode(),
            has_header=False,
            separator=header.delimiter,
            quote_char='"',
            schema=dict.fromkeys(names, pl.String),
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.select(list(header.places)) if frame.height == len(texts) else None


def _empty_frame(header: Header) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(header.places, pl.String))


def _read_singly(table: TableBlock, lines: pl.DataFrame) -> None:
    """The last tier: each line on its own, so that an open quote costs its own line and no other."""
    header, rows, numbers = table.header, [], []
    for text, number in lines.iter_rows():
        try:
            values = split_line(text, header.delimiter)
        except csv.Error as error:
            code = "open_quote" if "unexpected end" in str(error) else "bad_line"
            told = "a quote is opened and not closed" if code == "open_quote" else f"cannot be read ({error})"
            table.reject(number, code, f"{told}.")
            continue
        if len(values) != header.width:
            table.reject(
                number, "column_count", f"{len(values)} columns; expected {header.width} as in the header."
            )
            continue
        rows.append([values[place] for place in header.places.values()])
        numbers.append(number)
    if not rows:
        return
    more = pl.DataFrame(rows, schema=dict.fromkeys(header.places, pl.String), orient="row")
    more = more.with_columns(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())
    everything = (
        pl.concat([table.frame, more])
        .with_columns(pl.Series("\0line", [*table.line_numbers.tolist(), *numbers], dtype=pl.Int32))
        .sort("\0line")
    )
    table.line_numbers = everything["\0line"].to_numpy()
    table.frame = everything.drop("\0line")
