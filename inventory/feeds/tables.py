"""Blocks of delimited text as columns of text: one physical line is one record, whatever its quotes claim.

Three tiers, alike in what they accept and ever slower: polars with typed columns for all lines of a block that
allow it, polars with text columns for those that are well-formed, and Python's csv module line by line for the
rest.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from inventory.feeds.blocks import Block, FeedFile, visible
from inventory.feeds.profiles import Profile
from inventory.feeds.records import UNKNOWN_CODES, FeedRefused, Flags, Int32s, Int64s, Noted, Rejected

# The csv module takes no longer field; well-formed lines below it are left to polars.
_QUOTED_LIMIT = 131_072
# With a larger share of odd lines a block goes through the careful tiers as a whole.
MANY_ODD = 0.25
# The careful tiers take so many lines at a time: texts, and above all rejected lines, need much memory.
LINES_AT_ONCE = 20_000
WIDEST_PATTERN = 200
LINES_NOTED = 5

Typed = dict[str, type[pl.DataType]]


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
    """The records of one block or of a part of it. `frame` has a column a field (typed ones only in the fast tier).

    `marks` is where the fields of the fast tier's lines end.
    """

    header: Header
    block: Block
    received: int
    frame: pl.DataFrame
    line_numbers: Int32s
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    marks: "Callable[[], Marks] | None" = None

    def raw(self, line_number: int) -> str:
        """The line's own text."""
        return self.block.line(line_number)

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

    def note(self, rows: Flags, code: str, message: str) -> None:
        """Say something of rows of the frame; "{line}" in the message is the first one's line."""
        count = int(np.count_nonzero(rows))
        if count:
            lines = tuple(self.line_numbers[np.flatnonzero(rows)[:LINES_NOTED]].tolist())
            self.notes.append(Noted(code, message.format(line=lines[0]), lines, count))

    def value(self, line_number: int, field_name: str) -> str:
        """What the line says in one field, for the sentence of a rejection."""
        values = split_line(self.raw(line_number), self.header.delimiter)
        return visible(values[self.header.places[field_name]])

    def lengths(self, field_name: str) -> Int64s:
        """How many bytes the field's text has in each row, its leading zeros included."""
        if self.marks is not None:
            return self.marks().lengths(self.header.places[field_name])
        texts = self.frame[field_name].str.strip_chars(" \t")
        return texts.str.len_bytes().fill_null(0).cast(pl.Int64).to_numpy()


@dataclass(frozen=True)
class Marks:
    """Where the fields of a text end: `places` of delimiters and line ends, and each line's first among them."""

    places: npt.NDArray[np.intp]
    firsts: npt.NDArray[np.intp]

    @classmethod
    def of(cls, text: bytes, header: Header) -> "Marks":
        """Those of every line, whatever its width."""
        signs = np.frombuffer(text, np.uint8)
        places = np.flatnonzero((signs == ord(header.delimiter)) | (signs == ord("\n")))
        ended = np.flatnonzero(signs[places] == ord("\n"))
        if not text.endswith(b"\n"):
            places, ended = np.append(places, len(text)), np.append(ended, len(places))
        return cls(places, np.append(0, ended[:-1] + 1))

    @property
    def widths(self) -> npt.NDArray[np.intp]:
        """How many fields each line has."""
        return np.diff(self.firsts, append=len(self.places))

    def of_lines(self, lines: npt.NDArray[np.intp]) -> "Marks":
        """Those of some lines."""
        return Marks(self.places, self.firsts[lines])

    def lengths(self, place: int) -> Int64s:
        """How many bytes one field has in each line."""
        ends = self.firsts + place
        before = np.where(ends > 0, self.places[ends - 1], -1)
        return (self.places[ends] - before - 1).astype(np.int64)


def split_line(text: str, delimiter: str) -> list[str]:
    """One line's fields. Raises csv.Error for quotes that do not close or stand in the wrong place."""
    text = text.removesuffix("\r")
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    return rows[0] if rows else []


def read_table(file: FeedFile, profile: Profile, *, typed: Typed) -> Iterator[TableBlock]:
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
        yield from _tables(Block(2, rest, first.line_ends - 1, first.bytes_read), header, typed)
    for block in blocks:
        yield from _tables(block, header, typed)


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


