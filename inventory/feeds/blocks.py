"""Bytes of a file as blocks of whole lines in UTF-8: unpacked, decoded strictly, bounded."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from inventory.feeds.records import FeedRefused
from inventory.feeds.wrappers import too_large, unwrapped

BLOCK_BYTES = 4 * 2**20
LINE_LIMIT = 2**20
RAW_LIMIT = 500
UTF8_MARK = codecs.BOM_UTF8
# What else people send instead of delimited text.
BINARY_MAGICS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "an image",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
}


@dataclass(frozen=True)
class Block:
    """Whole lines as UTF-8 bytes; `bytes_read` is how much of the (packed) file had been read after it."""

    first_line: int
    text: bytes
    line_ends: int
    bytes_read: int

    @cached_property
    def ends(self) -> npt.NDArray[np.intp]:
        """Where each line ends: its line end's place, for a last line without one the text's length."""
        ends = np.flatnonzero(np.frombuffer(self.text, np.uint8) == ord("\n"))
        return ends if self.text.endswith(b"\n") else np.append(ends, len(self.text))

    def line(self, number: int) -> str:
        """One physical line of the block without its line end."""
        place = number - self.first_line
        start = int(self.ends[place - 1]) + 1 if place else 0
        return self.text[start : int(self.ends[place])].decode("utf-8")


@dataclass(frozen=True)
class FeedFile:
    """A received file that can be read from its start more than once.

    `encoding` is the declared one; past `inflated_limit` bytes of text the file is refused as too large.
    """

    open: Callable[[], BinaryIO]
    inflated_limit: int
    encoding: str = "utf-8"

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The file's bytes from the start, gzip and zip taken off. Reading raises FeedRefused for damage."""
        with self.open() as raw:
            yield unwrapped(raw, limit=self.inflated_limit)

    def blocks(self, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
        """The file's lines in blocks. Raises FeedRefused for what is no text in the declared encoding."""
        with self.open() as raw:
            yield from _whole_lines(_pieces(raw, self, block_bytes), is_utf8=self.encoding == "utf-8")

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each physical line with its number, without its line end, blank ones included."""
        for block in self.blocks():
            texts = block.text.decode("utf-8").split("\n")
            if block.text.endswith(b"\n"):
                texts.pop()
            for place, text in enumerate(texts):
                yield block.first_line + place, text.removesuffix("\r")


def visible(text: str) -> str:
    """A line's text as it is kept and shown: NUL, which no text column holds, made visible; length capped."""
    text = text.rstrip("\r\n").replace("\0", "\u2400")
    return text if len(text) <= RAW_LIMIT else text[: RAW_LIMIT - 1] + "…"


def _pieces(raw: BinaryIO, file: FeedFile, size: int) -> Iterator[tuple[bytes, int]]:
    """The text as UTF-8 in pieces cut anywhere, each with the position in the packed file."""
    source = unwrapped(raw, limit=file.inflated_limit)
    decoder = None if file.encoding == "utf-8" else codecs.getincrementaldecoder(file.encoding)("strict")
    total, first = 0, True
    while True:
        piece = source.read(size)
        if first:
            piece = _checked_start(piece, file.encoding)
            first = False
        total += len(piece)
        if total > file.inflated_limit:
            raise too_large(file.inflated_limit)
        if decoder is not None:
            text = _decoded(decoder, piece, file.encoding, total - len(piece))
            yield text.encode("utf-8"), raw.tell()
        elif piece:
            yield piece, raw.tell()
        if not piece:
            return


def _checked_start(piece: bytes, encoding: str) -> bytes:
    if not piece:
        raise FeedRefused("empty_file", "The file is empty.")
    for magic, what in BINARY_MAGICS.items():
        if piece.startswith(magic):
            raise FeedRefused("not_delimited_text", f"The file is {what}; expected delimited text.")
    if piece.startswith(UTF8_MARK):
        if encoding != "utf-8":
            raise _wrong_encoding(1, 1, f"the mark of UTF-8, the profile says {encoding}")
        return piece[len(UTF8_MARK) :]
    if not encoding.startswith("utf-16"):
        if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _wrong_encoding(1, 1, f"the mark of UTF-16, the profile says {encoding}")
        if b"\0" in piece[:4096].split(b"\n", 1)[0]:
            raise FeedRefused("not_delimited_text", "The first line holds NUL bytes; expected text.")
    return piece


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes, encoding: str, offset: int) -> str:
    try:
        return decoder.decode(piece, final=not piece)
    except UnicodeDecodeError as error:
        line = piece.count(b"\n", 0, error.start)
        raise _wrong_encoding(
            None if offset else line + 1,
            offset + error.start + 1,
            f"{error.object[error.start : error.start + 1].hex()} (hexadecimal) is nothing in {encoding}",
        ) from error
    except UnicodeError as error:  # UTF-16 without its mark
        raise _wrong_encoding(None, offset + 1, f"this is no {encoding} ({error})") from error


def _wrong_encoding(line: int | None, byte: int, what: str) -> FeedRefused:
    where = f"Line {line}, byte {byte}" if line else f"Byte {byte}"
    return FeedRefused("encoding", f"{where} of the file: {what}. Nothing was read.")


def _whole_lines(pieces: Iterator[tuple[bytes, int]], *, is_utf8: bool) -> Iterator[Block]:
    line, offset, rest, position = 1, 0, b"", 0
    for piece, position in pieces:
        cut = piece.rfind(b"\n") + 1
        if not cut:
            rest += piece
            _check_length(rest, line)
            continue
        text = b"".join((rest, memoryview(piece)[:cut]))
        rest = piece[cut:]
        if is_utf8:
            _check_utf8(text, line, offset)
        # bytes.count is made for rare bytes; numpy counts frequent ones ten times as fast.
        line_ends = int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n")))
        yield Block(first_line=line, text=text, line_ends=line_ends, bytes_read=position)
        line += line_ends
        offset += len(text)
        _check_length(rest, line)
    if rest:
        if is_utf8:
            _check_utf8(rest, line, offset)
        yield Block(first_line=line, text=rest, line_ends=0, bytes_read=position)


def _check_length(rest: bytes, line: int) -> None:
    if len(rest) > LINE_LIMIT + BLOCK_BYTES:
        raise FeedRefused(
            "hostile_input", f"Line {line} is longer than {LINE_LIMIT:,} bytes; expected delimited text."
        )


def _check_utf8(text: bytes, line: int, offset: int) -> None:
    if text.isascii():
        return
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(
            line + text.count(b"\n", 0, error.start),
            offset + error.start + 1,
            f"{text[error.start : error.start + 1].hex()} (hexadecimal) is not UTF-8 as declared",
        ) from error
