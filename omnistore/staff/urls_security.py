"""The addresses of allauth that we serve, under the names it looks for; all its others are 404."""

from django.urls import URLPattern, path

from omnistore.staff.views import security, signing

urlpatterns: list[URLPattern] = [
    path("sign-in/", signing.sign_in, name="account_login"),
    path("sign-in/code/", security.enter_code, name="mfa_authenticate"),
    path("sign-in/passkey/", security.enter_with_passkey, name="mfa_login_webauthn"),
    path("sign-in/cancelled/", security.company_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/with/<slug:provider_id>/", security.company_sign_in, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/answer/", security.company_answer, name="openid_connect_callback"),
    path("security/", security.overview, name="mfa_index"),
    path("security/confirm/", security.confirm, name="account_reauthenticate"),
    path("security/confirm/code/", security.confirm_by_code, name="mfa_reauthenticate"),
    path("security/confirm/passkey/", security.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("security/app/", security.add_app, name="mfa_activate_totp"),
    path("security/app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("security/passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("security/recovery-codes/", security.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new/", security.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