def _tables(block: Block, header: Header, typed: Typed) -> Iterator[TableBlock]:
    """A block by the fastest tier that can read it: whole, without its odd lines, or line by line."""
    count = block.line_ends + (not block.text.endswith(b"\n"))
    frame = _typed_frame(block.text, count, header, typed)
    if frame is not None:
        lines = np.arange(block.first_line, block.first_line + count, dtype=np.int32)
        yield TableBlock(header, block, count, frame, lines, marks=partial(Marks.of, block.text, header))
    else:
        yield from _sorted_out(block, header, typed)


def _typed_frame(text: bytes, count: int, header: Header, typed: Typed) -> pl.DataFrame | None:
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
    frame = _read_typed(text, header, typed, is_lenient=False)
    # With the delimiters' sum right, a line too long means another too short, whose last field is null.
    last = f"\0{header.width - 1}"
    if frame is None or frame.height != count or any(frame[name].null_count() for name in (last, *typed)):
        return None
    return frame.drop(last)


def _read_typed(text: bytes, header: Header, typed: Typed, *, is_lenient: bool) -> pl.DataFrame | None:
    """Our fields and, under the name "\\0<place>", the last one; None where it cannot be read.

    `is_lenient`: what is no integer is null.
    """
    by_place = {place: name for name, place in header.places.items()}
    names = [by_place.get(place, f"\0{place}") for place in range(header.width)]
    last = names[-1]
    wanted = sorted({*by_place, header.width - 1})
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            separator=header.delimiter,
            quote_char=None,
            schema={name: typed.get(name, pl.String) for name in names},
            columns=wanted if len(wanted) < header.width else None,
            ignore_errors=is_lenient,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.select(*header.places, pl.col(last).alias(f"\0{header.width - 1}"))


def _sorted_out(block: Block, header: Header, typed: Typed) -> Iterator[TableBlock]:
    """The plain lines by the fast tier, the odd ones by the careful tiers; all by these where many are odd."""
    if not header.delimiter.isascii():
        yield from _careful(block, header, None)
        return
    marks = Marks.of(block.text, header)
    odd = _odd_lines(block, header, marks)
    if np.count_nonzero(odd) > len(odd) * MANY_ODD:
        yield from _careful(block, header, None)
        return
    plain = _without(block, odd)
    frame = _read_typed(plain, header, typed, is_lenient=True)
    places = np.flatnonzero(~odd)
    if frame is None or frame.height != len(places):
        yield from _careful(block, header, None)
        return
    kept = np.ones(len(places), bool)
    for name in typed:
        kept &= frame[name].is_not_null().to_numpy()
    odd[places[~kept]] = True
    frame = frame.drop(f"\0{header.width - 1}")
    if not kept.all():
        frame = frame.filter(pl.Series(kept))
    lines = (block.first_line + places[kept]).astype(np.int32)
    theirs = marks.of_lines(places[kept])
    yield TableBlock(header, block, len(lines), frame, lines, marks=lambda: theirs)
    if odd.any():
        yield from _careful(block, header, np.flatnonzero(odd))


