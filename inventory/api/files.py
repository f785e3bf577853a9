"""A file in a request: the body as it is, of any content type, or a form with the part `file`."""

from http import HTTPStatus
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ValidationError

from inventory.api.queries import text_in

FILE_BODY = {
    "application/octet-stream": OpenApiTypes.BINARY,
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
}
FILE_NAME = OpenApiParameter("file_name", str, description="Also taken from Content-Disposition.")


class FileTooLarge(APIException):
    """Larger than any feed we take."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def file_in(request: HttpRequest, *, query: Any) -> tuple[BinaryIO, str]:
    """The file of a request, as a stream, and its name."""
    name = text_in(query, "file_name", longest=255)
    if request.content_type == "multipart/form-data":
        part = request.FILES.get("file")
        if part is None or not part.size:
            raise ValidationError({"file": ["The form has no part `file`, or it is empty."]})
        check_size(part.size)
        return cast(BinaryIO, part), name or part.name or "upload"
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if not size:
        raise ValidationError({"file": ["The body is empty."]})
    check_size(size)
    _kind, options = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    return cast(BinaryIO, request), name or text_in(options, "filename", longest=255) or "upload"


def check_size(size: int) -> None:
    """Refused before a byte of it is kept."""
    if size > settings.FEED_MAX_BYTES:
        raise FileTooLarge(f"The file has {size:,} bytes; at most {settings.FEED_MAX_BYTES:,} are taken.")
