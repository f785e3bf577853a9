"""Addresses of the operator's feed pages."""

from django.urls import URLPattern, path

from inventory import views

urlpatterns: list[URLPattern] = [
    path("desk/feeds/", views.feed_list, name="feed-list"),
    path("desk/feeds/<slug:code>/status/", views.feed_status, name="feed-status"),
    path("desk/feeds/<slug:code>/upload/", views.feed_upload, name="feed-upload"),
    path("desk/runs/<int:pk>/", views.feed_run, name="feed-run"),
    path("desk/runs/<int:pk>/progress/", views.feed_run_progress, name="feed-run-progress"),
    path("desk/runs/<int:pk>/retry/", views.feed_run_retry, name="feed-run-retry"),
    path("desk/runs/<int:pk>/rejected.csv", views.feed_run_rejected, name="feed-run-rejected"),
]
