"""Signing in with a password and out again, and choosing a PIN at the desk."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from omnistore.staff.device_access import device_of
from omnistore.staff.models import DeviceState, Pin, StaffMember
from omnistore.staff.pins import check_new_pin, save_pin
from omnistore.staff.throttling import MINUTE, counters_of, give_back, take_a_try
from omnistore.staff.views.device import check_password_here, lock
from promotions.live.turns import turn_of

OK, UNPROCESSABLE, TOO_MANY = 200, 422, 429


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """With a user name and a password. A shared tablet has its own way in, and shows that one first."""
    device = device_of(request)
    if device is not None and (
        device.state == DeviceState.ACTIVE
        or (device.state == DeviceState.REVOKED and request.method == "GET" and "desk" not in request.GET)
    ):
        return redirect("device")
    leads_to = get_next_redirect_url(request) or reverse("home")
    if request.user.is_authenticated:
        return redirect(leads_to)
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method != "POST":
        return sign_in_page(request, form)
    counters = counters_of(request, username=request.POST.get("username", ""))
    if not take_a_try(counters, now=timezone.now()):
        answer = sign_in_page(request, AuthenticationForm(request), is_throttled=True, status=TOO_MANY)
        answer["Retry-After"] = str(MINUTE)
        return answer
    if not form.is_valid():
        return sign_in_page(request, form)
    give_back(counters)
    login = Login(user=form.get_user(), redirect_url=leads_to)
    answered: HttpResponse = perform_password_login(request, form.cleaned_data, login)
    return answered


def sign_in_page(
    request: HttpRequest, form: AuthenticationForm, *, is_throttled: bool = False, status: int = OK
) -> HttpResponse:
    """The two fields, and the other ways in there are."""
    context = {
        "form": form,
        "is_throttled": is_throttled,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "company": settings.OIDC_NAME if settings.OIDC_URL else "",
    }
    return render(request, "registration/login.html", context, status=status)


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Django's administration has no way in of its own, which would know neither our limits nor a second factor."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def sign_out(request: HttpRequest) -> HttpResponseBase:
    """On a shared tablet this is locking it."""
    if turn_of(request):
        return lock(request)
    return LogoutView.as_view()(request)


@never_cache
@sensitive_post_parameters("password", "pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def own_pin(request: HttpRequest) -> HttpResponse:
    """Choose the PIN that opens the tablets of one's store."""
    member = request.user
    assert isinstance(member, StaffMember)
    if not member.is_of_stores:
        raise PermissionDenied
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            choose_pin(request, member)
        except ValidationError as error:
            errors = error.message_dict
        else:
            messages.success(request, _("Your new PIN opens every tablet of your store."))
            return redirect("own-pin")
    context = {"errors": errors, "has_pin": Pin.objects.filter(staff_member=member).exists()}
    return render(request, "staff/own_pin.html", context, status=UNPROCESSABLE if errors else OK)


def choose_pin(request: HttpRequest, member: StaffMember) -> None:
    """Save the PIN in the form; ValidationError by field, also for a wrong password."""
    pin = request.POST.get("pin", "")
    check_new_pin(pin=pin, again=request.POST.get("again", ""))
    check_password_here(request, member)
    save_pin(member=member, pin=pin, now=timezone.now())
