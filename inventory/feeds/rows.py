"""Rows of a table from any container: delimited text with quoted line ends, xlsx, xls, ods.

The vectorised path (tables.py) is for the big delimited feeds, one line a record. This one is for the exports of
shops and spreadsheets: a record may run over several lines, and the file may be a workbook whatever it is called.
"""

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from inventory.feeds.blocks import BINARY_MAGICS, FeedFile
from inventory.feeds.facts import BadRow
from inventory.feeds.profiles import Profile
from inventory.feeds.records import FeedRefused
from inventory.feeds.workbook import workbook_rows

WORKBOOK_MAGICS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
FIELD_LIMIT = 2**20
LINE_LIMIT = 2**20
_RECORD_LIMIT = 2 * 2**20
_PIECE_BYTES = 2**16
_HEAD_BYTES = 2**16
# The longest first: the mark of UTF-16 is the beginning of one of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKUP = re.compile(
    rb"\s*(?:<(?:!doctype|html|head|body|table|meta|\?xml|\?mso|div|style|script)\b|MIME-Version:)",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_DELIMITER_LINE = re.compile(r"sep=(.)[\r\n]*")

csv.field_size_limit(FIELD_LIMIT)


class Row(NamedTuple):
    """One record: the line it begins on (or the sheet's row), its fields, and its own text without line end."""

    line_number: int
    values: list[str]
    raw: str
    # The file's last line, cut off before its line end.
    is_unended: bool = False


@dataclass(frozen=True)
class Container:
    """What the file turned out to be. `delimiter` is the text's, or the one rows of a sheet are shown with."""

    is_workbook: bool
    delimiter: str
    encoding: str = "utf-8"


def read_rows(
    file: FeedFile, profile: Profile, *, delimiters: str = ""
) -> Generator[Row | BadRow, None, None]:
    """The rows that hold something. Fields are as written, those of a sheet without blanks around them.

    `delimiters`: others the text may use when the profile's does not part its first line. Options of the profile:
    `sheet` and `container` (TABLE_OPTIONS of inventory.feeds.headers).
    Raises FeedRefused for what is no table, no text in its encoding, and for a quote that is never closed.
    """
    container = container_of(file, profile, delimiters)
    if not container.is_workbook:
        yield from _text_rows(file, container)
        return
    sheet = profile.options.get("sheet")
    assert sheet is None or isinstance(sheet, str | int)
    with file.stream() as stream:
        for number, values in workbook_rows(stream, sheet=sheet, decimal_sign=profile.decimal_sign):
            yield Row(number, values, joined(values, container.delimiter))


def joined(values: list[str], delimiter: str) -> str:
    """Fields as one line of delimited text."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(values)
    return line.getvalue()


def container_of(file: FeedFile, profile: Profile, delimiters: str) -> Container:
    """What the file turns out to be by its first bytes. Raises FeedRefused for what is no table."""
    with file.stream() as stream:
        head = _head(stream)
    if not head:
        raise FeedRefused("empty_file", "The file is empty.")
    if head.startswith(WORKBOOK_MAGICS):
        return Container(is_workbook=True, delimiter=profile.delimiter)
    _check_is_text(head, profile)
    encoding = _encoding(file, head, profile.encoding)
    return Container(False, _delimiter(head, encoding, profile.delimiter, delimiters), encoding)


def _head(stream: BinaryIO) -> bytes:
    """The first bytes, however small the pieces a wrapper hands out."""
    head = b""
    while len(head) < _HEAD_BYTES and (piece := stream.read(_HEAD_BYTES - len(head))):
        head += piece
    return head


def _check_is_text(head: bytes, profile: Profile) -> None:
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise FeedRefused(
            "not_an_excel_file",
            "The file is a web page or XML, whatever its name says; save it as xlsx or as delimited text.",
        )
    if profile.options.get("sheet") is not None or profile.options.get("container") == "WORKBOOK":
        raise FeedRefused(
            "not_an_excel_file",
            "The profile declares a workbook, and the file is text; save it as xlsx or declare it as text.",
        )
    for magic, what in BINARY_MAGICS.items():
        if head.startswith(magic):
            raise FeedRefused("not_delimited_text", f"The file is {what}; expected a table.")


def _encoding(file: FeedFile, head: bytes, declared: str) -> str:
    """The mark's encoding, else UTF-8 where the bytes are it, else the declared one."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if not declared.startswith(("utf-16", "utf-32")) and b"\0" in head.split(b"\n", 1)[0]:
        raise FeedRefused("not_delimited_text", "The first line holds NUL bytes; expected text.")
    if declared == "utf-8" or declared.startswith(("utf-16", "utf-32")):
        return declared
    # Other text is UTF-8 by chance only where it is ASCII, and then the declared encoding reads it.
    with file.stream() as stream:
        decoder, is_ascii = codecs.getincrementaldecoder("utf-8")("strict"), True
        while piece := stream.read(_PIECE_BYTES):
            is_ascii = is_ascii and piece.isascii()
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return declared
    return declared if is_ascii else "utf-8"


