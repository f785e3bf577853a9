"""Errors below /api/ are problem documents (RFC 9457), whoever raises them: DRF, Django or the database."""

import functools
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from psycopg.errors import UniqueViolation
from rest_framework import exceptions

from promotions.services.steps import Conflict

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
WHOLE = "non_field_errors"  # the name under which an error of the body as a whole stands

View = Callable[..., HttpResponse]


def problem(
    status: int,
    detail: str,
    *,
    code: str = "",
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document. `code` is for machines, `detail` for people, `errors` holds sentences by field."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if code:
        document["code"] = code
    if errors is not None:
        document["errors"] = errors
    response = HttpResponse(orjson.dumps(document), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def problem_response(error: Exception, _context: Mapping[str, Any] | None = None) -> HttpResponse | None:
    """DRF's exception handler; None for what nobody foresaw, which becomes a logged 500."""
    match error:
        case exceptions.ValidationError():
            return invalid(flat_errors(error.detail))
        case Conflict():
            return invalid(errors_of(error), status=409, code="conflict")
        case ValidationError():
            return invalid(errors_of(error))
        case exceptions.APIException():
            codes = error.get_codes()
            return problem(
                error.status_code,
                str(error.detail),
                code=codes if isinstance(codes, str) else "",
                headers=headers_of(error),
            )
        case Http404():
            return problem(404, "There is nothing here.", code="not_found")
        case PermissionDenied():
            return problem(403, "This is not yours to do.", code="permission_denied")
        case IntegrityError(__cause__=UniqueViolation()):  # two requests raced for one name; one won
            return problem(
                409, "Another request was faster. Look at how things stand and ask again.", code="conflict"
            )
        case OperationalError():
            logger.error("the database did not answer", exc_info=error)
            return problem(
                503, "The database is busy or away. Ask again in a moment.", code="unavailable",
                headers={"Retry-After": "2"},
            )  # fmt: skip
        case _:
            return None


def invalid(errors: Mapping[str, list[str]], *, status: int = 400, code: str = "invalid") -> HttpResponse:
    """What is wrong by field; `detail` is the first sentence."""
    field, sentences = next(iter(errors.items()), (WHOLE, ["The request is not valid."]))
    detail = sentences[0] if field == WHOLE else f"{field}: {sentences[0]}"
    return problem(status, detail, code=code, errors=errors)


def errors_of(error: ValidationError) -> dict[str, list[str]]:
    """Sentences by field of what a service refused."""
    if not hasattr(error, "error_dict"):
        return {WHOLE: error.messages}
    return {
        WHOLE if field == NON_FIELD_ERRORS else field: found for field, found in error.message_dict.items()
    }


def flat_errors(detail: Any, *, field: str = "") -> dict[str, list[str]]:
    """DRF's nested details as one level: the third entry of a list field stands under `field.2`."""
    flat: dict[str, list[str]] = {}
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            below = field if name == WHOLE and field else f"{field}.{name}".lstrip(".")
            flat |= flat_errors(inner, field=below)
    elif isinstance(detail, list):
        sentences = [str(entry) for entry in detail if isinstance(entry, str)]
        if sentences:
            flat[field or WHOLE] = sentences
        for number, entry in enumerate(detail):
            if entry and not isinstance(entry, str):
                flat |= flat_errors(entry, field=f"{field}.{number}".lstrip("."))
    else:
        flat[field or WHOLE] = [str(detail)]
    return flat


def headers_of(error: exceptions.APIException) -> dict[str, str]:
    """How to sign in, and when to come back."""
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(round(wait))
    return headers


def with_problems(view: View) -> View:
    """A plain Django view that may raise what DRF's views may."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (exceptions.APIException, Http404, OperationalError) as error:
            response = problem_response(error)
            assert response is not None
            return response

    return wrapped


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    if is_api(request):
        return problem(400, "The request cannot be understood.", code="bad_request")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    if is_api(request):
        return problem(403, "This is not yours to do.", code="permission_denied")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    if is_api(request):
        return problem(404, "There is nothing at this address.", code="not_found")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; Django has logged the error."""
    if is_api(request):
        return problem(500, "Something went wrong here; it has been logged.", code="error")
    return defaults.server_error(request)
