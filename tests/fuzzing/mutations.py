"""Files spoilt at random: bytes, pieces between a format's marks, values out of all bounds, wrappers around them."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random

# What has broken parsers before, whatever the format.
VALUES = (
    b"",
    b"0",
    b"-0",
    b"-1",
    b"+5",
    b"1",
    b"00",
    b".",
    b"-",
    b"1e400",
    b"1E+5",
    b"1E-400",
    b"-1e-999999999",
    b"NaN",
    b"nan",
    b"Infinity",
    b"-inf",
    b"0x10",
    b"1_000",
    b"1.234",
    b"1,234,567.5",
    b"1.2.3",
    b"12-",
    b"9" * 18,
    b"9" * 19,
    b"9" * 30,
    b"9" * 41,
    b"9" * 400,
    b"9" * 5000,
    b"0." + b"9" * 29,
    b"-" + b"9" * 25,
    b"2147483647",
    b"2147483648",
    b"-2147483649",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    b"4006381333931",
    b"4006381333932",
    b"0000-00-00",
    b"0001-01-01",
    b"0001-01-01T00:00:00+14:00",
    b"9999-12-31",
    b"9999-12-31T23:59:59-14:00",
    b"9999-12-31T23:59:59",
    b"10000-01-01",
    b"2026-02-29",
    b"2026-13-45T99:99:99Z",
    b"2026-11-22T18:30:60Z",
    b"00010101",
    b"99991231",
    b"999912312359",
    b"20260230",
    b"2026-W53-7",
    b"2024-10-27T02:30:00",
    b"1970-01-01",
    b"2026-11-22T18:30:00+23:59",
    b"2026-11-22T18:30:00-99:99",
    b"000101",
    b"99991231-99991231",
    b"0000000000000000",
    b"true",
    b"null",
    b"TRUE",
    b"FULL",
    "１２".encode(),
    "١٢".encode(),
    "ﷺ".encode(),
    "İ".encode(),
    "ß".encode(),
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\0",
    b"\x1a",
    b"\x1b",
    b"\x85",
    "\u2028".encode(),
    "\u202e".encode(),
    "\u00a0".encode(),
    b"\t",
    b" ",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x0b",
    b"\x0c",
    b"\x1c",
    b"\x1d",
    b"%s%n",
    b"=1+1",
    b"'",
    b'"',
    b'""',
    b"\\",
    b"?",
    b"&#0;",
    b"&#xD800;",
    b"KGM",
    b"LBR",
    b"EUR",
    b"XXXX",
    b"UNB",
    b"\x80",
    b"\xc3\x28",
)
NESTED = (b"[", b"{", b"<a>", b'{"a":', b"(", b"((1", b'"', b"<![CDATA[", b"?", b":", b"+")
LARGE = 2**18
SIZE_LIMIT = 2**21

Mutation = Callable[[bytes, "Spoiler"], bytes]


class Spoiler:
    """The random choices of one run, and what its format is made of.

    `marks` part the format's pieces; `tokens` are words of the format; `others` files to take pieces from.
    """

    def __init__(self, random: Random, *, marks: Sequence[bytes], tokens: Sequence[bytes]) -> None:
        self.random = random
        self.marks = marks
        self.tokens = (*tokens, *marks)
        self.others: Sequence[bytes] = ()

    def value(self) -> bytes:
        chance = self.random.random()
        if chance < 0.6:
            return self.random.choice(VALUES)
        if chance < 0.97:
            return self.random.choice(self.tokens) * self.random.choice((1, 1, 1, 2, 40))
        if chance < 0.98:
            return self.random.choice((b"x", b"9", b" ", *self.marks)) * self.random.randrange(1, LARGE)
        if chance < 0.985:
            return self.random.choice(NESTED) * self.random.randrange(1, 20_000)
        return self.random.randbytes(self.random.randrange(1, 40))

    def place(self, content: bytes) -> int:
        return self.random.randint(0, len(content))

    def spoilt(self, content: bytes) -> bytes:
        """The content with a few things done to it."""
        for _time in range(self.random.choice((1, 1, 1, 2, 2, 3, 5, 12))):
            content = self.random.choice(_MUTATIONS)(content, self)[:SIZE_LIMIT]
        return _encode(content, self) if self.random.random() < 0.01 else content

    def wrapped(self, content: bytes) -> bytes:
        """The content in a wrapper, which may be damaged as well."""
        packed = self.random.choice((gzip_of, zip_of, zip_of_two, lambda inside: gzip_of(gzip_of(inside))))(
            content
        )
        if self.random.random() < 0.4:
            packed = self.random.choice((_flip, _truncate, _delete, _duplicate))(packed, self)
        return packed

    def archive(self, content: bytes) -> bytes:
        """An archive of several members with one of them spoilt: what a workbook is."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = [(info.filename, archive.read(info)) for info in archive.infolist()]
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError):
            return self.spoilt(content)
        if not members:
            return self.spoilt(content)
        chosen = self.random.randrange(len(members))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, (name, inside) in enumerate(members):
                if number != chosen or self.random.random() > 0.05:
                    archive.writestr(name, self.spoilt(inside) if number == chosen else inside)
        return packed.getvalue()


