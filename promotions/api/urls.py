"""Addresses of the promotions' API, below /api/v1/."""

from django.urls import path

from promotions.api import offers, promotions, quotes, redemptions, uploads

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
    # Before the promotions by their ids: none is called "uploads".
    path("promotions/uploads", uploads.UploadListView.as_view(), name="api-uploads"),
    path("promotions/uploads/<int:upload_id>", uploads.UploadView.as_view(), name="api-upload"),
    path("promotions/uploads/<int:upload_id>/rows", uploads.UploadRowsView.as_view(), name="api-upload-rows"),
    path(
        "promotions/uploads/<int:upload_id>/commit",
        uploads.UploadCommitView.as_view(),
        name="api-upload-commit",
    ),
    path("promotions/uploads/<int:upload_id>/undo", uploads.UploadUndoView.as_view(), name="api-upload-undo"),
    path("promotions/<code:promotion_id>", promotions.PromotionView.as_view(), name="api-promotion"),
    path(
        "promotions/<code:promotion_id>/revisions", promotions.RevisionsView.as_view(), name="api-revisions"
    ),
    path("promotions/<code:promotion_id>/publish", promotions.PublishView.as_view(), name="api-publish"),
    path("promotions/<code:promotion_id>/stop", promotions.StopView.as_view(), name="api-stop"),
    path("promotions/<code:promotion_id>/board", promotions.BoardView.as_view(), name="api-board"),
]
