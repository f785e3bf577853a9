"""Tokens: a user name and a password for an API key."""

from typing import Any

from django.contrib.auth import authenticate
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, NotFound, PermissionDenied, Throttled
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from omnistore.staff.authentication import CHALLENGE
from omnistore.staff.models import ApiKey, StaffMember
from omnistore.staff.second_factor import has_second_factor, must_set_up
from omnistore.staff.throttling import MINUTE, counters_of, give_back, take_a_try


class TokenRequestSerializer(serializers.Serializer[Any]):
    """Who you are, and what you call the key."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    name = serializers.CharField(max_length=100)


class TokenSerializer(serializers.Serializer[Any]):
    """The key; `token` is shown this once."""

    token = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    store_codes = serializers.ListField(
        child=serializers.CharField(),
        help_text="An associate's stores; empty for roles that see every store.",
    )


class TokenView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    def get_authenticators(self) -> list[Any]:
        """A key that has expired must not stand in the way of getting a new one."""
        return (
            [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()
        )

    def get_authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """A wrong password is a 401, though no authenticator stands before it."""
        return CHALLENGE

    @extend_schema(
        operation_id="tokens_create",
        tags=["tokens"],
        auth=[],
        request=TokenRequestSerializer,
        responses={
            201: TokenSerializer,
            400: ProblemSerializer,
            401: ProblemSerializer,
            403: ProblemSerializer,
            429: ProblemSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        """A new key for your role and your stores. Keep the token: it is not shown again.

        403 for who has a second factor, or must have one: a password alone opens no way past it.
        """
        asked = TokenRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        name, username = asked.validated_data["name"], asked.validated_data["username"]
        counters = counters_of(request._request, username=username)
        if not take_a_try(counters, now=timezone.now()):
            raise Throttled(wait=MINUTE)
        member = authenticate(request, username=username, password=asked.validated_data["password"])
        if not isinstance(member, StaffMember):
            raise AuthenticationFailed("The user name or the password is wrong.")
        give_back(counters)
        if has_second_factor(member) or must_set_up(member):
            raise PermissionDenied(
                "A password alone is not enough for this person. Make the key with `manage.py create_token`.",
                code="second_factor",
            )
        key, token = ApiKey.issue(staff_member=member, name=name, now=timezone.now())
        stores = member.memberships.order_by("store__store_code").values_list("store__store_code", flat=True)
        body = {"token": token, "name": key.name, "role": member.role, "store_codes": list(stores)}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="tokens_delete", tags=["tokens"], responses={204: None, **PROBLEMS})
    def delete(self, request: Request) -> Response:
        """Revoke the key this request is sent with; it is dead within seconds everywhere."""
        if not isinstance(request.auth, ApiKey):
            raise NotFound("This request carries no API key.")
        ApiKey.objects.filter(pk=request.auth.pk, revoked_at=None).update(revoked_at=timezone.now())
        return Response(status=204)
