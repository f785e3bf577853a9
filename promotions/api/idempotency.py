"""Writes that take effect once per Idempotency-Key: the answer is the same every time."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from inventory.api.access import store_or_404
from inventory.api.keys import key_in
from promotions.api.access import member_of
from promotions.services.idempotency import Answer


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
