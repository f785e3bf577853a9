"""Archives that were damaged, or packed as nobody packs a feed."""

import io
import zipfile
from pathlib import Path

import pytest

from inventory.feeds.blocks import FeedFile
from inventory.feeds.records import FeedRefused
from tests.inventory.feeds.reading import feed_file


def zipped(name: str = "feed.csv", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr(name, "store_code,gtin,on_hand\n")
    return content.getvalue()


def outside(content: bytes) -> bytes:
    """The archive with a directory that points before its beginning."""
    end = content.rindex(b"PK\x05\x06")
    return content[: end + 16] + (10**6).to_bytes(4, "little") + content[end + 20 :]


def test_so_it_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(outside(zipped()))
    with (
        pytest.raises(FeedRefused, match="damaged_zip"),
        FeedFile(lambda: path.open("rb"), 10**6).stream() as stream,
    ):
        stream.read()


@pytest.mark.parametrize(
    "content",
    [
        outside(zipped()),
        zipped(method=zipfile.ZIP_BZIP2),
        zipped(method=zipfile.ZIP_LZMA),
        b"PK\x03\x04" + zipped()[9:40],
    ],
)
def test_an_archive_that_cannot_be_used_is_refused(content: bytes) -> None:
    with pytest.raises(FeedRefused) as refused, feed_file(content).stream() as stream:
        stream.read()
    assert refused.value.code == "damaged_zip"


def test_a_member_needs_no_name() -> None:
    content = io.BytesIO()
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(nameless, "store_code\n")
    with feed_file(content.getvalue()).stream() as stream:
        assert stream.read() == b"store_code\n"
