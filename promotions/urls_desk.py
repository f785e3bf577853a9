"""Addresses of the merchandising desk."""

from django.urls import URLPattern, path

from promotions.views import approvals, calendar, editor, listing, merchandising, reports, uploads

urlpatterns: list[URLPattern] = [
    path("desk/promotions/", listing.promotion_list, name="promotion-list"),
    path("desk/promotions/new/", editor.promotion_new, name="promotion-new"),
    path("desk/promotions/new/preview/", editor.new_preview, name="promotion-new-preview"),
    path("desk/promotions/items/", merchandising.item_search, name="promotion-items"),
    path("desk/promotions/approvals/", approvals.approval_queue, name="promotion-approvals"),
    path("desk/promotions/calendar/", calendar.promotion_calendar, name="promotion-calendar"),
    path("desk/promotions/table/", listing.promotion_table, name="promotion-table"),
    path("desk/promotions/views/", listing.view_save, name="view-save"),
    path("desk/promotions/views/<int:pk>/default/", listing.view_default, name="view-default"),
    path("desk/promotions/views/<int:pk>/delete/", listing.view_delete, name="view-delete"),
    path("desk/promotions/upload/", uploads.upload_start, name="upload-start"),
    path("desk/promotions/upload/template/", uploads.upload_template, name="upload-template"),
    path("desk/promotions/upload/rows/<int:pk>/", uploads.upload_row, name="upload-row"),
    path("desk/promotions/upload/<int:pk>/", uploads.upload, name="upload"),
    path("desk/promotions/upload/<int:pk>/head/", uploads.upload_head, name="upload-head"),
    path("desk/promotions/upload/<int:pk>/recheck/", uploads.upload_recheck, name="upload-recheck"),
    path("desk/promotions/upload/<int:pk>/commit/", uploads.upload_commit, name="upload-commit"),
    path("desk/promotions/upload/<int:pk>/undo/", uploads.upload_undo, name="upload-undo"),
    path("desk/promotions/upload/<int:pk>/errors/", uploads.upload_waiting, name="upload-waiting"),
    path("desk/promotions/<int:pk>/", merchandising.promotion_detail, name="promotion-detail"),
    path("desk/promotions/<int:pk>/panel/", listing.promotion_panel, name="promotion-panel"),
    path("desk/promotions/<int:pk>/edit/", editor.promotion_edit, name="promotion-edit"),
    path("desk/promotions/<int:pk>/edit/preview/", editor.edit_preview, name="promotion-edit-preview"),
    path("desk/promotions/<int:pk>/compare/", editor.promotion_compare, name="promotion-compare"),
    path("desk/promotions/<int:pk>/preview/", merchandising.promotion_preview, name="promotion-preview"),
    path("desk/promotions/<int:pk>/board/", merchandising.promotion_board, name="promotion-board"),
    path("desk/promotions/<int:pk>/submit/", approvals.promotion_submit, name="promotion-submit"),
    path("desk/promotions/<int:pk>/withdraw/", approvals.promotion_withdraw, name="promotion-withdraw"),
    path("desk/promotions/<int:pk>/approve/", approvals.promotion_approve, name="promotion-approve"),
    path("desk/promotions/<int:pk>/reject/", approvals.promotion_reject, name="promotion-reject"),
    path("desk/promotions/<int:pk>/publish/", merchandising.promotion_publish, name="promotion-publish"),
    path("desk/promotions/<int:pk>/stop/", merchandising.promotion_stop, name="promotion-stop"),
    path("desk/reports/", reports.report_inbox, name="report-inbox"),
    path("desk/reports/news/", reports.report_news, name="report-news"),
    path("desk/reports/<int:report_id>/answer/", reports.report_answer, name="report-answer"),
    path("desk/refusals/", reports.refusals, name="refusals"),
]
