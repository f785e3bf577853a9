"""Addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from omnistore import health, views
from omnistore.staff.language import choose_language
from omnistore.staff.views.signing import admin_sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("omnistore.api_urls")),  # first: machines ask often
    path("", views.home, name="home"),
    path("", include("omnistore.staff.urls")),
    path("language/", choose_language, name="language"),
    path("", include("promotions.urls")),
    path("", include("promotions.urls_desk")),
    path("", include("inventory.urls")),
    path("admin/login/", admin_sign_in),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "omnistore.problems.bad_request"
handler403 = "omnistore.problems.permission_denied"
handler404 = "omnistore.problems.page_not_found"
handler500 = "omnistore.problems.server_error"
