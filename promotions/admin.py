"""Promotions in Django's admin: to look at. They are written by the services, which tell the stores.

Item lists are kept here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin import AttributedAdmin
from promotions.models import (
    Campaign,
    CodeBatch,
    ItemList,
    LimitCounter,
    Promotion,
    PromotionRevision,
    PromotionStep,
    Reconciliation,
    Redemption,
    Shopper,
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, changed or deleted here."""

    def get_fields(self, _request: HttpRequest, _obj: Any = None) -> Any:
        return [field.name for field in self.model._meta.concrete_fields]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    list_display = (
        "promotion_id", "state", "revision_state", "open_code", "owner", "published_at", "stopped_at",
    )  # fmt: skip
    list_filter = ("state", "revision_state")
    list_select_related = ("owner",)
    search_fields = ("promotion_id", "open_code")
    date_hierarchy = "created_at"


@admin.register(PromotionRevision)
class PromotionRevisionAdmin(ReadOnlyAdmin):
    list_display = ("promotion", "number", "long_title", "starts_on", "ends_on", "created_by", "created_at")
    list_select_related = ("promotion", "created_by")
    search_fields = ("promotion__promotion_id", "long_title", "operator_display_name")


@admin.register(PromotionStep)
class PromotionStepAdmin(ReadOnlyAdmin):
    list_display = ("at", "promotion", "action", "old_state", "new_state", "by", "why")
    list_filter = ("action",)
    list_select_related = ("promotion", "by")
    search_fields = ("promotion__promotion_id", "why")
    date_hierarchy = "at"


@admin.register(ItemList)
class ItemListAdmin(AttributedAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    autocomplete_fields = ("items",)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    list_display = (
        "redeemed_at", "state", "promotion", "store", "item", "redeemed_by", "discount_amount", "currency",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("promotion", "store", "item", "redeemed_by")
    search_fields = ("promotion__promotion_id", "code", "store__store_code")
    date_hierarchy = "redeemed_at"


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("campaign_id", "title", "limits", "currency", "created_by", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("campaign_id", "title")


@admin.register(LimitCounter)
class LimitCounterAdmin(ReadOnlyAdmin):
    """Who a shopper is stands in one table only; here is the random id."""

    list_display = (
        "promotion",
        "campaign",
        "shopper",
        "store",
        "period",
        "starts_on",
        "unit",
        "used",
        "limit_amount",
    )
    list_filter = ("period", "unit")
    list_select_related = ("promotion", "campaign", "store")
    search_fields = ("promotion__promotion_id", "campaign__campaign_id", "store__store_code")


@admin.register(CodeBatch)
class CodeBatchAdmin(ReadOnlyAdmin):
    list_display = ("promotion", "name", "quantity", "is_uploaded", "created_by", "created_at")
    list_select_related = ("promotion", "created_by")
    search_fields = ("promotion__promotion_id", "name")


@admin.register(Shopper)
class ShopperAdmin(ReadOnlyAdmin):
    """`manage.py erase_shopper` forgets one."""

    list_display = ("id", "member_number", "created_at", "erased_at")
    search_fields = ("member_number",)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("slot", "offers", "differences", "started_at", "finished_at")
