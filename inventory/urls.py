"""Addresses of the operator's feed pages and of the pages that explain stock."""

from django.urls import URLPattern, path

from inventory import views, views_stock

urlpatterns: list[URLPattern] = [
    path("desk/stock/<code:store_code>/<code:sku>/", views_stock.stock_explained, name="stock-explained"),
    path("desk/stock/<code:store_code>/<code:sku>/count/", views_stock.stock_count, name="stock-count"),
    path("desk/conflicts/", views_stock.conflict_list, name="conflict-list"),
    path("desk/conflicts/<int:pk>/resolve/", views_stock.conflict_resolve, name="conflict-resolve"),
    path("desk/precedence/", views_stock.precedence_list, name="precedence-list"),
    path("desk/precedence/<slug:code>/", views_stock.precedence_change, name="precedence-change"),
    path("desk/feeds/", views.feed_list, name="feed-list"),
    path("desk/feeds/<slug:code>/status/", views.feed_status, name="feed-status"),
    path("desk/feeds/<slug:code>/upload/", views.feed_upload, name="feed-upload"),
    path("desk/runs/<int:pk>/", views.feed_run, name="feed-run"),
    path("desk/runs/<int:pk>/progress/", views.feed_run_progress, name="feed-run-progress"),
    path("desk/runs/<int:pk>/retry/", views.feed_run_retry, name="feed-run-retry"),
    path("desk/runs/<int:pk>/rejected.csv", views.feed_run_rejected, name="feed-run-rejected"),
]
