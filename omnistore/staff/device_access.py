"""What a browser shows of itself: the cookie of an enrolled tablet, and its proof that it holds the key.

A session that was opened on a shared tablet lasts for its turn, on that tablet. A copied session cookie lacks the
tablet's cookie; copied together they lack the key, so the proof among them runs out and cannot be renewed.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from omnistore.staff.models import Device, DeviceState, StaffMember
from omnistore.staff.turns import SLACK
from promotions.live.turns import Turn, turn_of

DEVICE_COOKIE = "omnistore_device"
PROOF_COOKIE = "omnistore_proof"
DEVICE_COOKIE_AGE = timedelta(days=365)
LONGEST_TURN = timedelta(hours=12)
BACKEND = "django.contrib.auth.backends.ModelBackend"

signer = TimestampSigner(salt="omnistore.staff.proof")


def device_of(request: HttpRequest) -> Device | None:
    """The tablet whose cookie came with the request, in whatever state it is."""
    secret = request.COOKIES.get(DEVICE_COOKIE)
    if not secret:
        return None
    return Device.objects.select_related("store").filter(cookie_digest=Device.digest_of(secret)).first()


def active_device_of(request: HttpRequest) -> Device | None:
    """The enrolled tablet that the request came from."""
    device = device_of(request)
    return device if device is not None and device.state == DeviceState.ACTIVE else None


def remember_device(response: HttpResponse, *, secret: str) -> None:
    """Give the tablet its cookie."""
    set_cookie(response, DEVICE_COOKIE, secret, age=DEVICE_COOKIE_AGE)


def remember_proof(response: HttpResponse, *, turn: Turn) -> None:
    """Let the browser that has just proved the tablet's key go on for a while."""
    set_cookie(response, PROOF_COOKIE, signer.sign_object(list(turn)), age=settings.TABLET_IDLE + SLACK)


def set_cookie(response: HttpResponse, name: str, value: str, *, age: timedelta) -> None:
    response.set_cookie(
        name, value, max_age=age, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def is_proved(request: HttpRequest, turn: Turn) -> bool:
    """Whether this browser proved the key in this turn, by the server's clock not long ago."""
    try:
        proved = signer.unsign_object(
            request.COOKIES.get(PROOF_COOKIE, ""), max_age=settings.TABLET_IDLE + SLACK
        )
    except BadSignature:
        return False
    return bool(proved == list(turn))


def is_on(request: HttpRequest, turn: Turn) -> bool:
    """Whether the turn goes on, here: one query for each request of a shared tablet."""
    digest = Device.digest_of(request.COOKIES.get(DEVICE_COOKIE, ""))
    return is_proved(request, turn) and (
        Device.objects.filter(
            pk=turn.device_id,
            turn=turn.number,
            state=DeviceState.ACTIVE,
            cookie_digest=digest,
            person=request.session.get("_auth_user_id"),
            person__memberships__store=request.session.get("turn_store"),
        ).exists()
    )


def open_session(request: HttpRequest, *, device: Device, member: StaffMember, turn: Turn) -> None:
    """A session of this person for this turn; nothing of an earlier one is left."""
    request.session.flush()
    login(request, member, backend=BACKEND)
    request.session["turn"] = list(turn)
    request.session["turn_store"] = device.store_id
    request.session["turn_idle"] = int(settings.TABLET_IDLE.total_seconds())
    request.session.set_expiry(LONGEST_TURN)


def device_turns(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a session whose turn is over is none, and what a tablet shows is kept nowhere."""

    def handle(request: HttpRequest) -> HttpResponse:
        turn = turn_of(request) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if turn is not None and not is_on(request, turn):
            request.session = type(request.session)()
            request.user = AnonymousUser()
            turn = None
        if turn is None and settings.TABLETS_ENROLLED_ONLY and request.path.startswith("/tablet/"):
            return redirect("device")
        response = get_response(request)
        if turn is not None:
            patch_cache_control(response, no_store=True, private=True)
        return response

    return handle
