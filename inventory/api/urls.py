"""Addresses of the inventory's API, below /api/v1/."""

from django.urls import path

from inventory.api import conflicts, explanations, feeds, items, places, quarantine, stock, stores, webhooks

urlpatterns = [
    path("stores", stores.StoreListView.as_view(), name="api-stores"),
    path("stores/<code:store_code>", stores.StoreDetailView.as_view(), name="api-store"),
    path("stores/<code:store_code>/places", places.PlacesView.as_view(), name="api-places"),
    path("stores/<code:store_code>/stock", stock.StockView.as_view(), name="api-stock"),
    path(
        "stores/<code:store_code>/stock/counts",
        explanations.StockCountView.as_view(),
        name="api-stock-counts",
    ),
    path(
        "stores/<code:store_code>/stock/<code:sku>",
        explanations.StockExplanationView.as_view(),
        name="api-stock-explained",
    ),
    path("conflicts", conflicts.ConflictListView.as_view(), name="api-conflicts"),
    path(
        "conflicts/<int:conflict_id>/resolve",
        conflicts.ConflictResolveView.as_view(),
        name="api-conflict-resolve",
    ),
    path("items", items.ItemListView.as_view(), name="api-items"),
    path("items/<code:sku>", items.ItemDetailView.as_view(), name="api-item"),
    path("feeds", feeds.FeedListView.as_view(), name="api-feeds"),
    path("feeds/<code:source>/runs", feeds.FeedRunListView.as_view(), name="api-feed-runs"),
    path("feeds/<code:source>/webhook", webhooks.WebhookView.as_view(), name="api-feed-webhook"),
    path("feeds/runs/<int:run_id>", feeds.FeedRunView.as_view(), name="api-feed-run"),
    path("feeds/runs/<int:run_id>/rejected", feeds.RejectedRowsView.as_view(), name="api-feed-rejected"),
    path(
        "feeds/runs/<int:run_id>/rejected/file",
        quarantine.RejectedFileView.as_view(),
        name="api-feed-rejected-file",
    ),
    path("feeds/runs/<int:run_id>/replay", quarantine.ReplayView.as_view(), name="api-feed-replay"),
    path("feeds/runs/<int:run_id>/drop", quarantine.DropView.as_view(), name="api-feed-drop"),
    path("feeds/runs/<int:run_id>/release", quarantine.ReleaseView.as_view(), name="api-feed-release"),
    path("feeds/runs/<int:run_id>/refuse", quarantine.RefuseView.as_view(), name="api-feed-refuse"),
    path("feeds/<code:source>/unknown", quarantine.UnknownCodesView.as_view(), name="api-feed-unknown"),
    path("feeds/<code:source>/mappings", quarantine.MappingListView.as_view(), name="api-feed-mappings"),
    path(
        "feeds/<code:source>/mappings/<int:mapping_id>",
        quarantine.MappingView.as_view(),
        name="api-feed-mapping",
    ),
]
