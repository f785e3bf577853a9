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
    return drawn(bytes_of(upload, field="photo"), field="photo", longest_side=LONGEST_SIDE)


def bytes_of(upload: Any, *, field: str) -> bytes:
    """What was sent, a form's file or a stream, no more of it than may be; ValidationError under `field`."""
    check_size(getattr(upload, "size", None) or 0, field=field)
    content: bytes = upload.read(settings.REPORT_PHOTO_MAX_BYTES + 1)
    check_size(len(content), field=field)
    return content


def check_size(size: int, *, field: str) -> None:
    """ValidationError under `field` for more bytes than a photo may have."""
    if size > settings.REPORT_PHOTO_MAX_BYTES:
        raise ValidationError({field: [too_large()]})


def check_length(declared: str | None) -> None:
    """ValidationError under `photo` for a request whose declared length says that its photo is too large.

    Asked before the body is read; our server always knows the length.
    """
    length = int(declared) if declared and declared.isdecimal() else 0
    check_size(length - FORM_SLACK, field="photo")


def too_large() -> str:
    """The sentence about the limit of bytes."""
    return _("The photo is larger than %(most)s MB. Take a smaller one.") % {
        "most": settings.REPORT_PHOTO_MAX_BYTES // 2**20
    }


def drawn(content: bytes, *, field: str, longest_side: int) -> bytes:
    """The picture upright, in RGB, its longest side at most so many pixels, as a JPEG with nothing but its pixels.

    ValidationError under `field` for what is no JPEG, PNG or WebP, or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as picture:
            if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
                raise ValidationError({field: [_("The photo has too many pixels. Take a smaller one.")]})
            picture.draft("RGB", (longest_side, longest_side))
            picture.thumbnail((longest_side, longest_side))
            with_alpha = ImageOps.exif_transpose(picture).convert("RGBA")
    except UNREADABLE as error:
        told = _("This is not a photo we can read. Send a JPEG, PNG or WebP picture.")
        raise ValidationError({field: [told]}) from error
    upright = Image.new("RGB", with_alpha.size, "white")
    upright.paste(with_alpha, mask=with_alpha)
    target = io.BytesIO()
    upright.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()
