"""Addresses of the inventory's API, below /api/v1/."""

from django.urls import path

from inventory.api import stores

urlpatterns = [
    path("stores", stores.StoreListView.as_view(), name="api-stores"),
    path("stores/<code:store_code>", stores.StoreDetailView.as_view(), name="api-store"),
]
