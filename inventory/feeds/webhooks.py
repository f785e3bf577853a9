"""Whether a webhook comes from who it says, and is fresh."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

BODY_LIMIT = 2**20
# A message that is signed may still be an old one sent again.
OLDEST = timedelta(seconds=300)
# Two clocks are never quite alike.
CLOCK_TOLERANCE = timedelta(seconds=5)


def is_signed(body: bytes, *, signature: str, secrets: Sequence[str]) -> bool:
    """Whether `signature` is the base64 HMAC-SHA256 of the raw body under one of the active secrets.

    While a secret is being changed two are active. Every one is tried, in a time that says nothing of the outcome.
    """
    try:
        given = base64.b64decode(signature.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256), given)
        for secret in secrets
        if secret
    ]
    return any(matches)


def is_fresh(triggered_at: str, *, now: datetime) -> bool:
    """Whether the message was triggered within the last 300 s and not in the future. ISO 8601 with its offset."""
    try:
        instant = datetime.fromisoformat(triggered_at)
    except ValueError:
        return False
    return instant.tzinfo is not None and now - OLDEST <= instant <= now + CLOCK_TOLERANCE
