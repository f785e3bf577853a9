"""The project's addresses and a bare view beside them, behind the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

handler400 = "omnistore.problems.bad_request"
handler403 = "omnistore.problems.permission_denied"
handler404 = "omnistore.problems.page_not_found"
handler500 = "omnistore.problems.server_error"


@login_not_required
def hello(_request: HttpRequest) -> HttpResponse:
    """What Django and the server cost before a view does anything."""
    return HttpResponse("hello")


urlpatterns: list[URLPattern | URLResolver] = [path("hello", hello), path("", include("omnistore.urls"))]
