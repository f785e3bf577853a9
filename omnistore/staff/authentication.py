"""Who is asking: API keys in the Authorization header."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from omnistore.staff.models import ApiKey, StaffMember

SCHEMES = (b"bearer", b"token")
CHALLENGE = 'Bearer realm="api"'


def token_in(header: bytes) -> str | None:
    """The token of an Authorization header; None when there is no such header or it is of another scheme."""
    scheme, _, token = header.strip().partition(b" ")
    if scheme.lower() not in SCHEMES:
        return None
    return token.strip().decode("latin1")


def key_of(token: str) -> ApiKey | None:
    """The valid key behind a token with its active person: one query."""
    return (
        ApiKey.objects.select_related("staff_member")
        .filter(digest=ApiKey.digest_of(token), revoked_at=None, staff_member__is_active=True)
        .first()
    )


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` (or `Token <token>`). A key that is given must be good."""

    def authenticate(self, request: Request) -> tuple[StaffMember, ApiKey] | None:
        token = token_in(get_authorization_header(request))
        if token is None:
            return None
        key = key_of(token)
        if key is None:
            raise AuthenticationFailed("This API key is unknown or has been revoked.")
        return key.staff_member, key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return CHALLENGE


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = "omnistore.staff.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens."}
