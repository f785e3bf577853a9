"""The company's own sign-in (OpenID Connect): it says who somebody is, and we say what they may do here.

A person is found the first time by verified e-mail address or by user name, from then on by the subject that the
company's server calls them by. Nobody is made, and roles are never taken over.
"""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from omnistore.staff.models import StaffMember

FORBIDDEN = 403
Claims = dict[str, Any]


class SignedTokens(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The signature of every token is verified, also of one that came over a connection we trust."""

    def get_access_token_data(self, *given: Any, **named: Any) -> Claims:
        data: Claims = super().get_access_token_data(*given, **named)
        self.did_fetch_access_token = False
        return data


class CompanyAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Ties what the company says to a person we know, or refuses."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Called with a verified token; ends the request with 403 when it names nobody here."""
        if not is_of_one_subject(sociallogin.account.extra_data):
            refuse(request)
        if sociallogin.is_existing:
            return
        member = person_named(claims_of(sociallogin.account.extra_data))
        if member is None:
            refuse(request)
        sociallogin.connect(request, member)


def refuse(request: HttpRequest) -> NoReturn:
    """Say so, and that an administrator can help."""
    raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=FORBIDDEN))


def is_of_one_subject(told: Claims) -> bool:
    """Whether the token is there, and what the server told beside it is about the same subject (Core 5.3.2)."""
    token: Claims = told.get("id_token") or {}
    beside: Claims = told.get("userinfo") or {}
    return bool(token) and (not beside or beside.get("sub") == token.get("sub"))


def claims_of(told: Claims) -> Claims:
    """All that was said about the subject; the signed token has the last word."""
    return {**(told.get("userinfo") or {}), **told["id_token"]}


def person_named(claims: Claims) -> StaffMember | None:
    """The one active person of this verified e-mail address or this user name; None when there is none, or two."""
    found: set[StaffMember] = set()
    people = StaffMember.objects.filter(is_active=True)
    email, username = claims.get("email"), claims.get("preferred_username")
    if "email" in settings.OIDC_MATCH and is_text(email) and claims.get("email_verified") is True:
        found.update(people.filter(email__iexact=email))
    if "username" in settings.OIDC_MATCH and is_text(username):
        found.update(people.filter(username=username))
    return found.pop() if len(found) == 1 else None


def is_text(value: object) -> bool:
    """Whether it can be looked up: a claim may be anything."""
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value
