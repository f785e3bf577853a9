"""Addresses of the operator's feed pages and of the pages that explain stock."""

from django.urls import URLPattern, path

from inventory.views import feeds, mappings, quarantine, stock

urlpatterns: list[URLPattern] = [
    path("desk/stock/", stock.stock_find, name="stock-find"),
    path("desk/stock/<code:store_code>/<code:sku>/", stock.stock_explained, name="stock-explained"),
    path("desk/stock/<code:store_code>/<code:sku>/count/", stock.stock_count, name="stock-count"),
    path("desk/conflicts/", stock.conflict_list, name="conflict-list"),
    path("desk/conflicts/<int:pk>/resolve/", stock.conflict_resolve, name="conflict-resolve"),
    path("desk/precedence/", stock.precedence_list, name="precedence-list"),
    path("desk/precedence/<slug:code>/", stock.precedence_change, name="precedence-change"),
    path("desk/feeds/", feeds.feed_list, name="feed-list"),
    path("desk/feeds/<slug:code>/status/", feeds.feed_status, name="feed-status"),
    path("desk/feeds/<slug:code>/upload/", feeds.feed_upload, name="feed-upload"),
    path("desk/feeds/<slug:code>/quarantine/", quarantine.source_quarantine, name="feed-quarantine"),
    path("desk/feeds/<slug:code>/mappings/", mappings.mapping_list, name="feed-mappings"),
    path("desk/feeds/<slug:code>/mappings/find/", mappings.mapping_targets, name="feed-mapping-targets"),
    path("desk/feeds/<slug:code>/mappings/make/", mappings.mapping_make, name="feed-mapping-make"),
    path("desk/feeds/<slug:code>/mappings/retry/", mappings.mapping_retry, name="feed-mapping-retry"),
    path("desk/mappings/<int:pk>/remove/", mappings.mapping_remove, name="feed-mapping-remove"),
    path("desk/runs/<int:pk>/", feeds.feed_run, name="feed-run"),
    path("desk/runs/<int:pk>/progress/", feeds.feed_run_progress, name="feed-run-progress"),
    path("desk/runs/<int:pk>/retry/", feeds.feed_run_retry, name="feed-run-retry"),
    path("desk/runs/<int:pk>/release/", feeds.feed_run_release, name="feed-run-release"),
    path("desk/runs/<int:pk>/refuse/", feeds.feed_run_refuse, name="feed-run-refuse"),
    path("desk/runs/<int:pk>/rejected/", quarantine.run_rejected, name="feed-run-rejected"),
    path("desk/runs/<int:pk>/replay/", quarantine.run_replay, name="feed-run-replay"),
    path("desk/runs/<int:pk>/drop/", quarantine.run_drop, name="feed-run-drop"),
    path("desk/runs/<int:pk>/fixes/", quarantine.run_fixes, name="feed-run-fixes"),
    path("desk/rejected/<int:pk>/", quarantine.rejected_row, name="feed-row"),
    path("desk/rejected/<int:pk>/replay/", quarantine.row_replay, name="feed-row-replay"),
    path("desk/rejected/<int:pk>/drop/", quarantine.row_drop, name="feed-row-drop"),
]