def gzip_of(content: bytes) -> bytes:
    """The content as a gzip file, the same at any time."""
    return gzip.compress(content, 1, mtime=0)


def zip_of(content: bytes) -> bytes:
    """The content as the only member of a zip archive."""
    return _zipped(("feed.txt", content))


def zip_of_two(content: bytes) -> bytes:
    """The content beside something else."""
    return _zipped(("feed.txt", content), ("readme.txt", b"?"))


def _zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _flip(content: bytes, spoiler: Spoiler) -> bytes:
    if not content:
        return content
    place = spoiler.random.randrange(len(content))
    return (
        content[:place] + bytes([content[place] ^ (1 << spoiler.random.randrange(8))]) + content[place + 1 :]
    )


def _delete(content: bytes, spoiler: Spoiler) -> bytes:
    place = spoiler.place(content)
    return content[:place] + content[place + spoiler.random.choice((1, 1, 2, 8, 60)) :]


def _duplicate(content: bytes, spoiler: Spoiler) -> bytes:
    place, size = spoiler.place(content), spoiler.random.choice((1, 8, 60, 400))
    piece = content[place : place + size]
    return content[:place] + piece * spoiler.random.choice((2, 2, 3, 20)) + content[place + size :]


def _truncate(content: bytes, spoiler: Spoiler) -> bytes:
    place = spoiler.place(content)
    return content[place:] if spoiler.random.random() < 0.2 else content[:place]


def _insert(content: bytes, spoiler: Spoiler) -> bytes:
    place = spoiler.place(content)
    return content[:place] + spoiler.value() + content[place:]


def _overwrite(content: bytes, spoiler: Spoiler) -> bytes:
    place, value = spoiler.place(content), spoiler.value()
    return content[:place] + value + content[place + len(value) :]


def _splice(content: bytes, spoiler: Spoiler) -> bytes:
    if not spoiler.others:
        return content
    other = spoiler.random.choice(spoiler.others)
    return content[: spoiler.place(content)] + other[spoiler.place(other) :]


def _piece(content: bytes, spoiler: Spoiler) -> bytes:
    """One piece between two marks replaced, left out, said again, or changed with its neighbour."""
    mark = spoiler.random.choice(spoiler.marks)
    pieces = content.split(mark)
    place = spoiler.random.randrange(len(pieces))
    match spoiler.random.randrange(8):
        case 0:
            del pieces[place]
        case 1:
            pieces.insert(place, pieces[place])
        case 2:
            other = spoiler.random.randrange(len(pieces))
            pieces[place], pieces[other] = pieces[other], pieces[place]
        case 3 if spoiler.others:
            theirs = spoiler.random.choice(spoiler.others).split(mark)
            pieces[place] = spoiler.random.choice(theirs)
        case _:
            pieces[place] = spoiler.value()
    return mark.join(pieces)


def _number(content: bytes, spoiler: Spoiler) -> bytes:
    """A run of digits replaced by a value."""
    starts = [place for place in range(len(content)) if content[place : place + 1].isdigit()][:5000]
    if not starts:
        return content
    start = spoiler.random.choice(starts)
    end = start
    while start and content[start - 1 : start].isdigit():
        start -= 1
    while content[end : end + 1].isdigit():
        end += 1
    return content[:start] + spoiler.value() + content[end:]


def _encode(content: bytes, spoiler: Spoiler) -> bytes:
    """The text in another encoding, as somebody's editor saved it."""
    text = content.decode("utf-8", "replace")
    return text.encode(
        spoiler.random.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-32", "cp037")), "replace"
    )


_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _delete,
    _duplicate,
    _truncate,
    _insert,
    _insert,
    _overwrite,
    _splice,
    _piece,
    _piece,
    _piece,
    _piece,
    _number,
    _number,
)
