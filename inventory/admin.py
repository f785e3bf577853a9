"""The inventory in Django's admin: masters and feeds. Stock itself is only written by loads."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.profiles import read_profile
from inventory.feeds.records import FeedRefused
from inventory.imports.precedence import change_precedence
from inventory.imports.transports.declared import read_transport
from inventory.imports.transports.faults import PullFailed
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
from inventory.models.history import attribute_changes
from inventory.tasks import ring_change

SCHEDULE = ("pull_every", "pull_times", "pull_timezone")
SHORTEST_PULL = timedelta(seconds=1)


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("store_code", "name", "kind", "city", "country", "timezone", "currency")
    list_filter = ("kind", "country", "timezone")
    search_fields = ("store_code", "name", "gln", "city")
    ordering = ("store_code",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        return ("store_code",) if obj else ()  # partners' files name it: it never changes


class AttributedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is saved or deleted here goes into the history under the name of who did it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        attribute_changes(by=request.user)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        attribute_changes(by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():  # an action, unlike a form, brings none along
            attribute_changes(by=request.user)
            super().delete_queryset(request, queryset)


@admin.register(StoreGroup)
class StoreGroupAdmin(AttributedAdmin):
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
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Workstation)
class WorkstationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("store", "code")
    list_select_related = ("store",)
    search_fields = ("code", "store__store_code")


class FeedSourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A profile that no file could be read with, or a transport that leads nowhere, is not saved."""

    alert_webhook = forms.URLField(required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = FeedSource
        fields = (
            "code", "name", "kind", "profile", "enabled", "freshness_limit", "precedence", "holds_for",
            "conflict_tolerance", "owner", "transport", "pull_every",
            "pull_times", "pull_timezone", "next_pull_at", "expected_every", "alert_email", "alert_webhook",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind, profile = cleaned.get("kind"), cleaned.get("profile")
        if kind in (FeedSource.Kind.STOCK, FeedSource.Kind.SALES) and profile is not None:
            try:
                read_profile(kind, profile, dialects=DIALECTS)
            except FeedRefused as refusal:
                self.add_error("profile", refusal.message)
        self._clean_transport(cleaned)
        self._clean_schedule(cleaned)
        return cleaned

    def _clean_transport(self, cleaned: dict[str, Any]) -> None:
        cleaned["transport"] = cleaned.get("transport") or {}
        try:
            read_transport(cleaned["transport"])
        except PullFailed as refusal:
            self.add_error("transport", refusal.message)

    def _clean_schedule(self, cleaned: dict[str, Any]) -> None:
        """The next pull follows from the schedule, unless somebody asks for another time."""
        every = cleaned.get("pull_every")
        cleaned["pull_times"] = cleaned.get("pull_times") or []
        if every is not None and cleaned["pull_times"]:
            self.add_error("pull_times", _("Either every so often or at these times."))
        elif every is not None and every < SHORTEST_PULL:
            self.add_error("pull_every", _("At least a second."))
        else:
            self._clean_next_pull(cleaned)

    def _clean_next_pull(self, cleaned: dict[str, Any]) -> None:
        source = FeedSource(
            pull_every=cleaned.get("pull_every"),
            pull_times=cleaned["pull_times"],
            pull_timezone=cleaned.get("pull_timezone") or "UTC",
        )
        try:
            following = source.next_pull(after=timezone.now())
        except ValueError as error:
            self.add_error("pull_times", str(error))
            return
        asked, told = cleaned.get("next_pull_at"), "next_pull_at" in self.changed_data
        changed = any(cleaned.get(name) != self.initial.get(name) for name in SCHEDULE)
        if following is None or asked is None or (changed and not told):
            cleaned["next_pull_at"] = following


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
        obj.save(update_fields=FeedSourceForm.Meta.fields)  # a worker may have noted its pull meanwhile
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