def _odd_lines(block: Block, header: Header, marks: Marks) -> Flags:
    """Which lines the fast tier must not read."""
    text, ends = block.text, block.ends
    signs = np.frombuffer(text, np.uint8)

    def lines_with(places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        return np.bincount(np.searchsorted(ends, places), minlength=len(ends))

    odd: Flags = marks.widths != header.width
    for sign in (b'"', b"\0"):
        if sign in text:
            odd |= lines_with(np.flatnonzero(signs == ord(sign))) > 0
    if b"+" in text:
        odd |= lines_with(_plus_places(signs, header.delimiter)) > 0
    if b"\r" in text:
        returns = np.flatnonzero(signs == ord("\r"))
        at_end = signs[np.minimum(returns + 1, len(signs) - 1)] == ord("\n")
        odd |= lines_with(returns[~at_end]) > 0
        has_return = lines_with(returns[at_end]) > 0
        most = np.count_nonzero(has_return) * 2 > len(ends)
        odd |= has_return != most
    return odd


def _without(block: Block, odd: Flags) -> bytes:
    """The block's text without some of its lines."""
    places = np.flatnonzero(odd)
    starts = np.append(0, block.ends[:-1] + 1)[places]
    edges = [0, *np.ravel(np.column_stack([starts, block.ends[places] + 1])).tolist(), len(block.text)]
    view = memoryview(block.text)
    return b"".join(view[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


def _has_plus(text: bytes, signs: npt.NDArray[np.uint8], delimiter: str) -> bool:
    """Whether a field begins with a plus: polars takes +5 for a number, we do not, in any tier."""
    return b"+" in text and bool(len(_plus_places(signs, delimiter)))


def _plus_places(signs: npt.NDArray[np.uint8], delimiter: str) -> npt.NDArray[np.intp]:
    places = np.flatnonzero(signs == ord("+"))
    before = np.where(places > 0, signs[places - 1], ord("\n"))
    begins = np.isin(before, [ord(sign) for sign in (delimiter, *" \t\n")])
    return places[begins]


def _plain_line_ends(text: bytes, count: int) -> bool:
    if b"\r" not in text:  # much quicker than counting what is not there
        return True
    returns = text.count(b"\r")
    return returns == text.count(b"\r\n") and returns in (count, count - 1)


def _careful(block: Block, header: Header, places: npt.NDArray[np.intp] | None) -> Iterator[TableBlock]:
    """The slower tiers, some lines at a time: the well-formed through polars as text, the others one by one."""
    chosen = np.arange(len(block.ends)) if places is None else places
    for start in range(0, len(chosen), LINES_AT_ONCE):
        yield _careful_lines(block, header, chosen[start : start + LINES_AT_ONCE])


def _careful_lines(block: Block, header: Header, places: npt.NDArray[np.intp]) -> TableBlock:
    numbers = block.first_line + places
    if len(places) and places[-1] - places[0] == len(places) - 1:
        start = int(block.ends[places[0] - 1]) + 1 if places[0] else 0
        texts = block.text[start : int(block.ends[places[-1]])].decode("utf-8").split("\n")
    else:
        texts = [block.line(number) for number in numbers.tolist()]
    lines = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String), "line": numbers})
    lines = lines.with_columns(pl.col("text").str.strip_suffix("\r"))
    lines = lines.filter(pl.col("text").str.strip_chars(" \t\r") != "")
    sound = _well_formed(lines["text"], header)
    good = lines.filter(sound)
    frame = _text_frame(good["text"], header)
    kept = good["line"]
    if frame is None:
        frame, kept, sound = _empty_frame(header), good["line"].clear(), sound & False
    table = TableBlock(header, block, lines.height, frame, kept.to_numpy().astype(np.int32))
    _read_singly(table, lines.filter(~sound))
    return table


def _well_formed(texts: pl.Series, header: Header) -> pl.Series:
    """Which lines have the header's width and quote whole fields only (RFC 4180)."""
    quoted = texts.str.contains('"', literal=True)
    wide = texts.str.count_matches(header.delimiter, literal=True) == header.width - 1
    sound = wide & ~quoted
    if quoted.any() and header.width <= WIDEST_PATTERN:
        mark = re.escape(header.delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
        sound |= quoted & texts.str.contains(rf"^{cell}(?:{mark}{cell}){{{header.width - 1}}}$")
    return sound & ~texts.str.contains("\r", literal=True) & (texts.str.len_bytes() < _QUOTED_LIMIT)


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


def _check_cut_off(table: TableBlock, number: int, columns: int) -> None:
    """A last line that is short and has no line end was cut off on its way, and lines after it with it."""
    block = table.block
    is_last = number == block.first_line + block.line_ends and not block.text.endswith(b"\n")
    if is_last and columns < table.header.width:
        raise FeedRefused(
            "truncated",
            f"Line {number}, the last one, ends after {columns} of {table.header.width} columns: the file was cut "
            "off on its way. Send it again.",
        )


def _empty_frame(header: Header) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(header.places, pl.String))


def _read_singly(table: TableBlock, lines: pl.DataFrame) -> None:
    """The last tier: each line on its own. An open quote could hide any number of lines: it refuses the file."""
    header, rows, numbers = table.header, [], []
    for text, number in lines.iter_rows():
        try:
            values = split_line(text, header.delimiter)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise FeedRefused(
                    "csv_quote",
                    f"Line {number}: a quote is opened and not closed; what follows it cannot be told apart.",
                ) from error
            table.reject(number, "bad_line", f"cannot be read ({error}).")
            continue
        if len(values) != header.width:
            _check_cut_off(table, number, len(values))
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
