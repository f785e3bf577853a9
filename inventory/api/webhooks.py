"""The door for events that partners' systems send; it opens to a signature, not to a person's key."""

from http import HTTPStatus

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import ProblemSerializer
from inventory.api.feeds import SourceDisabled
from inventory.api.files import FileTooLarge
from inventory.feeds.webhooks import BODY_LIMIT
from inventory.imports.webhooks import Delivery, NotSigned, SwitchedOff, receive_delivery
from inventory.tasks import ring_run


class SignatureRefused(APIException):
    """The message is not, or not freshly, from whom it says."""

    status_code = HTTPStatus.UNAUTHORIZED
    default_code = "bad_signature"
    auth_header = "Shopify-Hmac-Sha256"


HEADERS = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, description=description)
    for name, required, description in (
        (
            "X-Shopify-Hmac-Sha256",
            True,
            "Base64 of the HMAC-SHA256 of the raw body under the source's secret.",
        ),
        ("X-Shopify-Triggered-At", True, "ISO 8601; at most 300 seconds ago."),
        ("X-Shopify-Webhook-Id", False, "The same on every retry of one message."),
        ("X-Shopify-Event-Id", False, "Stands in where there is no webhook id."),
    )
]


class WebhookView(APIView):
    # Nobody signs in here: the body's signature is the key.
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="feed_webhook_receive",
        tags=["feeds"],
        auth=[],
        parameters=HEADERS,
        request={"application/json": OpenApiTypes.OBJECT},
        responses={
            202: OpenApiResponse(description="Accepted; it is loaded in a moment."),
            200: OpenApiResponse(description="This event came before; nothing changes."),
            401: ProblemSerializer,
            409: ProblemSerializer,
            413: ProblemSerializer,
        },
    )
    def post(self, request: Request, source: str) -> Response:
        """Take one event of a source whose transport is a webhook."""
        headers = request.headers
        delivery = Delivery(
            body=body_of(request._request),
            signature=headers.get("X-Shopify-Hmac-Sha256", ""),
            # One event may change several levels, each with a message of its own, so the message's id comes first.
            event_id=id_in(headers.get("X-Shopify-Webhook-Id") or headers.get("X-Shopify-Event-Id") or ""),
            triggered_at=headers.get("X-Shopify-Triggered-At", ""),
        )
        try:
            run, is_new = receive_delivery(source_code=source, delivery=delivery, now=timezone.now())
        except NotSigned as refused:
            raise SignatureRefused(str(refused)) from refused
        except SwitchedOff as refused:
            raise SourceDisabled from refused
        if is_new:
            ring_run(run_id=run.pk)
        return Response(status=HTTPStatus.ACCEPTED if is_new else HTTPStatus.OK)


def body_of(request: HttpRequest) -> bytes:
    """The raw body, never more of it than is taken."""
    said = int(request.META.get("CONTENT_LENGTH") or 0)
    body = b"" if said > BODY_LIMIT else request.read(BODY_LIMIT + 1)
    if max(said, len(body)) > BODY_LIMIT:
        raise FileTooLarge(f"The body is larger than {BODY_LIMIT:,} bytes.")
    return body


def id_in(text: str) -> str:
    """The id as it is kept; a header may hold anything."""
    return text.strip() if text.isascii() and text.isprintable() and len(text) <= 128 else ""
