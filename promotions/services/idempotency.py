"""Writes that take effect once: the row of a key is claimed first in the transaction and keeps the answer (G2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from promotions.models import IdempotencyKey

OK, CREATED, NOT_FOUND, CONFLICT, UNPROCESSABLE = 200, 201, 404, 409, 422

TITLES = {NOT_FOUND: "Not found", CONFLICT: "Not redeemed", UNPROCESSABLE: "Key already used"}


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a JSON body; refusals carry `title`, `detail` and `code` (RFC 9457)."""

    status: int
    body: dict[str, Any]
    is_repeat: bool = False  # the stored answer to a key that was used before


def answer_once(
    *, staff_member: Any, key: str, asked: Mapping[str, Any], now: datetime, act: Callable[[], Answer]
) -> Answer:
    """Act under a key: the same key with the same question gets the stored answer, with another one 422.

    A refusal is an answer too and is stored; what `act` raises takes the claim back with everything else.
    """
    fingerprint = fingerprint_of(asked)
    with transaction.atomic():
        claimed, is_mine = claim_key(staff_member=staff_member, key=key, fingerprint=fingerprint, now=now)
        if not is_mine:
            if claimed.fingerprint != fingerprint:
                return problem(
                    UNPROCESSABLE, "key_reused", "This Idempotency-Key was used for another request.", key=key
                )
            return Answer(claimed.status, claimed.answer, is_repeat=True)
        answer = act()
        claimed.status, claimed.answer = answer.status, answer.body
        claimed.save(update_fields=["status", "answer"])
        return answer


def fingerprint_of(asked: Mapping[str, Any]) -> str:
    """A hash of what is asked, whatever the order of its keys; keyed, so that no member number is guessed from it."""
    text = json.dumps(asked, sort_keys=True, default=str)
    return salted_hmac("promotions.idempotency", text, algorithm="sha256").hexdigest()


def claim_key(*, staff_member: Any, key: str, fingerprint: str, now: datetime) -> tuple[IdempotencyKey, bool]:
    """The row of a key and whether this transaction made it; waits while another one holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO promotions_idempotencykey (staff_member_id, key, fingerprint, status, answer, created_at)"
            " VALUES (%s, %s, %s, 102, '{}', %s) ON CONFLICT (staff_member_id, key) DO NOTHING RETURNING id",
            [staff_member.pk, key, fingerprint, now],
        )
        is_mine = cursor.fetchone() is not None
    return IdempotencyKey.objects.get(staff_member=staff_member, key=key), is_mine


def problem(status: int, code: str, detail: str, **extra: Any) -> Answer:
    """A problem document (RFC 9457)."""
    return Answer(
        status,
        {
            "type": "about:blank",
            "title": TITLES[status],
            "status": status,
            "detail": detail,
            "code": code,
            **extra,
        },
    )
