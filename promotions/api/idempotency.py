"""Writes that take effect once per Idempotency-Key: the header, and an answer that is the same every time."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from inventory.api.access import store_or_404
from promotions.api.access import member_of
from promotions.services.idempotency import Answer

LONGEST_KEY = 255
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True,
    description="Your own name for this request. Sent again, it takes effect once.",
)  # fmt: skip


def answer_to(
    request: Request,
    *,
    store_code: str,
    asks: type[serializers.Serializer[Any]],
    act: Callable[..., Answer],
) -> HttpResponse:
    """What `act` answers to a store's request, whose body `asks` reads.

    `act` takes `store`, `staff_member`, `key`, `request` (the body as read) and `now`.
    """
    store = store_or_404(request, store_code)
    key = key_in(request)
    asked = asks(data=request.data)
    asked.is_valid(raise_exception=True)
    answer = act(
        store=store,
        staff_member=member_of(request),
        key=key,
        request=asked.validated_data,
        now=timezone.now(),
    )
    return response_to(answer)


def response_to(answer: Answer) -> HttpResponse:
    """An answer as it was given the first time, to the byte: keys sorted, because a stored one has no order."""
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    response = HttpResponse(
        orjson.dumps(answer.body, option=orjson.OPT_SORT_KEYS), status=answer.status, content_type=kind
    )
    if answer.is_repeat:
        response["Idempotent-Replayed"] = "true"
    return response


def key_in(request: Request) -> str:
    """The Idempotency-Key header."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise ValidationError(
            {"Idempotency-Key": ["Send this header: without it a repeat would take two uses."]}
        )
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"A key has at most {LONGEST_KEY} printable characters."]})
    return key
