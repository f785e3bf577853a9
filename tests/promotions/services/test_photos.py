"""A photo is a picture of bearable size, drawn anew; everything else is refused in words."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from promotions.services.photos import check_length, photo_from
from tests.factories_reports import picture


def kept(content: bytes) -> bytes:
    photo = photo_from(SimpleUploadedFile("x.jpg", content))
    assert photo is not None
    return photo


def refused(content: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        kept(content)
    [sentence] = error.value.message_dict["photo"]
    return str(sentence)


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_a_picture_becomes_a_small_jpeg(form: str, mode: str) -> None:
    photo = Image.open(io.BytesIO(kept(picture(size=(3200, 1000), form=form, mode=mode))))
    assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (1600, 500))


def test_what_the_camera_knows_of_itself_is_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken upright: turn by a quarter
    exif[0x010F] = "Tablet maker"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(size=(400, 300), exif=exif, comment=b"aisle 4")
    photo = Image.open(io.BytesIO(kept(content)))
    assert photo.size == (300, 400)
    assert not photo.getexif()
    assert b"Tablet maker" not in kept(content)
    assert b"aisle 4" not in kept(content)


def png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(5000, 5000), (12_000, 9_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert "photo" in refused(png(*size))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        SVG,
        b"GIF89a" + bytes(100),
        picture()[:500],
        picture(form="BMP"),
        b"%PDF-1.7" + picture(),
    ],
)
def test_what_is_no_picture_of_ours_is_refused(content: bytes) -> None:
    assert refused(content) == "This is not a photo we can read. Send a JPEG, PNG or WebP picture."


def test_a_script_hidden_in_a_picture_does_not_survive() -> None:
    polyglot = picture() + b"<script>alert(1)</script><?php echo 1 ?>"
    assert b"<script>" not in kept(polyglot)
    assert b"<?php" not in kept(polyglot)


def test_too_many_bytes_are_refused_unread_and_by_their_declared_length(settings: Settings) -> None:
    settings.REPORT_PHOTO_MAX_BYTES = 2**20
    assert refused(bytes(2**20 + 1)) == "The photo is larger than 1 MB. Take a smaller one."
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        check_length(str(50 * 2**20))
    check_length("1000000")
    check_length(None)


SAMPLES = [picture(size=(64, 48), form=form) for form in ("JPEG", "PNG", "WEBP")]


@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_picture_is_kept_or_refused_never_a_crash(sample: bytes, data: st.DataObject) -> None:
    damaged = bytearray(sample[: data.draw(st.integers(1, len(sample)))])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(ValidationError):
        assert kept(bytes(damaged)).startswith(b"\xff\xd8")


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x24\0\0\0WEBPVP8 "]),
)
def test_random_bytes_are_refused(content: bytes, head: bytes) -> None:
    assert refused(head + content)
