"""Addresses of the promotions' API, below /api/v1/."""

from django.urls import path

from promotions.api import offers, promotions, quotes, redemptions

urlpatterns = [
    path("stores/<code:store_code>/offers", offers.OfferListView.as_view(), name="api-offers"),
    path(
        "stores/<code:store_code>/offers/<code:promotion_id>/acknowledge",
        offers.AcknowledgeView.as_view(),
        name="api-acknowledge",
    ),
    path(
        "stores/<code:store_code>/redemptions", redemptions.RedemptionView.as_view(), name="api-redemptions"
    ),
    path("stores/<code:store_code>/quote", quotes.QuoteView.as_view(), name="api-quote"),
    path("stores/<code:store_code>/live-ticket", offers.LiveTicketView.as_view(), name="api-live-ticket"),
    path("promotions", promotions.PromotionListView.as_view(), name="api-promotions"),
    path("promotions/<code:promotion_id>", promotions.PromotionView.as_view(), name="api-promotion"),
    path(
        "promotions/<code:promotion_id>/revisions", promotions.RevisionsView.as_view(), name="api-revisions"
    ),
    path("promotions/<code:promotion_id>/publish", promotions.PublishView.as_view(), name="api-publish"),
    path("promotions/<code:promotion_id>/stop", promotions.StopView.as_view(), name="api-stop"),
    path("promotions/<code:promotion_id>/board", promotions.BoardView.as_view(), name="api-board"),
]
