"""A second factor at the desk: asked for while signing in, set up and removed on a page of one's own."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import requests
from allauth.account import views as account_views
from allauth.mfa.base import views as factor_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as app_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from omnistore.staff.company import SignedTokens
from omnistore.staff.device_access import active_device_of
from omnistore.staff.models import StaffMember

UNAVAILABLE = 502

View = Callable[..., HttpResponseBase]


def while_signing_in(view: View) -> View:
    """Open to everybody, but on a shared tablet, which has its own way in."""

    @login_not_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def handle(request: HttpRequest, *given: object, **named: object) -> HttpResponseBase:
        if active_device_of(request) is not None:
            return redirect("device")
        return view(request, *given, **named)

    return handle


def of_head_office(view: View) -> View:
    """For who works at a desk: a store's people have their tablets."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def handle(request: HttpRequest, *given: object, **named: object) -> HttpResponseBase:
        if not isinstance(request.user, StaffMember) or request.user.is_of_stores:
            raise PermissionDenied
        return view(request, *given, **named)

    return handle


# While signing in

enter_code = while_signing_in(factor_views.authenticate)
enter_with_passkey = while_signing_in(passkey_views.login_webauthn)


@while_signing_in
def company_sign_in(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the company's server. Only where to come back to is taken from the address."""
    if request.user.is_authenticated:
        return redirect("home")
    request.GET = QueryDict(urlencode({"next": request.GET.get("next", "")}))
    return with_company(OAuth2LoginView, request, provider_id)


@while_signing_in
def company_answer(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the company's server."""
    return with_company(OAuth2CallbackView, request, provider_id)


def with_company(
    step: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponseBase:
    """One step of it; 404 where no company is set up, 502 when its server does not answer as it should."""
    try:
        answer: HttpResponseBase = step.adapter_view(SignedTokens(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (requests.RequestException, KeyError):  # not there, or a document without what it must have
        return render(request, "socialaccount/authentication_error.html", status=UNAVAILABLE)
    return answer


@while_signing_in
def company_cancelled(_request: HttpRequest) -> HttpResponseBase:
    return redirect("login")


# A page of one's own

overview = of_head_office(factor_views.index)
confirm = of_head_office(account_views.reauthenticate)
confirm_by_code = of_head_office(factor_views.reauthenticate)
confirm_by_passkey = of_head_office(passkey_views.reauthenticate_webauthn)
remove_app = of_head_office(app_views.deactivate_totp)
add_passkey = of_head_office(passkey_views.add_webauthn)
remove_passkey = of_head_office(
    passkey_views.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
)
recovery_codes = of_head_office(recovery_views.view_recovery_codes)
new_recovery_codes = of_head_office(recovery_views.generate_recovery_codes)


@of_head_office
def add_app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app; a second tap finds it done."""
    try:
        return app_views.activate_totp(request)  # type: ignore[no-any-return]
    except IntegrityError:
        return redirect("mfa_index")
