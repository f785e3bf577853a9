"""JSON bodies: strict, bounded, and never a stack overflow."""

from http import HTTPStatus
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class BodyTooLarge(APIException):
    """The body is larger than any request of this kind needs to be."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class JsonParser(BaseParser):
    """UTF-8 JSON as RFC 8259 has it: no NaN, no lone surrogates, at most 1,024 levels deep."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], *_context: Any, **_more_context: Any) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
