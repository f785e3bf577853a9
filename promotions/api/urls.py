"""Addresses of the promotions' API, below /api/v1/."""

from django.urls import path

from promotions.api import redemptions

urlpatterns = [
    path(
        "stores/<code:store_code>/redemptions", redemptions.RedemptionView.as_view(), name="api-redemptions"
    ),
]
