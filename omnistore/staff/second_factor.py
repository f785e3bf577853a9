"""The second factor of whoever works at a desk: who must have one, and codes that work once.

A try is taken from the database before a code is looked at, and a code's half minute is spent by one conditional
statement: however many guess or repeat at once, in however many processes, five are looked at and one gets in.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from omnistore.problems import problem
from omnistore.staff.models import MOST_WRONG_CODES, CodeTries, StaffMember

STEP_SECONDS = 30
STEPS_AROUND = (0, -1, 1)  # a phone's clock may be half a minute off
WRONG_CODES_FOR = timedelta(minutes=15)

FORBIDDEN = 403
# What is open to somebody who has yet to set up a second factor.
OPEN_WITHOUT = ("/security/", "/sign-out/", "/language/")

TAKE_A_TRY = """
INSERT INTO staff_codetries AS t (staff_member_id, tries, since, last_step)
VALUES (%(member)s, 1, %(now)s, 0)
ON CONFLICT (staff_member_id) DO UPDATE SET
    tries = CASE WHEN t.since > %(old)s THEN t.tries ELSE 0 END + 1,
    since = CASE WHEN t.since > %(old)s AND t.tries > 0 THEN t.since ELSE EXCLUDED.since END
WHERE t.tries < %(most)s OR t.since <= %(old)s
RETURNING tries
"""


class TooManyWrongCodes(Exception):
    """This person's codes are not looked at for a quarter of an hour after the first wrong one."""


def has_second_factor(member: StaffMember) -> bool:
    """Whether a password alone does not sign this person in."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=member, type__in=kinds).exists())


def must_set_up(member: StaffMember) -> bool:
    """Whether the installation wants a second factor of this person, and there is none."""
    return settings.DESK_MFA_REQUIRED and not member.is_of_stores and not has_second_factor(member)


def second_factor_first(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, with DESK_MFA_REQUIRED only: without a second factor there is one page, the one to set it up."""
    if not settings.DESK_MFA_REQUIRED:
        raise MiddlewareNotUsed

    def handle(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path_info.startswith(OPEN_WITHOUT):
            return get_response(request)
        if not isinstance(request.user, StaffMember) or not must_set_up(request.user):
            return get_response(request)
        if request.path_info.startswith("/api/"):
            return problem(FORBIDDEN, "Set up a second factor first, at /security/.", code="second_factor")
        return redirect("mfa_index")

    return handle


def try_code(*, member: StaffMember, code: str, now: datetime) -> Authenticator | None:
    """What an app's code or a recovery code belongs to; None for a wrong, old or used one.

    Commits the try before it looks; call it outside a transaction. Raises TooManyWrongCodes.
    """
    if not take_a_try(member=member, now=now):
        raise TooManyWrongCodes
    used = authenticator_of(member=member, code=code, now=now)
    if used is not None:
        CodeTries.objects.filter(staff_member=member).update(tries=0)
    return used


def authenticator_of(*, member: StaffMember, code: str, now: datetime) -> Authenticator | None:
    """The app or the list of recovery codes that this code is of; it is used up."""
    for authenticator in Authenticator.objects.filter(user=member).exclude(type=Authenticator.Type.WEBAUTHN):
        if authenticator.type == Authenticator.Type.TOTP:
            step = step_of(secret=decrypt(authenticator.data["secret"]), code=code, now=now)
            is_right = step is not None and spend_step(member=member, step=step)
        else:
            is_right = authenticator.wrap().validate_code(code)
        if is_right:
            return authenticator
    return None


def take_a_try(*, member: StaffMember, now: datetime) -> bool:
    """Whether there was a try left; it is counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_A_TRY,
            {"member": member.pk, "now": now, "old": now - WRONG_CODES_FOR, "most": MOST_WRONG_CODES},
        )
        return cursor.fetchone() is not None


def step_of(*, secret: str, code: str, now: datetime) -> int | None:
    """The half minute, counted from 1970, that this secret (base32) shows this code in; now or beside it."""
    this = int(now.timestamp()) // STEP_SECONDS
    for step in (this + around for around in STEPS_AROUND):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def spend_step(*, member: StaffMember, step: int) -> bool:
    """Whether no code of this half minute or a later one was used before."""
    return bool(CodeTries.objects.filter(staff_member=member, last_step__lt=step).update(last_step=step))
