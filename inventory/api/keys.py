"""The Idempotency-Key of a write: sent again with the same key, it takes effect once."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

LONGEST_KEY = 255
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True,
    description="Your own name for this request. Sent again, it takes effect once.",
)  # fmt: skip


def key_in(request: Request) -> str:
    """The Idempotency-Key header."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise ValidationError(
            {"Idempotency-Key": ["Send this header: without it a repeat would take effect twice."]}
        )
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"A key has at most {LONGEST_KEY} printable characters."]})
    return key
