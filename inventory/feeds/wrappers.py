"""gzip and zip around a feed, taken off as it is read: bounded, and every kind of damage is a refusal."""

import errno
import gzip
import io
import zipfile
import zlib
from typing import BinaryIO

from inventory.feeds.records import FeedRefused

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
# What makes a zip archive a workbook; it is opened elsewhere.
WORKBOOK_MEMBERS = ("[Content_Types].xml", "mimetype")
# A ValueError is what zipfile says of a directory that points outside of the file.
DAMAGE = (
    EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class _Unwrapped(io.RawIOBase):
    """The bytes inside; past the limit, or where they are damaged, FeedRefused."""

    def __init__(self, inside: BinaryIO, limit: int, what: str) -> None:
        self._inside = inside
        self._left = limit
        self._limit = limit
        self._what = what

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._inside.read(size if size >= 0 else self._left + 1)
        except EOFError as error:
            raise FeedRefused(
                "truncated",
                f"The {self._what} file ends in the middle: it was cut off on its way. Send it again.",
            ) from error
        except DAMAGE as error:
            raise FeedRefused(
                f"damaged_{self._what}", f"The {self._what} file is damaged ({error}). Send it again."
            ) from error
        self._left -= len(piece)
        if self._left < 0:
            raise too_large(self._limit)
        return piece

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def too_large(limit: int) -> FeedRefused:
    """The refusal of a file that unpacks to more than is allowed."""
    return FeedRefused("too_large", f"The file holds more than {limit:,} bytes when unpacked.")


def unwrapped(raw: BinaryIO, *, limit: int) -> BinaryIO:
    """The bytes inside a gzip file or a zip archive of one file; anything else, workbooks included, as it is.

    Raises FeedRefused for damage, for an archive of several files, and past `limit` bytes unpacked.
    """
    start = raw.read(4)
    raw.seek(0)
    if start.startswith(GZIP_MAGIC):
        return _Unwrapped(gzip.GzipFile(fileobj=raw), limit, "gzip")  # type: ignore[return-value,arg-type]
    if start == ZIP_MAGIC:
        member = _only_member(raw)
        if member is not None:
            return _Unwrapped(member, limit, "zip")  # type: ignore[return-value]
        raw.seek(0)
    return raw


def _only_member(raw: BinaryIO) -> BinaryIO | None:
    try:
        archive = zipfile.ZipFile(raw)
        names = archive.namelist()
        if any(name in WORKBOOK_MEMBERS for name in names[:50]):
            return None
        files = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if len(files) != 1:
            raise FeedRefused("damaged_zip", f"The zip archive holds {len(files)} files; expected one.")
        if files[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FeedRefused(
                "damaged_zip", "The zip archive is packed in a way we do not read; expected deflate."
            )
        return archive.open(files[0])  # type: ignore[return-value]
    except (*DAMAGE, OSError) as error:
        # A file on disk says so when it is asked for what lies before its beginning.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise FeedRefused("damaged_zip", f"The zip archive is damaged ({error}). Send it again.") from error
