"""Staff members, their stores and keys in Django's admin."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
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


# The company's sign-in is set up by the environment, addresses are the person's own, and tokens are not kept.
for unused in (EmailAddress, SocialApp, SocialToken, SocialAccount, Authenticator):
    admin.site.unregister(unused)


class OnlyRemoved(admin.ModelAdmin):  # type: ignore[type-arg]
    """Made by the person, removed by an administrator: a lost phone, an account at the company that changed hands."""

    list_select_related = ("user",)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(Authenticator)
class AuthenticatorAdmin(OnlyRemoved):
    """Second factors; their secrets are not shown."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    fields = ("user", "type", "created_at", "last_used_at")


@admin.register(SocialAccount)
class CompanyAccountAdmin(OnlyRemoved):
    """Who is whom at the company's sign-in."""

    list_display = ("user", "uid", "last_login")
    fields = ("user", "uid", "last_login", "date_joined")
