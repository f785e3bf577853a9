"""Pictures of promotions: kept once, by their content."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from promotions.models import Picture
from promotions.services.photos import check_size, drawn

LONGEST_SIDE = 800


def keep_picture(*, content: bytes, by: Any | None, now: datetime) -> tuple[Picture, bool]:
    """The picture of these bytes, upright and without what its camera knows, and whether it is new.

    `content` is a JPEG, PNG or WebP; ValidationError under `picture` for anything else and for too many bytes.
    """
    check_size(len(content), field="picture")
    jpeg = drawn(content, field="picture", longest_side=LONGEST_SIDE)
    sha256 = hashlib.sha256(jpeg).hexdigest()
    known = Picture.objects.filter(pk=sha256).first()
    if known is not None:
        return known, False
    picture = Picture(sha256=sha256, added_at=now, added_by=by)
    picture.file.save(f"{sha256}.jpg", ContentFile(jpeg), save=False)
    try:
        with transaction.atomic():
            picture.save(force_insert=True)
    except IntegrityError:  # somebody sent the same at the same moment
        picture.file.delete(save=False)
        return Picture.objects.get(pk=sha256), False
    return picture, True
