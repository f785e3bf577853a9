"""A store manager's tablets: which there are, who is on them; approve, revoke, unlock a PIN."""

from django.contrib import messages
from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.staff.enrolling import approve_device, revoke_device, unlock_pin
from omnistore.staff.models import MOST_TRIES, Device, DeviceStep, PinTries, StaffMember
from promotions.live.turns import turn_of

OK, UNPROCESSABLE = 200, 422


def may_manage_store(user: StaffMember) -> bool:
    """Others get the 403 page."""
    if not user.may_manage_store:
        raise PermissionDenied
    return True


managers_only = user_passes_test(may_manage_store)  # type: ignore[arg-type]


def manager_of(request: HttpRequest) -> StaffMember:
    assert isinstance(request.user, StaffMember)
    return request.user


def device_or_404(request: HttpRequest, pk: int) -> Device:
    """A tablet of a store that this person sees (G9)."""
    return get_object_or_404(Device.objects.seen_by(manager_of(request)), pk=pk)


@never_cache
@require_safe
@managers_only
def device_list(request: HttpRequest) -> HttpResponse:
    """The tablets of this person's stores."""
    return list_page(request)


def list_page(
    request: HttpRequest, *, failed: int | None = None, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """The list; `errors` belong to the form of the tablet with the key `failed`."""
    devices = (
        Device.objects.seen_by(manager_of(request))
        .select_related("store", "person", "approved_by", "revoked_by")
        .prefetch_related(
            Prefetch(
                "pin_tries",
                queryset=PinTries.objects.filter(tries__gte=MOST_TRIES).select_related("staff_member"),
                to_attr="locked_pins",
            ),
            Prefetch(
                "steps", queryset=DeviceStep.objects.select_related("by", "staff_member").order_by("-id")
            ),
        )
        .order_by("store__store_code", "name", "pk")
    )
    context = {
        "section": "tablets",
        "now": timezone.now(),
        "devices": [device for device in devices if device.state == Device.State.ACTIVE],
        "revoked": [device for device in devices if device.state == Device.State.REVOKED],
        "failed": failed,
        "errors": errors or {},
    }
    return render(request, "staff/tablets.html", context, status=UNPROCESSABLE if errors else OK)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@managers_only
def device_approve(request: HttpRequest) -> HttpResponse:
    """Where the QR code on a new tablet leads: take it into a store, under a name."""
    by = manager_of(request)
    errors: dict[str, list[str]] = {}
    asked = request.POST if request.method == "POST" else request.GET
    typed = {name: asked.get(name, "") for name in ("code", "store_code", "name")}
    # A PIN of four digits opens the floor's pages, not the door for further tablets.
    by_pin = turn_of(request) is not None
    if request.method == "POST" and not by_pin:
        try:
            device = approve_device(**typed, by=by, now=timezone.now())
        except ValidationError as error:
            errors = error.message_dict
        else:
            words = _("“%(tablet)s” is enrolled in %(store)s. It shows its people now.")
            messages.success(request, words % {"tablet": device, "store": device.store})
            return redirect("device-list")
    context = {
        "section": "tablets",
        "stores": by.visible_stores().selling(),
        "typed": typed,
        "errors": errors,
        "by_pin": by_pin,
    }
    status = UNPROCESSABLE if errors or (by_pin and request.method == "POST") else OK
    return render(request, "staff/approve.html", context, status=status)


@require_POST
@managers_only
def device_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a tablet out, with the reason."""
    device = device_or_404(request, pk)
    why = request.POST.get("why", "")
    try:
        revoked = revoke_device(device=device, why=why, by=manager_of(request), now=timezone.now())
    except ValidationError as error:
        return list_page(request, failed=pk, errors=error.message_dict)
    if revoked:
        messages.success(
            request, _("“%(tablet)s” is shut out. Its screen locks within seconds.") % {"tablet": device}
        )
    return redirect("device-list")


@require_POST
@managers_only
def device_unlock_pin(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """Give somebody five new tries on a tablet."""
    device = device_or_404(request, pk)
    member = get_object_or_404(StaffMember, pk=member_pk, memberships__store=device.store)
    if unlock_pin(device=device, member=member, by=manager_of(request), now=timezone.now()):
        messages.success(request, _("The PIN is unlocked on “%(tablet)s”.") % {"tablet": device})
    return redirect("device-list")
