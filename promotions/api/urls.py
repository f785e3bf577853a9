"""Addresses of the promotions' API, below /api/v1/."""

from django.urls import path

from promotions.api import (
    campaigns,
    codes,
    exports,
    holds,
    lifecycle,
    offer_graph,
    offers,
    pictures,
    promotions,
    quotes,
    rain_checks,
    redemptions,
    reports,
    uploads,
)

urlpatterns = [
    path("pictures", pictures.PictureListView.as_view(), name="api-pictures"),
    path("pictures/<slug:sha256>", pictures.PictureView.as_view(), name="api-picture"),
    path("stores/<code:store_code>/offers", offers.OfferListView.as_view(), name="api-offers"),
    path(
        "stores/<code:store_code>/offers/<code:promotion_id>/acknowledge",
        offers.AcknowledgeView.as_view(),
        name="api-acknowledge",
    ),
    path(
        "stores/<code:store_code>/redemptions", redemptions.RedemptionView.as_view(), name="api-redemptions"
    ),
    path(
        "stores/<code:store_code>/redemptions/<uuid:redemption_id>/roll-back",
        redemptions.RollBackView.as_view(),
        name="api-roll-back",
    ),
    path("stores/<code:store_code>/holds", holds.HoldView.as_view(), name="api-holds"),
    path(
        "stores/<code:store_code>/holds/<uuid:hold_id>/release",
        holds.ReleaseView.as_view(),
        name="api-hold-release",
    ),
    path(
        "stores/<code:store_code>/holds/<uuid:hold_id>/fulfil",
        holds.FulfilView.as_view(),
        name="api-hold-fulfil",
    ),
    path("stores/<code:store_code>/rain-checks", rain_checks.RainCheckView.as_view(), name="api-rain-checks"),
    path("stores/<code:store_code>/reports", reports.ReportListView.as_view(), name="api-reports"),
    path("reports/<int:report_id>/answer", reports.ReportAnswerView.as_view(), name="api-report-answer"),
    path("refusals", reports.RefusalsView.as_view(), name="api-refusals"),
    path("stores/<code:store_code>/quote", quotes.QuoteView.as_view(), name="api-quote"),
    path("stores/<code:store_code>/live-ticket", offers.LiveTicketView.as_view(), name="api-live-ticket"),
    path(
        "stores/<code:store_code>/offers.jsonld", offer_graph.OfferGraphView.as_view(), name="api-offer-graph"
    ),
    path(
        "exports/google/promotions.tsv", exports.PromotionsTsvView.as_view(), name="api-export-promotions-tsv"
    ),
    path(
        "exports/google/promotions.xml", exports.PromotionsXmlView.as_view(), name="api-export-promotions-xml"
    ),
    path("exports/google/left-out.tsv", exports.LeftOutView.as_view(), name="api-export-left-out"),
    path(
        "exports/google/local-inventory.tsv",
        exports.LocalInventoryView.as_view(),
        name="api-export-inventory",
    ),
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
    path("promotions/<code:promotion_id>/submit", lifecycle.SubmitView.as_view(), name="api-submit"),
    path("promotions/<code:promotion_id>/withdraw", lifecycle.WithdrawView.as_view(), name="api-withdraw"),
    path("promotions/<code:promotion_id>/approve", lifecycle.ApproveView.as_view(), name="api-approve"),
    path("promotions/<code:promotion_id>/reject", lifecycle.RejectView.as_view(), name="api-reject"),
    path("promotions/<code:promotion_id>/history", lifecycle.HistoryView.as_view(), name="api-history"),
    path("promotions/<code:promotion_id>/publish", promotions.PublishView.as_view(), name="api-publish"),
    path("promotions/<code:promotion_id>/stop", promotions.StopView.as_view(), name="api-stop"),
    path("promotions/<code:promotion_id>/board", promotions.BoardView.as_view(), name="api-board"),
    path(
        "promotions/<code:promotion_id>/code-batches",
        codes.CodeBatchListView.as_view(),
        name="api-code-batches",
    ),
    path(
        "promotions/<code:promotion_id>/code-batches/preview",
        codes.CodeListPreviewView.as_view(),
        name="api-code-preview",
    ),
    path(
        "promotions/<code:promotion_id>/code-batches/upload",
        codes.CodeListUploadView.as_view(),
        name="api-code-upload",
    ),
    path(
        "promotions/<code:promotion_id>/code-batches/<int:batch_id>/codes.csv",
        codes.CodeExportView.as_view(),
        name="api-code-export",
    ),
    path("campaigns", campaigns.CampaignListView.as_view(), name="api-campaigns"),
    path("campaigns/<code:campaign_id>", campaigns.CampaignView.as_view(), name="api-campaign"),
    path(
        "campaigns/<code:campaign_id>/limits",
        campaigns.CampaignLimitsView.as_view(),
        name="api-campaign-limits",
    ),
]
