"""Staff members, their stores and keys in Django's admin."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from omnistore.staff.enrolling import MOST_WHY, revoke_device
from omnistore.staff.models import ApiKey, Device, DeviceStep, StaffMember, StoreMembership


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


class WhyForm(ActionForm):
    """What an action is done for, beside its name."""

    why = forms.CharField(label=_("Why:"), max_length=MOST_WHY, required=False)


class StepInline(admin.TabularInline):  # type: ignore[type-arg]
    """What was done to a tablet, as it was written down."""

    model = DeviceStep
    fields = readonly_fields = ("at", "action", "old_state", "new_state", "staff_member", "by", "why")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeviceStep]:
        return super().get_queryset(request).select_related("staff_member", "by")

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A store's tablets: looked at and revoked here, enrolled where they stand. What they prove themselves by is kept
    out of sight.
    """

    list_display = ("name", "store", "state", "person", "last_seen_at", "enrolled_at", "revoked_at")
    list_filter = ("state",)
    list_select_related = ("store", "person")
    search_fields = ("name", "store__store_code", "store__name")
    fields = (
        "name", "store", "state", "person", "turn", "last_seen_at", "wrong_pins", "wrong_pins_since", "created_at",
        "enrolled_at", "approved_by", "revoked_at", "revoked_by", "revoked_why",
    )  # fmt: skip
    inlines = (StepInline,)
    actions = ("revoke",)
    action_form = WhyForm

    @admin.action(description=_("Revoke the chosen tablets"))
    def revoke(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        assert isinstance(request.user, StaffMember)
        why, by, now = request.POST.get("why", ""), request.user, timezone.now()
        try:
            revoked = [revoke_device(device=device, why=why, by=by, now=now) for device in devices]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        told = ngettext("%(n)s tablet is shut out.", "%(n)s tablets are shut out.", sum(revoked))
        self.message_user(request, told % {"n": sum(revoked)}, messages.SUCCESS)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: Device | None = None) -> bool:
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
