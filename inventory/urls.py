"""Addresses of the operator's feed pages."""

from django.urls import URLPattern, path

from inventory.views import feeds

urlpatterns: list[URLPattern] = [
    path("desk/feeds/", feeds.feed_list, name="feed-list"),
    path("desk/feeds/<slug:code>/status/", feeds.feed_status, name="feed-status"),
    path("desk/feeds/<slug:code>/upload/", feeds.feed_upload, name="feed-upload"),
    path("desk/runs/<int:pk>/", feeds.feed_run, name="feed-run"),
    path("desk/runs/<int:pk>/progress/", feeds.feed_run_progress, name="feed-run-progress"),
    path("desk/runs/<int:pk>/retry/", feeds.feed_run_retry, name="feed-run-retry"),
    path("desk/runs/<int:pk>/rejected.csv", feeds.feed_run_rejected, name="feed-run-rejected"),
]
