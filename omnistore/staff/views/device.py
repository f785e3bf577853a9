"""A shared tablet before somebody is on it: asking to be enrolled, the lock screen, PIN or password, locking."""

import math
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.staff.device_access import (
    PROOF_COOKIE,
    active_device_of,
    device_of,
    open_session,
    remember_device,
    remember_proof,
)
from omnistore.staff.enrolling import TooManyWaiting, start_enrolment
from omnistore.staff.models import Device, DeviceState, Pin, StaffMember
from omnistore.staff.pins import PinResult, PinTry, check_new_pin, locked_on, save_pin, try_pin
from omnistore.staff.qr import qr_code
from omnistore.staff.throttling import counters_of, give_back, key_of, take_a_try
from omnistore.staff.turns import begin_turn, challenge, end_turn, go_on, people_of, proves_itself
from promotions.live.turns import turn_of

OK, NO_CONTENT, FORBIDDEN, UNPROCESSABLE, TOO_MANY = 200, 204, 403, 422, 429
MOST_KEY_TEXT = 400  # base64 of a public key is 124 characters long
MOST_ENROLMENTS_A_MINUTE = 20  # from one address


@login_not_required
@never_cache
@require_safe
def device_page(request: HttpRequest) -> HttpResponse:
    """Whatever this tablet is now: new, waiting for approval, locked, or revoked."""
    device = device_of(request)
    now = timezone.now()
    if device is None or (device.code_expires_at is not None and device.code_expires_at <= now):
        return render(request, "staff/device_new.html", {"had_code": device is not None})
    if device.state == DeviceState.REVOKED:
        return render(request, "staff/device_revoked.html", {"device": device})
    if device.state == DeviceState.ENROLLING:
        return render(request, "staff/device_waiting.html", waiting_facts(request, device, now=now))
    if turn_of(request):
        return redirect("tablet")
    locked = locked_on(device)
    tiles = [Tile(member, is_locked=member.pk in locked) for member in people_of(device)]
    return render(request, "staff/device_locked.html", {"device": device, "tiles": tiles, "now": now})


@dataclass(frozen=True)
class Tile:
    """A person on the lock screen."""

    member: StaffMember
    is_locked: bool

    @property
    def name(self) -> str:
        return tile_name(self.member)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


def tile_name(member: StaffMember) -> str:
    """What colleagues call somebody: a shop floor need not read more."""
    last = f" {member.last_name[0]}." if member.last_name else ""
    return f"{member.first_name}{last}" if member.first_name else member.username


def waiting_facts(request: HttpRequest, device: Device, *, now: datetime) -> dict[str, object]:
    """The code, and the same as a QR code that opens the approval on a manager's phone."""
    assert device.code is not None
    assert device.code_expires_at is not None
    address = request.build_absolute_uri(f"{reverse('device-approve')}?code={device.code}")
    left = device.code_expires_at - now
    return {
        "code": f"{device.code[:4]}-{device.code[4:]}",
        "qr": qr_code(address),
        "minutes": max(1, math.ceil(left.total_seconds() / 60)),
    }


@login_not_required
@never_cache
@require_safe
def device_status(request: HttpRequest) -> HttpResponse:
    """Asked by a waiting tablet: 204 while it waits, a reload when something has happened."""
    device = device_of(request)
    is_waiting = (
        device is not None and device.code_expires_at is not None and device.code_expires_at > timezone.now()
    )
    return HttpResponse(status=NO_CONTENT) if is_waiting else HttpResponse(headers={"HX-Refresh": "true"})


@login_not_required
@never_cache
@require_POST
def device_enrol(request: HttpRequest) -> HttpResponse:
    """Ask to be enrolled. Whoever was signed in here is signed out: the tablet is everybody's from now on."""
    text = request.POST.get("public_key", "")
    try:
        count_enrolment(request)
        public_key = b64decode(text if len(text) <= MOST_KEY_TEXT else "", validate=True)
        _device, secret = start_enrolment(public_key=public_key, now=timezone.now())
    except TooManyWaiting:
        return render(request, "staff/device_new.html", {"too_many": True}, status=TOO_MANY)
    except (ValidationError, ValueError):  # base64's own error is one, and letters beyond ASCII are another
        return HttpResponseBadRequest(_("This is not the public key of a tablet."))
    logout(request)
    response = redirect("device")
    remember_device(response, secret=secret)
    return response


def count_enrolment(request: HttpRequest) -> None:
    """TooManyWaiting when one address asks all the time."""
    asked = [(key_of("enrolments", request.META.get("REMOTE_ADDR", "")), MOST_ENROLMENTS_A_MINUTE)]
    if not take_a_try(asked, now=timezone.now()):
        raise TooManyWaiting


@login_not_required
@never_cache
@require_POST
def device_challenge(request: HttpRequest) -> JsonResponse:
    """What the tablet must sign next."""
    device = active_device_of(request)
    if device is None:
        return JsonResponse({"detail": _("This tablet is not enrolled.")}, status=FORBIDDEN)
    return JsonResponse({"nonce": challenge(device=device, now=timezone.now())})


