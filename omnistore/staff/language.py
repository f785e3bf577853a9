"""Everybody reads in their own language: kept with the person, carried by a cookie, so no request asks for it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from omnistore.staff.models import StaffMember

YEAR = 366 * 24 * 3600


def language_cookie(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: sends the cookie of whoever has just signed in or chosen; Django's own reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        chosen = getattr(request, "language_chosen", None)
        if chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        elif chosen == "":  # the next person on this tablet has not chosen: the browser's language again
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response

    return middleware


def speak_to(request: HttpRequest | None, user: Any, **_signal: Any) -> None:
    """On signing in: the person's language takes the place of the one before."""
    if request is not None and isinstance(user, StaffMember):
        request.language_chosen = user.language  # type: ignore[attr-defined]


@login_not_required
@require_http_methods(["GET", "POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """The page with the languages, and what is chosen there: kept with who is signed in, else in the browser alone."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    if request.method == "GET":
        return render(request, "language.html", {"next": back, "languages": settings.LANGUAGES})
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("Choose one of the languages."))
    if isinstance(request.user, StaffMember):
        StaffMember.objects.filter(pk=request.user.pk).update(language=language)
    request.language_chosen = language  # type: ignore[attr-defined]
    return redirect(back)
