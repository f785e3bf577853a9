"""The inventory in Django's admin: masters and feeds. Stock itself is only written by loads."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.imports.precedence import change_precedence
from inventory.models import (
    FeedRun,
    FeedSource,
    Item,
    ItemIdentifier,
    PrecedenceChange,
    Store,
    StoreGroup,
    Workstation,
)
from inventory.tasks import ring_change


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("store_code", "name", "kind", "city", "country", "timezone", "currency")
    list_filter = ("kind", "country", "timezone")
    search_fields = ("store_code", "name", "gln", "city")
    ordering = ("store_code",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        return ("store_code",) if obj else ()  # partners' files name it: it never changes


@admin.register(StoreGroup)
class StoreGroupAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "name", "parent")
    search_fields = ("code", "name")
    filter_horizontal = ("stores",)


class IdentifierInline(admin.TabularInline):  # type: ignore[type-arg]
    model = ItemIdentifier
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("sku", "title", "brand", "product_type", "unit", "regular_price", "price_currency")
    list_filter = ("unit",)
    search_fields = ("sku", "title", "brand", "identifiers__value")
    inlines = (IdentifierInline,)


@admin.register(Workstation)
class WorkstationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("store", "code")
    list_select_related = ("store",)
    search_fields = ("code", "store__store_code")


class FeedSourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A profile that no file could be read with is not saved."""

    class Meta:
        model = FeedSource
        fields = (
            "code", "name", "kind", "profile", "enabled", "freshness_limit", "precedence", "holds_for",
            "conflict_tolerance", "owner", "pull_every", "next_pull_at",
            "expected_every",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind, profile = cleaned.get("kind"), cleaned.get("profile")
        if kind in (FeedSource.Kind.STOCK, FeedSource.Kind.SALES) and profile is not None:
            try:
                read_profile(kind, profile)
            except FeedRefused as refusal:
                self.add_error("profile", refusal.message)
        return cleaned


@admin.register(FeedSource)
class FeedSourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = FeedSourceForm
    list_display = ("code", "name", "kind", "enabled", "pull_every", "next_pull_at", "freshness_limit")
    list_filter = ("kind", "enabled")

    def save_model(self, request: HttpRequest, obj: FeedSource, form: Any, change: bool) -> None:
        """How far a source is believed changes the levels that stand: written down, and derived again."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        believed = change_precedence(
            source=FeedSource.objects.get(pk=obj.pk),
            precedence=obj.precedence,
            holds_for=obj.holds_for,
            freshness_limit=obj.freshness_limit,
            member=request.user,
            now=timezone.now(),
        )
        super().save_model(request, obj, form, change)
        if believed is not None:
            ring_change(change_id=believed.pk)


@admin.register(PrecedenceChange)
class PrecedenceChangeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ledger: to look at, not to touch."""

    list_display = ("source", "old_precedence", "new_precedence", "changed_at", "changed_by", "derived_at")
    list_select_related = ("source", "changed_by")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: PrecedenceChange | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: PrecedenceChange | None = None) -> bool:
        return False


@admin.register(FeedRun)
class FeedRunAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ledger: to look at, not to touch."""

    list_display = (
        "file_name", "source", "state", "received_at", "rows_received", "rows_applied", "rows_unchanged",
        "rows_stale", "rows_rejected",
    )  # fmt: skip
    list_filter = ("state", "source")
    list_select_related = ("source",)
    date_hierarchy = "received_at"

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: FeedRun | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: FeedRun | None = None) -> bool:
        return False
