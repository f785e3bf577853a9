"""A photo from a tablet: looked at warily, made smaller, and written anew without what the camera knows of itself."""

import io
import struct
import zlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LONGEST_SIDE = 1_600
QUALITY = 82
FORM_SLACK = 2**16  # bytes that a form has around its photo
# Pixels before anything is decoded. A JPEG is read at a fraction of its size, the others as they are.
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}

# What Pillow raises over files that were cut off, forged or never were pictures.
UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def photo_from(upload: "UploadedFile[Any] | None") -> bytes | None:
    """The photo as the JPEG that is kept; None where none came.

    ValidationError under `photo` for anything that is not a JPEG, PNG or WebP picture, and for too many bytes or
    pixels: the bytes are counted while they are read, the pixels before they are decoded.
    """
    if upload is None:
        return None
    most = settings.REPORT_PHOTO_MAX_BYTES
    content = upload.read(most + 1) if (upload.size or 0) <= most else b" " * (most + 1)
    if len(content) > most:
        raise ValidationError({"photo": [too_large()]})
    try:
        return redrawn(content)
    except UNREADABLE as error:
        raise ValidationError(
            {"photo": [_("This is not a photo we can read. Send a JPEG, PNG or WebP picture.")]}
        ) from error


def check_length(declared: str | None) -> None:
    """ValidationError under `photo` for a request whose declared length says that its photo is too large.

    Asked before the body is read; our server always knows the length.
    """
    length = int(declared) if declared and declared.isdecimal() else 0
    if length > settings.REPORT_PHOTO_MAX_BYTES + FORM_SLACK:
        raise ValidationError({"photo": [too_large()]})


def too_large() -> str:
    """The sentence about the limit of bytes."""
    return _("The photo is larger than %(most)s MB. Take a smaller one.") % {
        "most": settings.REPORT_PHOTO_MAX_BYTES // 2**20
    }


def redrawn(content: bytes) -> bytes:
    """The picture upright, in RGB, its longest side at most LONGEST_SIDE, as a JPEG with nothing but its pixels."""
    with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as picture:
        if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
            raise ValidationError({"photo": [_("The photo has too many pixels. Take a smaller one.")]})
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        with_alpha = upright.convert("RGBA")
    drawn = Image.new("RGB", with_alpha.size, "white")
    drawn.paste(with_alpha, mask=with_alpha)
    target = io.BytesIO()
    drawn.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()
