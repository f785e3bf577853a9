"""Members of the loyalty programme: known by a number in one table, forgotten there (G12)."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection

from promotions.models import Shopper

LONGEST_NUMBER = 40

# Waits for whoever is adding the same number, and locks nothing: a lock here would wait for counters of others.
ADD = """
INSERT INTO promotions_shopper (id, member_number, created_at) VALUES (%s, %s, %s)
ON CONFLICT (member_number) DO NOTHING
"""


def clean_number(member_number: str) -> str:
    """A member number as it is kept: capitals without gaps. Raises ValidationError."""
    number = "".join(member_number.split()).upper()
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise ValidationError(
            {"customer": [f"A member number has up to {LONGEST_NUMBER} letters and digits."]}
        )
    return number


def find_or_add_shopper(*, member_number: str, now: datetime) -> uuid.UUID:
    """The random id behind a member number, made on first use. Raises ValidationError for what is none."""
    number = clean_number(member_number)
    known = Shopper.objects.filter(member_number=number).values_list("pk", flat=True)
    while (found := known.first()) is None:
        with connection.cursor() as cursor:
            cursor.execute(ADD, [uuid.uuid4(), number, now])
    return found


def erase_shopper(*, member_number: str, now: datetime) -> bool:
    """Delete the member number; what was redeemed and counted stays under the random id. False for an unknown one."""
    number = clean_number(member_number)
    erased = Shopper.objects.filter(member_number=number).update(member_number=None, erased_at=now)
    return bool(erased)
