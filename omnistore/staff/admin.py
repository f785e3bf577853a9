"""Staff members, their stores and keys in Django's admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from omnistore.staff.models import ApiKey, StaffMember, StoreMembership


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = StoreMembership
    extra = 0
    autocomplete_fields = ("store",)


@admin.register(StaffMember)
class StaffMemberAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    inlines = (MembershipInline,)
    fieldsets = (*(UserAdmin.fieldsets or ()), (_("Work"), {"fields": ("role",)}))
    add_fieldsets = (*UserAdmin.add_fieldsets, (_("Work"), {"fields": ("role",)}))


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keys are seen and revoked here; they are issued where their token can be shown once."""

    list_display = ("name", "staff_member", "created_at", "revoked_at")
    list_select_related = ("staff_member",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen keys"))
    def revoke(self, _request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        keys.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: ApiKey | None = None) -> bool:
        return False
