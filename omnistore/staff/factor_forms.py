"""The forms of a second factor, in place of allauth's: tries are counted in the database, and a code works once.

What a browser says of a passkey may be anything; the library that reads it stumbles over what does not have its shape.
"""

import struct
from collections.abc import Callable
from typing import TypeVar

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from omnistore.staff.models import CodeTries
from omnistore.staff.second_factor import TooManyWrongCodes, spend_step, step_of, try_code

MOST_CODE_LETTERS = 20
MOST_NAME = 60
MALFORMED = (LookupError, AttributeError, TypeError, ValueError, struct.error)

Read = TypeVar("Read")


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code while signing in."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"][:MOST_CODE_LETTERS]
        try:
            used = try_code(member=self.user, code=code, now=timezone.now())
        except TooManyWrongCodes:
            raise ValidationError(_("Too many wrong codes. Wait a quarter of an hour.")) from None
        if used is None:
            raise ValidationError(_("This code is wrong, or it was used before. Wait for the next one."))
        used.user = self.user
        self.authenticator = used
        return code


class CodeAgainForm(CodeForm):
    """A code before something that matters."""

    def save(self) -> None:
        post_authentication(context.request, self.authenticator, reauthenticated=True)


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app proves that it was set up; it signs nobody in afterwards."""

    def clean_code(self) -> str:
        now = timezone.now()
        code: str = self.cleaned_data["code"][:MOST_CODE_LETTERS]
        step = step_of(secret=self.secret, code=code, now=now)
        if step is None:
            raise ValidationError(
                _("This is not the code that the app shows now. Is the phone’s time right?")
            )
        CodeTries.objects.get_or_create(staff_member=self.user, defaults={"since": now})
        spend_step(member=self.user, step=step)
        return code


def read(clean: Callable[[], Read]) -> Read:
    """What was made of a passkey's answer; ValidationError for one that is none."""
    try:
        return clean()
    except MALFORMED:
        raise get_adapter().validation_error("incorrect_code") from None


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""

    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class PasskeyAloneForm(LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of the password."""

    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class PasskeyAgainForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something that matters."""

    def clean_credential(self) -> Authenticator:
        return read(super().clean_credential)


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey always signs in by itself, so it must know its person (a finger, a face, a PIN)."""

    name = forms.CharField(required=False, max_length=MOST_NAME)

    def clean(self) -> dict[str, object]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, object] = read(super().clean)
        return cleaned
