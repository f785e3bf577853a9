"""How allauth behaves here: nobody registers, secrets are kept encrypted, and the limits are those of our pages."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.staff.device_access import active_device_of
from omnistore.staff.models import StaffMember
from omnistore.staff.qr import qr_code
from omnistore.staff.throttling import counters_of, give_back, take_a_try

FORBIDDEN = 403


class DeskAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators; allauth only signs them in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": gettext_lazy("This password is not right."),
        "too_many_login_attempts": gettext_lazy("Too many wrong tries. Wait a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def is_safe_url(self, url: str) -> bool:
        """Back to our own pages only, as everywhere."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where tries are counted: an enrolled tablet for itself, not with its whole store's address."""
        device = active_device_of(request)
        return f"device {device.pk}" if device else str(request.META.get("REMOTE_ADDR", ""))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:  # noqa: ARG002
        return render(request, "account/inactive.html", status=FORBIDDEN)

    def reauthenticate(self, user: StaffMember, password: str) -> bool:
        """Whether this is the person's password; wrong ones are counted with those of signing in."""
        counters = counters_of(context.request, username=user.username)
        if not take_a_try(counters, now=timezone.now()):
            raise ValidationError(_("Too many wrong passwords. Wait a minute."))
        is_right = user.check_password(password)
        if is_right:
            give_back(counters)
        return is_right


class DeskFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: what is kept of them, and how they are called."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That was not accepted. Try again."),
    }

    def encrypt(self, text: str) -> str:
        """A stolen database alone gives no codes."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> SafeString:
        return qr_code(url)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


def cipher() -> MultiFernet:
    """Encrypts with a key made of SECRET_KEY; what was encrypted under a key before is still read."""
    keys = map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(sha256(f"omnistore.staff.factors:{key}".encode()).digest()))
            for key in keys
        ]
    )
