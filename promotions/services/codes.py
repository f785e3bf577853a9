"""Single-use codes: made, taken over from a list, handed out as a file, used once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from promotions.models import CodeBatch, Promotion, Redemption, SingleUseCode
from promotions.rules.codes import canonical_code, new_code
from promotions.rules.words import OfferType, PromotionState
from promotions.sources.code_lists import MOST_CODES, CodeLine, ListRefused, read_code_list

CLOSED = (PromotionState.EXPIRED, PromotionState.STOPPED)

WRITE = """
INSERT INTO promotions_singleusecode (code, batch_id, promotion_id)
SELECT unnest(%(codes)s::text[]), %(batch)s, %(promotion)s
ON CONFLICT (code) DO NOTHING
"""

# A serial of a GS1 coupon is not known before it is used for the first time.
TAKE_SERIAL = """
INSERT INTO promotions_singleusecode AS c (code, promotion_id, redemption_id)
VALUES (%(code)s, %(promotion)s, %(redemption)s)
ON CONFLICT (code) DO UPDATE SET redemption_id = excluded.redemption_id WHERE c.redemption_id IS NULL
RETURNING code
"""


@dataclass(frozen=True)
class ListPreview:
    """What would become of an uploaded list: the codes that can be taken over, and the lines that cannot."""

    good: tuple[CodeLine, ...]
    bad: tuple[CodeLine, ...]


def generate_codes(
    *, promotion: Promotion, name: str, quantity: int, author: Any | None, now: datetime
) -> CodeBatch:
    """A batch of new codes that nobody can guess. Raises ValidationError by field."""
    if not 1 <= quantity <= MOST_CODES:
        raise ValidationError({"quantity": [f"Enter a number from 1 to {MOST_CODES:,}."]})
    with transaction.atomic():
        batch = create_batch(
            promotion=promotion, name=name, quantity=quantity, author=author, is_uploaded=False, now=now
        )
        missing = quantity
        while missing:
            missing -= write_codes(batch, {new_code() for _number in range(missing)})
        return batch


def preview_codes(*, content: bytes) -> ListPreview:
    """An uploaded list against itself, the codes there are, and the codes of open promotions.

    Raises ValidationError on `file` when it cannot be read at all.
    """
    try:
        lines = read_code_list(content)
    except ListRefused as error:
        raise ValidationError({"file": [str(error)]}) from error
    taken = taken_codes([line.code for line in lines if line.code])
    judged = [
        replace(line, code="", problem="CODE_TAKEN", message=taken[line.code]) if line.code in taken else line
        for line in lines
    ]
    return ListPreview(
        good=tuple(line for line in judged if line.code), bad=tuple(line for line in judged if not line.code)
    )


def upload_codes(
    *, promotion: Promotion, name: str, content: bytes, only_good: bool, author: Any | None, now: datetime
) -> CodeBatch:
    """Take over a list as a batch. Raises ValidationError while a line is bad, unless `only_good` leaves these out."""
    preview = preview_codes(content=content)
    if preview.bad and not only_good:
        told = [f"Line {line.line}: {line.message}" for line in preview.bad[:20]]
        raise ValidationError({"file": told})
    if not preview.good:
        raise ValidationError({"file": ["No line has a code that can be taken over."]})
    codes = [line.code for line in preview.good]
    with transaction.atomic():
        batch = create_batch(
            promotion=promotion, name=name, quantity=len(codes), author=author, is_uploaded=True, now=now
        )
        if write_codes(batch, codes) != len(codes):  # somebody else's upload was faster
            raise ValidationError(
                {"file": ["Some of the codes were taken just now; look at the preview again."]}
            )
        return batch


def create_batch(
    *, promotion: Promotion, name: str, quantity: int, author: Any | None, is_uploaded: bool, now: datetime
) -> CodeBatch:
    """The row of a batch; ValidationError by field when the promotion has no use for codes."""
    name = name.strip()
    if not name or len(name) > 120:
        raise ValidationError({"name": ["Enter a name of up to 120 characters."]})
    if promotion.state in CLOSED:
        raise ValidationError(f"{promotion.promotion_id} is over; its codes cannot be used.")
    if promotion.latest_revision().offer_type != OfferType.SINGLE_USE_CODES:
        raise ValidationError(f"{promotion.promotion_id} does not ask for single-use codes.")
    if promotion.code_batches.filter(name=name).exists():
        raise ValidationError({"name": ["The promotion has a batch of this name already."]})
    return CodeBatch.objects.create(
        promotion=promotion,
        name=name,
        quantity=quantity,
        is_uploaded=is_uploaded,
        created_by=author,
        created_at=now,
    )


def write_codes(batch: CodeBatch, codes: Collection[str]) -> int:
    """Write the codes that do not exist yet; how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"codes": sorted(codes), "batch": batch.pk, "promotion": batch.promotion_id})
        written: int = cursor.rowcount
        return written


def taken_codes(codes: Sequence[str]) -> dict[str, str]:
    """Which of these codes exist, as a single-use code or as the code of an open promotion, and where."""
    found = dict.fromkeys(
        SingleUseCode.objects.filter(pk__in=codes).values_list("pk", flat=True),
        "There is a single-use code like this already.",
    )
    wanted = set(codes)
    for code, promotion_id in Promotion.objects.filter(open_code__isnull=False).values_list(
        "open_code", "promotion_id"
    ):
        if canonical_code(code or "") in wanted:
            found[canonical_code(code or "")] = f"It is the code of the open promotion {promotion_id}."
    return found


def take_code(redemption: Redemption) -> bool:
    """Let a redemption use its code, in its transaction; False when another one has used it."""
    if redemption.code.startswith("("):
        with connection.cursor() as cursor:
            cursor.execute(
                TAKE_SERIAL,
                {"code": redemption.code, "promotion": redemption.promotion_id, "redemption": redemption.pk},
            )
            return cursor.fetchone() is not None
    unused = SingleUseCode.objects.filter(pk=redemption.code, redemption__isnull=True)
    return bool(unused.update(redemption=redemption.pk))