@login_not_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def device_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the tablet as this person, with a PIN."""
    device = active_device_of(request)
    if device is None:
        return redirect("device")
    member = person_or_404(device, pk)
    if not Pin.objects.filter(staff_member=member).exists():
        return redirect("device-password", pk)
    if request.method != "POST":
        is_locked = member.pk in locked_on(device)
        problem = problem_of(PinTry(PinResult.LOCKED, 0)) if is_locked else ""
        return pin_page(request, device, member, problem=problem, is_locked=is_locked)
    if not proven(request, device=device, member=member):
        return pin_page(request, device, member, problem=not_this_tablet(), status=FORBIDDEN)
    tried = try_pin(device=device, member=member, pin=request.POST.get("pin", ""), now=timezone.now())
    if tried.result is PinResult.RIGHT:
        return opened(request, device=device, member=member)
    is_locked = tried.result in (PinResult.LOCKED, PinResult.DEVICE_LOCKED)
    status = TOO_MANY if is_locked else UNPROCESSABLE
    return pin_page(request, device, member, problem=problem_of(tried), is_locked=is_locked, status=status)


def pin_page(
    request: HttpRequest,
    device: Device,
    member: StaffMember,
    *,
    problem: str = "",
    is_locked: bool = False,
    status: int = OK,
) -> HttpResponse:
    """The PIN pad of one person."""
    context = {
        "device": device,
        "tile": Tile(member, is_locked=is_locked),
        "problem": problem,
        "digits": "123456789",
    }
    return render(request, "staff/device_pin.html", context, status=status)


def problem_of(tried: PinTry) -> str:
    """What came of a try, in a sentence."""
    match tried.result:
        case PinResult.LOCKED:
            return _("Too many wrong PINs. A store manager can unlock yours; your password still works.")
        case PinResult.DEVICE_LOCKED:
            return _("Too many wrong PINs on this tablet. Wait an hour, or use your password.")
        case _other:
            left = tried.tries_left
            return ngettext(
                "That PIN is not right. %(left)s try left.",
                "That PIN is not right. %(left)s tries left.",
                left,
            ) % {"left": left}


def not_this_tablet() -> str:
    return _("This browser cannot prove that it is the enrolled tablet. Enrol it anew.")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def device_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the tablet with a password and choose a PIN: the first time, or when it was forgotten."""
    device = active_device_of(request)
    if device is None:
        return redirect("device")
    member = person_or_404(device, pk)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            choose_pin_here(request, device=device, member=member)
        except ValidationError as error:
            errors = error.message_dict
        else:
            return opened(request, device=device, member=member)
    context = {
        "device": device,
        "tile": Tile(member, is_locked=False),
        "errors": errors,
        "has_pin": Pin.objects.filter(staff_member=member).exists(),
    }
    return render(request, "staff/device_password.html", context, status=UNPROCESSABLE if errors else OK)


def choose_pin_here(request: HttpRequest, *, device: Device, member: StaffMember) -> None:
    """Save the PIN in the form; ValidationError by field, also for another browser and a wrong password."""
    pin = request.POST.get("pin", "")
    check_new_pin(pin=pin, again=request.POST.get("again", ""))
    if not proven(request, device=device, member=member):
        raise ValidationError({"password": [not_this_tablet()]})
    check_password_here(request, member)
    save_pin(member=member, pin=pin, now=timezone.now())


def person_or_404(device: Device, pk: int) -> StaffMember:
    """One of the people whose tile this tablet shows."""
    for member in people_of(device):
        if member.pk == pk:
            return member
    raise Http404


def proven(request: HttpRequest, *, device: Device, member: StaffMember) -> bool:
    """Whether the form carries the tablet's signature for this person."""
    return proves_itself(
        device=device,
        nonce=request.POST.get("nonce", ""),
        purpose=f"open:{member.pk}",
        signature=request.POST.get("signature", ""),
        now=timezone.now(),
    )


def check_password_here(request: HttpRequest, member: StaffMember) -> None:
    """ValidationError at `password` unless the form has this person's; wrong ones are counted on this tablet."""
    counters = counters_of(request, username=member.username)
    if not take_a_try(counters, now=timezone.now()):
        raise ValidationError({"password": [_("Too many wrong passwords. Wait a minute.")]})
    if not member.check_password(request.POST.get("password", "")):
        raise ValidationError({"password": [_("This password is not right.")]})
    give_back(counters)


def opened(request: HttpRequest, *, device: Device, member: StaffMember) -> HttpResponse:
    """The tablet's first page for this person."""
    turn = begin_turn(device=device, member=member, now=timezone.now())
    if turn is None:
        return redirect("device")
    open_session(request, device=device, member=member, turn=turn)
    response = redirect("tablet")
    remember_proof(response, turn=turn)
    return response


@never_cache
@require_POST
def device_proof(request: HttpRequest) -> HttpResponse:
    """Somebody still touches the tablet, and it is the tablet: the turn goes on."""
    device, turn, now = active_device_of(request), turn_of(request), timezone.now()
    if device is None or turn is None:
        return HttpResponse(status=FORBIDDEN)
    signature, nonce = request.POST.get("signature", ""), request.POST.get("nonce", "")
    purpose = f"go-on:{turn.number}"
    if not proves_itself(device=device, nonce=nonce, purpose=purpose, signature=signature, now=now):
        return HttpResponse(status=FORBIDDEN)
    if not go_on(turn=turn, now=now):
        return HttpResponse(status=FORBIDDEN)
    response = HttpResponse(status=NO_CONTENT)
    remember_proof(response, turn=turn)
    return response


@login_not_required
@never_cache
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Nobody is on the tablet any more; what it has kept of the pages is thrown away."""
    turn = turn_of(request)
    if turn is not None:
        end_turn(turn=turn)
        logout(request)
    response = redirect("device")
    response.delete_cookie(PROOF_COOKIE)
    response["Clear-Site-Data"] = '"cache"'
    return response
