"""Rows of xlsx, xls and ods, opened in a child process with limits: memory and time are the child's to lose."""

import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from inventory.feeds.records import FeedRefused

FILE_LIMIT = 25 * 2**20
WAIT_SECONDS = 30.0
_LINE_LIMIT = 16 * 2**20
_CHILD = Path(__file__).with_name("workbook_child.py")
_read_line = msgspec.json.Decoder(tuple[int, list[str]] | dict[str, object]).decode


def workbook_rows(
    stream: BinaryIO, *, sheet: str | int | None = None, decimal_sign: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """(row of the sheet from 1, its cells as text) of each row that holds something, all of one width.

    Whole numbers have no decimals; others are written with `decimal_sign`, so that they are read back as they
    are; beyond 2^53 they keep their exponent, for their last digits are lost. Dates and times are ISO 8601.
    `sheet` is a name or a number from 1; by default the first that can be seen.
    Raises FeedRefused("hostile_input" | "not_an_excel_file" | "unknown_sheet").
    """
    with tempfile.TemporaryFile() as copy:
        _copy(stream, copy)
        asked = json.dumps({"sheet": sheet, "decimal_sign": decimal_sign or ""})
        child = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), asked],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        try:
            yield from _rows(child)
        finally:
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


def _copy(stream: BinaryIO, copy: IO[bytes]) -> None:
    """The workbook as a file of its own, which the child can seek in."""
    size = 0
    while piece := stream.read(2**16):
        size += len(piece)
        if size > FILE_LIMIT:
            raise FeedRefused("hostile_input", f"The workbook is larger than {FILE_LIMIT:,} bytes.")
        copy.write(piece)
    copy.seek(0)


def _rows(child: subprocess.Popen[bytes]) -> Iterator[tuple[int, list[str]]]:
    for line in _lines(child):
        try:
            told = _read_line(line)
        except msgspec.DecodeError:
            break  # the child died in the middle of a line
        if isinstance(told, tuple):
            yield told
        elif "end" in told:
            return
        else:
            code, message = msgspec.convert(told["refused"], tuple[str, str])
            raise FeedRefused(code, message)
    raise FeedRefused(
        "hostile_input", "The workbook took more memory or time than any real one needs; it was not read."
    )


def _lines(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What the child writes, line by line; it may keep us waiting for so long in all and no longer."""
    assert child.stdout is not None
    poll = select.poll()
    poll.register(child.stdout, select.POLLIN | select.POLLHUP)
    left, rest = WAIT_SECONDS, b""
    while True:
        before = time.monotonic()
        ready = poll.poll(max(left, 0) * 1000)
        left -= time.monotonic() - before
        if not ready:
            return
        piece = child.stdout.read1(2**16)  # type: ignore[attr-defined]
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        if len(rest) > _LINE_LIMIT:
            return