def _delimiter(head: bytes, encoding: str, declared: str, others: str) -> str:
    """The delimiter that parts the first line into most fields, the declared one before others."""
    lines = head.decode(encoding, "replace").removeprefix("\ufeff").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if named := _DELIMITER_LINE.fullmatch(first):
        sign = str(named[1])
        return sign if _is_delimiter(sign) else declared
    signs: list[str] = [declared, *others]
    return max(signs, key=lambda sign: _field_count(first, sign))


def _is_delimiter(sign: str) -> bool:
    return sign.isascii() and not sign.isalnum() and sign not in '"\r\n\0 '


def _field_count(line: str, delimiter: str) -> int:
    try:
        # A name with a line end in it leaves its quote open here.
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _text_rows(file: FeedFile, container: Container) -> Iterator[Row | BadRow]:
    with file.stream() as stream:
        lines = _Lines(_decoded(stream, container.encoding))
        reader = csv.reader(lines, delimiter=container.delimiter, strict=True)
        while True:
            lines.start_record()
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield lines.bad_record(error)
                continue
            if lines.record_line == 1 and _DELIMITER_LINE.fullmatch(lines.taken[0]):
                continue
            if any(map(str.strip, values)):
                yield lines.row(values)


class _Lines:
    """Physical lines for the csv module, and what it took for the record at hand."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._lines = _physical_lines(pieces)
        self.number = 0
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self.taken.append(line)
        self._size += len(line)
        if self._size > _RECORD_LIMIT:
            raise open_quote(self.record_line, self.raw) if len(self.taken) > 1 else _long_line(self.number)
        return line

    def start_record(self) -> None:
        self.taken = []
        self._size = 0

    @property
    def record_line(self) -> int:
        return self.number - len(self.taken) + 1

    @property
    def raw(self) -> str:
        return "".join(self.taken).rstrip("\r\n")

    def row(self, values: list[str]) -> Row | BadRow:
        if "\0" in self.raw:
            return self._bad_line("holds NUL bytes, which no text has")
        return Row(self.record_line, values, self.raw, not self.taken[-1].endswith(("\n", "\r")))

    def bad_record(self, error: csv.Error) -> BadRow:
        """A line that quotes wrongly; a record of several lines has swallowed what was not its own."""
        if len(self.taken) > 1 or "unexpected end" in str(error):
            raise open_quote(self.record_line, self.raw)
        if "field limit" in str(error):
            raise _long_line(self.number)
        return self._bad_line(f"cannot be read ({error})")

    def _bad_line(self, told: str) -> BadRow:
        raw = self.raw.replace("\0", "\u2400")
        return BadRow(line_number=self.record_line, code="bad_line", told=f"{told}.", raw=raw)


def open_quote(first_line: int, text: str) -> FeedRefused:
    """The refusal of a record that swallowed the lines after it, naming the line its quote was opened on."""
    opened, is_open = first_line, False
    for place, line in enumerate(_LINE_END.split(text)):
        if line.count('"') % 2:
            is_open = not is_open
            opened = first_line + place if is_open else opened
    return FeedRefused(
        "csv_quote",
        f"Line {opened}: a quote is opened and not closed; it would swallow the lines after it. Nothing was read.",
    )


def _long_line(number: int) -> FeedRefused:
    return FeedRefused("hostile_input", f"Line {number} is longer than {LINE_LIMIT:,} characters.")


def _physical_lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines with their ends: LF or CRLF, or CR alone where the text has no LF at its beginning."""
    end, rest, number = "", "", 0
    for piece in pieces:
        rest += piece
        end = end or _line_end(rest)
        if end:
            *lines, rest = rest.split(end)
            for line in lines:
                number += 1
                yield line + end
        if len(rest) > LINE_LIMIT:
            raise _long_line(number + 1)
    if rest:
        yield rest


def _line_end(text: str) -> str:
    if "\n" in text:
        return "\n"
    return "\r" if "\r" in text[:-1] else ""  # a last one may be half of CRLF


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    position, is_first = 0, True
    while True:
        piece = stream.read(_PIECE_BYTES)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeError as error:
            raise _wrong_encoding(error, piece, position, encoding) from error
        position += len(piece)
        if text:
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = False
        if not piece:
            return


def _wrong_encoding(error: UnicodeError, piece: bytes, position: int, encoding: str) -> FeedRefused:
    place = position + 1
    if isinstance(error, UnicodeDecodeError):
        # The decoder had bytes of the piece before in hand.
        place += error.start - (len(error.object) - len(piece))
    return FeedRefused(
        "encoding",
        f"Byte {place} of the file is nothing in {encoding} ({error}). Nothing was read; declare the encoding.",
    )
