"""Addresses of the merchandising desk."""

from django.urls import URLPattern, path

from promotions.views import approvals, editor, merchandising

urlpatterns: list[URLPattern] = [
    path("desk/promotions/", merchandising.promotion_list, name="promotion-list"),
    path("desk/promotions/new/", editor.promotion_new, name="promotion-new"),
    path("desk/promotions/new/preview/", editor.new_preview, name="promotion-new-preview"),
    path("desk/promotions/items/", merchandising.item_search, name="promotion-items"),
    path("desk/promotions/approvals/", approvals.approval_queue, name="promotion-approvals"),
    path("desk/promotions/<int:pk>/", merchandising.promotion_detail, name="promotion-detail"),
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
]
